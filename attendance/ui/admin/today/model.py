"""Check-ins as a table model, for Today and for the preview of a report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import IntEnum
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import QDate, QLocale, QObject, Qt, QTime
from PySide6.QtGui import QColor

from attendance.core.check_in_method import CheckInMethod
from attendance.core.types import CheckIn, Direction, Person
from attendance.ui import theme
from attendance.ui.admin.parts.tables.record_model import RecordModel
from attendance.ui.admin.parts.words import translate


class EventColumn(IntEnum):
    """Columns of a check-in table."""

    DATE = 0
    TIME = 1
    NAME = 2
    DIRECTION = 3
    CODE = 4
    DEPARTMENT = 5
    SOURCE = 6
    SIMILARITY = 7
    METHOD = 8


@dataclass(frozen=True, slots=True)
class TodayRow:
    """One check-in as the table shows it.

    Attributes:
        at_local: aware time in the zone of the site.
        name: empty when the person was erased.
    """

    event_id: str
    at_local: datetime
    person_id: int | None
    name: str
    code: str
    department: str
    direction: Direction
    source: str
    similarity: float | None
    method: CheckInMethod | None = None


def event_row(event: CheckIn, person: Person | None, zone: ZoneInfo) -> TodayRow:
    """Return the row of one check-in and its person (None when erased)."""
    return TodayRow(
        event_id=event.event_id,
        at_local=event.at_utc.astimezone(zone),
        person_id=event.person_id,
        name=person.name if person else "",
        code=person.code if person else "",
        department=person.department if person else "",
        direction=event.direction,
        source=event.source,
        similarity=event.similarity,
        method=event.method,
    )


def method_text(method: CheckInMethod) -> str:
    """Return by what somebody was known."""
    return {
        CheckInMethod.FACE: translate("admin", "Face"),
        CheckInMethod.PIN: translate("admin", "PIN"),
        CheckInMethod.BADGE: translate("admin", "Badge"),
        CheckInMethod.BADGE_PIN: translate("admin", "Badge, PIN"),
        CheckInMethod.BADGE_FACE: translate("admin", "Badge, face"),
        CheckInMethod.PIN_FACE: translate("admin", "PIN, face"),
    }[method]


class EventsModel(RecordModel[TodayRow]):
    """Check-ins, newest first until a title is clicked."""

    column_count = len(EventColumn)
    number_columns = frozenset({EventColumn.SIMILARITY})

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sort_column = EventColumn.TIME
        self._sort_order = Qt.SortOrder.DescendingOrder

    def key(self, record: TodayRow) -> str:
        """Return the identity of a record."""
        return record.event_id

    def header(self, column: int) -> str:
        """Return the translated title of a column."""
        titles = (
            translate("admin", "Date"),
            translate("admin", "Time"),
            translate("admin", "Name"),
            translate("admin", "In / out"),
            translate("admin", "Code"),
            translate("admin", "Department"),
            translate("admin", "Source"),
            translate("admin", "Similarity"),
            translate("admin", "Known by"),
        )
        return titles[column]

    def text(self, record: TodayRow, column: int) -> str:
        """Return what a cell shows."""
        at, locale = record.at_local, QLocale()
        if column == EventColumn.DATE:
            return locale.toString(QDate(at.year, at.month, at.day), QLocale.FormatType.ShortFormat)
        if column == EventColumn.TIME:
            return locale.toString(QTime(at.hour, at.minute, at.second), QLocale.FormatType.ShortFormat)
        if column == EventColumn.SIMILARITY:
            return "" if record.similarity is None else locale.toString(record.similarity, "f", 2)
        words = {
            EventColumn.NAME: record.name or translate("admin", "Erased person"),
            EventColumn.DIRECTION: self.direction_text(record.direction),
            EventColumn.CODE: record.code,
            EventColumn.DEPARTMENT: record.department,
            EventColumn.SOURCE: record.source,
            EventColumn.METHOD: "" if record.method is None else method_text(record.method),
        }
        return words[EventColumn(column)]

    def sort_value(self, record: TodayRow, column: int) -> Any:
        """Return what a column is sorted by."""
        if column in {EventColumn.DATE, EventColumn.TIME}:
            return record.at_local
        if column == EventColumn.SIMILARITY:
            return -1.0 if record.similarity is None else record.similarity
        return self.text(record, column)

    def search_text(self, record: TodayRow) -> str:
        """Return what the search box looks at."""
        return f"{record.name}\n{record.code}\n{record.department}\n{record.source}"

    def extra(self, record: TodayRow, column: int, role: int) -> Any:
        """Return icons, colours and tool tips."""
        if role == Qt.ItemDataRole.DecorationRole and column == EventColumn.DIRECTION:
            is_in = record.direction.is_arrival
            colours = theme.tokens()
            return theme.icon("arrow-in" if is_in else "arrow-out", colours.ok if is_in else colours.text_muted)
        if role == Qt.ItemDataRole.ForegroundRole and not record.name and column == EventColumn.NAME:
            return QColor(theme.tokens().text_muted)
        if role == Qt.ItemDataRole.ToolTipRole and column in {EventColumn.DATE, EventColumn.TIME}:
            return record.at_local.isoformat(sep=" ", timespec="seconds")
        return None

    def direction_text(self, direction: Direction) -> str:
        """Return "In", "Out", "Break" or "Back" in the window's language."""
        return {
            Direction.IN: translate("admin", "In"),
            Direction.OUT: translate("admin", "Out"),
            Direction.BREAK_START: translate("admin", "Break"),
            Direction.BREAK_END: translate("admin", "Back"),
        }[direction]
