"""Hours of everybody: the days of a span, what is wrong with them, and putting it right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QLocale, Qt, Slot
from PySide6.QtGui import QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from attendance.core.corrections import Correction, CorrectionState
from attendance.core.event_imports import EventImport, ImportState
from attendance.core.hours.timesheet import DayStatus
from attendance.core.ports.door import CheckInLog
from attendance.core.ports.people import Roster
from attendance.core.types import Person
from attendance.ui import theme
from attendance.ui.admin.hours.corrections_list import OpenCorrections
from attendance.ui.admin.hours.day import DayDetail, OpenCorrection, day_detail, open_corrections
from attendance.ui.admin.hours.drawer import HoursDrawer
from attendance.ui.admin.hours.filter import HoursFilter, span_days
from attendance.ui.admin.hours.model import HoursColumn, HoursModel, HoursRow
from attendance.ui.admin.hours.words import day_text, is_to_look_at
from attendance.ui.admin.parts.day_range import DayRange
from attendance.ui.admin.parts.jobs import Jobs
from attendance.ui.admin.parts.notice import EmptyState, Notice
from attendance.ui.admin.parts.page import Page, scrolled
from attendance.ui.admin.parts.services import AdminServices, HoursServices
from attendance.ui.admin.parts.stylesheet import DRAWER_WIDTH
from attendance.ui.admin.parts.tables.record_model import RecordFilter
from attendance.ui.admin.parts.tables.record_table import RecordTable
from attendance.ui.admin.parts.toast import Toasts
from attendance.ui.admin.parts.words import translate

COLUMN_LETTERS = {
    HoursColumn.DAY: 19,
    HoursColumn.NAME: 18,
    HoursColumn.STATUS: 17,
    HoursColumn.FIRST_IN: 11,
    HoursColumn.LAST_OUT: 14,
    HoursColumn.WORKED: 9,
    HoursColumn.BREAK: 8,
    HoursColumn.LATE: 8,
    HoursColumn.EARLY: 8,
    HoursColumn.OVERTIME: 11,
    HoursColumn.FLAGS: 36,
    HoursColumn.CODE: 12,
    HoursColumn.DEPARTMENT: 18,
}


@dataclass(frozen=True, slots=True)
class HoursShown:
    """What one reading found.

    Attributes:
        days: that were asked for.
        department: that was asked for, "" for all.
        waiting: corrections that wait for a decision.
        imports: files of check-ins that do.
    """

    days: DayRange
    department: str
    rows: tuple[HoursRow, ...]
    people: tuple[Person, ...]
    waiting: tuple[OpenCorrection, ...]
    imports: tuple[EventImport, ...] = ()


def read_hours(services: HoursServices, log: CheckInLog, roster: Roster, days: DayRange, department: str) -> HoursShown:
    """Read the days of a span and what waits for approval; for a worker thread."""
    found = tuple(
        HoursRow(person, sheet)
        for person, sheet in services.hours.timesheets(days.first, days.last, department=department)
        if sheet.status is not DayStatus.NOT_EMPLOYED or sheet.event_ids
    )
    waiting = tuple(open_corrections(log, services.correction_rows, roster))
    imports = tuple(services.imports.waiting()) if services.imports is not None else ()
    return HoursShown(days, department, found, tuple(roster.list_people()), waiting, imports)


class HoursPage(Page):
    """Table of days, quick filters, the drawer of one day, and the list of what waits for approval."""

    def __init__(
        self,
        services: AdminServices,
        hours_services: HoursServices,
        jobs: Jobs,
        toasts: Toasts,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(services, jobs, toasts, parent)
        self.hours_services = hours_services
        self.model = HoursModel(services.zone, self)
        self.rows: RecordFilter[HoursRow] = RecordFilter(self.model, self)
        self.table = RecordTable(self.rows)
        self.filter = HoursFilter(self.table)
        self.notice = Notice()
        self.drawer = HoursDrawer(services, hours_services, jobs)
        self.waiting = OpenCorrections(services, hours_services, jobs, with_name=True)
        self.places = QStackedWidget()
        self.nothing, self.nothing_found, self.nothing_waits = (
            EmptyState("clock"),
            EmptyState("search"),
            EmptyState("check"),
        )
        self._clear = QPushButton()
        self._shown: HoursShown | None = None
        self._is_loading = False
        self._is_stale = False
        self._wanted: tuple[int, date] | None = None
        self._lay_out()
        self._connect()
        self.retranslate()

    def _lay_out(self) -> None:
        # In a small window the notes are scrolled to, not squeezed.
        self.table.arrange(
            COLUMN_LETTERS,
            taker=HoursColumn.FLAGS,
            hidden=(HoursColumn.CODE, HoursColumn.DEPARTMENT),
            taker_letters=COLUMN_LETTERS[HoursColumn.FLAGS],
            whole=(HoursColumn.PLANNED,),  # half a span tells nobody when a shift ends
        )
        self.table.setSelectionMode(RecordTable.SelectionMode.SingleSelection)
        self.table.start_sorted(HoursColumn.DAY, Qt.SortOrder.DescendingOrder)
        self.nothing_found.add_button(self._clear)
        cards = QWidget()
        column = QVBoxLayout(cards)
        column.setContentsMargins(0, 0, theme.SPACE_2, 0)
        column.addWidget(self.waiting)
        column.addStretch(1)
        self._cards = scrolled(cards)
        for place in (self.table, self.nothing, self.nothing_found, self._cards, self.nothing_waits):
            self.places.addWidget(place)
        left = QVBoxLayout()
        left.setSpacing(theme.SPACE_3)
        left.addWidget(self.filter)
        left.addWidget(self.places, 1)
        both = QHBoxLayout()
        both.setSpacing(theme.SPACE_4)
        both.addLayout(left, 1)
        both.addWidget(self.drawer)
        self.body.addWidget(self.notice)
        self.body.addLayout(both, 1)
        self.drawer.hide()

    def _connect(self) -> None:
        self.filter.days_changed.connect(self.reload)
        self.filter.changed.connect(self._on_filter)
        self.table.selection_changed.connect(self._on_selection)
        self.table.closed.connect(self.table.clearSelection)
        self.drawer.closed.connect(self._on_drawer_closed)
        self.drawer.corrected.connect(self._on_corrected)
        self.waiting.decided.connect(self._on_decided)
        self._clear.clicked.connect(self.filter.clear)
        find = QShortcut(QKeySequence(QKeySequence.StandardKey.Find), self)
        find.activated.connect(self.filter.search.setFocus)

    # --- reading -------------------------------------------------------------------------------------

    def shown(self) -> None:
        """The page came to the front."""
        self.reload()

    def days(self) -> DayRange:
        """Return the chosen days."""
        today = self.services.clock.now_utc().astimezone(self.services.zone).date()
        return span_days(self.filter.span, today, QLocale().firstDayOfWeek().value)

    @Slot()
    def reload(self) -> None:
        """Read the chosen days again; a choice made meanwhile is read afterwards."""
        if self._is_loading:
            self._is_stale = True
            return
        self._is_loading, self._is_stale = True, False
        services, hours_services, days, department = (
            self.services,
            self.hours_services,
            self.days(),
            self.filter.department,
        )
        self.jobs.submit(
            lambda: read_hours(hours_services, services.log, services.roster, days, department),
            self._on_loaded,
            self._on_failed,
        )

    def _on_loaded(self, shown: HoursShown) -> None:
        self._is_loading = False
        self.notice.clear()
        self._shown = shown
        self._wanted = self._selected_key() or self._wanted
        self.model.set_rows(shown.rows)
        self.filter.set_departments(sorted({p.department for p in shown.people if p.department}))
        self.filter.set_count("look", sum(is_to_look_at(row.sheet) for row in shown.rows))
        self.filter.set_count("incomplete", sum(row.sheet.is_incomplete for row in shown.rows))
        self.filter.set_count("waiting", len(shown.waiting) + len(shown.imports))
        self.drawer.set_people(shown.people)
        self.waiting.show_open(shown.waiting, shown.imports)
        self._on_filter()
        if self._wanted is not None and self.table.select_key(self._wanted):
            self._on_selection()
        if self._is_stale:
            self.reload()

    def _on_failed(self, error: Exception) -> None:
        self._is_loading = False
        self.notice.say_error(error)
        self._show_place()
        if self._is_stale:
            self.reload()

    # --- filter and selection ------------------------------------------------------------------------

    @Slot()
    def _on_filter(self) -> None:
        self.rows.set_text(self.filter.search.text())
        conditions: dict[str, Callable[[HoursRow], bool]] = {
            "look": lambda row: is_to_look_at(row.sheet),
            "incomplete": lambda row: row.sheet.is_incomplete,
        }
        self.rows.set_condition(conditions.get(self.filter.show_only))
        self._show_place()

    def _show_place(self) -> None:
        is_waiting = self.filter.show_only == "waiting"
        self.filter.set_for_days(is_on=not is_waiting)
        shown = self._shown
        if is_waiting:
            # That there is nothing is said only once it was looked for.
            has_none = shown is not None and not (shown.waiting or shown.imports)
            self.places.setCurrentWidget(self.nothing_waits if has_none else self._cards)
            self.drawer.hide()
        elif shown is None:
            self.places.setCurrentWidget(self.table)
        elif not self.model.records:
            self.places.setCurrentWidget(self.nothing)
        elif self.rows.rowCount() == 0:
            self.places.setCurrentWidget(self.nothing_found)
        else:
            self.places.setCurrentWidget(self.table)
            self.drawer.setVisible(bool(self.table.selected_records()))
        self._make_room()
        self._say_count()

    def _make_room(self) -> None:
        """Hide the filter where it would be too narrow to be read beside the drawer."""
        left_over = self.width() - DRAWER_WIDTH - 2 * theme.SPACE_6 - theme.SPACE_4
        is_narrow = left_over < self.filter.sizeHint().width()
        self.filter.setVisible(not (is_narrow and self.drawer.isVisibleTo(self)))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Fit the filter to the new width."""
        self._make_room()
        super().resizeEvent(event)

    def _selected_key(self) -> tuple[int, date] | None:
        chosen = self.table.selected_records()
        return chosen[0].key if chosen else None

    @Slot()
    def _on_selection(self) -> None:
        chosen: list[HoursRow] = self.table.selected_records()
        if not chosen:
            self.drawer.hide()
            self._make_room()
            return
        row = chosen[0]
        self._wanted = row.key
        services, rows = self.services, self.hours_services.correction_rows
        self.jobs.submit(
            lambda: day_detail(services.log, rows, services.roster, row.person, row.sheet),
            self._on_detail,
            self.notice.say_error,
        )

    def _on_detail(self, detail: DayDetail) -> None:
        if self._selected_key() != (detail.person.id, detail.sheet.day) or self.filter.show_only == "waiting":
            return  # another day was chosen meanwhile
        self.drawer.show_day(detail)
        self.drawer.show()
        self._make_room()

    @Slot()
    def _on_drawer_closed(self) -> None:
        self._wanted = None
        self.table.clearSelection()
        self.table.setFocus()

    def _on_decided(self, made: Correction | EventImport) -> None:
        if isinstance(made, Correction):
            self._on_corrected(made)
            return
        is_rejected = made.state is ImportState.REJECTED
        rejected = translate("admin", "Rejected; it does not count.")
        self.toasts.show_text(rejected if is_rejected else translate("admin", "The check-ins of the file count now."))
        self.reload()

    def _on_corrected(self, correction: Correction) -> None:
        texts = {
            CorrectionState.APPROVED: translate("admin", "Saved; the hours are worked out anew."),
            CorrectionState.REQUESTED: translate("admin", "Asked for; it counts as soon as somebody else approves it."),
            CorrectionState.REJECTED: translate("admin", "Rejected; it does not count."),
            CorrectionState.PROVISIONAL: translate("admin", "Saved; it counts until somebody decides."),
        }
        self.toasts.show_text(texts[correction.state])
        self.reload()

    # --- words ---------------------------------------------------------------------------------------

    def _say_count(self) -> None:
        if self._shown is None:
            self.caption.setText("")
            return
        if self.filter.show_only == "waiting":
            self.caption.setText(translate("admin", "of all days"))
            return
        days, number = self._shown.days, QLocale().toString
        span = day_text(days.first)
        if days.last != days.first:
            span = f"{span} – {day_text(days.last)}"
        count = translate("admin", "{seen} of {total} days").format(
            seen=number(self.rows.rowCount()), total=number(len(self.model.records))
        )
        self.caption.setText(f"{span} · {count}")

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.title.setText(translate("admin", "Hours"))
        self.table.setAccessibleName(translate("admin", "Days and hours"))
        self.nothing.say(
            translate("admin", "No hours in these days"),
            translate("admin", "Choose other days, or enrol people and let them check in."),
        )
        self.nothing_found.say(
            translate("admin", "No day fits"), translate("admin", "There is nothing to do here, or show all days.")
        )
        self.nothing_waits.say(
            translate("admin", "Nothing waits for approval"),
            translate("admin", "Answers given at the kiosk, corrections of others and imported files appear here."),
        )
        self._clear.setText(translate("admin", "Show all days"))
        self.model.retranslate()
        self._say_count()
        if self.notice.isVisible():
            self.notice.clear()
            self.reload()

    def restyle(self) -> None:
        """Draw icons in the colours now in use."""
        self.model.refresh()
