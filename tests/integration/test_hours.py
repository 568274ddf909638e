"""Hours over a real database: whatever happened before, kept days are what the rules give now."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from attendance.composition.application import Application
from attendance.composition.paths import account_name
from attendance.core.corrections import CorrectionState
from attendance.core.hours.events import effective_events, leave_of
from attendance.core.hours.plan import Worker
from attendance.core.hours.records import HoursTotals, numbers_of
from attendance.core.hours.sheets import timesheets
from attendance.core.hours.timesheet import DayStatus, Flag, Timesheet
from attendance.core.hours.totals import totals_of
from attendance.core.types import CheckIn, Direction, Person
from attendance.core.who import Who
from attendance.errors import Reason
from attendance.errors.hours import CorrectionRefused, HoursRulesInvalid
from attendance.errors.reports import ReportRangeError
from attendance.errors.storage import DiskFull
from attendance.services.door.check_in_queue import CheckInQueue
from attendance.services.door.clock_watch import ClockWatch
from attendance.services.door.hours import DoorHours
from attendance.services.door.visits import Visits

BERLIN = ZoneInfo("Europe/Berlin")
FIRST, LAST = date(2026, 3, 16), date(2026, 4, 5)  # summer time begins on 29 March, Good Friday is 3 April
OFFICE = """
[calendar]
country = "DE"
subdivision = "BY"
language = "de"
[shifts.office]
parts = ["09:00-17:00"]
breaks = [{ minutes = 30, after_min = 360 }]
[shifts.night]
parts = ["22:00-06:00"]
[[assignments]]
shift = "office"
first_day = 2026-01-01
[[assignments]]
shift = "night"
person = "E2"
first_day = 2026-01-01
"""
OVERTIME = OFFICE + '[rules]\novertime = [{ name = "week", rate = 1.5, after_min = 1200, basis = "week" }]\n'
DIRECTIONS = (Direction.IN, Direction.OUT, Direction.IN, Direction.OUT, Direction.BREAK_START, Direction.BREAK_END)


class SetClock:
    def __init__(self) -> None:
        self.now = datetime(2026, 3, 27, 12, tzinfo=UTC)

    def now_utc(self) -> datetime:
        return self.now

    def mono_s(self) -> float:
        return 0.0


class World:
    """One data folder with three people and a clock that tests set."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "config.toml").write_text('[attendance]\nzone = "Europe/Berlin"\n', encoding="utf-8")
        self.clock = SetClock()
        self.app = Application(folder, clock=self.clock)
        vector = np.zeros(128, np.float32)
        vector[0] = 1
        self.people: list[Person] = [
            self.app.storage.roster.enrol(
                code=f"E{n}", name=f"Person {n}", department=f"D{n}", templates=[(vector, None)], model_id="m:1"
            )
            for n in range(3)
        ]
        self.events: list[str] = []

    def check_in(self, person: Person, at_utc: datetime, direction: Direction) -> str:
        event_id = f"e{len(self.events)}"
        event = CheckIn(event_id, person.id, at_utc, 3600, direction, 0.5, 0.1, "Door", "m:1", "kiosk")
        self.app.storage.check_in_log.append(event).result()
        self.events.append(event_id)
        return event_id

    def day(self, person: Person, day: date, hours: tuple[int, int] = (9, 17)) -> None:
        for hour, direction in zip(hours, (Direction.IN, Direction.OUT), strict=True):
            at = datetime(day.year, day.month, day.day, hour, tzinfo=BERLIN)
            self.check_in(person, at.astimezone(UTC), direction)

    def sheets(self, person: Person | None = None) -> list[Timesheet]:
        people = None if person is None else [person.id]
        return [sheet for _, sheet in self.app.records.hours.timesheets(FIRST, LAST, people=people)]

    def sheet(self, person: Person, day: date) -> Timesheet:
        return next(s for _, s in self.app.records.hours.timesheets(day, day, people=[person.id]))

    def kept(self) -> int:
        with self.app.storage.database.read() as session:
            return int(session.execute(text("SELECT count(*) FROM timesheet_day")).scalar_one())

    def expected(self) -> list[Timesheet]:
        """Return what the rules of ``core.hours`` give for everything there is."""
        always = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
        check_ins = [event for event, _ in self.app.storage.check_in_log.between(*always)]
        first, last = date(2000, 1, 1), date(2100, 1, 1)
        corrections = self.app.storage.corrections.for_range(*always, first_day=first, last_day=last)
        events = effective_events(check_ins, corrections)
        plan, rules = self.app.records.hours.plan(), self.app.records.hours.rules()
        plan = replace(plan, leave=(*plan.leave, *leave_of(corrections)))
        named = {a.person_id: a.first_day for a in plan.assignments if a.person_id is not None}
        found = []
        for record in self.app.storage.hours_records.workers():
            own = [e.at_utc.astimezone(BERLIN).date() for e in check_ins if e.person_id == record.person_id]
            since = min([*own, record.created_utc.date(), named.get(record.person_id, date.max)])
            worker = Worker(record.person_id, record.department, since, record.deactivated_utc)
            is_gone = record.deactivated_utc is not None and record.deactivated_utc.date() < FIRST
            if since <= LAST and not is_gone:
                found += timesheets(worker, FIRST, LAST, events, plan, rules, BERLIN, self.clock.now)
        return found


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    made = World(tmp_path / "data")
    with made.app:
        yield made


def random_instant(rng: random.Random) -> datetime:
    return datetime(2026, 3, 14, tzinfo=UTC) + timedelta(minutes=15 * rng.randrange(24 * 24 * 4))


def change_something(world: World, rng: random.Random) -> str:
    """Do something that may change hours, and say what."""
    corrections, by = world.app.records.corrections, "boss"
    person, other = rng.sample(world.people, 2)
    what = rng.choice(["event", "event", "event", "add", "move", "void", "reassign", "leave", "decide", "plan", "time"])
    event = rng.choice(world.events) if world.events else ""
    is_open = rng.random() < 0.5
    try:
        if what == "event":
            world.check_in(person, random_instant(rng), rng.choice(DIRECTIONS))
        elif what == "add":
            at = random_instant(rng)
            corrections.add_event(person.id, at, rng.choice(DIRECTIONS), reason="r", by=by, provisional=is_open)
        elif what == "move":
            corrections.move_event(event, at_utc=random_instant(rng), reason="r", by=by, provisional=is_open)
        elif what == "void":
            corrections.void_event(event, reason="r", by=by, provisional=is_open)
        elif what == "reassign":
            corrections.reassign(event, new_person_id=other.id, reason="r", by=by, provisional=is_open)
        elif what == "leave":
            day = random_instant(rng).date()
            corrections.leave(person.id, day, day + timedelta(days=2), leave_kind="sick", reason="r", by=by)
        elif what == "decide":
            waiting = world.app.storage.corrections.all_open()
            if waiting:
                state = rng.choice([CorrectionState.APPROVED, CorrectionState.REJECTED])
                chosen = rng.choice(waiting).correction_id
                world.app.storage.corrections.decide(chosen, state, who=Who("anna", by), at_utc=world.clock.now)
        elif what == "plan":
            world.app.records.hours.save_plan(rng.choice([OFFICE, OVERTIME]), "boss")
        else:
            world.clock.now += timedelta(hours=rng.choice([-30, 1, 7, 40, 90]))
    except CorrectionRefused:
        return f"{what} was refused"
    return what


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_that_kept_days_are_what_the_rules_give_now(world: World, seed: int) -> None:
    rng = random.Random(seed)
    for _ in range(25):
        world.check_in(rng.choice(world.people), random_instant(rng), rng.choice(DIRECTIONS))
    done: list[str] = []
    used = 0
    for _ in range(25):
        done.append(change_something(world, rng))
        expected = world.expected()
        used += world.kept()
        for _ in range(2):  # the second time from what the first one kept
            assert world.sheets() == sorted(expected, key=lambda s: (s.person_id, s.day)), done
        totals = {person.id: found for person, found in world.app.records.hours.totals(FIRST, LAST)}
        assert totals == added_up(expected), done
    assert used > 0


def added_up(sheets: list[Timesheet]) -> dict[int, HoursTotals]:
    return {
        person_id: totals_of(FIRST, LAST, [numbers_of(s) for s in sheets if s.person_id == person_id])
        for person_id in {sheet.person_id for sheet in sheets}
    }


def test_that_only_days_that_are_over_are_kept(world: World) -> None:
    li = world.people[0]
    world.app.records.hours.save_plan(OFFICE, "boss")
    world.day(li, date(2026, 3, 26))
    world.check_in(li, datetime(2026, 3, 27, 8, tzinfo=UTC), Direction.IN)
    assert world.sheet(li, date(2026, 3, 27)).status is DayStatus.STILL_IN
    assert world.sheet(li, date(2026, 3, 26)).status is DayStatus.PRESENT
    with world.app.storage.database.read() as session:
        days = session.execute(text("SELECT day FROM timesheet_day ORDER BY day")).scalars().all()
    assert days == ["2026-03-23", "2026-03-24", "2026-03-25", "2026-03-26"]


def test_that_kept_days_are_used_and_a_late_check_in_replaces_them(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    li, day = world.people[0], date(2026, 3, 18)
    world.day(li, day)
    assert world.sheet(li, day).worked_s == 8 * 3600
    with monkeypatch.context() as patch:
        patch.setattr(world.app.storage.hours_records, "events", lambda *_: pytest.fail("a day was worked out again"))
        assert world.sheet(li, day).worked_s == 8 * 3600
    at = datetime(2026, 3, 18, 18, tzinfo=BERLIN).astimezone(UTC)
    world.check_in(li, at, Direction.IN)
    world.check_in(li, at + timedelta(hours=1), Direction.OUT)
    assert world.sheet(li, day).worked_s == 9 * 3600


@pytest.mark.parametrize(
    "change",
    [
        "paid_s = paid_s + 460800",
        "overtime = '[[\"x\", 2.0, 9]]'",
        "body = '{}'",
        "made_utc = '2026-03-01 00:00:00.000000'",
        "seal = NULL",
        "seal = zeroblob(32)",
        "leave_kind = CAST(x'ff' AS TEXT)",
        "status = 5",
    ],
)
def test_that_a_day_that_was_changed_in_the_file_is_worked_out_again_and_told(world: World, change: str) -> None:
    li, day = world.people[0], date(2026, 3, 18)
    world.day(li, day)
    right = world.sheet(li, day)
    paid = list(world.app.records.hours.totals(day, day))

    def forge(session: Session) -> None:
        session.execute(text(f"UPDATE timesheet_day SET {change} WHERE day = '2026-03-18' AND person_id = {li.id}"))

    def told() -> int:
        ever = datetime(1971, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)
        return sum(entry.action == "kept_days.refused" for entry in world.app.storage.audit_log.entries(*ever))

    world.app.storage.database.write(forge)
    finding = world.app.storage.audit_log.verify(deep=True).finding
    assert finding is not None
    assert "a kept timesheet" in str(finding.what)
    assert world.sheet(li, day) == right
    assert told() == 1
    assert world.app.storage.audit_log.verify(deep=True).finding is None
    world.app.storage.database.write(forge)
    assert list(world.app.records.hours.totals(day, day)) == paid
    assert world.sheet(li, day) == right
    assert told() == 2


def test_that_hours_are_there_without_any_plan(world: World) -> None:
    li, day = world.people[0], date(2026, 3, 18)
    world.day(li, day)
    found = world.sheet(li, day)
    assert (found.status, found.worked_s, found.scheduled_s) == (DayStatus.PRESENT, 8 * 3600, 0)


def test_that_the_calendar_of_the_plan_gives_holidays(world: World) -> None:
    world.app.records.hours.save_plan(OFFICE, "boss")
    world.day(world.people[0], FIRST)
    found = world.sheet(world.people[0], date(2026, 4, 3))
    assert (found.status, found.title) == (DayStatus.HOLIDAY, "Karfreitag")


def test_that_saving_a_plan_is_in_the_audit_log_and_keeps_older_versions(world: World) -> None:
    first, second = (world.app.records.hours.save_plan(one, "boss") for one in (OFFICE, OVERTIME))
    assert [plan.text for plan in world.app.storage.work_plans.versions()] == [OVERTIME, OFFICE]
    assert world.app.records.hours.stored_plan() == second
    entries = world.app.storage.audit_log.entries(datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
    saved = [entry for entry in entries if entry.action == "plan.saved"]
    assert [entry.subject for entry in saved] == [f"plan:{first.version}", f"plan:{second.version}"]
    assert {(entry.actor, entry.data["by"]) for entry in saved} == {(account_name(), "boss")}
    assert world.app.storage.audit_log.verify(deep=True).finding is None


def test_that_a_refused_plan_leaves_the_one_in_force(world: World) -> None:
    world.app.records.hours.save_plan(OFFICE, "boss")
    with pytest.raises(HoursRulesInvalid, match="nobody has the code E9"):
        world.app.records.hours.save_plan(OFFICE.replace("E2", "E9"), "boss")
    assert [plan.text for plan in world.app.storage.work_plans.versions()] == [OFFICE]


def test_that_a_plan_still_holds_after_somebody_it_names_was_erased(world: World) -> None:
    world.app.records.hours.save_plan(OFFICE, "boss")
    world.day(world.people[0], FIRST)
    world.sheets()
    world.app.storage.roster.erase("E2")
    assert {sheet.shift for sheet in world.sheets(world.people[0])} == {"office", ""}
    assert [a.person_id for a in world.app.records.hours.plan().assignments] == [None]


def test_that_somebody_who_left_has_no_days_afterwards_and_is_left_out_later(world: World) -> None:
    li = world.people[0]
    world.day(li, FIRST)
    world.app.storage.roster.update("E0", is_active=False)

    def leave_earlier(session: Session) -> None:
        session.execute(text("UPDATE person SET deactivated_utc = '2026-03-20 12:00:00.000000' WHERE code = 'E0'"))

    assert world.app.storage.hours_records.workers([li.id])[0].deactivated_utc is not None
    world.app.storage.database.write(leave_earlier)
    statuses = {s.day: s.status for s in world.sheets(li)}
    assert statuses[date(2026, 3, 20)] is DayStatus.UNPLANNED
    assert statuses[date(2026, 3, 21)] is DayStatus.NOT_EMPLOYED
    assert list(world.app.records.hours.timesheets(date(2026, 3, 23), LAST)) == []
    world.app.storage.roster.update("E0", is_active=True)
    assert world.app.storage.hours_records.workers([li.id])[0].deactivated_utc is None


def test_that_only_the_asked_people_are_given(world: World) -> None:
    for person in world.people:
        world.day(person, FIRST)
    assert {p.code for p, _ in world.app.records.hours.timesheets(FIRST, FIRST, department="D1")} == {"E1"}
    assert {p.code for p, _ in world.app.records.hours.timesheets(FIRST, FIRST, people=[world.people[2].id])} == {"E2"}
    assert [p.code for p, _ in world.app.records.hours.totals(FIRST, FIRST)] == ["E0", "E1", "E2"]


@pytest.mark.parametrize(("first", "last"), [(LAST, FIRST), (date(2010, 1, 1), date(2020, 1, 9))])
def test_that_a_range_of_no_days_or_more_than_ten_years_is_refused(world: World, first: date, last: date) -> None:
    with pytest.raises(ReportRangeError):
        world.app.records.hours.timesheets(first, last)
    with pytest.raises(ReportRangeError):
        world.app.records.hours.totals(first, last)


def visits_of(world: World) -> Visits:
    site = world.app.records.hours.site_plan()
    hours = DoorHours(world.app.storage.hours_records, world.app.site.zone, lambda: (site.plan, site.rules))
    queue = CheckInQueue(world.app.storage.check_in_log, world.clock)
    return Visits(hours, queue, world.clock, source="door", model_id="m")


def test_that_the_kiosk_asks_for_the_missing_check_out_and_counts_today(world: World) -> None:
    li = world.people[0]
    world.app.records.hours.save_plan(OFFICE, "boss")
    world.check_in(li, datetime(2026, 3, 25, 8, tzinfo=UTC), Direction.IN)
    at = datetime(2026, 3, 26, 8, tzinfo=UTC)
    arrival = visits_of(world).classify(li.id, at, 0.0)
    assert arrival.direction is Direction.IN
    assert arrival.note.missing is not None
    assert arrival.note.missing.day == date(2026, 3, 25)
    world.check_in(li, at, Direction.IN)
    departure = visits_of(world).classify(li.id, at + timedelta(hours=2), 7200.0)
    assert (departure.direction, departure.note.worked_s) == (Direction.OUT, 2 * 3600)


def test_that_a_night_shift_after_midnight_is_todays_work(world: World) -> None:
    night = world.people[2]
    world.app.records.hours.save_plan(OFFICE, "boss")
    world.check_in(night, datetime(2026, 3, 24, 21, tzinfo=UTC), Direction.IN)
    found = visits_of(world).classify(night.id, datetime(2026, 3, 25, 1, tzinfo=UTC), 0.0)
    assert found.note.worked_s == 4 * 3600


def test_that_hours_are_given_even_when_they_cannot_be_kept(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def full(_sheets: object) -> None:
        raise DiskFull(path="attendance.db", reason=Reason("no space"))

    monkeypatch.setattr(world.app.storage.hours_records, "keep", full)
    world.day(world.people[0], FIRST)
    assert world.sheet(world.people[0], FIRST).worked_s == 8 * 3600
    assert "could not be kept" in caplog.text
    assert world.kept() == 0


def test_that_rules_of_the_settings_hold_where_the_plan_says_nothing(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[attendance]\nzone = "UTC"\nmax_shift_h = 10\ncool_down_min = 2.5\n')
    with Application(tmp_path) as application:
        assert (application.records.hours.rules().max_shift_min, application.records.hours.rules().cool_down_s) == (
            600,
            150,
        )
        application.records.hours.save_plan('{"rules": {"cool_down_min": 7}}', "boss")
        assert (application.records.hours.rules().max_shift_min, application.records.hours.rules().cool_down_s) == (
            600,
            420,
        )
        with pytest.raises(HoursRulesInvalid, match="saved_by"):
            application.records.hours.save_plan("", " ")


def test_that_a_jump_of_the_doors_clock_flags_the_day_also_when_it_was_kept(world: World) -> None:
    ada, friday = world.people[0], date(2026, 3, 20)
    world.day(ada, friday)
    world.day(ada, date(2026, 3, 24))
    assert Flag.CLOCK_SUSPECT not in world.sheet(ada, friday).flags
    assert world.kept() > 0

    def jump(door: str) -> None:
        found = datetime(2026, 3, 20, 12, 5, tzinfo=UTC)
        samples = iter([(0.0, found - timedelta(minutes=10)), (60.0, found)])
        steady: list[float] = []

        def wall() -> datetime:
            mono_s, at_utc = next(samples)
            steady.append(mono_s)
            return at_utc

        watch = ClockWatch(world.app.storage.settings, door=door, now_utc=wall, steady=lambda: 60.0 * len(steady))
        watch.sample()
        assert watch.sample() is not None

    jump("Yard")
    assert Flag.CLOCK_SUSPECT not in world.sheet(ada, friday).flags
    jump("Door")
    assert Flag.CLOCK_SUSPECT in world.sheet(ada, friday).flags
    assert Flag.CLOCK_SUSPECT not in world.sheet(ada, date(2026, 3, 24)).flags
