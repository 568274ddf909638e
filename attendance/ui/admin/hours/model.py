"""Timesheets as a table model: one row for a person and day."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Any
from zoneinfo import ZoneInfo

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor

from attendance.core.hours.timesheet import DayStatus, Timesheet
from attendance.core.types import Person
from attendance.ui import theme
from attendance.ui.admin.hours.words import (
    clock_text,
    day_text,
    flags_text,
    hours_text,
    is_to_look_at,
    planned_text,
    status_text,
)
from attendance.ui.admin.parts.tables.record_model import RecordModel
from attendance.ui.admin.parts.words import translate


class HoursColumn(IntEnum):
    """Columns of the table of hours."""

    DAY = 0
    NAME = 1
    STATUS = 2
    PLANNED = 3
    FIRST_IN = 4
    LAST_OUT = 5
    WORKED = 6
    BREAK = 7
    LATE = 8
    EARLY = 9
    OVERTIME = 10
    FLAGS = 11
    CODE = 12
    DEPARTMENT = 13


_DURATIONS = {
    HoursColumn.WORKED: "worked_s",
    HoursColumn.BREAK: "break_s",
    HoursColumn.LATE: "late_by_s",
    HoursColumn.EARLY: "early_by_s",
    HoursColumn.OVERTIME: "overtime_s",
}
_FREE = frozenset(
    {DayStatus.REST_DAY, DayStatus.HOLIDAY, DayStatus.CLOSED, DayStatus.UNPLANNED, DayStatus.EXPECTED, DayStatus.LEAVE}
)


@dataclass(frozen=True, slots=True)
class HoursRow:
    """One timesheet and whose it is."""

    person: Person
    sheet: Timesheet

    @property
    def key(self) -> tuple[int, date]:
        """Unique among the rows."""
        return self.person.id, self.sheet.day


class HoursModel(RecordModel[HoursRow]):
    """Days with planned and real times, hours, state and flags, newest first.

    Args:
        zone: of the site.
    """

    column_count = len(HoursColumn)
    number_columns = frozenset(_DURATIONS)

    def __init__(self, zone: ZoneInfo, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._zone = zone
        self._sort_column = HoursColumn.DAY
        self._sort_order = Qt.SortOrder.DescendingOrder

    def key(self, record: HoursRow) -> tuple[int, date]:
        """Return the identity of a record."""
        return record.key

    def header(self, column: int) -> str:
        """Return the translated title of a column."""
        titles = (
            translate("admin", "Day"),
            translate("admin", "Name"),
            translate("admin", "Status"),
            translate("admin", "Planned"),
            translate("admin", "In"),
            translate("admin", "Out"),
            translate("admin", "Worked"),
            translate("admin", "Break"),
            translate("admin", "Late"),
            translate("admin", "Early"),
            translate("admin", "Overtime"),
            translate("admin", "Notes"),
            translate("admin", "Code"),
            translate("admin", "Department"),
        )
        return titles[column]

    def text(self, record: HoursRow, column: int) -> str:
        """Return what a cell shows."""
        sheet, person = record.sheet, record.person
        kind = HoursColumn(column)
        if kind in _DURATIONS:
            return hours_text(getattr(sheet, _DURATIONS[kind]))
        texts = {
            HoursColumn.DAY: lambda: day_text(sheet.day),
            HoursColumn.NAME: lambda: person.name,
            HoursColumn.PLANNED: lambda: planned_text(sheet, self._zone),
            HoursColumn.FIRST_IN: lambda: clock_text(sheet.first_in_utc, self._zone, sheet.day),
            HoursColumn.LAST_OUT: lambda: clock_text(sheet.last_out_utc, self._zone, sheet.day),
            HoursColumn.STATUS: lambda: status_text(sheet),
            HoursColumn.FLAGS: lambda: flags_text(sheet),
            HoursColumn.CODE: lambda: person.code,
            HoursColumn.DEPARTMENT: lambda: person.department,
        }
        return texts[kind]()

    def sort_value(self, record: HoursRow, column: int) -> Any:
        """Return what a column is sorted by."""
        sheet, kind = record.sheet, HoursColumn(column)
        if kind in _DURATIONS:
            return getattr(sheet, _DURATIONS[kind])
        times = {
            HoursColumn.PLANNED: sheet.planned_in_utc,
            HoursColumn.FIRST_IN: sheet.first_in_utc,
            HoursColumn.LAST_OUT: sheet.last_out_utc,
        }
        if kind is HoursColumn.DAY:
            return sheet.day.toordinal()
        if kind in times:
            instant = times[kind]
            return instant.timestamp() if instant is not None else 0.0
        return self.text(record, column)

    def search_text(self, record: HoursRow) -> str:
        """Return what the search box looks at."""
        return f"{record.person.name}\n{record.person.code}\n{record.person.department}"

    def extra(self, record: HoursRow, column: int, role: int) -> Any:
        """Return icons, colours and tool tips."""
        if role == Qt.ItemDataRole.DecorationRole and column == HoursColumn.STATUS:
            return self._icon(record)
        if role == Qt.ItemDataRole.ForegroundRole and record.sheet.status in _FREE and not record.sheet.event_ids:
            return QColor(theme.tokens().text_muted)
        if role == Qt.ItemDataRole.ToolTipRole and column in {HoursColumn.NAME, HoursColumn.STATUS, HoursColumn.FLAGS}:
            return self.text(record, column) or None
        return None

    def _icon(self, record: HoursRow) -> Any:
        colours = theme.tokens()
        if record.sheet.is_incomplete:
            return theme.icon("warning", colours.warn)
        if is_to_look_at(record.sheet):
            return theme.icon("eye", colours.warn)
        if record.sheet.status in {DayStatus.PRESENT, DayStatus.STILL_IN}:
            return theme.icon("check", colours.ok)
        return theme.icon("dot", colours.text_muted)
