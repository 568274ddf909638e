"""Adding up the days of a person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from itertools import groupby

from attendance.core.hours.records import DayNumbers, HoursTotals, numbers_of
from attendance.core.hours.rules import DayKind
from attendance.core.hours.timesheet import Timesheet
from attendance.core.types import Person

_SUMS = ("scheduled_s", "presence_s", "worked_s", "break_s", "paid_s", "overtime_s", "late_by_s", "early_by_s")


def totals_of(first_day: date, last_day: date, days: Iterable[DayNumbers]) -> HoursTotals:
    """Add up days of one person.

    Args:
        first_day: of the period.
        last_day: of the period, included.
        days: one for each day.
    """
    sums: Counter[str] = Counter(dict.fromkeys(_SUMS, 0))
    statuses: Counter[str] = Counter()
    leave: dict[str, float] = {}
    overtime: Counter[tuple[str, float]] = Counter()
    late_days = early_days = 0
    scheduled = 0.0
    for day in days:
        statuses[day.status] += 1
        scheduled += 1 - day.leave_share if day.kind == DayKind.WORKDAY else 0.0
        late_days += day.late_by_s > 0
        early_days += day.early_by_s > 0
        for name in _SUMS:
            sums[name] += getattr(day, name)
        if day.leave_share:
            leave[day.leave_kind] = leave.get(day.leave_kind, 0.0) + day.leave_share
        for name, rate, seconds in day.overtime:
            overtime[name, rate] += seconds
    return HoursTotals(
        first_day,
        last_day,
        dict(statuses),
        scheduled,
        **sums,
        late_days=late_days,
        early_days=early_days,
        leave_days=leave,
        overtime=dict(overtime),
    )


def totals_of_sheets(
    first_day: date, last_day: date, sheets: Iterable[tuple[Person, Timesheet]]
) -> Iterator[tuple[Person, HoursTotals]]:
    """Add up the timesheets of people.

    Args:
        first_day: of the period.
        last_day: of the period, included.
        sheets: one for each person and day; those of one person stand together.
    """
    for _, own in groupby(sheets, key=lambda one: one[0].id):
        found = list(own)
        yield found[0][0], totals_of(first_day, last_day, [numbers_of(sheet) for _, sheet in found])
