"""Days as they are written on the command line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

from attendance.errors import AttendanceError, Reason
from attendance.errors.reports import ReportRangeError


def read_day(text: str, refusal: Callable[[Reason], AttendanceError]) -> date:
    """Return the day of a text in ISO 8601, such as "2026-03-02".

    Args:
        text: what was given.
        refusal: makes the error that is raised for anything else of the reason in words.

    Raises:
        AttendanceError: the one that ``refusal`` made.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as err:
        raise refusal(Reason("{text} is not a day such as 2026-03-02", text=repr(text))) from err


def read_range_day(text: str, *, start: str, end: str) -> date:
    """Return the day of a text that is one end of a range.

    Args:
        text: what was given.
        start: the range's first day as it was given, for the error.
        end: the last one.

    Raises:
        ReportRangeError: it is not a day.
    """
    return read_day(text, lambda reason: ReportRangeError(start=start, end=end, reason=reason))
