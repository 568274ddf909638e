"""The list of pages at the left: words, or icons alone in a narrow window; Ctrl and a digit open a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QWidget

from attendance.ui import theme
from attendance.ui.admin.parts.page import Page
from attendance.ui.admin.parts.stylesheet import ICON, NARROW_WINDOW, NAVIGATION_WIDTH, NAVIGATION_WIDTH_NARROW
from attendance.ui.plain_tip import plain_tip
from attendance.ui.stylesheet import set_role


@dataclass(frozen=True, slots=True)
class Place:
    """One line of the navigation.

    Attributes:
        icon: file name without ".svg".
        name: returns the page's name in the language now in use.
    """

    page: Page
    icon: str
    name: Callable[[], str]


class Navigation(QListWidget):
    """One row a page, in the order of the places."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        set_role(self, "navigation")
        self.setIconSize(QSize(ICON, ICON))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._places: list[Place] = []
        self._shortcuts: list[QShortcut] = []

    def set_places(self, places: list[Place]) -> None:
        """List these pages and no others."""
        # Rows that go one by one would each choose the next, and its page would be shown and read its lists.
        with QSignalBlocker(self):
            self.clear()
        for shortcut in self._shortcuts:
            shortcut.deleteLater()
        self._shortcuts.clear()
        self._places = list(places)
        for number in range(len(places)):
            self.addItem(QListWidgetItem())
            shortcut = QShortcut(QKeySequence(f"Ctrl+{number + 1}"), self.window())
            shortcut.activated.connect(lambda n=number: self.setCurrentRow(n))
            self._shortcuts.append(shortcut)
        self.restyle()

    def open_page(self, page: Page) -> None:
        """Choose the row of a page."""
        self.setCurrentRow([place.page for place in self._places].index(page))

    def restyle(self) -> None:
        """Draw the icons in the colours now in use."""
        for number, place in enumerate(self._places):
            self.item(number).setIcon(theme.icon(place.icon, theme.tokens().text))

    def fit(self, window_width: int) -> None:
        """Show words, or icons alone when the window (logical pixels) is narrow."""
        is_narrow = window_width < NARROW_WINDOW
        self.setFixedWidth(NAVIGATION_WIDTH_NARROW if is_narrow else NAVIGATION_WIDTH)
        for number, place in enumerate(self._places):
            item, name = self.item(number), place.name()
            item.setText("" if is_narrow else name)
            item.setToolTip(plain_tip(name) if is_narrow else "")
            item.setData(Qt.ItemDataRole.AccessibleTextRole, name)
