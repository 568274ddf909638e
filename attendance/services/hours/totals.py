"""Adding up the days of one person."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date

from attendance.core.hours.records import DayNumbers, HoursTotals

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
    for day in days:
        statuses[day.status] += 1
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
        **sums,
        late_days=late_days,
        early_days=early_days,
        leave_days=leave,
        overtime=dict(overtime),
    )
