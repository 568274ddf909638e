"""A panel at the right of the page: a heading, a way to close it, and contents that scroll."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from attendance.ui import theme
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.page import scrolled
from attendance.ui.admin.parts.stylesheet import FORM_WIDTH
from attendance.ui.admin.parts.words import translate
from attendance.ui.stylesheet import set_role
from attendance.ui.widgets.fitted_label import FittedLabel


class SidePanel(QFrame):
    """An empty panel.

    Attributes:
        column: layout of the contents.

    Signals:
        closed: the panel is not wanted any more.
    """

    closed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "card")
        self.setFixedWidth(FORM_WIDTH)
        # A long name shrinks and wraps, also one without spaces.
        self.heading = FittedLabel(max_lines=3, weight=QFont.Weight.DemiBold)
        self.heading.set_sizes(theme.ADMIN_HEADING, theme.ADMIN_BODY)
        self.close_button = QToolButton()
        set_role(self.close_button, "quiet")
        set_icon(self.close_button, "close", "text_muted")
        head = QHBoxLayout()
        head.setSpacing(theme.SPACE_3)
        head.setContentsMargins(theme.SPACE_4, 0, theme.SPACE_3, 0)
        head.addWidget(self.heading, 1)
        head.addWidget(self.close_button, 0, Qt.AlignmentFlag.AlignTop)
        content = QWidget()
        self.column = QVBoxLayout(content)
        self.column.setContentsMargins(theme.SPACE_4, 0, theme.SPACE_4, theme.SPACE_4)
        self.column.setSpacing(theme.SPACE_3)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, theme.SPACE_4, 0, 0)
        outer.setSpacing(theme.SPACE_2)
        outer.addLayout(head)
        self._area = scrolled(content)
        outer.addWidget(self._area, 1)
        self.close_button.clicked.connect(self.closed)

    def say_heading(self, text: str) -> None:
        """Set the heading, and the texts of the panel's own button."""
        self.heading.setText(text)
        self.close_button.setAccessibleName(translate("admin", "Close"))
        self.close_button.setToolTip(translate("admin", "Close"))

    def bring_into_view(self, part: QWidget) -> None:
        """Scroll to a part once it has its place: in a small window it may stand below what is seen."""
        QTimer.singleShot(0, part, lambda: self._area.ensureWidgetVisible(part))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Close on Escape."""
        if event.key() == Qt.Key.Key_Escape:
            self.closed.emit()
        else:
            super().keyPressEvent(event)
