"""What a sighting at the door means, and the question about yesterday."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from attendance.core.corrections import Correction, CorrectionKind, CorrectionState
from attendance.core.hours.events import DoorEvent, effective_events
from attendance.core.hours.next_step import (
    DoorMode,
    MissingCheckOut,
    NextStep,
    StepKind,
    next_step,
)
from attendance.core.hours.plan import Worker
from attendance.core.hours.rules import HoursRules
from attendance.core.hours.sheets import timesheets
from attendance.core.hours.timesheet import Flag
from attendance.core.types import Direction
from tests.unit.core.hours.site import BERLIN, PERSON, day, door_events, everybody, instant

ZONE = ZoneInfo(BERLIN)
IN, OUT = Direction.IN, Direction.OUT
STANDARD = HoursRules()
BREAK, BACK = Direction.BREAK_START, Direction.BREAK_END


def step(
    shift: str,
    events: str,
    at: str,
    mode: DoorMode = DoorMode.AUTO,
    pressed: Direction | None = None,
    rules: HoursRules = STANDARD,
) -> NextStep:
    past = door_events(events)
    return next_step(Worker(PERSON), past, everybody(shift), rules, ZONE, instant(at), mode=mode, pressed=pressed)


def missing(shift: str, events: str, now: str) -> MissingCheckOut | None:
    return step(shift, events, now).missing


@pytest.mark.parametrize(
    ("shift", "events", "at", "wanted"),
    [
        ("plain", "", "mon 08:57", IN),
        ("plain", "mon 08:57 in", "mon 17:03", OUT),
        ("plain", "mon 08:57 in, mon 12:00 out", "mon 12:40", IN),
        ("plain", "mon 08:57 in, mon 12:00 break", "mon 12:30", BACK),
        ("plain", "mon 08:57 in, mon 12:00 break, mon 12:30 back", "mon 17:00", OUT),
        ("plain", "mon 08:57 in", "tue 08:55", IN),
        ("plain", "mon 08:57 in, mon 12:00 break", "tue 08:55", IN),
        ("night", "mon 22:00 in", "tue 06:00", OUT),
        ("night", "mon 22:00 in", "tue 21:58", IN),
        ("night", "mon 22:00 in", "tue 06:59", OUT),
        # 12 hours later, but in the time of Tuesday's shift: the shift decides, not the clock alone.
        ("quick", "mon 17:30 in", "tue 05:30", IN),
        ("quick", "mon 13:55 in, mon 22:05 out", "tue 05:30", IN),
        # The early shift accepts check-ins too, but the night is still open.
        ("quick", "wed 21:55 in", "thu 05:55", OUT),
        ("fire", "mon 08:00 in", "tue 07:59", OUT),
        ("", "mon 08:57 in", "mon 23:57", OUT),
        ("", "mon 08:57 in", "mon 23:58", IN),
        ("", "mon 20:00 in", "tue 03:00", OUT),
        ("split", "mon 08:00 in, mon 12:00 out", "mon 16:00", IN),
    ],
)
def test_that_the_direction_follows_from_shift_and_last_event(
    shift: str, events: str, at: str, wanted: Direction
) -> None:
    found = step(shift, events, at)
    assert (found.kind, found.direction) == (StepKind.NEW, wanted)


def test_that_a_repeated_sighting_is_told_since_when() -> None:
    assert step("plain", "mon 08:57 in", "mon 09:01:59") == NextStep(
        StepKind.ALREADY, IN, since_utc=instant("mon 08:57")
    )
    assert step("plain", "mon 08:57 in, mon 17:00 out", "mon 17:04").direction is OUT
    assert step("plain", "mon 08:57 in, mon 12:00 break", "mon 12:02").kind is StepKind.ALREADY


def test_that_nobody_leaves_before_the_shortest_stay() -> None:
    rules = HoursRules(cool_down_s=60, min_stay_s=600)
    assert step("plain", "mon 08:57 in", "mon 09:06:59", rules=rules).kind is StepKind.ALREADY
    assert step("plain", "mon 08:57 in", "mon 09:07", rules=rules).direction is OUT
    pressed = step("plain", "mon 08:57 in", "mon 09:00", DoorMode.MANUAL, OUT, rules)
    assert (pressed.kind, pressed.direction) == (StepKind.ALREADY, IN)
    assert step("plain", "mon 08:57 in", "mon 09:00", DoorMode.ONLY_OUT, rules=rules).kind is StepKind.ALREADY
    # Coming back needs no stay.
    again = step("plain", "mon 08:57 in, mon 12:00 out", "mon 12:01", DoorMode.MANUAL, IN, rules)
    assert (again.kind, again.direction) == (StepKind.NEW, IN)


@pytest.mark.parametrize(
    ("mode", "pressed", "wanted"),
    [
        (DoorMode.MANUAL, OUT, OUT),
        (DoorMode.MANUAL, BREAK, BREAK),
        (DoorMode.MANUAL, IN, IN),
        (DoorMode.AUTO, BREAK, BREAK),
        (DoorMode.ONLY_IN, None, IN),
        (DoorMode.ONLY_OUT, None, OUT),
        (DoorMode.ONLY_OUT, IN, OUT),
    ],
)
def test_that_a_button_or_the_door_decides(mode: DoorMode, pressed: Direction | None, wanted: Direction) -> None:
    found = step("plain", "mon 08:57 in", "mon 12:00", mode, pressed)
    assert (found.kind, found.direction) == (StepKind.NEW, wanted)


@pytest.mark.parametrize(
    ("events", "choices"),
    [
        ("", (IN,)),
        ("mon 08:57 in", (OUT, BREAK)),
        ("mon 08:57 in, mon 11:00 break", (BACK, OUT)),
        ("mon 08:57 in, mon 11:00 out", (IN,)),
    ],
)
def test_that_a_manual_door_offers_the_buttons_that_make_sense(events: str, choices: tuple[Direction, ...]) -> None:
    found = step("plain", events, "mon 12:00", DoorMode.MANUAL)
    assert (found.kind, found.choices) == (StepKind.CHOOSE, choices)


def test_that_the_next_arrival_asks_about_the_forgotten_check_out() -> None:
    found = step("plain", "mon 08:57 in", "tue 08:55")

    assert found.missing == MissingCheckOut(
        person_id=PERSON,
        day=day("mon"),
        event_id="e0",
        since_utc=instant("mon 08:57"),
        earliest_utc=instant("mon 08:57"),
        latest_utc=instant("mon 23:57"),
        suggested_utc=instant("mon 17:00"),
    )
    assert step("plain", "mon 08:57 in, mon 17:00 out", "tue 08:55").missing is None
    assert step("plain", "mon 08:57 in", "mon 17:00").missing is None


@pytest.mark.parametrize(
    ("shift", "events", "now", "suggested"),
    [
        ("night", "mon 22:00 in", "tue 21:55", "tue 06:00"),
        ("flex", "mon 10:00 in", "tue 10:00", "mon 18:00"),
        ("plain", "mon 18:00 in", "tue 09:00", "mon 18:00:01"),
        ("plain", "fri 09:00 in", "mon+1 09:00", "fri 17:00"),
        ("plain", "mon 09:00 in, mon 12:00 out, mon 12:30 in", "tue 09:00", "mon 17:00"),
    ],
)
def test_that_the_end_of_the_shift_is_suggested(shift: str, events: str, now: str, suggested: str) -> None:
    found = missing(shift, events, now)
    assert found is not None
    assert found.suggested_utc == instant(suggested)


def test_that_without_a_shift_nothing_is_suggested() -> None:
    found = missing("", "mon 09:00 in", "tue 09:00")
    assert found is not None
    assert found.suggested_utc is None


@pytest.mark.parametrize(
    ("events", "now"),
    [
        ("", "tue 09:00"),
        ("mon 09:00 in", "mon 12:00"),
        ("mon 09:00 in, mon 17:00 out", "tue 09:00"),
        # Asked once: on the next day of work, not for ever.
        ("mon 09:00 in, tue 09:00 in, tue 17:00 out", "wed 09:00"),
    ],
)
def test_that_nothing_is_asked_without_reason(events: str, now: str) -> None:
    assert missing("plain", events, now) is None


def test_that_a_night_shift_going_on_is_not_asked_about() -> None:
    assert missing("night", "mon 22:00 in", "tue 03:00") is None


def test_that_a_booked_answer_is_flagged_and_not_asked_about_again() -> None:
    left = Correction(
        "c1",
        CorrectionKind.ADD,
        CorrectionState.PROVISIONAL,
        person_id=PERSON,
        reason="forgot",
        requested_by="kiosk",
        requested_utc=instant("tue 09:00"),
        at_utc=instant("mon 16:30"),
        direction=OUT,
    )
    events = [*door_events("mon 09:00 in"), *effective_events([], [left])]
    plan = everybody("plain")
    sheet = timesheets(Worker(PERSON), day("mon"), day("mon"), events, plan, STANDARD, ZONE, instant("tue 10:00"))[0]
    assert (sheet.worked_s, sheet.early_by_s) == (int(7.5 * 3600), 1800)
    assert sheet.flags == {Flag.PROVISIONAL, Flag.LEFT_EARLY}
    assert sheet.correction_ids == ("c1",)
    assert next_step(Worker(PERSON), events, plan, STANDARD, ZONE, instant("tue 09:00")).missing is None


@pytest.mark.parametrize("answer", ["mon 08:00", "mon 09:00", "tue 00:01"])
def test_that_nobody_can_have_left_before_coming_or_after_the_longest_shift(answer: str) -> None:
    asked = missing("plain", "mon 09:00 in", "tue 09:00")
    assert asked is not None
    assert not asked.allows(instant(answer))


def test_that_void_events_and_other_people_do_not_matter() -> None:
    events = [
        *(replace(e, is_void=True) for e in door_events("mon 09:00 in")),
        *door_events("mon 09:00 in", person=PERSON + 1),
    ]
    found = next_step(Worker(PERSON), events, everybody("plain"), HoursRules(), ZONE, instant("mon 12:00"))
    assert (found.kind, found.direction) == (StepKind.NEW, IN)


def test_that_an_event_of_a_clock_far_ahead_does_not_lock_anybody_out() -> None:
    ahead = DoorEvent("x", PERSON, datetime(2030, 1, 1, tzinfo=UTC), OUT)
    found = next_step(
        Worker(PERSON),
        [*door_events("mon 09:00 in"), ahead],
        everybody("plain"),
        HoursRules(),
        ZONE,
        instant("mon 09:00") + timedelta(hours=8),
    )
    assert (found.kind, found.direction) == (StepKind.NEW, OUT)
