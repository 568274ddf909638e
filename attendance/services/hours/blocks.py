"""Timesheets week by week: what a week depends on, working it out, and which of its days will not change any more.

A week is always worked out as a whole and from the same stretch of check-ins, whatever was asked for. So a kept day and
one that is worked out anew are the same by construction.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from attendance.core.hours.events import DoorEvent
from attendance.core.hours.overtime import monday_of
from attendance.core.hours.plan import Worker, WorkPlan
from attendance.core.hours.records import Revisions
from attendance.core.hours.rules import HoursRules
from attendance.core.hours.schedule import local_second
from attendance.core.hours.sheets import event_range, timesheets
from attendance.core.hours.spans import seconds_of
from attendance.core.hours.timesheet import DayStatus, Flag, Timesheet

WEEK_DAYS = 7
_WEEKS_CACHED = 4096


@dataclass(frozen=True, slots=True)
class Week:
    """One week and the check-ins it depends on.

    Attributes:
        monday: first day.
        start_utc: check-ins at start <= instant < end are read.
        end_utc: see above.
        revision_days: the days (UTC, "YYYY-MM-DD") over which these instants lie.
    """

    monday: date
    start_utc: datetime
    end_utc: datetime
    revision_days: tuple[str, ...]

    @property
    def sunday(self) -> date:
        """Last day."""
        return self.monday + timedelta(days=WEEK_DAYS - 1)


def weeks_of(first_day: date, last_day: date, zone: ZoneInfo) -> list[Week]:
    """Return the weeks that some days lie in, oldest first."""
    monday = monday_of(first_day)
    number = (last_day - monday).days // WEEK_DAYS + 1
    return [_week(monday + timedelta(days=WEEK_DAYS * n), zone) for n in range(number)]


@lru_cache(maxsize=_WEEKS_CACHED)
def _week(monday: date, zone: ZoneInfo) -> Week:
    start_utc, end_utc = event_range(monday, monday + timedelta(days=WEEK_DAYS - 1), zone)
    number = (end_utc.date() - start_utc.date()).days + 1
    days = tuple((start_utc.date() + timedelta(days=n)).isoformat() for n in range(number))
    return Week(monday, start_utc, end_utc, days)


def fingerprint_of(site: bytes, worker: Worker, week: Week, revisions: Revisions) -> bytes:
    """Return a digest of everything one week of one person depends on but the time: (16,) bytes.

    Args:
        site: digest of plan, rules and zone.
        worker: whose week.
        week: which week.
        revisions: of the check-ins of at least ``week.revision_days``.
    """
    own = revisions.events.get(worker.person_id, {})
    events = [own.get(day) for day in week.revision_days]
    person = (worker.person_id, worker.department, worker.first_day, worker.deactivated_utc)
    text = repr((person, events, revisions.corrections.get(worker.person_id)))
    return hashlib.blake2b(text.encode(), digest_size=16, key=site).digest()


def work_out(
    worker: Worker,
    week: Week,
    events: Sequence[DoorEvent],
    plan: WorkPlan,
    rules: HoursRules,
    zone: ZoneInfo,
    now_utc: datetime,
) -> tuple[list[Timesheet], list[Timesheet]]:
    """Work out one week of one person.

    Args:
        worker: whose.
        week: which.
        events: the person's, any others are left out; any order.
        plan: who works when, with the leave of corrections.
        rules: of the site.
        zone: of the site.
        now_utc: aware instant.

    Returns:
        All seven days; and those of them that stay as they are while nothing but the time changes.
    """
    near = [e for e in events if week.start_utc <= e.at_utc < week.end_utc]
    sheets = timesheets(worker, week.monday, week.sunday, near, plan, rules, zone, now_utc)
    return sheets, list(_settled(sheets, near, worker, rules, zone, seconds_of(now_utc)))


def _settled(
    sheets: Sequence[Timesheet],
    events: Sequence[DoorEvent],
    worker: Worker,
    rules: HoursRules,
    zone: ZoneInfo,
    now_s: int,
) -> Iterator[Timesheet]:
    """Yield days that are over. Weekly overtime looks back, so none comes after one that is not."""
    latest_s = now_s + rules.clock_tolerance_s
    if any(seconds_of(e.at_utc) > latest_s for e in events):
        return  # they will count one day, and may turn days around
    if worker.deactivated_utc is not None and seconds_of(worker.deactivated_utc) > now_s:
        return
    for sheet in sheets:
        end_s = local_second(sheet.day + timedelta(days=1), rules.day_start_min, zone)
        if sheet.planned_out_utc is not None:
            end_s = max(end_s, seconds_of(sheet.planned_out_utc))
        if now_s < end_s or Flag.STILL_IN in sheet.flags or sheet.status is DayStatus.EXPECTED:
            return
        yield sheet
