"""Reports that are made again and again: which days each one covers, and when it is due."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from attendance.errors import Reason


class Every(StrEnum):
    """How often: each report covers the whole day, ISO week (Monday to Sunday) or month before."""

    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Period:
    """The days of one report, both included.

    Attributes:
        text: for file names: "2026-10-05", "2026-W41" or "2026-10".
    """

    first: date
    last: date
    text: str


@dataclass(frozen=True, slots=True)
class ReportSchedule:
    """One scheduled report.

    Attributes:
        id: 0 before it is stored.
        name: unique; file names begin with it.
        kind: "daily", "monthly" and so on, as ``attendance report`` knows them.
        format: "csv", "xlsx", "pdf" or "html".
        folder: absolute path.
        mail_to: addresses, empty for none.
        options: department, preset, columns and the like as texts; "at" is the time of day, "HH:MM".
        last_run_utc: of the last run that made everything, None before.
        next_utc: when the next report that is not made yet is due.
        last_error: of the last run, None when it went well.
    """

    id: int
    name: str
    kind: str
    every: Every
    format: str
    folder: str
    mail_to: tuple[str, ...] = ()
    options: Mapping[str, str] = field(default_factory=dict)
    last_run_utc: datetime | None = None
    next_utc: datetime | None = None
    last_error: Reason | None = None
    is_active: bool = True


def period_before(every: Every, day: date) -> Period:
    """Return the last whole day, week or month that ended before a day."""
    if every is Every.DAY:
        first = last = day - timedelta(days=1)
        return Period(first, last, first.isoformat())
    if every is Every.WEEK:
        last = day - timedelta(days=day.isoweekday())
        year, week, _ = last.isocalendar()
        return Period(last - timedelta(days=6), last, f"{year}-W{week:02}")
    last = day.replace(day=1) - timedelta(days=1)
    return Period(last.replace(day=1), last, f"{last:%Y-%m}")


def due_day(every: Every, day: date) -> date:
    """Return the first day not before this one on which a report is due: any day, a Monday, or the 1st."""
    if every is Every.DAY:
        return day
    if every is Every.WEEK:
        return day + timedelta(days=-(day.isoweekday() - 1) % 7)
    return day if day.day == 1 else (day.replace(day=28) + timedelta(days=4)).replace(day=1)


def due_instants(
    every: Every, at: time, zone: ZoneInfo, start_utc: datetime, now_utc: datetime
) -> tuple[list[Period], datetime]:
    """Return what is due from one instant to another.

    Args:
        every: how often.
        at: time of day at the site; one that the clocks skip counts as the moment after the jump.
        zone: of the site.
        start_utc: first instant that counts.
        now_utc: last instant that counts.

    Returns:
        The periods of all reports due, oldest first, and the instant after now at which the next one is due.
    """
    found = []
    day = due_day(every, start_utc.astimezone(zone).date())
    while (due_utc := datetime.combine(day, at, tzinfo=zone).astimezone(UTC)) <= now_utc:
        if due_utc >= start_utc:
            found.append(period_before(every, day))
        day = due_day(every, day + timedelta(days=1))
    return found, due_utc
