"""What every page of the admin window shares."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QVBoxLayout, QWidget

from attendance.ui import theme
from attendance.ui.admin.parts.jobs import Jobs
from attendance.ui.admin.parts.services import AdminServices
from attendance.ui.admin.parts.toast import Toasts
from attendance.ui.stylesheet import set_role


class Page(QWidget):
    """A page with a title line; follows changes of language and theme.

    Attributes:
        header: layout at the right of the title, for the page's main actions.
        body: layout below.
    """

    def __init__(self, services: AdminServices, jobs: Jobs, toasts: Toasts, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.services = services
        self.jobs = jobs
        self.toasts = toasts
        self.title = QLabel()
        set_role(self.title, "title")
        self.caption = QLabel()
        self.caption.setTextFormat(Qt.TextFormat.PlainText)  # it may name a person
        set_role(self.caption, "muted")
        titles = QVBoxLayout()
        titles.setSpacing(0)
        titles.addWidget(self.title)
        titles.addWidget(self.caption)
        self.header = QHBoxLayout()
        self.header.setSpacing(theme.SPACE_2)
        self.header.addLayout(titles, 1)
        self.body = QVBoxLayout()
        self.body.setSpacing(theme.SPACE_3)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.SPACE_6, theme.SPACE_4, theme.SPACE_6, theme.SPACE_4)
        column.setSpacing(theme.SPACE_4)
        column.addLayout(self.header)
        column.addLayout(self.body, 1)

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        raise NotImplementedError

    def restyle(self) -> None:
        """Draw what the style sheet does not reach, such as pixmaps, in the colours now in use."""

    def shown(self) -> None:
        """The page came to the front."""

    def left(self) -> None:
        """The page went to the back, or the window closes."""

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)


def stacked(*parts: QWidget) -> QWidget:
    """Return a widget of these, one below the other without a gap."""
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    for part in parts:
        column.addWidget(part)
    return box


def scrolled(content: QWidget) -> QScrollArea:
    """Return a frameless area that scrolls its content up and down, for small windows and large text."""
    area = QScrollArea()
    content.setObjectName("scrolled")
    area.setWidget(content)
    area.setWidgetResizable(True)
    area.setFrameShape(QScrollArea.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    # The fields inside take the focus, the area itself is not a stop for Tab.
    area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
    return area
