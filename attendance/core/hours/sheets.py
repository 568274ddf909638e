"""Timesheets of one person: the same events and rules always give the same ones, in whatever order events arrive."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from attendance.core.hours.business_day import PlacedEvent, WorkCalendar, placed_events
from attendance.core.hours.events import DoorEvent, events_of
from attendance.core.hours.one_day import Moment, sheet_of
from attendance.core.hours.overtime import monday_of, with_overtime
from attendance.core.hours.plan import Worker, WorkPlan
from attendance.core.hours.rules import HoursRules
from attendance.core.hours.spans import instant_of, seconds_of
from attendance.core.hours.timesheet import Timesheet
from attendance.errors import Reason
from attendance.errors.reports import ReportRangeError

MAX_DAYS = 3_660
"""Ten years of timesheets at once; a longer range is a slip of the keyboard."""
_MARGIN_DAYS = 4  # the longest visit is two days, a shift reaches 60 hours past its day


def event_range(first_day: date, last_day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return which events ``timesheets`` has to be given for a range of days.

    It reaches back to the Monday, for weekly overtime, and over the shifts that pass midnight.

    Returns:
        First instant and the one after the last, aware UTC.

    Raises:
        ReportRangeError: see ``timesheets``.
    """
    _check_range(first_day, last_day)
    first = datetime.combine(monday_of(first_day) - timedelta(days=_MARGIN_DAYS), datetime.min.time(), zone)
    after = datetime.combine(last_day + timedelta(days=_MARGIN_DAYS + 1), datetime.min.time(), zone)
    return instant_of(seconds_of(first)), instant_of(seconds_of(after))


def timesheets(
    worker: Worker,
    first_day: date,
    last_day: date,
    events: Sequence[DoorEvent],
    plan: WorkPlan,
    rules: HoursRules,
    zone: ZoneInfo,
    now_utc: datetime,
) -> list[Timesheet]:
    """Work out one timesheet for each business day.

    Args:
        worker: whose; events of other people are left out.
        first_day: first business day.
        last_day: last one, included.
        events: at least those of ``event_range``, any order; the same event several times is one event.
        zone: of the site.
        now_utc: aware instant. Visits without an end are still going on or incomplete by it, later events do not
            count yet.
        plan: who works when.
        rules: of the site.

    Returns:
        By day, without gaps.

    Raises:
        ReportRangeError: first_day after last_day, more than MAX_DAYS, or outside the calendar.
        ValueError: an instant has no time zone.
    """
    _check_range(first_day, last_day)
    calendar = WorkCalendar(plan, worker, rules, zone)
    now_s = seconds_of(now_utc)
    placed = placed_events(calendar, events_of(events, worker.person_id), now_s=now_s)
    by_day: dict[date, list[PlacedEvent]] = {}
    for one in placed:
        by_day.setdefault(one.day, []).append(one)
    latest_s = now_s + rules.clock_tolerance_s
    counted = [p.at_s for p in placed if p.counts(latest_s)]
    moment = Moment(now_s, latest_s, max(counted, default=now_s))
    first = monday_of(first_day)
    days = (first + timedelta(days=n) for n in range((last_day - first).days + 1))
    sheets = [sheet_of(calendar, day, by_day.get(day, ()), moment) for day in days]
    return [sheet for sheet in with_overtime(sheets, rules) if sheet.day >= first_day]


def _check_range(first_day: date, last_day: date) -> None:
    if first_day > last_day:
        raise ReportRangeError(start=first_day, end=last_day, reason=Reason("the first day is after the last"))
    if (last_day - first_day).days >= MAX_DAYS:
        raise ReportRangeError(start=first_day, end=last_day, reason=Reason("more than 10 years"))
    if first_day.toordinal() < 400 or last_day.toordinal() > date.max.toordinal() - 400:
        raise ReportRangeError(start=first_day, end=last_day, reason=Reason("outside the calendar"))
