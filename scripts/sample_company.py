"""Makes a company of 60 people with a year of check-ins, and its reports.

    python scripts/sample_company.py --out sample-reports
    python scripts/sample_company.py --data sample-data      (a data folder for the windows and commands)

Always the same company for the same seed: day, late and night shifts, public holidays, leave, sickness, late arrivals,
forgotten check-outs and corrections, at a site in Europe/Berlin, so that summer time begins and ends once each.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time as stopwatch
import uuid
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from attendance.composition.application import Application
from attendance.core.corrections import Correction, CorrectionKind, CorrectionState
from attendance.core.csv_cells import guard
from attendance.core.hours.events import DoorEvent, effective_events, leave_of
from attendance.core.hours.plan import Assignment, Leave, RosterCycle, Worker, WorkPlan
from attendance.core.hours.plan_file.writing import plan_to_data, rules_to_data
from attendance.core.hours.records import HoursTotals
from attendance.core.hours.rules import HoursRules, OvertimeBasis, OvertimeLevel
from attendance.core.hours.schedule import frame_of, scheduled_on
from attendance.core.hours.sheets import timesheets
from attendance.core.hours.shift import BreakRule, Shift, ShiftPart
from attendance.core.hours.timesheet import Timesheet
from attendance.core.hours.totals import totals_of_sheets
from attendance.core.ports.door import EventRow
from attendance.core.types import CheckIn, Direction, Person
from attendance.errors.people import UnknownPerson
from attendance.reporting.csv_file import CsvWriter
from attendance.reporting.events_csv import write_events_csv
from attendance.reporting.html_page import write_html
from attendance.reporting.pdf_file import write_pdf
from attendance.reporting.xlsx_file import write_xlsx
from attendance.services.reports.service import FORMATS, ReportRequest, ReportService

ZONE = ZoneInfo("Europe/Berlin")
SITE = "Rheinwerk Metallbau GmbH"
FIRST, LAST = date(2025, 1, 1), date(2025, 12, 31)
NOW = datetime(2026, 1, 5, 7, 0, tzinfo=UTC)
DEPARTMENTS = (("Production", 26), ("Logistics", 14), ("Engineering", 10), ("Office", 6), ("研发部", 4))
_GIVEN = "Anna Ben Clara Dávid Elif Felix Greta Hugo Inês Jan Katarzyna Łukasz Mia Noah Olga Paul Renée Søren Tuğba Uwe"
_FAMILY = "Arslan Becker Çelik Dąbrowski Engel Fischer García Huber Ivanov Jansen Keller Lehmann Müller Nowak Österle"
_CHINESE = ("李娜", "王伟", "张敏", "刘洋")
_HOLIDAYS = {
    date(2025, 1, 1): "Neujahr",
    date(2025, 4, 18): "Karfreitag",
    date(2025, 4, 21): "Ostermontag",
    date(2025, 5, 1): "Tag der Arbeit",
    date(2025, 5, 29): "Christi Himmelfahrt",
    date(2025, 6, 9): "Pfingstmontag",
    date(2025, 6, 19): "Fronleichnam",
    date(2025, 10, 3): "Tag der Deutschen Einheit",
    date(2025, 11, 1): "Allerheiligen",
    date(2025, 12, 25): "Weihnachten",
    date(2025, 12, 26): "Weihnachten",
}
_BREAKS = (BreakRule(30, after_min=360), BreakRule(45, after_min=540))
_LATE_SHARE = {"Production": 0.04, "Logistics": 0.09, "Engineering": 0.06, "Office": 0.03, "研发部": 0.05}


@dataclass
class Company:
    """People, plan, check-ins and corrections; ``timesheets`` is what a report asks for."""

    people: list[Person] = field(default_factory=list)
    plan: WorkPlan = field(default_factory=WorkPlan)
    rules: HoursRules = field(default_factory=HoursRules)
    check_ins: list[CheckIn] = field(default_factory=list)
    corrections: list[Correction] = field(default_factory=list)
    first_days: dict[int, date] = field(default_factory=dict)

    def timesheets(
        self, first_day: date, last_day: date, *, people: Sequence[int] | None = None, department: str = ""
    ) -> Iterator[tuple[Person, Timesheet]]:
        """Work out the hours anew, without a database."""
        events: defaultdict[int | None, list[DoorEvent]] = defaultdict(list)
        for event in effective_events(self.check_ins, self.corrections):
            events[event.person_id].append(event)
        plan = replace(self.plan, leave=(*self.plan.leave, *leave_of(self.corrections)))
        for person in self.people:
            if (people is None or person.id in people) and department in {"", person.department}:
                worker = Worker(person.id, person.department, self.first_days.get(person.id))
                own = timesheets(worker, first_day, last_day, events[person.id], plan, self.rules, ZONE, NOW)
                yield from ((person, sheet) for sheet in own)

    def totals(self, first_day: date, last_day: date, **asked: Any) -> Iterator[tuple[Person, HoursTotals]]:
        """Add up the same days."""
        return totals_of_sheets(first_day, last_day, self.timesheets(first_day, last_day, **asked))


def make_company(seed: int = 7) -> Company:
    """Make the company of a seed."""
    rng = random.Random(seed)
    company = Company(people=_people(rng))
    company.first_days = {company.people[11].id: date(2025, 5, 5), company.people[40].id: date(2025, 9, 1)}
    company.rules = HoursRules(
        overtime=(
            OvertimeLevel("overtime", 1.25, 30, OvertimeBasis.SCHEDULE),
            OvertimeLevel("overtime high", 1.5, 120, OvertimeBasis.SCHEDULE),
        )
    )
    company.plan = _plan(rng, company.people)
    for person in company.people:
        _year(rng, company, person)
    company.check_ins.sort(key=lambda event: (event.at_utc, event.event_id))
    return company


def _people(rng: random.Random) -> list[Person]:
    names = [f"{given} {family}" for given in _GIVEN.split() for family in _FAMILY.split()]
    rng.shuffle(names)
    found: list[Person] = []
    for department, count in DEPARTMENTS:
        for number in range(count):
            name = _CHINESE[number] if department == "研发部" else names.pop()
            found.append(Person(len(found) + 1, f"E{len(found) + 1:03d}", name, department))
    return found


def _plan(rng: random.Random, people: Sequence[Person]) -> WorkPlan:
    shifts = (
        Shift("day", parts=(ShiftPart(480, 990),), grace_in_min=5, grace_out_min=5, breaks=_BREAKS),
        Shift("late", parts=(ShiftPart(840, 1350),), grace_in_min=5, grace_out_min=5, breaks=_BREAKS),
        Shift("night", parts=(ShiftPart(1320, 1830),), grace_in_min=5, grace_out_min=5, breaks=_BREAKS),
    )
    order = ("day", "night", "late")
    cycles = tuple(
        RosterCycle(
            f"crew {crew + 1}",
            date(2024, 12, 30),
            tuple(day for turn in range(3) for day in _week(order[(crew + turn) % 3])),
        )
        for crew in range(3)
    )
    crews = [p for p in people if p.department in {"Production", "Logistics"}]
    assignments = [Assignment("day", date(2024, 1, 1))]
    assignments += [Assignment(f"crew {n % 3 + 1}", date(2024, 1, 1), person_id=p.id) for n, p in enumerate(crews)]
    leave = [one for person in people for one in _leave(rng, person)]
    return WorkPlan(shifts, cycles, tuple(assignments), _HOLIDAYS, (), tuple(leave))


def _week(shift: str) -> tuple[str, ...]:
    """Return Monday to Sunday: nights are worked from Wednesday on, so that some lie over a change of the clocks."""
    return ("", "", *(shift,) * 5) if shift == "night" else (*(shift,) * 5, "", "")


def _leave(rng: random.Random, person: Person) -> Iterator[Leave]:
    for month in (2, 7, 10):
        start = date(2025, month, rng.randint(1, 20))
        start += timedelta(days=-start.weekday() % 7)
        yield Leave(person.id, start, start + timedelta(days=11 if month == 7 else 4))
    for month in rng.sample((1, 3, 4, 5, 6, 9, 11, 12), rng.randint(0, 3)):
        start = date(2025, month, rng.randint(8, 25))
        yield Leave(person.id, start, start + timedelta(days=rng.randint(0, 3)), "sick")
    if rng.random() < 0.3:
        day = date(2025, 12, 24)
        yield Leave(person.id, day, day, is_half=True)


def _year(rng: random.Random, company: Company, person: Person) -> None:
    worker = Worker(person.id, person.department, company.first_days.get(person.id))
    day = FIRST
    while day <= LAST:
        scheduled = scheduled_on(company.plan, worker, day, ZONE)
        frame = frame_of(scheduled, ZONE, max_shift_min=900)
        if frame.parts and scheduled.leave_share < 1 and rng.random() > 0.006:
            start = datetime.fromtimestamp(frame.parts[0][0], UTC)
            end = datetime.fromtimestamp(frame.parts[-1][1], UTC)
            if scheduled.leave_share:
                end -= timedelta(hours=4)
            _day(rng, company, person, start, end)
        day += timedelta(days=1)


def _day(rng: random.Random, company: Company, person: Person, start: datetime, end: datetime) -> None:
    early = timedelta(minutes=rng.triangular(0, 22, 6))
    arrival = start - early
    if rng.random() < _LATE_SHARE[person.department]:
        arrival = start + timedelta(minutes=6 + rng.expovariate(1 / 9))
    leaving = end + timedelta(minutes=rng.triangular(0, 25, 3))
    if rng.random() < 0.05:
        leaving += timedelta(minutes=rng.uniform(40, 150))
    elif rng.random() < 0.03:
        leaving = end - timedelta(minutes=rng.uniform(8, 70))
    arrived = _check_in(rng, person, arrival, Direction.IN)
    company.check_ins.append(arrived)
    if rng.random() < 0.012:  # forgot to check out; most of it is set right
        if rng.random() < 0.7:
            is_approved = rng.random() < 0.8
            company.corrections.append(_added_out(rng, person, end, arrived, is_approved=is_approved))
        return
    company.check_ins.append(_check_in(rng, person, leaving, Direction.OUT))


def _check_in(rng: random.Random, person: Person, at_utc: datetime, direction: Direction) -> CheckIn:
    at_utc = at_utc.replace(microsecond=0)
    offset = at_utc.astimezone(ZONE).utcoffset() or timedelta()
    similarity = min(0.93, max(0.47, rng.gauss(0.71, 0.07)))
    door = "Main entrance" if rng.random() < 0.8 else "Yard"
    return CheckIn(
        _identity(rng), person.id, at_utc, int(offset.total_seconds()), direction, similarity, 0.4, door, "m", "kiosk"
    )


def _added_out(rng: random.Random, person: Person, end: datetime, arrived: CheckIn, *, is_approved: bool) -> Correction:
    asked = max(end, arrived.at_utc) + timedelta(hours=rng.uniform(10, 16))
    return Correction(
        _identity(rng),
        CorrectionKind.ADD,
        CorrectionState.APPROVED if is_approved else CorrectionState.PROVISIONAL,
        person.id,
        "Forgot to check out",
        "kiosk",
        asked.replace(microsecond=0),
        at_utc=max(end, arrived.at_utc + timedelta(hours=1)).replace(microsecond=0),
        direction=Direction.OUT,
        decided_by="M. Becker" if is_approved else "",
        decided_utc=(asked + timedelta(hours=5)).replace(microsecond=0) if is_approved else None,
    )


def _identity(rng: random.Random) -> str:
    return str(uuid.UUID(int=rng.getrandbits(128), version=4))


# --- ports for a report without a database -----------------------------------------------------------


class CompanyRoster:
    """The people of a company (port Roster as far as reports need it)."""

    def __init__(self, company: Company) -> None:
        self._people = company.people

    def list_people(self, *, include_inactive: bool = True) -> list[Person]:
        """Return everybody by name."""
        return sorted((p for p in self._people if include_inactive or p.is_active), key=lambda p: p.name)

    def get_by_code(self, code: str) -> Person:
        """Return one person."""
        for person in self._people:
            if person.code == code:
                return person
        raise UnknownPerson(person_code=code)


class CompanyLog:
    """The check-ins of a company (port CheckInLog as far as reports need it)."""

    def __init__(self, company: Company) -> None:
        self._events = company.check_ins
        self._people = {p.id: p for p in company.people}

    def between(self, start_utc: datetime, end_utc: datetime) -> Iterator[tuple[CheckIn, Person | None]]:
        """Yield the events of some time, oldest first."""
        for event in self._events:
            if start_utc <= event.at_utc < end_utc:
                yield event, self._people.get(event.person_id or 0)

    def rows_between(self, start_utc: datetime, end_utc: datetime) -> Iterator[EventRow]:
        """Yield the same as plain rows."""
        for event, person in self.between(start_utc, end_utc):
            at_us = (event.at_utc - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1)
            about = (person.code, person.name, person.department) if person else (None, None, None)
            way, seen = event.direction.value, event.similarity
            yield EventRow(event.event_id, at_us, event.utc_offset_s, way, seen, event.source, event.made_by, *about)

    def get(self, event_id: str) -> CheckIn | None:
        """Return one event."""
        return next((e for e in self._events if e.event_id == event_id), None)


class CompanyCorrections:
    """The corrections of a company (port Corrections as far as reports need it)."""

    def __init__(self, company: Company) -> None:
        self._rows = company.corrections

    def for_range(self, start_utc: datetime, end_utc: datetime, *, first_day: date, last_day: date) -> list[Correction]:
        """Return what was added in some time, oldest first."""
        del first_day, last_day
        found = [c for c in self._rows if c.at_utc is not None and start_utc <= c.at_utc < end_utc]
        return sorted(found, key=lambda c: c.requested_utc)


class NewYear:
    """A clock that stands still (port Clock)."""

    def now_utc(self) -> datetime:
        """Return the instant at which the sample reports are made."""
        return NOW

    def mono_s(self) -> float:
        """Return 0."""
        return 0.0


# --- the reports -------------------------------------------------------------------------------------

_SAMPLES = (
    ("events", date(2025, 3, 29), date(2025, 3, 31)),
    ("daily", date(2025, 10, 24), date(2025, 10, 27)),
    ("monthly", date(2025, 5, 1), date(2025, 5, 31)),
    ("payroll", date(2025, 5, 1), date(2025, 5, 31)),
    ("late", date(2025, 5, 1), date(2025, 5, 31)),
    ("incomplete", date(2025, 5, 1), date(2025, 7, 31)),
    ("corrections", date(2025, 5, 1), date(2025, 7, 31)),
)


def write_reports(company: Company, out: Path) -> None:
    """Write every kind of report in every format, the payroll presets, and two in Chinese."""
    service = ReportService(
        hours=company,
        check_ins=CompanyLog(company),  # type: ignore[arg-type]
        corrections=CompanyCorrections(company),  # type: ignore[arg-type]
        roster=CompanyRoster(company),  # type: ignore[arg-type]
        clock=NewYear(),
        zone=ZONE,
        writers={"csv": CsvWriter(guard), "xlsx": write_xlsx, "pdf": write_pdf, "html": write_html},
        event_csv=write_events_csv,
        site=SITE,
    )
    out.mkdir(parents=True, exist_ok=True)
    wanted = [(f"{kind}.{form}", ReportRequest(kind, a, b, format=form)) for kind, a, b in _SAMPLES for form in FORMATS]
    month = (date(2025, 5, 1), date(2025, 5, 31))
    wanted += [(f"payroll-{p}.csv", ReportRequest("payroll", *month, preset=p)) for p in ("datev", "adp", "frappe")]
    wanted += [
        (f"{kind}-zh.{form}", ReportRequest(kind, *month, format=form, language="zh_CN"))
        for kind in ("monthly", "late")
        for form in ("pdf", "html", "xlsx")
    ]
    wanted.append(("year.pdf", ReportRequest("monthly", FIRST, LAST, format="pdf")))
    wanted.append(("year-payroll.pdf", ReportRequest("payroll", FIRST, LAST, format="pdf")))
    for name, request in wanted:
        began = stopwatch.perf_counter()
        rows = service.write(request, out / name)
        sys.stdout.write(f"{name:24} {rows:6} rows {stopwatch.perf_counter() - began:6.1f} s\n")


def fill_data_folder(company: Company, folder: Path) -> None:
    """Put the company into a new data folder, so that windows and commands show it."""
    folder.mkdir(parents=True)
    (folder / "config.toml").write_text(
        f'[attendance]\nzone = "{ZONE.key}"\n\n[kiosk]\ncompany = "{SITE}"\n', encoding="utf-8"
    )
    with Application(folder) as application:
        ids = {}
        for person in company.people:
            made = application.storage.roster.enrol(
                code=person.code, name=person.name, department=person.department, templates=[], model_id="sample"
            )
            ids[person.id] = made.id
        if any(old != new for old, new in ids.items()):
            raise RuntimeError("the folder is not new")
        plan = plan_to_data(company.plan, codes={p.id: p.code for p in company.people})
        text = json.dumps({**plan, "rules": rules_to_data(company.rules)}, ensure_ascii=False)
        application.records.hours.save_plan(text, "sample")
        written: list[Future[CheckIn]] = [application.storage.check_in_log.append(event) for event in company.check_ins]
        for future in written:
            future.result()
        for correction in company.corrections:
            application.storage.corrections.request(correction)
    sys.stdout.write(f"{len(company.people)} people and {len(company.check_ins)} check-ins in {folder}\n")


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="A company of 60 people and its reports.")
    parser.add_argument("--out", type=Path, help="folder for the reports")
    parser.add_argument("--data", type=Path, help="new data folder to fill")
    parser.add_argument("--seed", type=int, default=7)
    options = parser.parse_args()
    began = stopwatch.perf_counter()
    company = make_company(options.seed)
    took = stopwatch.perf_counter() - began
    sys.stdout.write(f"{len(company.people)} people, {len(company.check_ins)} check-ins made in {took:.1f} s\n")
    if options.out:
        write_reports(company, options.out)
    if options.data:
        fill_data_folder(company, options.data)


if __name__ == "__main__":
    main()
