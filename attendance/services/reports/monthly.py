"""The month as a grid: a line for each person, a letter for each day."""

from __future__ import annotations

import calendar
from collections import Counter
from collections.abc import Sequence
from datetime import date, timedelta

from attendance.core.hours.timesheet import DayStatus, Timesheet
from attendance.core.report_table import Block, Column, ColumnKind, Row
from attendance.core.types import Person
from attendance.services.reports.columns import PERSON_COLUMNS
from attendance.services.reports.kind import ALL_CHARTS, ReportKind
from attendance.services.reports.report_data import ReportData

LETTERS = ("P", "A", "HD", "L", "H", "WO", "?")
"""Present, absent, half day, leave, holiday, day off, and a day on which a check-in or check-out is missing.

The first six are the marks of Frappe HR's monthly attendance sheet.
"""
_LETTER = {
    DayStatus.PRESENT: "P",
    DayStatus.STILL_IN: "P",
    DayStatus.ABSENT: "A",
    DayStatus.HALF_DAY: "HD",
    DayStatus.LEAVE: "L",
    DayStatus.HOLIDAY: "H",
    DayStatus.CLOSED: "H",
    DayStatus.REST_DAY: "WO",
    DayStatus.INCOMPLETE: "?",
}
TOTAL_KEYS = ("present", "absent", "half_day", "leave", "holiday", "day_off", "incomplete")
_TOTALS = (
    *(Column(key, ColumnKind.COUNT, is_summed=True) for key in TOTAL_KEYS),
    Column("worked", ColumnKind.DURATION, is_summed=True),
    Column("late_count", ColumnKind.COUNT, is_summed=True),
)
_LEFT = (Column("month"), *PERSON_COLUMNS)


def _day_column(number: int) -> Column:
    return Column(f"d{number:02d}")


_COLUMNS = (*_LEFT, *(_day_column(number) for number in range(1, 32)), *_TOTALS)


def _blocks(data: ReportData) -> tuple[Block, ...]:
    """Return one block for each month of a range; days of the month that lie outside the range have no column."""
    first, last = data.first, data.last
    by_month: dict[date, dict[int, tuple[Person, list[Timesheet]]]] = {}
    for person, sheet in data.sheets:
        month = by_month.setdefault(sheet.day.replace(day=1), {})
        month.setdefault(person.id, (person, []))[1].append(sheet)
    blocks = []
    for start in _months(first, last):
        end = start.replace(day=calendar.monthrange(start.year, start.month)[1])
        numbers = range(max(first, start).day, min(last, end).day + 1)
        columns = (*_LEFT, *(_day_column(number) for number in numbers), *_TOTALS)
        people = sorted(by_month.get(start, {}).values(), key=lambda one: (one[0].department, one[0].name, one[0].code))
        rows = [_row(start, person, own, numbers) for person, own in people if _is_employed(own)]
        blocks.append(Block(f"{start:%Y-%m}", columns, rows))
    return tuple(blocks)


def _months(first: date, last: date) -> list[date]:
    found = [first.replace(day=1)]
    while (after := (found[-1] + timedelta(days=31)).replace(day=1)) <= last:
        found.append(after)
    return found


def _is_employed(sheets: Sequence[Timesheet]) -> bool:
    return any(sheet.status is not DayStatus.NOT_EMPLOYED for sheet in sheets)


def _row(month: date, person: Person, sheets: Sequence[Timesheet], numbers: range) -> Row:
    letters = {sheet.day.day: _LETTER.get(sheet.status, "") for sheet in sheets}
    totals = Counter(letters.values())
    return (
        f"{month:%Y-%m}",
        person.code,
        person.name,
        person.department,
        *(letters.get(number, "") for number in numbers),
        *(totals[letter] for letter in LETTERS),
        sum(sheet.worked_s for sheet in sheets),
        sum(1 for sheet in sheets if sheet.late_by_s),
    )


MONTHLY = ReportKind(name="monthly", columns=_COLUMNS, blocks=_blocks, charts=ALL_CHARTS, legend="legend")
