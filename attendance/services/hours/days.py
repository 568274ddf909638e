"""The days of many people at once: kept ones where they still hold, the others worked out and kept."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from attendance.core.hours.events import DoorEvent, effective_events, leave_of
from attendance.core.hours.plan import Leave, Worker, WorkPlan
from attendance.core.hours.records import DayNumbers, KeptSheet, numbers_of
from attendance.core.hours.schedule import plan_of
from attendance.core.hours.timesheet import Timesheet
from attendance.core.ports.hours import HoursRecords
from attendance.errors.storage import StorageError
from attendance.services.hours.blocks import WEEK_DAYS, Week, fingerprint_of, weeks_of, work_out
from attendance.services.hours.site import Site

# People times days that are looked at in one go: bounds the memory of a report over years.
_DAYS_AT_ONCE = 100_000
_PEOPLE_AT_ONCE = 100

_T = TypeVar("_T")
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class HoursRequest:
    """Which days are asked for, of which site, at which moment.

    Attributes:
        weeks: those that the days lie in.
        mondays: each day as text, in order, with the Monday of its week.
        now_utc: aware instant.
    """

    site: Site
    first_day: date
    last_day: date
    weeks: Sequence[Week]
    mondays: Mapping[str, date]
    now_utc: datetime

    @classmethod
    def of(cls, site: Site, first_day: date, last_day: date, zone: ZoneInfo, now_utc: datetime) -> HoursRequest:
        """Return the request for some days, both included."""
        weeks = weeks_of(first_day, last_day, zone)
        days = ((week.monday + timedelta(days=n), week.monday) for week in weeks for n in range(WEEK_DAYS))
        mondays = {day.isoformat(): monday for day, monday in days if first_day <= day <= last_day}
        return cls(site, first_day, last_day, weeks, mondays, now_utc)


class HoursDays:
    """Gives the days of people, one value for each day of the request, people in the order they were given.

    Args:
        records: check-ins, corrections and kept days.
        zone: of the site.
    """

    def __init__(self, records: HoursRecords, zone: ZoneInfo) -> None:
        self._records = records
        self._zone = zone

    def sheets(self, request: HoursRequest, workers: Sequence[Worker]) -> Iterator[tuple[Worker, list[Timesheet]]]:
        """Yield each person's timesheets."""
        return self._all(request, workers, self._kept_sheets, lambda sheet: sheet)

    def numbers(self, request: HoursRequest, workers: Sequence[Worker]) -> Iterator[tuple[Worker, list[DayNumbers]]]:
        """Yield the numbers of each person's timesheets."""
        return self._all(request, workers, self._kept_numbers, numbers_of)

    def _all(
        self,
        request: HoursRequest,
        workers: Sequence[Worker],
        kept: Callable[[HoursRequest, Sequence[int]], Iterable[tuple[bytes, datetime, int, str, _T]]],
        convert: Callable[[Timesheet], _T],
    ) -> Iterator[tuple[Worker, list[_T]]]:
        """Yield each person's days, kept ones where they still hold, the others worked out and kept."""
        at_once = max(1, _DAYS_AT_ONCE // ((request.last_day - request.first_day).days + 30))
        for some in _chunks(workers, at_once):
            ids = [worker.person_id for worker in some]
            # Before the check-ins: a kept day is at most newer than its fingerprint says, and then nobody takes it.
            revisions = self._records.revisions(request.weeks[0].start_utc, request.weeks[-1].end_utc, ids)
            prints = {
                (worker.person_id, week.monday): fingerprint_of(request.site.digest, worker, week, revisions)
                for worker in some
                for week in request.weeks
            }
            found = self._valid(request, prints, kept(request, ids))
            yield from self._completed(request, some, prints, found, convert)

    def _valid(
        self,
        request: HoursRequest,
        prints: dict[tuple[int, date], bytes],
        rows: Iterable[tuple[bytes, datetime, int, str, _T]],
    ) -> dict[int, dict[str, _T]]:
        found: dict[int, dict[str, _T]] = {}
        for fingerprint, made_utc, person_id, day, value in rows:
            # Made later than now: the clock was set back, and that day may not be over any more.
            if fingerprint == prints.get((person_id, request.mondays[day])) and made_utc <= request.now_utc:
                found.setdefault(person_id, {})[day] = value
        return found

    def _completed(
        self,
        request: HoursRequest,
        workers: Sequence[Worker],
        prints: dict[tuple[int, date], bytes],
        found: dict[int, dict[str, _T]],
        convert: Callable[[Timesheet], _T],
    ) -> Iterator[tuple[Worker, list[_T]]]:
        for some in _chunks(workers, _PEOPLE_AT_ONCE):
            stale = {w.person_id: self._stale(request, found.get(w.person_id, {})) for w in some}
            events = _Events(self._records, request, stale)
            settled: list[KeptSheet] = []
            for worker in some:
                own = found.setdefault(worker.person_id, {})
                for sheet, fingerprint, is_settled in self._worked_out(request, worker, stale, events, prints):
                    own[sheet.day.isoformat()] = convert(sheet)
                    if is_settled:
                        settled.append(KeptSheet(fingerprint, request.now_utc, sheet))
            self._keep(settled)
            for worker in some:
                own = found.pop(worker.person_id)
                yield worker, [own[day] for day in request.mondays]

    def _stale(self, request: HoursRequest, own: dict[str, Any]) -> list[Week]:
        missing = {monday for day, monday in request.mondays.items() if day not in own}
        return [week for week in request.weeks if week.monday in missing]

    def _worked_out(
        self,
        request: HoursRequest,
        worker: Worker,
        stale: dict[int, list[Week]],
        events: _Events,
        prints: dict[tuple[int, date], bytes],
    ) -> Iterator[tuple[Timesheet, bytes, bool]]:
        weeks = stale[worker.person_id]
        if not weeks:
            return
        plan = events.plan_for(worker)
        own = events.of(worker.person_id)
        for week in weeks:
            rules = request.site.plan.rules
            sheets, settled = work_out(worker, week, own, plan, rules, self._zone, request.now_utc)
            for number, sheet in enumerate(sheets):
                yield sheet, prints[worker.person_id, week.monday], number < len(settled)

    def _keep(self, sheets: Sequence[KeptSheet]) -> None:
        if not sheets:
            return
        try:
            self._records.keep(sheets)
        except StorageError as err:  # the hours are right all the same; the next report works them out again
            _log.warning("timesheets could not be kept: %s", err.log_text)

    def _kept_sheets(
        self, request: HoursRequest, ids: Sequence[int]
    ) -> Iterator[tuple[bytes, datetime, int, str, Timesheet]]:
        for kept in self._records.kept_sheets(request.first_day, request.last_day, ids):
            yield kept.fingerprint, kept.made_utc, kept.sheet.person_id, kept.sheet.day.isoformat(), kept.sheet

    def _kept_numbers(
        self, request: HoursRequest, ids: Sequence[int]
    ) -> Iterator[tuple[bytes, datetime, int, str, DayNumbers]]:
        for fingerprint, made_utc, numbers in self._records.kept_numbers(request.first_day, request.last_day, ids):
            yield fingerprint, made_utc, numbers.person_id, numbers.day, numbers


class _Events:
    """Check-ins and leave of some people, read when the first of them needs working out."""

    def __init__(self, records: HoursRecords, request: HoursRequest, stale: dict[int, list[Week]]) -> None:
        self._plan = request.site.plan.plan
        self._by_person: dict[int, list[DoorEvent]] = {}
        self._leave: tuple[Leave, ...] = ()
        weeks = [week for own in stale.values() for week in own]
        if not weeks:
            return
        start_utc, end_utc = min(w.start_utc for w in weeks), max(w.end_utc for w in weeks)
        ids = [person_id for person_id, own in stale.items() if own]
        check_ins, corrections = records.events(ids, start_utc, end_utc)
        suspects = request.site.suspects(check_ins)
        for event in effective_events(check_ins, corrections, clock_suspect_ids=suspects):
            if event.person_id is not None:
                self._by_person.setdefault(event.person_id, []).append(event)
        self._leave = leave_of(corrections)

    def of(self, person_id: int) -> list[DoorEvent]:
        return self._by_person.get(person_id, [])

    def plan_for(self, worker: Worker) -> WorkPlan:
        return own_plan(self._plan, self._leave, worker)


def own_plan(plan: WorkPlan, leave: Iterable[Leave], worker: Worker) -> WorkPlan:
    """Return the part of a plan that is about one person, with their leave of corrections."""
    meant = plan_of(plan, worker)
    own = tuple(one for one in leave if one.person_id == worker.person_id)
    return replace(meant, leave=(*meant.leave, *own)) if own else meant


def _chunks(rows: Sequence[_T], size: int) -> Iterator[Sequence[_T]]:
    return (rows[at : at + size] for at in range(0, len(rows), size))
