"""Hours of people: timesheets, totals, and what a sighting at the door means. Days that are over are kept."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from attendance.core.hours.plan import Worker, WorkPlan
from attendance.core.hours.records import HoursTotals, StoredPlan
from attendance.core.hours.rules import HoursRules
from attendance.core.hours.sheets import event_range
from attendance.core.hours.timesheet import Timesheet
from attendance.core.hours.totals import totals_of
from attendance.core.ports.clock import Clock
from attendance.core.ports.hours import HoursRecords, WorkPlans
from attendance.core.ports.people import Roster
from attendance.core.types import Person
from attendance.errors import Reason
from attendance.errors.hours import HoursRulesInvalid
from attendance.services.hours.days import HoursDays, HoursRequest
from attendance.services.hours.plan import SitePlan
from attendance.services.hours.site import DoorJumps, SiteReader, no_jumps

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

    # --- reports -------------------------------------------------------------------------------------

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

    # --- the kiosk -----------------------------------------------------------------------------------

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

    def plan_versions(self) -> list[StoredPlan]:
        """Return every version as it was saved, the one in force first."""
        return self._plans.versions()

    def plan_version(self, number: int) -> StoredPlan:
        """Return one version as it was saved.

        Raises:
            HoursRulesInvalid: there is none with this number.
        """
        found = next((one for one in self._plans.versions() if one.version == number), None)
        if found is None:
            raise HoursRulesInvalid(key="version", reason=Reason("there is no version {number}", number=number))
        return found

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

    # --- inside --------------------------------------------------------------------------------------

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
