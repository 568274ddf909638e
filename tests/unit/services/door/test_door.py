"""The door on a real database: direction, cool-down, corrections, hours and forgotten check-outs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from attendance.core.corrections import CorrectionKind, CorrectionState
from attendance.core.hours.next_step import DoorMode, DoorNote
from attendance.core.hours.plan import WorkPlan
from attendance.core.hours.plan_file.reading import plan_from_data
from attendance.core.hours.rules import HoursRules
from attendance.core.types import CheckIn, Decision, DecisionKind, Direction
from attendance.core.who import KIOSK
from attendance.data.check_in_repository import SqlCheckInLog
from attendance.data.database import Database
from attendance.data.disputed_repository import SqlDisputedCrops
from attendance.data.hours.correction_repository import SqlCorrections
from attendance.data.hours.timesheet_repository import SqlHoursRecords
from attendance.data.keys.encryption import Cipher
from attendance.data.roster.repository import SqlRoster
from attendance.errors import Reason
from attendance.errors.hours import CorrectionRefused, HoursRulesInvalid
from attendance.services.door.answers import DoorAnswers
from attendance.services.door.check_in_queue import CheckInQueue
from attendance.services.door.hours import DoorHours
from attendance.services.door.visits import Meaning, Visits
from attendance.services.hours.corrections import CorrectionService
from tests.fakes import WAIT_S, FakeClock

pytestmark = pytest.mark.knows_date

ZONE = ZoneInfo("Asia/Shanghai")
MONDAY = datetime(2026, 3, 2, tzinfo=ZONE)
OFFICE = plan_from_data(
    {
        "shifts": {"office": {"parts": ["09:00-17:30"], "grace_in_min": 5}},
        "assignments": [{"shift": "office", "first_day": MONDAY.date()}],
    },
    person_ids={},
)
CROP = np.full((112, 112, 3), 90, np.uint8)


class Door:
    def __init__(self, folder: Path) -> None:
        self.clock = FakeClock(MONDAY.astimezone(UTC))
        self.database = Database(folder / "attendance.db")
        self.database.open()
        cipher = Cipher(bytes(32))
        roster = SqlRoster(self.database, cipher, keep_crops=lambda: True)
        self.ann = roster.enrol(code="ann", name="Ann", templates=[], model_id="m").id
        self.log = SqlCheckInLog(self.database)
        self.rows = SqlCorrections(self.database)
        self.disputed = SqlDisputedCrops(self.database, cipher)
        corrections = CorrectionService(
            self.rows, self.log, self.clock, account=KIOSK, two_person_rule=True, disputed=self.disputed
        )
        self.answers = DoorAnswers(corrections, self.disputed)
        self.plan: WorkPlan | None = OFFICE
        self.made: list[CheckInQueue] = []
        self.open()

    def _plan(self) -> tuple[WorkPlan, HoursRules]:
        if self.plan is None:
            raise HoursRulesInvalid(key="plan", reason=Reason("broken"))
        return self.plan, HoursRules()

    def open(self, mode: DoorMode = DoorMode.AUTO) -> None:
        self.queue = CheckInQueue(self.log, self.clock)
        hours = DoorHours(SqlHoursRecords(self.database), ZONE, self._plan)
        self.visits = Visits(hours, self.queue, self.clock, source="door", model_id="m:1", mode=mode)
        self.made.append(self.queue)

    def at(self, clock: str, *, day: int = 0) -> None:
        wanted = datetime.combine(MONDAY.date() + timedelta(days=day), time.fromisoformat(clock), ZONE)
        self.clock.advance((wanted - self.clock.now_utc()).total_seconds())

    def meaning(self) -> Meaning:
        return self.visits.classify(self.ann, self.clock.now_utc(), self.clock.mono_s())

    def meaning_without_note(self) -> Meaning:
        return replace(self.meaning(), note=DoorNote())

    def decision(self) -> tuple[Decision, DoorNote]:
        found = self.meaning()
        decision = Decision(
            found.kind,
            1,
            self.clock.now_utc(),
            self.clock.mono_s(),
            person_id=self.ann,
            similarity=0.6,
            margin=0.2,
            direction=found.direction,
            since_utc=found.since_utc,
        )
        return decision, found.note

    def book(self, told: tuple[Decision, DoorNote] | None = None) -> tuple[CheckIn, DoorNote]:
        decision, note = told or self.decision()
        saved: list[CheckIn] = []
        self.visits.book(decision, saved.append, lambda *_: None)
        assert self.queue.wait_until_saved(WAIT_S)
        return saved[0], note


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    made = Door(tmp_path)
    yield made
    for queue in made.made:
        queue.close(1.0)
    made.database.close()


def test_that_an_undone_event_counts_for_nothing(door: Door) -> None:
    door.at("08:57")
    event, _ = door.book()
    assert door.meaning_without_note().kind is DecisionKind.ALREADY_IN

    door.answers.undo(event)

    door.clock.advance(20)
    assert door.meaning_without_note() == Meaning(DecisionKind.WELCOME, Direction.IN)


def test_that_a_disputed_event_counts_for_nobody_and_its_picture_is_kept_after_a_yes(door: Door) -> None:
    door.at("08:57")
    event, _ = door.book()
    door.answers.dispute(event)
    assert door.disputed.count() == 0
    (made,) = door.rows.all_open()
    assert (made.kind, made.state) == (CorrectionKind.REASSIGN, CorrectionState.PROVISIONAL)

    door.answers.keep_picture(event, CROP)

    (kept,) = door.disputed.iter()
    assert (kept.person_id, kept.similarity, kept.model_id) == (door.ann, 0.6, "m:1")
    np.testing.assert_array_equal(kept.crop_bgr, CROP)
    assert door.meaning_without_note() == Meaning(DecisionKind.WELCOME, Direction.IN)


def test_that_an_undone_out_leaves_the_person_in(door: Door) -> None:
    door.at("09:00")
    door.book()
    door.at("12:00")
    out, _ = door.book()
    assert out.direction is Direction.OUT
    door.answers.undo(out)
    door.clock.advance(8)

    assert door.meaning_without_note() == Meaning(DecisionKind.WELCOME, Direction.OUT)


def test_that_a_card_tells_the_hours_of_today_and_how_late_somebody_is(door: Door) -> None:
    door.at("09:12")
    assert door.book()[1] == DoorNote(worked_s=0, late_by_s=12 * 60)
    door.at("12:12")
    assert door.book()[1] == DoorNote(worked_s=3 * 3600)
    door.at("13:12")
    assert door.book()[1] == DoorNote(worked_s=3 * 3600)  # late once a day
    door.at("14:12")
    assert door.book()[1].worked_s == 4 * 3600


def test_that_a_forgotten_check_out_is_asked_for_and_booked_for_the_manager(door: Door) -> None:
    door.at("08:57")
    door.book()
    door.at("08:55", day=1)
    event, note = door.book()
    assert event.direction is Direction.IN
    assert note.missing is not None
    assert note.missing.day == MONDAY.date()
    assert note.missing.suggested_utc == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

    door.answers.left(note.missing, note.missing.suggested_utc)

    (made,) = door.rows.all_open()
    assert (made.kind, made.state, made.direction) == (CorrectionKind.ADD, CorrectionState.PROVISIONAL, Direction.OUT)
    assert (made.at_utc, made.requested_by) == (note.missing.suggested_utc, "kiosk")
    door.at("12:00", day=1)
    door.book()
    door.at("13:00", day=1)
    assert door.book()[1].missing is None


def test_that_an_impossible_answer_is_refused(door: Door) -> None:
    door.at("08:57")
    door.book()
    door.at("08:55", day=1)
    missing = door.book()[1].missing
    assert missing is not None

    with pytest.raises(CorrectionRefused):
        door.answers.left(missing, missing.earliest_utc)
    assert door.rows.all_open() == []


def test_that_somebody_back_from_a_holiday_is_asked_too(door: Door) -> None:
    door.at("08:57")
    door.book()
    door.at("08:55", day=28)
    missing = door.book()[1].missing

    assert missing is not None
    assert missing.day == MONDAY.date()


def test_that_a_manual_door_books_the_button_at_the_time_of_the_press(door: Door) -> None:
    door.open(DoorMode.MANUAL)
    door.at("09:00")
    asked, note = door.decision()
    assert asked.kind is DecisionKind.CHOOSE
    assert note.choices == (Direction.IN,)
    door.clock.advance(6)

    event, _ = door.book(door.visits.chosen(asked, Direction.IN))

    assert (event.direction, event.at_utc) == (Direction.IN, door.clock.now_utc())
    assert door.meaning_without_note().kind is DecisionKind.ALREADY_IN
    door.at("12:00")
    later, note = door.decision()
    assert note.choices == (Direction.OUT, Direction.BREAK_START)
    assert door.book(door.visits.chosen(later, Direction.BREAK_START))[0].direction is Direction.BREAK_START


def test_that_a_door_of_one_direction_books_only_that(door: Door) -> None:
    door.open(DoorMode.ONLY_OUT)
    door.at("17:40")
    assert door.meaning_without_note() == Meaning(DecisionKind.WELCOME, Direction.OUT)
    door.open(DoorMode.ONLY_IN)
    assert door.meaning_without_note() == Meaning(DecisionKind.WELCOME, Direction.IN)


def test_that_an_out_can_become_a_break(door: Door) -> None:
    door.at("09:00")
    door.book()
    door.at("12:00")
    decision, note = door.decision()
    out, _ = door.book((decision, note))
    door.answers.undo(out)
    door.clock.advance(4)

    event, _ = door.book(door.visits.chosen(decision, Direction.BREAK_START))

    assert event.direction is Direction.BREAK_START
    door.at("12:45")
    assert door.meaning_without_note() == Meaning(DecisionKind.WELCOME, Direction.BREAK_END)


def test_that_a_broken_plan_closes_no_door(door: Door) -> None:
    door.plan = None
    door.at("09:12")

    event, note = door.book()
    assert event.direction is Direction.IN
    assert note == DoorNote(worked_s=0)


def test_that_a_decision_about_nobody_has_no_button(door: Door) -> None:
    with pytest.raises(ValueError, match="about a person"):
        door.visits.chosen(Decision(DecisionKind.UNKNOWN, 1, door.clock.now_utc(), 0.0), Direction.IN)
