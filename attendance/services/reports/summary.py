"""A summary of timesheets, which the charts of a report show. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from datetime import date
from zoneinfo import ZoneInfo

from attendance.core.hours.overtime import monday_of
from attendance.core.hours.timesheet import Timesheet
from attendance.core.report_table import Summary
from attendance.core.types import Person

_QUARTERS = 96


def summary_of(sheets: Iterable[tuple[Person, Timesheet]], zone: ZoneInfo) -> Summary | None:
    """Count arrivals, lateness and hours; None when nobody came at all.

    Args:
        sheets: in any order.
        zone: arrivals are counted on its clock.
    """
    arrivals = [0] * _QUARTERS
    late: Counter[str] = Counter()
    days: Counter[str] = Counter()
    weeks: Counter[date] = Counter()
    for person, sheet in sheets:
        weeks[monday_of(sheet.day)] += sheet.worked_s
        if sheet.first_in_utc is None:
            continue
        local = sheet.first_in_utc.astimezone(zone)
        arrivals[local.hour * 4 + local.minute // 15] += 1
        days[person.department] += 1
        late[person.department] += 1 if sheet.late_by_s else 0
    if not days:
        return None
    lateness = sorted(((name, late[name], days[name]) for name in days), key=lambda one: (-one[1] / one[2], one[0]))
    return Summary(tuple(arrivals), tuple(lateness), tuple(sorted(weeks.items())))
