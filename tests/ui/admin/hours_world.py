"""A company with hours: corrections in memory, hours worked out by the real rules."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from attendance.core.corrections import Correction, CorrectionKind, CorrectionState
from attendance.core.event_imports import EventImport, ImportedEvent, ImportState
from attendance.core.hours.events import effective_events, leave_of
from attendance.core.hours.plan import Worker
from attendance.core.hours.records import StoredPlan
from attendance.core.hours.rules import HoursRules
from attendance.core.hours.sheets import event_range, timesheets
from attendance.core.hours.timesheet import Timesheet
from attendance.core.types import Direction, Person
from attendance.core.who import Who
from attendance.errors import Reason
from attendance.errors.exchange import ImportRefused
from attendance.errors.hours import CorrectionRefused
from attendance.services.exchange.event_import import EventImports
from attendance.services.hours.corrections import CorrectionService
from attendance.services.hours.plan import SitePlan, read_plan
from attendance.ui.admin.parts.services import AdminServices, HoursServices
from tests.ui.admin.world import NOW, ZONE, World

PLAN = """
[shifts.office]
parts = ["09:00-17:30"]
grace_in_min = 5
grace_out_min = 5

[[assignments]]
shift = "office"
first_day = 2026-01-01
"""


@dataclass
class InMemoryCorrections:
    """Port Corrections."""

    rows: dict[str, Correction] = field(default_factory=dict)

    def request(self, correction: Correction) -> Correction:
        self.rows[correction.correction_id] = correction
        return correction

    def decide(self, correction_id: str, state: CorrectionState, *, who: Who, at_utc: datetime) -> Correction:
        before = self.rows[correction_id]
        if before.state is state:
            raise CorrectionRefused(
                reason=Reason(
                    "the correction {correction_id} is {value} already", correction_id=correction_id, value=state.value
                )
            )
        self.rows[correction_id] = replace(
            before, state=state, decided_by=who.remark, decided_account=who.account, decided_utc=at_utc
        )
        return self.rows[correction_id]

    def by_id(self, correction_id: str) -> Correction | None:
        return self.rows.get(correction_id)

    def for_event(self, event_id: str) -> list[Correction]:
        return [c for c in self.rows.values() if c.event_id == event_id]

    def for_range(self, start_utc: datetime, end_utc: datetime, *, first_day: date, last_day: date) -> list[Correction]:
        return [c for c in self.rows.values() if c.kind is CorrectionKind.LEAVE]

    def all_open(self) -> list[Correction]:
        return [c for c in self.rows.values() if c.state in {CorrectionState.REQUESTED, CorrectionState.PROVISIONAL}]


@dataclass
class InMemoryImports:
    """Port EventStore, for the decisions alone."""

    rows: dict[str, EventImport] = field(default_factory=dict)

    def all(self, state: ImportState | None = None) -> list[EventImport]:
        return [one for one in self.rows.values() if state in (None, one.state)]

    def by_id(self, import_id: str) -> EventImport | None:
        return self.rows.get(import_id)

    def known_ids(self, event_ids: Collection[str]) -> set[str]:
        raise NotImplementedError

    def person_keys(self, person_ids: Collection[int]) -> dict[int, bytes]:
        raise NotImplementedError

    def add(
        self, events: Sequence[ImportedEvent], *, file_name: str, sha256: str, who: Who, at_utc: datetime
    ) -> EventImport:
        raise NotImplementedError

    def decide(self, import_id: str, state: ImportState, *, who: Who, at_utc: datetime) -> EventImport:
        if self.rows[import_id].state is not ImportState.REQUESTED:
            raise ImportRefused(detail=Reason("the import {name} is decided already", name=import_id))
        self.rows[import_id] = replace(self.rows[import_id], state=state, decided=who, decided_utc=at_utc)
        return self.rows[import_id]

    def store_approved(self, *, who: Who, at_utc: datetime) -> int:
        for one in self.all(ImportState.APPROVED):
            self.rows[one.import_id] = replace(one, state=ImportState.STORED)
        return 0


@dataclass
class FakeHours:
    """Hours by the real rules over the fakes."""

    world: World
    rows: InMemoryCorrections
    stored: StoredPlan | None = None
    error: Exception | None = None

    def timesheets(
        self, first_day: date, last_day: date, *, people: Sequence[int] | None = None, department: str = ""
    ) -> Iterator[tuple[Person, Timesheet]]:
        if self.error is not None:
            raise self.error
        start_utc, end_utc = event_range(first_day, last_day, ZONE)
        check_ins = [event for event, _ in self.world.log.between(start_utc, end_utc)]
        corrections = list(self.rows.rows.values())
        events = effective_events(check_ins, corrections)
        plan = replace(self.site_plan().plan, leave=leave_of(corrections))
        for person in self.world.roster.list_people():
            if not department or person.department == department:
                worker = Worker(person.id, person.department)
                days = timesheets(worker, first_day, last_day, events, plan, HoursRules(), ZONE, NOW)
                yield from ((person, sheet) for sheet in days)

    def site_plan(self) -> SitePlan:
        return self.check_plan(self.stored.text if self.stored is not None else "")

    def stored_plan(self) -> StoredPlan | None:
        return self.stored

    def check_plan(self, text: str) -> SitePlan:
        ids = {person.code: person.id for person in self.world.roster.list_people()}
        return read_plan(text, person_ids=ids, defaults=HoursRules(), first_year=2025, last_year=2027, strict=True)

    def save_plan(self, text: str, by: str) -> StoredPlan:
        self.check_plan(text)
        self.stored = StoredPlan(1 if self.stored is None else self.stored.version + 1, text, by, NOW, by)
        return self.stored


class HoursWorld(World):
    """Two people in two departments; on Monday of last week one forgot to check out and the other came late."""

    def __init__(self, *, two_person_rule: bool = False, plan: str = PLAN) -> None:
        super().__init__()
        self.rows = InMemoryCorrections()
        self.imports = InMemoryImports()
        self.hours = FakeHours(self, self.rows)
        self.corrections = CorrectionService(
            self.rows, self.log, self.clock, account="desk", two_person_rule=two_person_rule
        )
        self.two_person_rule = two_person_rule
        self.anna = self.add_person("1", "Anna", "Research")
        self.bob = self.add_person("2", "Bob", "Assembly")
        self.day = date(2026, 2, 23)
        self.add_event(self.anna, at(self.day, 9, 0))
        self.add_event(self.bob, at(self.day, 9, 20))
        self.bobs_out = self.add_event(self.bob, at(self.day, 17, 30), Direction.OUT)
        if plan:
            self.hours.save_plan(plan, "desk")

    def services(self) -> AdminServices:
        imports = EventImports(
            self.imports, self.roster, self.clock, ZONE, account="desk", two_person_rule=self.two_person_rule
        )
        hours_services = HoursServices(self.hours, self.corrections, self.rows, "desk", self.two_person_rule, imports)
        return replace(super().services(), hours=hours_services)


def at(day: date, hour: int, minute: int) -> datetime:
    """Return a time on the clock of the site."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZONE)
