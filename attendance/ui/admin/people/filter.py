"""Search box, choice and column menu above the table of people."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QToolButton, QWidget

from attendance.core.types import Person
from attendance.ui import theme
from attendance.ui.admin.parts.choices import reword
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.tables.record_table import RecordTable
from attendance.ui.admin.parts.words import translate


class PeopleFilter(QWidget):
    """What is searched for and who is shown.

    Signals:
        changed: other people are to be shown.
    """

    changed = Signal()

    def __init__(self, table: RecordTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.shown = QComboBox()
        self.columns = QToolButton()
        self.columns.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        set_icon(self.columns, "columns")
        self.columns.setMenu(table.column_menu(self.columns))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.SPACE_2)
        row.addWidget(self.search, 1)
        row.addWidget(self.shown)
        row.addWidget(self.columns)
        self.retranslate()
        self.search.textChanged.connect(self.changed)
        self.shown.currentIndexChanged.connect(self.changed)

    def condition(self) -> Callable[[Person], bool] | None:
        """Return which people to keep, None for all."""
        match self.shown.currentIndex():
            case 1:
                return lambda p: p.is_active
            case 2:
                return lambda p: not p.is_active
            case 3:
                return lambda p: p.template_count == 0
        return None

    @Slot()
    def clear(self) -> None:
        """Show everybody."""
        self.search.clear()
        self.shown.setCurrentIndex(0)

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.search.setPlaceholderText(translate("admin", "Search name, code or department"))
        self.search.setAccessibleName(translate("admin", "Search people"))
        self.columns.setToolTip(translate("admin", "Show or hide columns"))
        self.columns.setAccessibleName(translate("admin", "Show or hide columns"))
        self.shown.setAccessibleName(translate("admin", "Which people to show"))
        texts = (
            translate("admin", "All people"),
            translate("admin", "Active"),
            translate("admin", "Inactive"),
            translate("admin", "Without photos"),
        )
        reword(self.shown, texts)

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
