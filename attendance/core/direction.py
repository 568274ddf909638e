"""Whether a sighting at the door is coming or going, from the last event and what else is known."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Protocol

from attendance.core.types import Direction


class PastEvent(Protocol):
    """What the rules need of an earlier event; a CheckIn has it, and so has a DoorEvent."""

    @property
    def at_utc(self) -> datetime:
        """Aware instant."""
        ...

    @property
    def direction(self) -> Direction:
        """Which way it was."""
        ...


def next_direction(
    last: PastEvent | None,
    at_utc: datetime,
    *,
    max_shift_h: float,
    chosen: Direction | None = None,
    is_new_shift: bool = False,
) -> Direction:
    """Return the direction of a new event.

    What a button or the door itself says is taken as it is. Otherwise:

    IN after OUT, OUT after IN, BREAK_END after BREAK_START, OUT after BREAK_END. An arrival or break that is older than
    the longest shift is a forgotten check-out: the next event is IN again, so that one forgotten day does not turn all
    later days around.

    A clock that went backwards: such an event that lies in the future by up to the longest shift counts like one in
    the past (the person did come in); one further ahead was written by a clock that was wrong and is ignored.

    Args:
        last: newest event of the person, None when there is none.
        at_utc: aware instant of the new event.
        max_shift_h: hours. NoahFace uses 15.
        chosen: direction of the pressed button or of a door that people only come or leave by, None without.
        is_new_shift: the sighting belongs to another shift than the last event, so it is IN whatever was forgotten.

    Raises:
        ValueError: at_utc has no time zone.
    """
    if chosen is not None or is_new_shift:
        return chosen or Direction.IN
    if last is None or last.direction is Direction.OUT:
        return Direction.IN
    if _distance(last, at_utc) > timedelta(hours=max_shift_h):
        return Direction.IN
    return Direction.BREAK_END if last.direction is Direction.BREAK_START else Direction.OUT


def is_cooling_down(last: PastEvent | None, at_utc: datetime, *, cool_down_s: float) -> bool:
    """Return whether the last event is so near that another sighting is the same visit, not a new event.

    Works on stored instants, for the first sighting after a restart; within one run the caller uses monotonic
    time. A clock that went backwards a little (NTP) leaves the last event slightly in the future: still the
    same visit. An event further ahead than the cool-down was written by a wrong clock and must not lock the
    person out until the clock catches up, so it is not a cool-down.

    Args:
        last: newest event of the person, None when there is none.
        at_utc: aware instant of the sighting.
        cool_down_s: seconds; 0 never cools down.

    Raises:
        ValueError: at_utc has no time zone.
    """
    return last is not None and _distance(last, at_utc) < timedelta(seconds=cool_down_s)


def is_too_early_to_leave(last: PastEvent | None, at_utc: datetime, direction: Direction, *, min_stay_s: float) -> bool:
    """Return whether a departure comes so soon after the arrival that nobody meant it.

    Args:
        last: newest event of the person, None when there is none.
        at_utc: aware instant of the sighting.
        direction: what the sighting would be; arrivals are never too early.
        min_stay_s: seconds from the arrival on; 0 allows everything.

    Raises:
        ValueError: at_utc has no time zone.
    """
    if last is None or direction.is_arrival or not last.direction.is_arrival:
        return False
    return _distance(last, at_utc) < timedelta(seconds=min_stay_s)


def _distance(last: PastEvent, at_utc: datetime) -> timedelta:
    if at_utc.utcoffset() is None:
        raise ValueError("at_utc must carry a time zone")
    return abs(at_utc - last.at_utc)
