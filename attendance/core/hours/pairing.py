"""Arrivals and departures of one business day -> visits and breaks, and what did not fit together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from attendance.core.hours.business_day import PlacedEvent
from attendance.core.hours.spans import Span
from attendance.core.hours.timesheet import Flag
from attendance.core.types import Direction


@dataclass(slots=True)
class Pairs:
    """What the events of a day say.

    Attributes:
        visits: from an arrival to its departure, seconds since 1970 UTC.
        breaks: checked breaks; those of a visit without a departure lie in no visit. A break that was not ended lasts
            until the departure.
        open_since_s: arrival without a departure at the end of the day, None without.
        open_break_s: start of a break inside that.
        is_start_unknown: the first event is not an arrival, so nobody knows when the person came.
        is_end_unknown: the last departure has no arrival.
        ignored_ids: repeated check-ins inside the cool-down.
    """

    visits: list[Span] = field(default_factory=list)
    breaks: list[Span] = field(default_factory=list)
    flags: set[Flag] = field(default_factory=set)
    open_since_s: int | None = None
    open_break_s: int | None = None
    is_start_unknown: bool = False
    is_end_unknown: bool = False
    ignored_ids: list[str] = field(default_factory=list)


def pair_events(events: Sequence[PlacedEvent], *, cool_down_s: int, limit_s: int) -> Pairs:
    """Pair the events of one business day.

    Two INs: the first counts (DOUBLE_IN). An OUT without an IN ends nothing (MISSING_IN; DOUBLE_OUT after another
    OUT). An OUT later than ``limit_s`` after its IN is not its OUT: both are flagged. The same direction again inside
    the cool-down is one event.

    Args:
        events: those that count, by time.
        cool_down_s: seconds.
        limit_s: longest visit in seconds.
    """
    pairs = Pairs()
    last: PlacedEvent | None = None
    for placed in events:
        direction, at_s = placed.event.direction, placed.at_s
        if last is not None and direction is last.event.direction and at_s - last.at_s < cool_down_s:
            pairs.ignored_ids.append(placed.event.event_id)
            continue
        if last is None and not direction.is_arrival:
            pairs.is_start_unknown = True
        if direction is Direction.IN:
            _come(pairs, at_s, limit_s)
        elif direction is Direction.OUT:
            _leave(pairs, at_s, limit_s, is_second=last is not None and last.event.direction is Direction.OUT)
        elif direction is Direction.BREAK_START:
            _pause(pairs, at_s)
        else:
            _resume(pairs, at_s)
        last = placed
    return pairs


def _come(pairs: Pairs, at_s: int, limit_s: int) -> None:
    pairs.is_end_unknown = False
    if pairs.open_since_s is None:
        pairs.open_since_s = at_s
    elif pairs.open_break_s is not None:
        pairs.flags.add(Flag.BREAK_NOT_ENDED)
        _end_break(pairs, at_s)
    elif at_s - pairs.open_since_s > limit_s:
        pairs.flags.add(Flag.MISSING_OUT)
        pairs.open_since_s = at_s
    else:
        pairs.flags.add(Flag.DOUBLE_IN)


def _leave(pairs: Pairs, at_s: int, limit_s: int, *, is_second: bool) -> None:
    since_s = pairs.open_since_s
    if since_s is None or at_s - since_s > limit_s:
        pairs.flags.add(Flag.DOUBLE_OUT if is_second else Flag.MISSING_IN)
        pairs.is_end_unknown = True
        if since_s is not None:
            pairs.flags.add(Flag.MISSING_OUT)
    else:
        if pairs.open_break_s is not None:
            pairs.flags.add(Flag.BREAK_NOT_ENDED)
            _end_break(pairs, at_s)
        pairs.visits.append((since_s, at_s))
    pairs.open_since_s = pairs.open_break_s = None


def _pause(pairs: Pairs, at_s: int) -> None:
    if pairs.open_since_s is None:
        pairs.flags |= {Flag.STRAY_BREAK, Flag.MISSING_IN}
    elif pairs.open_break_s is not None:
        pairs.flags.add(Flag.STRAY_BREAK)
    else:
        pairs.open_break_s = at_s


def _resume(pairs: Pairs, at_s: int) -> None:
    pairs.is_end_unknown = False
    if pairs.open_since_s is None:
        # Who is back is here, whatever was forgotten before.
        pairs.flags.add(Flag.STRAY_BREAK)
        pairs.open_since_s = at_s
    elif pairs.open_break_s is None:
        pairs.flags.add(Flag.STRAY_BREAK)
    else:
        _end_break(pairs, at_s)


def _end_break(pairs: Pairs, at_s: int) -> None:
    assert pairs.open_break_s is not None
    pairs.breaks.append((pairs.open_break_s, at_s))
    pairs.open_break_s = None
