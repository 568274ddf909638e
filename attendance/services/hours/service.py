"""Hours of people: timesheets, totals, and what a look at the kiosk means. Days that are over are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from attendance.core.hours.events import DoorEvent, effective_events, leave_of
from attendance.core.hours.next_step import DoorMode, MissingCheckOut, NextStep, missing_check_out, next_step
from attendance.core.hours.plan import Worker, WorkPlan
from attendance.core.hours.records import HoursTotals, StoredPlan
from attendance.core.hours.rules import HoursRules
from attendance.core.hours.sheets import event_range, timesheets
from attendance.core.hours.timesheet import Flag, Timesheet
from attendance.core.ports.clock import Clock
from attendance.core.ports.hours import HoursRecords, WorkPlans
from attendance.core.ports.people import Roster
from attendance.core.types import Direction, Person
from attendance.errors import Reason
from attendance.errors.hours import HoursRulesInvalid
from attendance.services.hours.days import HoursDays, HoursRequest, own_plan
from attendance.services.hours.plan import SitePlan
from attendance.services.hours.site import DoorJumps, SiteReader, no_jumps
from attendance.services.hours.totals import totals_of

_ASK_BACK = timedelta(days=14)
_MAX_NAME = 200


class HoursService:
    """Works out hours from check-ins, corrections and the plan. Safe from any thread.

    The same check-ins, corrections and plan always give the same hours, whether a day was kept or not.

    Args:
        records: check-ins, corrections and kept days.
        roster: who is known.
        plans: versions of the plan; without any, nobody has a shift and hours count all the same.
        clock: says what is going on and what is over.
        zone: of the site.
        defaults: rules where the plan says nothing.
        jumps: reads the jumps of the doors' clocks; check-ins around one are flagged.
    """

    def __init__(
        self,
        records: HoursRecords,
        roster: Roster,
        plans: WorkPlans,
        clock: Clock,
        *,
        zone: ZoneInfo,
        defaults: HoursRules | None = None,
        jumps: Callable[[], DoorJumps] = no_jumps,
    ) -> None:
        self._records = records
        self._plans = plans
        self._clock = clock
        self._zone = zone
        self._reader = SiteReader(roster, plans, defaults or HoursRules(), zone, jumps)
        self._days = HoursDays(records, zone)

    # --- reports ------------------------------------------------------------------------------------

    def timesheets(
        self, first_day: date, last_day: date, *, people: Sequence[int] | None = None, department: str = ""
    ) -> Iterator[tuple[Person, Timesheet]]:
        """Yield one timesheet for each person and day, people in the order of the roster, then by day.

        Args:
            first_day: first business day.
            last_day: last one, included.
            people: ids; None for everybody who was at the company on one of the days.
            department: only people of this department; "" for all.

        Raises:
            ReportRangeError: first_day after last_day, or more than ten years.
            HoursRulesInvalid: the stored plan cannot be read.
            StorageError: the database failed.
        """
        request, workers = self._request(first_day, last_day, people, department)
        return (
            (request.site.people[worker.person_id], sheet)
            for worker, sheets in self._days.sheets(request, workers)
            for sheet in sheets
        )

    def totals(
        self, first_day: date, last_day: date, *, people: Sequence[int] | None = None, department: str = ""
    ) -> Iterator[tuple[Person, HoursTotals]]:
        """Yield each person's days added up; the same as adding up ``timesheets``, and faster.

        The arguments and errors are those of ``timesheets``.
        """
        request, workers = self._request(first_day, last_day, people, department)
        return (
            (request.site.people[worker.person_id], totals_of(first_day, last_day, days))
            for worker, days in self._days.numbers(request, workers)
        )

    # --- the kiosk ----------------------------------------------------------------------------------

    def next_step(
        self,
        person_id: int,
        at_utc: datetime,
        *,
        mode: DoorMode = DoorMode.AUTO,
        pressed: Direction | None = None,
    ) -> NextStep:
        """Say what a look of a person means; see ``core.hours.next_step``.

        Raises:
            KeyError: nobody has this id.
            HoursRulesInvalid: the stored plan cannot be read.
            StorageError: the database failed.
        """
        worker, events, plan, rules = self._person(person_id, at_utc)
        return next_step(worker, events, plan, rules, self._zone, at_utc, mode=mode, pressed=pressed)

    def missing_check_out(self, person_id: int, at_utc: datetime) -> MissingCheckOut | None:
        """Return the last day on which the person did not check out, None without; the errors are those above."""
        worker, events, plan, rules = self._person(person_id, at_utc)
        return missing_check_out(worker, events, plan, rules, self._zone, at_utc)

    def today(self, person_id: int, at_utc: datetime) -> Timesheet:
        """Return the business day that is going on for a person: of the open visit, else the one on the calendar.

        The errors are those of ``next_step``.
        """
        worker, events, plan, rules = self._person(person_id, at_utc)
        day = at_utc.astimezone(self._zone)
        last = day.date() - timedelta(days=day.hour * 60 + day.minute < rules.day_start_min)
        sheets = timesheets(worker, last - timedelta(days=2), last, events, plan, rules, self._zone, at_utc)
        return next((sheet for sheet in reversed(sheets) if Flag.STILL_IN in sheet.flags), sheets[-1])

    def worked_today(self, person_id: int, at_utc: datetime) -> int:
        """Return the seconds worked on that day so far, breaks taken off."""
        return self.today(person_id, at_utc).worked_s

    # --- the plan -----------------------------------------------------------------------------------

    def site_plan(self) -> SitePlan:
        """Return plan, rules and tables in force, with the public holidays of this year and one around it.

        Raises:
            HoursRulesInvalid: the stored plan cannot be read.
        """
        today = self._today()
        return self._reader.site(today, today).plan

    def plan(self) -> WorkPlan:
        """Return the plan in force, without the leave that corrections book; see ``site_plan``."""
        return self.site_plan().plan

    def rules(self) -> HoursRules:
        """Return the rules in force; see ``site_plan``."""
        return self.site_plan().rules

    def stored_plan(self) -> StoredPlan | None:
        """Return the version in force as it was saved, None while there is none."""
        return self._plans.current()

    def check_plan(self, text: str) -> SitePlan:
        """Read a plan without storing it.

        Raises:
            HoursRulesInvalid: something is wrong; the error names it.
        """
        today = self._today()
        return self._reader.check(text, today, today)

    def save_plan(self, text: str, by: str) -> StoredPlan:
        """Check a plan and store it as the version in force.

        Args:
            text: TOML, or JSON with the same keys.
            by: who saves it.

        Raises:
            HoursRulesInvalid: something is wrong; nothing is stored.
        """
        by = by.strip()
        if not 1 <= len(by) <= _MAX_NAME:
            raise HoursRulesInvalid(
                key="saved_by", reason=Reason("a name of 1 to {most} characters is missing", most=_MAX_NAME)
            )
        self.check_plan(text)
        return self._plans.save(text, by)

    # --- inside -------------------------------------------------------------------------------------

    def _today(self) -> date:
        return self._clock.now_utc().astimezone(self._zone).date()

    def _request(
        self, first_day: date, last_day: date, people: Sequence[int] | None, department: str
    ) -> tuple[HoursRequest, list[Worker]]:
        event_range(first_day, last_day, self._zone)  # refuses a range that makes no sense
        site = self._reader.site(first_day, last_day)
        request = HoursRequest.of(site, first_day, last_day, self._zone, self._clock.now_utc())
        records = {record.person_id: record for record in self._records.workers(people)}
        found = []
        for person in site.people.values():
            if person.id not in records or (department and person.department != department):
                continue
            worker = site.worker(records[person.id], self._zone)
            left_utc = worker.deactivated_utc
            is_gone = left_utc is not None and left_utc.astimezone(self._zone).date() < first_day
            is_here = worker.first_day is None or worker.first_day <= last_day
            if people is not None or (is_here and not is_gone):
                found.append(worker)
        return request, found

    def _person(self, person_id: int, at_utc: datetime) -> tuple[Worker, list[DoorEvent], WorkPlan, HoursRules]:
        today = at_utc.astimezone(self._zone).date()
        site = self._reader.site(today, today)
        records = self._records.workers([person_id])
        if not records:
            raise KeyError(person_id)
        worker = site.worker(records[0], self._zone)
        start_utc, end_utc = event_range(today - _ASK_BACK, today, self._zone)
        check_ins, corrections = self._records.events([person_id], start_utc, end_utc)
        read = effective_events(check_ins, corrections, clock_suspect_ids=site.suspects(check_ins))
        events = [e for e in read if start_utc <= e.at_utc < end_utc]
        plan = own_plan(site.plan.plan, leave_of(corrections), worker)
        return worker, events, plan, site.plan.rules
