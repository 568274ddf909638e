"""Shifts and assignments of the plan as table models."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QDate, QLocale

from attendance.core.hours.plan import Assignment, WorkPlan
from attendance.core.hours.shift import DAY_MIN, BreakRule, Shift
from attendance.core.report_table import hmm
from attendance.ui.admin.parts.tables.record_model import RecordModel
from attendance.ui.admin.parts.words import translate


class ShiftColumn(IntEnum):
    """Columns of the table of shifts."""

    NAME = 0
    TIMES = 1
    BREAK = 2
    GRACE = 3


class ShiftsModel(RecordModel[Shift]):
    """Shifts by name."""

    column_count = len(ShiftColumn)

    def key(self, record: Shift) -> str:
        """Return the identity of a record."""
        return record.name

    def header(self, column: int) -> str:
        """Return the translated title of a column."""
        return (
            translate("admin", "Shift"),
            translate("admin", "Times"),
            translate("admin", "Break"),
            translate("admin", "Grace"),
        )[column]

    def text(self, record: Shift, column: int) -> str:
        """Return what a cell shows."""
        texts = (record.name, times_text(record), "; ".join(map(_break_text, record.breaks)), _grace_text(record))
        return texts[column]

    def search_text(self, record: Shift) -> str:
        """Return what a search would look at."""
        return record.name

    def sort_value(self, record: Shift, column: int) -> Any:
        """Return what a column is sorted by."""
        return record.start_min if column == ShiftColumn.TIMES else self.text(record, column)


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """One assignment with the name of its person.

    Attributes:
        number: place in the plan.
        name: of the person, "" without.
    """

    number: int
    assignment: Assignment
    name: str


class AssignmentColumn(IntEnum):
    """Columns of the table of assignments."""

    WHO = 0
    SHIFT = 1
    FIRST = 2
    LAST = 3
    WEEKDAYS = 4


class AssignmentsModel(RecordModel[AssignmentRow]):
    """Who works what from when to when."""

    column_count = len(AssignmentColumn)

    def key(self, record: AssignmentRow) -> int:
        """Return the identity of a record."""
        return record.number

    def header(self, column: int) -> str:
        """Return the translated title of a column."""
        return (
            translate("admin", "Who"),
            translate("admin", "Shift"),
            translate("admin", "From"),
            translate("admin", "Until"),
            translate("admin", "Weekdays"),
        )[column]

    def text(self, record: AssignmentRow, column: int) -> str:
        """Return what a cell shows."""
        one = record.assignment
        texts = (
            who_text(record),
            one.shift,
            _date_text(one.first_day),
            "" if one.last_day is None else _date_text(one.last_day),
            _weekdays_text(one.weekdays),
        )
        return texts[column]

    def search_text(self, record: AssignmentRow) -> str:
        """Return what a search would look at."""
        return f"{record.name}\n{record.assignment.department}\n{record.assignment.shift}"

    def sort_value(self, record: AssignmentRow, column: int) -> Any:
        """Return what a column is sorted by."""
        one = record.assignment
        if column == AssignmentColumn.FIRST:
            return one.first_day.toordinal()
        if column == AssignmentColumn.LAST:
            return (one.last_day or date.max).toordinal()
        return self.text(record, column)


def assignment_rows(plan: WorkPlan, names: Mapping[int, str]) -> list[AssignmentRow]:
    """Return the assignments of a plan.

    Args:
        plan: in force.
        names: by id of the person.
    """
    return [
        AssignmentRow(number, one, names.get(one.person_id, "") if one.person_id is not None else "")
        for number, one in enumerate(plan.assignments)
    ]


def who_text(row: AssignmentRow) -> str:
    """Return for whom an assignment is."""
    if row.assignment.person_id is not None:
        return row.name or translate("admin", "Erased person")
    if row.assignment.department:
        return translate("admin", "Department {name}").format(name=row.assignment.department)
    return translate("admin", "Everybody")


def times_text(shift: Shift) -> str:
    """Return the parts of a shift, or how long a flexible one is."""
    parts = ", ".join(f"{_clock(p.start_min)}–{_clock(p.end_min)}" for p in shift.parts)
    if shift.flexible_min:
        length = translate("admin", "flexible, {hours} h").format(hours=hmm(shift.flexible_min * 60))
        return f"{length} ({parts})" if parts else length
    return parts


def _clock(minutes: int) -> str:
    days, rest = divmod(minutes, DAY_MIN)
    return f"{rest // 60:02}:{rest % 60:02}" + (f" +{days}" if days else "")


def _break_text(rule: BreakRule) -> str:
    if rule.after_min:
        text = translate("admin", "{minutes} min after {hours} h")
        return text.format(minutes=rule.minutes, hours=hmm(rule.after_min * 60))
    return translate("admin", "{minutes} min").format(minutes=rule.minutes)


def _grace_text(shift: Shift) -> str:
    grace = max(shift.grace_in_min, shift.grace_out_min)
    return translate("admin", "{minutes} min").format(minutes=grace) if grace else ""


def _date_text(day: date) -> str:
    return QLocale().toString(QDate(day.year, day.month, day.day), QLocale.FormatType.ShortFormat)


def _weekdays_text(weekdays: frozenset[int] | None) -> str:
    if weekdays is None:
        return ""
    return " ".join(QLocale().dayName(number + 1, QLocale.FormatType.ShortFormat) for number in sorted(weekdays))
