"""What the health button opens: camera, saving and recognition in plain lines."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from attendance.ui import theme
from attendance.ui.stylesheet import set_role
from attendance.ui.theme import KioskMetrics

translate = QCoreApplication.translate


class HealthPanel(QFrame):
    """A card above the lower edge; lies over the content and closes again with the same button."""

    def __init__(self, metrics: KioskMetrics, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self._title = QLabel(self)
        self._lines = QLabel(self)
        self._lines.setWordWrap(True)
        self._lines.setTextFormat(Qt.TextFormat.PlainText)
        self._lines.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._column = QVBoxLayout(self)
        self._column.addWidget(self._title)
        self._column.addWidget(self._lines, 1)
        self.hide()
        self.refresh(metrics)

    def text(self) -> str:
        """Return the lines on screen."""
        return self._lines.text()

    def show_lines(self, lines: list[str]) -> None:
        """Set the lines, most important first."""
        self._lines.setText("\n".join(lines))
        self.setAccessibleDescription(self._lines.text())

    def refresh(self, metrics: KioskMetrics) -> None:
        """Set sizes and words anew."""
        self._column.setContentsMargins(metrics.gap, metrics.gap, metrics.gap, metrics.gap)
        self._column.setSpacing(metrics.gap // 2)
        size = max(metrics.caption, theme.ADMIN_HEADING - theme.SPACE_1)
        self._title.setFont(theme.font(size, weight=QFont.Weight.Bold))
        self._title.setText(translate("kiosk", "State of this kiosk"))
        self._lines.setFont(theme.font(size))
        self.setAccessibleName(self._title.text())

    def place(self, area: QWidget) -> None:
        """Lay the panel into the lower right corner of an area."""
        margin = theme.SPACE_3
        width = min(area.width() - 2 * margin, max(area.width() // 2, theme.SPACE_16 * 6))
        height = min(area.height() - 2 * margin, self._column.totalHeightForWidth(width))
        self.setGeometry(area.width() - width - margin, area.height() - height - margin, width, height)
        self.raise_()
