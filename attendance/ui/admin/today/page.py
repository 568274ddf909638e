"""Today's check-ins, newest first, kept up to date by themselves."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDate, QLocale, Qt, QTime, QTimer, Signal, Slot
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QPushButton, QStackedWidget, QToolButton, QWidget

from attendance.core.ports.door import CheckInLog
from attendance.core.types import Direction
from attendance.ui import theme
from attendance.ui.admin.parts.choices import reword
from attendance.ui.admin.parts.icons import set_icon
from attendance.ui.admin.parts.jobs import Jobs
from attendance.ui.admin.parts.notice import EmptyState, Notice
from attendance.ui.admin.parts.number_tile import NumberTile
from attendance.ui.admin.parts.page import Page
from attendance.ui.admin.parts.services import AdminServices
from attendance.ui.admin.parts.tables.record_model import RecordFilter
from attendance.ui.admin.parts.tables.record_table import RecordTable
from attendance.ui.admin.parts.toast import Toasts
from attendance.ui.admin.parts.words import translate
from attendance.ui.admin.today.model import EventColumn, EventsModel, TodayRow, event_row

REFRESH_MS = 3000

EVENT_COLUMN_LETTERS = {
    EventColumn.DATE: 16,
    EventColumn.TIME: 12,
    EventColumn.DIRECTION: 12,
    EventColumn.CODE: 12,
    EventColumn.DEPARTMENT: 20,
    EventColumn.SOURCE: 20,
    EventColumn.SIMILARITY: 13,
    EventColumn.METHOD: 14,
}


def day_start_utc(day: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant at which the calendar day of an aware time begins in a zone."""
    return datetime.combine(day.astimezone(zone).date(), time(), zone)


def rows_of_day(log: CheckInLog, now: datetime, zone: ZoneInfo) -> list[TodayRow]:
    """Return the check-ins of the day that `now` lies in, oldest first; for a worker thread."""
    start = day_start_utc(now, zone)
    # Adding a day to a zoned time keeps the wall clock, so a day of 23 or 25 hours ends at midnight too.
    return [event_row(event, person, zone) for event, person in log.between(start, start + timedelta(days=1))]


def count_people_in(rows: Iterable[TodayRow]) -> int:
    """Return how many people are at work after their last row of the day; a break is not at work."""
    last: dict[int, TodayRow] = {}
    for row in rows:
        if row.person_id is not None and (row.person_id not in last or row.at_local >= last[row.person_id].at_local):
            last[row.person_id] = row
    return sum(row.direction.is_arrival for row in last.values())


class TodayPage(Page):
    """Numbers of the day and its check-ins.

    Signals:
        reports_asked: another day is wanted.
    """

    reports_asked = Signal()

    def __init__(self, services: AdminServices, jobs: Jobs, toasts: Toasts, parent: QWidget | None = None) -> None:
        super().__init__(services, jobs, toasts, parent)
        self.model = EventsModel(self)
        self.rows: RecordFilter[TodayRow] = RecordFilter(self.model, self)
        self.table = RecordTable(self.rows)
        self.people_in = NumberTile()
        self.people_seen = NumberTile()
        self.events = NumberTile()
        self.search = QLineEdit()
        self.direction = QComboBox()
        self.columns = QToolButton()
        self.notice = Notice()
        self.places = QStackedWidget()
        self.nothing = EmptyState("clock")
        self.nothing_found = EmptyState("search")
        self._go_to_reports = QPushButton()
        self._clear_search = QPushButton()
        self._updated = QTime()
        self._is_loading = False
        self._timer = QTimer(self)
        self._lay_out()
        self._connect()
        self.retranslate()

    def _lay_out(self) -> None:
        tiles = QHBoxLayout()
        tiles.setSpacing(theme.SPACE_3)
        for tile in (self.people_in, self.people_seen, self.events):
            tiles.addWidget(tile, 1)
        self.search.setClearButtonEnabled(True)
        set_icon(self.columns, "columns")
        self.columns.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.columns.setMenu(self.table.column_menu(self.columns))
        filters = QHBoxLayout()
        filters.setSpacing(theme.SPACE_2)
        filters.addWidget(self.search, 1)
        filters.addWidget(self.direction)
        filters.addWidget(self.columns)
        self.table.arrange(
            EVENT_COLUMN_LETTERS,
            taker=EventColumn.NAME,
            hidden=(EventColumn.DATE, EventColumn.SIMILARITY, EventColumn.METHOD),
        )
        self.table.start_sorted(EventColumn.TIME, Qt.SortOrder.DescendingOrder)
        self.nothing.add_button(self._go_to_reports)
        self.nothing_found.add_button(self._clear_search)
        for place in (self.table, self.nothing, self.nothing_found):
            self.places.addWidget(place)
        self.body.addWidget(self.notice)
        self.body.addLayout(tiles)
        self.body.addLayout(filters)
        self.body.addWidget(self.places, 1)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._on_filter)
        self.direction.currentIndexChanged.connect(self._on_filter)
        self.table.closed.connect(self.table.clearSelection)
        self._go_to_reports.clicked.connect(self.reports_asked)
        self._clear_search.clicked.connect(self._on_clear_search)
        self._timer.setInterval(REFRESH_MS)
        self._timer.timeout.connect(self.reload)

    def shown(self) -> None:
        """The page came to the front."""
        self._timer.start()
        self.reload()

    def left(self) -> None:
        """The page went to the back, or the window closes."""
        self._timer.stop()

    @Slot()
    def reload(self) -> None:
        """Read today's rows again, unless that is still going on."""
        if self._is_loading:
            return
        self._is_loading = True
        log, now, zone = self.services.log, self.services.clock.now_utc(), self.services.zone
        self.jobs.submit(lambda: rows_of_day(log, now, zone), self._on_loaded, self._on_failed)

    def _on_loaded(self, rows: list[TodayRow]) -> None:
        self._is_loading = False
        self.notice.clear()
        self.model.set_rows(rows)
        self.people_in.set_value(count_people_in(rows))
        self.people_seen.set_value(len({row.person_id for row in rows if row.person_id is not None}))
        self.events.set_value(len(rows))
        now = self.services.clock.now_utc().astimezone(self.services.zone)
        self._updated = QTime(now.hour, now.minute, now.second)
        self._show_place()
        self._say_day()

    def _on_failed(self, error: Exception) -> None:
        # The rows read before stay; the timer tries again.
        self._is_loading = False
        self.notice.say_error(error)
        self._show_place()

    @Slot()
    def _on_filter(self) -> None:
        self.rows.set_text(self.search.text())
        wanted = {1: Direction.IN, 2: Direction.OUT}.get(self.direction.currentIndex())
        self.rows.set_condition(None if wanted is None else lambda row: row.direction is wanted)
        self._show_place()

    @Slot()
    def _on_clear_search(self) -> None:
        self.search.clear()
        self.direction.setCurrentIndex(0)

    def _show_place(self) -> None:
        if not self._updated.isValid():
            return  # that there is nothing is said only once it was looked for
        for control in (self.search, self.direction, self.columns):
            control.setVisible(bool(self.model.records))
        if not self.model.records:
            self.places.setCurrentWidget(self.nothing)
        elif self.rows.rowCount() == 0:
            self.places.setCurrentWidget(self.nothing_found)
        else:
            self.places.setCurrentWidget(self.table)

    def _say_day(self) -> None:
        now = self.services.clock.now_utc().astimezone(self.services.zone)
        locale = QLocale()
        day = locale.toString(QDate(now.year, now.month, now.day), QLocale.FormatType.LongFormat)
        if self._updated.isValid():
            at = locale.toString(self._updated, QLocale.FormatType.ShortFormat)
            self.caption.setText(translate("admin", "{day} · up to date at {time}").format(day=day, time=at))
        else:
            self.caption.setText(day)

    def retranslate(self) -> None:
        """Set every text in the language now in use."""
        self.title.setText(translate("admin", "Today"))
        self.people_in.set_meaning(translate("admin", "in now"))
        self.people_seen.set_meaning(translate("admin", "people seen today"), translate("admin", "person seen today"))
        self.events.set_meaning(translate("admin", "check-ins"), translate("admin", "check-in"))
        self.search.setPlaceholderText(translate("admin", "Search name, code or department"))
        self.search.setAccessibleName(translate("admin", "Search today's check-ins"))
        self.columns.setToolTip(translate("admin", "Show or hide columns"))
        self.columns.setAccessibleName(translate("admin", "Show or hide columns"))
        self.table.setAccessibleName(translate("admin", "Today's check-ins"))
        self.direction.setAccessibleName(translate("admin", "Which check-ins to show"))
        shown = (translate("admin", "In and out"), translate("admin", "In only"), translate("admin", "Out only"))
        reword(self.direction, shown)
        self.nothing.say(
            translate("admin", "No check-ins yet today"),
            translate("admin", "They appear here by themselves as people look into the kiosk."),
        )
        self._go_to_reports.setText(translate("admin", "Look at other days"))
        self.nothing_found.say(
            translate("admin", "No check-in matches"), translate("admin", "Try fewer letters, or show all of them.")
        )
        self._clear_search.setText(translate("admin", "Show all check-ins"))
        self.model.retranslate()
        self._say_day()

    def restyle(self) -> None:
        """Draw icons and pictures in the colours now in use."""
        self.model.refresh()
