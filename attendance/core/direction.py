"""Whether a look at the camera is coming or going, from the last event alone."""

from __future__ import annotations

from datetime import datetime, timedelta

from attendance.core.types import CheckIn, Direction


def next_direction(last: CheckIn | None, at_utc: datetime, *, max_shift_h: float) -> Direction:
    """Return the direction of a new event.

    IN after OUT, OUT after IN, BREAK_END after BREAK_START, OUT after BREAK_END. An arrival or break that is older than
    the longest shift is a forgotten check-out: the next event is IN again, so that one forgotten day does not turn all
    later days around.

    A clock that went backwards: such an event that lies in the future by up to the longest shift counts like one in
    the past (the person did come in); one further ahead was written by a clock that was wrong and is ignored.

    Args:
        last: newest event of the person, None when there is none.
        at_utc: aware instant of the new event.
        max_shift_h: hours. NoahFace uses 15.

    Raises:
        ValueError: at_utc has no time zone.
    """
    if last is None or last.direction is Direction.OUT:
        return Direction.IN
    if _distance(last, at_utc) > timedelta(hours=max_shift_h):
        return Direction.IN
    return Direction.BREAK_END if last.direction is Direction.BREAK_START else Direction.OUT


def is_cooling_down(last: CheckIn | None, at_utc: datetime, *, cool_down_s: float) -> bool:
    """Return whether the last event is so near that another look is the same visit, not a new event.

    Works on stored instants, for the first look after a restart; within one run the caller uses monotonic
    time. A clock that went backwards a little (NTP) leaves the last event slightly in the future: still the
    same visit. An event further ahead than the cool-down was written by a wrong clock and must not lock the
    person out until the clock catches up, so it is no cool-down.

    Args:
        last: newest event of the person, None when there is none.
        at_utc: aware instant of the look.
        cool_down_s: seconds; 0 never cools down.

    Raises:
        ValueError: at_utc has no time zone.
    """
    return last is not None and _distance(last, at_utc) < timedelta(seconds=cool_down_s)


def _distance(last: CheckIn, at_utc: datetime) -> timedelta:
    if at_utc.utcoffset() is None:
        raise ValueError("at_utc must carry a time zone")
    return abs(at_utc - last.at_utc)
