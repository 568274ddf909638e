"""The site as the service of hours sees it: people, plan, rules, and a digest of all that."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from zoneinfo import ZoneInfo

from attendance.core.hours.clock_jumps import ClockJump, clock_suspects
from attendance.core.hours.plan import Assignment, Leave, Worker
from attendance.core.hours.records import StoredPlan, WorkerRecord
from attendance.core.hours.rules import HoursRules
from attendance.core.ports.hours import WorkPlans
from attendance.core.ports.people import Roster
from attendance.core.types import CheckIn, Person
from attendance.services.hours.plan import SitePlan, codes_named, read_plan
from attendance.services.hours.public_holidays import CALENDAR

CALCULATION = 2
"""Grows when the same check-ins and rules give other hours than before; kept days of older ones no longer count."""


DoorJumps = Mapping[str, tuple[ClockJump, ...]]
"""Jumps of each door's clock, oldest first, by the ``source`` of its check-ins."""


def no_jumps() -> DoorJumps:
    """Return the jumps of clocks that nobody watches."""
    return {}


@dataclass(frozen=True, slots=True)
class Site:
    """People and plan of one moment.

    Attributes:
        people: by id, in the order of the roster.
        named_since: first day on which the plan names a person, by id.
        jumps: of the doors' clocks.
        digest: (32,) bytes; another one wherever plan, rules, zone or jumps give other hours.
    """

    people: Mapping[int, Person]
    plan: SitePlan
    named_since: Mapping[int, date]
    jumps: DoorJumps
    digest: bytes

    def suspects(self, check_ins: Iterable[CheckIn]) -> frozenset[str]:
        """Return the ids of check-ins that their door made around a jump of its clock."""
        if not self.jumps:
            return frozenset()
        by_door: dict[str, list[CheckIn]] = {}
        for event in check_ins:
            by_door.setdefault(event.source, []).append(event)
        found = (clock_suspects(by_door.get(door, ()), jumps) for door, jumps in self.jumps.items())
        return frozenset().union(*found)

    def worker(self, record: WorkerRecord, zone: ZoneInfo) -> Worker:
        """Return what the rules know about a person.

        The first day at the company is the earliest of the enrolment, the first check-in, and the first day for which
        the plan names the person.
        """
        days = [record.created_utc.astimezone(zone).date()]
        if record.first_event_utc is not None:
            days.append(record.first_event_utc.astimezone(zone).date())
        if record.person_id in self.named_since:
            days.append(self.named_since[record.person_id])
        return Worker(record.person_id, record.department, min(days), record.deactivated_utc)


class SiteReader:
    """Reads plan and people again only when they changed. Safe from any thread.

    Args:
        roster: who is known.
        plans: versions of the plan.
        defaults: rules of the settings file.
        zone: of the site.
        jumps: reads the jumps of the doors' clocks.
    """

    def __init__(
        self,
        roster: Roster,
        plans: WorkPlans,
        defaults: HoursRules,
        zone: ZoneInfo,
        jumps: Callable[[], DoorJumps],
    ) -> None:
        self._roster = roster
        self._plans = plans
        self._defaults = defaults
        self._zone = zone
        self._jumps = jumps
        self._lock = threading.Lock()
        self._people: tuple[str, dict[int, Person]] | None = None
        self._site: tuple[tuple[object, ...], Site] | None = None

    def site(self, first_day: date, last_day: date) -> Site:
        """Return the site, with the public holidays of these days and of a year around them.

        Raises:
            HoursRulesInvalid: the stored plan cannot be read, for instance after a country left the list.
        """
        years = first_day.year - 1, last_day.year + 1
        token = self._roster.change_token()  # first: what is read afterwards is at least as new
        stored = self._plans.current()
        jumps = self._jumps()
        key = (token, stored.version if stored else 0, *years, repr(jumps))
        with self._lock:
            if self._site is None or self._site[0] != key:
                self._site = (key, self._read(token, stored, years, jumps))
            return self._site[1]

    def check(self, text: str, first_day: date, last_day: date) -> SitePlan:
        """Read a plan that is not stored yet, strictly.

        Raises:
            HoursRulesInvalid: something is wrong; the error names it.
        """
        with self._lock:
            people = self._current_people(self._roster.change_token())
        return self._parse(text, people, (first_day.year - 1, last_day.year + 1), strict=True)

    def _read(self, token: str, stored: StoredPlan | None, years: tuple[int, int], jumps: DoorJumps) -> Site:
        people = self._current_people(token)
        text = stored.text if stored else ""
        plan = self._parse(text, people, years, strict=False)
        since: dict[int, date] = {}
        entries: list[Assignment | Leave] = [*plan.plan.assignments, *plan.plan.leave]
        for entry in entries:
            if entry.person_id is not None:
                since[entry.person_id] = min(entry.first_day, since.get(entry.person_id, entry.first_day))
        return Site(people, plan, since, jumps, self._digest(text, plan, people, jumps))

    def _current_people(self, token: str) -> dict[int, Person]:
        if self._people is None or self._people[0] != token:
            self._people = (token, {person.id: person for person in self._roster.list_people()})
        return self._people[1]

    def _parse(self, text: str, people: Mapping[int, Person], years: tuple[int, int], *, strict: bool) -> SitePlan:
        ids = {person.code: person.id for person in people.values()}
        return read_plan(
            text, person_ids=ids, defaults=self._defaults, first_year=years[0], last_year=years[1], strict=strict
        )

    def _digest(self, text: str, plan: SitePlan, people: Mapping[int, Person], jumps: DoorJumps) -> bytes:
        named = codes_named(plan.data)
        ids = sorted((person.code, person.id) for person in people.values() if person.code in named)
        calendar = _version_of("holidays") if CALENDAR in plan.data else ""
        defaults = (self._defaults.max_shift_min, self._defaults.cool_down_s)
        # Jumps are rare; a new one makes all kept days be worked out once more.
        told = (CALCULATION, _version_of("face-attendance"), text, ids, self._zone.key, defaults, calendar, repr(jumps))
        return hashlib.sha256(repr(told).encode()).digest()


@lru_cache(maxsize=2)
def _version_of(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:  # run from a copy of the source that was never installed
        return ""
