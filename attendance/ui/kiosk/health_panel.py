"""What the health button opens: camera, saving and recognition in plain lines."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QVBoxLayout, QWidget

from attendance.ui import theme
from attendance.ui.stylesheet import set_role
from attendance.ui.theme import KioskMetrics

translate = QCoreApplication.translate


class HealthPanel(QFrame):
    """A card above the lower edge; lies over the content and closes again with the same button.

    Args:
        area: the widget that it lies in.
    """

    def __init__(self, metrics: KioskMetrics, area: QWidget) -> None:
        super().__init__(area)
        area.installEventFilter(self)
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

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Follow the size of the area."""
        if event.type() == QEvent.Type.Resize and self.isVisible():
            self.place()
        return False

    def place(self) -> None:
        """Lay the panel into the lower right corner of its area."""
        area = self.parentWidget()
        assert area is not None
        margin = theme.SPACE_3
        width = min(area.width() - 2 * margin, max(area.width() // 2, theme.SPACE_16 * 6))
        height = min(area.height() - 2 * margin, self._column.totalHeightForWidth(width))
        self.setGeometry(area.width() - width - margin, area.height() - height - margin, width, height)
        self.raise_()
