"""What the reports of a person and day have in common: clock times, order and remarks. Pure."""

from __future__ import annotations

from collections.abc import Iterable

from attendance.core.hours.timesheet import DayStatus, Flag, Timesheet
from attendance.core.report_table import Column, ColumnKind
from attendance.core.types import Person

# What stands on a line of its own in the report of a day already.
_SHOWN_ELSEWHERE = {Flag.LATE, Flag.LEFT_EARLY, Flag.AUTO_BREAK, Flag.STILL_IN}


def clock_column(key: str, *, is_printed: bool = True) -> Column:
    """Return a column of times of day, read beside the column ``day``."""
    return Column(key, ColumnKind.INSTANT, clock_of="day", is_printed=is_printed)


def by_day(sheets: Iterable[tuple[Person, Timesheet]]) -> list[tuple[Person, Timesheet]]:
    """Return the sheets by day, department and name, without days before and after the time at the company."""
    kept = [pair for pair in sheets if pair[1].status is not DayStatus.NOT_EMPLOYED or pair[1].event_ids]
    return sorted(kept, key=lambda pair: (pair[1].day, pair[0].department, pair[0].name, pair[0].code))


def flag_text(flags: Iterable[Flag]) -> str:
    """Return flags as one cell, without those that have a column of their own."""
    return ";".join(sorted(flag.value for flag in flags if flag not in _SHOWN_ELSEWHERE))
