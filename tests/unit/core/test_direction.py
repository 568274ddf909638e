"""In or out, and the same visit or a new one."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from attendance.core.direction import is_cooling_down, is_too_early_to_leave, next_direction
from attendance.core.types import CheckIn, Direction

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def _event(direction: Direction, at_utc: datetime = NOON) -> CheckIn:
    return CheckIn(
        event_id="6f9f2f0e-4a9e-4f8e-9e38-0f8b7b3a1c11",
        person_id=1,
        at_utc=at_utc,
        utc_offset_s=3600,
        direction=direction,
        similarity=0.8,
        margin=0.5,
        source="camera 0",
        model_id="m:1",
        made_by="kiosk",
    )


@pytest.mark.parametrize(
    ("last", "hours_later", "wanted"),
    [
        (None, 0, Direction.IN),
        (Direction.OUT, 1, Direction.IN),
        (Direction.OUT, 100, Direction.IN),
        (Direction.OUT, -1, Direction.IN),
        (Direction.IN, 0, Direction.OUT),
        (Direction.IN, 8, Direction.OUT),
        (Direction.IN, 15, Direction.OUT),
        (Direction.IN, 15.001, Direction.IN),
        (Direction.IN, 24, Direction.IN),
        (Direction.IN, -0.5, Direction.OUT),
        (Direction.IN, -15.001, Direction.IN),
        (Direction.BREAK_START, 0.5, Direction.BREAK_END),
        (Direction.BREAK_START, 15.001, Direction.IN),
        (Direction.BREAK_END, 4, Direction.OUT),
        (Direction.BREAK_END, 15.001, Direction.IN),
    ],
)
def test_that_the_direction_follows_from_the_last_event(
    last: Direction | None, hours_later: float, wanted: Direction
) -> None:
    event = None if last is None else _event(last)
    assert next_direction(event, NOON + timedelta(hours=hours_later), max_shift_h=15) is wanted


@pytest.mark.parametrize("chosen", list(Direction))
def test_that_a_button_or_a_door_of_one_direction_decides(chosen: Direction) -> None:
    assert next_direction(_event(Direction.IN), NOON, max_shift_h=15, chosen=chosen) is chosen
    assert next_direction(None, NOON, max_shift_h=15, chosen=chosen, is_new_shift=True) is chosen


@pytest.mark.parametrize("last", list(Direction))
def test_that_a_new_shift_begins_with_in(last: Direction) -> None:
    assert next_direction(_event(last), NOON, max_shift_h=15, is_new_shift=True) is Direction.IN


@pytest.mark.parametrize(
    ("last", "direction", "minutes", "wanted"),
    [
        (Direction.IN, Direction.OUT, 4.9, True),
        (Direction.IN, Direction.OUT, 5, False),
        (Direction.IN, Direction.BREAK_START, 1, True),
        (Direction.BREAK_END, Direction.OUT, 1, True),
        (Direction.BREAK_START, Direction.OUT, 1, False),
        (Direction.IN, Direction.IN, 1, False),
        (Direction.OUT, Direction.OUT, 1, False),
        (None, Direction.OUT, 1, False),
    ],
)
def test_that_nobody_leaves_right_after_coming(
    last: Direction | None, direction: Direction, minutes: float, wanted: bool
) -> None:
    event = None if last is None else _event(last)
    at_utc = NOON + timedelta(minutes=minutes)
    assert is_too_early_to_leave(event, at_utc, direction, min_stay_s=300) is wanted


def test_that_a_forgotten_check_out_does_not_turn_the_following_days_around() -> None:
    last: CheckIn | None = None
    directions = []
    # Day 1: in, out forgotten. Day 2 and 3: in at 8, out at 17.
    for hour in (8, 24 + 8, 24 + 17, 48 + 8, 48 + 17):
        at_utc = datetime(2026, 3, 2, tzinfo=UTC) + timedelta(hours=hour)
        last = _event(next_direction(last, at_utc, max_shift_h=15), at_utc)
        directions.append(last.direction.value)
    assert directions == ["in", "in", "out", "in", "out"]


def test_that_a_night_shift_over_midnight_and_summer_time_ends_with_out() -> None:
    # The clocks of Europe go forward at 01:00 UTC on 2026-03-29; instants do not care.
    start = _event(Direction.IN, datetime(2026, 3, 28, 21, 0, tzinfo=UTC))
    assert next_direction(start, datetime(2026, 3, 29, 5, 0, tzinfo=UTC), max_shift_h=8) is Direction.OUT


def test_that_instants_of_different_zones_are_compared_as_instants() -> None:
    same_instant = NOON.astimezone(timezone(timedelta(hours=8)))
    assert is_cooling_down(_event(Direction.IN), same_instant, cool_down_s=1)


@pytest.mark.parametrize(
    ("seconds_later", "cool_down_s", "wanted"),
    [
        (0, 300, True),
        (299.9, 300, True),
        (300, 300, False),
        (5000, 300, False),
        (0, 0, False),
        (-10, 300, True),
        (-299.9, 300, True),
        (-300, 300, False),
        (-86400, 300, False),
    ],
)
@pytest.mark.parametrize("direction", list(Direction))
def test_that_a_sighting_near_the_last_event_is_the_same_visit(
    direction: Direction, seconds_later: float, cool_down_s: float, wanted: bool
) -> None:
    at_utc = NOON + timedelta(seconds=seconds_later)
    assert is_cooling_down(_event(direction), at_utc, cool_down_s=cool_down_s) is wanted


def test_that_the_first_sighting_of_a_person_is_not_cooling_down() -> None:
    assert is_cooling_down(None, NOON, cool_down_s=300) is False


def test_that_an_instant_without_time_zone_is_refused() -> None:
    naive = NOON.replace(tzinfo=None)
    with pytest.raises(ValueError, match="time zone"):
        next_direction(_event(Direction.IN), naive, max_shift_h=15)
    with pytest.raises(ValueError, match="time zone"):
        is_cooling_down(_event(Direction.IN), naive, cool_down_s=300)
