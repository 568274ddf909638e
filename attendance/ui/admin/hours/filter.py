"""Which days of whom the page of hours shows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Literal

from PySide6.QtCore import QEvent, QLocale, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPushButton, QToolButton, QVBoxLayout, QWidget

from attendance.ui import theme
from attendance.ui.admin.parts.choices import fill, reword
from attendance.ui.admin.parts.day_range import DayRange, preset_range
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.tables.record_table import RecordTable
from attendance.ui.admin.parts.words import translate
from attendance.ui.stylesheet import set_role

Show = Literal["all", "look", "incomplete", "waiting"]
SHOWS: tuple[Show, ...] = ("all", "look", "incomplete", "waiting")
Span = Literal["today", "this_week", "last_week", "this_month", "last_month"]
SPANS: tuple[Span, ...] = ("today", "this_week", "last_week", "this_month", "last_month")
_DEPARTMENT_LETTERS = 12


def span_days(span: Span, today: date, first_weekday: int) -> DayRange:
    """Return the days of a span; this week and this month end today.

    Args:
        span: which.
        today: the current day of the site.
        first_weekday: 1 for Monday to 7 for Sunday.
    """
    match span:
        case "today":
            return DayRange(today, today)
        case "this_week":
            return preset_range("week", today, first_weekday)
        case "last_week":
            first = preset_range("week", today, first_weekday).first
            return DayRange(first - timedelta(days=7), first - timedelta(days=1))
        case "this_month":
            return preset_range("month", today, first_weekday)
        case "last_month":
            return preset_range("last_month", today, first_weekday)


class HoursFilter(QWidget):
    """Span, department, search, and the quick filters with their counts.

    Signals:
        days_changed: other days or another department have to be read.
        changed: other rows of those that were read are to be shown.
    """

    days_changed = Signal()
    changed = Signal()

    def __init__(self, table: RecordTable, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.span_box, self.department_box = QComboBox(), QComboBox()
        self.search = QLineEdit()
        self.search.setClearButtonEnabled(True)
        self.columns = QToolButton()
        self.columns.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        set_icon(self.columns, "columns")
        self.columns.setMenu(table.column_menu(self.columns))
        self.shows: dict[Show, QPushButton] = {show: QPushButton() for show in SHOWS}
        self.show_only: Show = "all"
        self._counts: dict[Show, int] = {}
        self._lay_out()
        self.retranslate()
        self.span_box.setCurrentIndex(SPANS.index("this_week"))
        self.span_box.currentIndexChanged.connect(self.days_changed)
        self.department_box.currentIndexChanged.connect(self.days_changed)
        self.search.textChanged.connect(self.changed)

    def _lay_out(self) -> None:
        self.department_box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.department_box.setMinimumContentsLength(_DEPARTMENT_LETTERS)
        first = QHBoxLayout()
        first.setSpacing(theme.SPACE_2)
        for widget in (self.span_box, self.department_box):
            first.addWidget(widget)
        first.addWidget(self.search, 1)
        first.addWidget(self.columns)
        second = QHBoxLayout()
        second.setSpacing(theme.SPACE_2)
        for show, button in self.shows.items():
            set_role(button, "segment")
            button.setCheckable(True)
            button.setChecked(show == self.show_only)
            button.clicked.connect(partial(self.choose, show))
            second.addWidget(button)
        second.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.SPACE_2)
        column.addLayout(first)
        column.addLayout(second)

    @property
    def span(self) -> Span:
        """The chosen span."""
        return SPANS[self.span_box.currentIndex()]

    @property
    def department(self) -> str:
        """The chosen department, "" for all."""
        return str(self.department_box.currentData() or "")

    @Slot()
    def choose(self, show: Show, _checked: bool = False) -> None:
        """Choose one of the quick filters."""
        self.show_only = show
        for name, button in self.shows.items():
            button.setChecked(name == show)
        self.changed.emit()

    def set_for_days(self, *, is_on: bool) -> None:
        """Offer what narrows the days down, or not where everything is shown."""
        for widget in (self.span_box, self.department_box, self.search, self.columns):
            widget.setEnabled(is_on)

    def clear(self) -> None:
        """Show every day that was read."""
        self.search.clear()
        self.choose("all")

    def set_departments(self, departments: Sequence[str]) -> None:
        """Offer these departments."""
        held = [self.department_box.itemData(n) for n in range(1, self.department_box.count())]
        if held != list(departments):
            self._fill_departments(departments)

    def set_count(self, show: Show, count: int) -> None:
        """Say how many days or corrections a quick filter has."""
        self._counts[show] = count
        self._say_shows()

    def _fill_departments(self, departments: Sequence[str]) -> None:
        every = (translate("admin", "All departments"), "")
        fill(self.department_box, [every, *((name, name) for name in departments)])

    def _say_shows(self) -> None:
        names: dict[Show, str] = {
            "all": translate("admin", "All days"),
            "look": translate("admin", "To look at"),
            "incomplete": translate("admin", "Incomplete"),
            "waiting": translate("admin", "Waiting for approval"),
        }
        for show, button in self.shows.items():
            count = self._counts.get(show)
            badge = "" if count is None or show == "all" else f" ({QLocale().toString(count)})"
            button.setText(f"{names[show]}{badge}")

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        texts = (
            translate("admin", "Today"),
            translate("admin", "This week"),
            translate("admin", "Last week"),
            translate("admin", "This month"),
            translate("admin", "Last month"),
        )
        reword(self.span_box, texts)
        self._fill_departments([self.department_box.itemData(n) for n in range(1, self.department_box.count())])
        self.span_box.setAccessibleName(translate("admin", "Which days to show"))
        self.department_box.setAccessibleName(translate("admin", "Department"))
        self.search.setPlaceholderText(translate("admin", "Search name, code or department"))
        self.search.setAccessibleName(translate("admin", "Search people"))
        self.columns.setToolTip(translate("admin", "Show or hide columns"))
        self.columns.setAccessibleName(translate("admin", "Show or hide columns"))
        self._say_shows()

    def changeEvent(self, event: QEvent) -> None:
        """Follow a change of language."""
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()
        super().changeEvent(event)
