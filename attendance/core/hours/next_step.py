"""What a sighting at the door means: a new event, the same visit, or a question about yesterday."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

from attendance.core.direction import is_cooling_down, is_too_early_to_leave, next_direction
from attendance.core.hours.business_day import DayFinder, PlacedEvent, WorkCalendar
from attendance.core.hours.events import DoorEvent, events_of
from attendance.core.hours.pairing import pair_events
from attendance.core.hours.plan import Worker, WorkPlan
from attendance.core.hours.rules import HoursRules
from attendance.core.hours.schedule import DayFrame, required_break_s
from attendance.core.hours.shift import BreakMode, ShiftKind
from attendance.core.hours.spans import instant_of, seconds_of
from attendance.core.types import Direction


class DoorMode(StrEnum):
    """Where the direction at a door comes from."""

    AUTO = "auto"
    """From the shift and the last event; a pressed button comes before that."""
    MANUAL = "manual"
    """From a button: IN, OUT, break."""
    ONLY_IN = "in"
    """People only come by this door."""
    ONLY_OUT = "out"
    """People only leave by this door."""


class StepKind(StrEnum):
    """What the kiosk does about a sighting."""

    NEW = "new"
    """Book an event."""
    ALREADY = "already"
    """Say since when the person already is in, out or on a break; book nothing."""
    CHOOSE = "choose"
    """Show the buttons."""


@dataclass(frozen=True, slots=True)
class MissingCheckOut:
    """A day on which somebody came and did not check out.

    Attributes:
        day: business day to ask about.
        event_id: the arrival without a departure.
        since_utc: its instant.
        earliest_utc: last thing known of that visit; the answer lies after it.
        latest_utc: the answer does not lie after it: now, or the longest shift.
        suggested_utc: end of the shift, or the arrival and the hours of a flexible day; None when nothing is planned.
    """

    person_id: int
    day: date
    event_id: str
    since_utc: datetime
    earliest_utc: datetime
    latest_utc: datetime
    suggested_utc: datetime | None

    def allows(self, left_utc: datetime) -> bool:
        """Return whether somebody can have left at this instant."""
        return self.earliest_utc < left_utc <= self.latest_utc


@dataclass(frozen=True, slots=True)
class NextStep:
    """What a sighting means.

    Attributes:
        direction: of the new event; for ALREADY of the earlier one; for CHOOSE the likely one.
        since_utc: for ALREADY, instant of the earlier event.
        choices: for CHOOSE, buttons that make sense, the likely one first.
        missing: ask this with the arrival: "you did not check out ... - when did you leave?"
    """

    kind: StepKind
    direction: Direction
    since_utc: datetime | None = None
    choices: tuple[Direction, ...] = ()
    missing: MissingCheckOut | None = None


@dataclass(frozen=True, slots=True)
class DoorNote:
    """What a card says beside name and time.

    Attributes:
        worked_s: seconds worked on this business day so far, None when nobody worked it out.
        late_by_s: seconds that this arrival is late by the plan; 0 = in time, not the first one, or no plan.
        missing: the day to ask about: "you did not check out ...".
        choices: buttons that fit, the likely one first, where the door asks for the direction.
    """

    worked_s: int | None = None
    late_by_s: int = 0
    missing: MissingCheckOut | None = None
    choices: tuple[Direction, ...] = ()


def next_step(
    worker: Worker,
    events: Sequence[DoorEvent],
    plan: WorkPlan,
    rules: HoursRules,
    zone: ZoneInfo,
    at_utc: datetime,
    *,
    mode: DoorMode = DoorMode.AUTO,
    pressed: Direction | None = None,
) -> NextStep:
    """Say what a sighting of a person means.

    Args:
        worker: who was recognised.
        events: the person's of the last days, see ``event_range``; any order.
        plan: who works when.
        rules: of the site.
        zone: of the site.
        at_utc: aware instant of the sighting.
        mode: of the door.
        pressed: button, None without; a door of one direction has none.

    Raises:
        ValueError: an instant has no time zone.
    """
    calendar = WorkCalendar(plan, worker, rules, zone)
    past = _past(calendar, events, at_utc)
    last = past.placed[-1].event if past.placed else None
    is_new = past.is_open and _is_new_shift(calendar, past.finder, seconds_of(at_utc))
    fixed = {DoorMode.ONLY_IN: Direction.IN, DoorMode.ONLY_OUT: Direction.OUT}.get(mode, pressed)
    likely = next_direction(last, at_utc, max_shift_h=past.limit_s / 3600, chosen=fixed, is_new_shift=is_new)
    if last is not None and not (is_new and likely is Direction.IN):
        is_same = fixed is None or fixed is last.direction
        is_repeated = is_same and is_cooling_down(last, at_utc, cool_down_s=rules.cool_down_s)
        if is_repeated or is_too_early_to_leave(last, at_utc, likely, min_stay_s=rules.min_stay_s):
            return NextStep(StepKind.ALREADY, last.direction, since_utc=last.at_utc)
    missing = _missing(calendar, past, at_utc) if likely is Direction.IN else None
    if mode is DoorMode.MANUAL and pressed is None:
        return NextStep(StepKind.CHOOSE, likely, choices=_choices(likely), missing=missing)
    return NextStep(StepKind.NEW, likely, missing=missing)


@dataclass(frozen=True, slots=True)
class _Past:
    """Events up to now that count, with their days, and the visit that is open after them."""

    placed: list[PlacedEvent]
    finder: DayFinder
    limit_s: int

    @property
    def is_open(self) -> bool:
        return self.finder.open_day is not None


def _past(calendar: WorkCalendar, events: Sequence[DoorEvent], at_utc: datetime) -> _Past:
    """Events further ahead than the longest shift were written by a wrong clock and are left out."""
    latest_s = seconds_of(at_utc) + calendar.rules.max_shift_min * 60
    finder = DayFinder(calendar)
    placed = []
    for event in events_of(events, calendar.worker.person_id):
        at_s = seconds_of(event.at_utc)
        if not event.is_void and at_s <= latest_s:
            placed.append(PlacedEvent(event, finder.take(event.direction, at_s), is_outside=False))
    open_day = finder.open_day
    limit_s = calendar.rules.max_shift_min * 60 if open_day is None else calendar.frame(open_day).limit_s
    return _Past(placed, finder, limit_s)


def _is_new_shift(calendar: WorkCalendar, finder: DayFinder, at_s: int) -> bool:
    """Return whether a sighting no longer belongs to the open visit: too late for it, or in another shift's time."""
    assert finder.open_day is not None
    frame = calendar.frame(finder.open_day)
    if at_s - finder.open_since_s > frame.limit_s:
        return True
    accepting = calendar.accepting(at_s)
    return bool(accepting) and all(f.day != frame.day for f in accepting) and calendar.home_day(at_s) != frame.day


def _missing(calendar: WorkCalendar, past: _Past, now_utc: datetime) -> MissingCheckOut | None:
    now_s = seconds_of(now_utc)
    today = past.finder.day_of(Direction.IN, now_s)
    open_day = past.finder.open_day
    if open_day is not None and not _is_new_shift(calendar, past.finder, now_s):
        today = open_day
    earlier = [p for p in past.placed if p.day < today]
    if not earlier:
        return None
    day = earlier[-1].day
    of_day = [p for p in earlier if p.day == day]
    frame = calendar.frame(day)
    pairs = pair_events(of_day, cool_down_s=calendar.rules.cool_down_s, limit_s=frame.limit_s)
    since_s = pairs.open_since_s
    if since_s is None:
        return None
    arrival = next(p.event for p in of_day if p.at_s == since_s and p.event.direction.is_arrival)
    latest_s = min(now_s, since_s + frame.limit_s)
    suggested_s = _likely_end_s(frame, since_s)
    if suggested_s is not None:
        suggested_s = min(max(suggested_s, of_day[-1].at_s + 1), latest_s)
    return MissingCheckOut(
        person_id=calendar.worker.person_id,
        day=day,
        event_id=arrival.event_id,
        since_utc=arrival.at_utc,
        earliest_utc=of_day[-1].event.at_utc,
        latest_utc=instant_of(latest_s),
        suggested_utc=None if suggested_s is None else instant_of(suggested_s),
    )


def _likely_end_s(frame: DayFrame, since_s: int) -> int | None:
    shift = frame.shift
    if shift is None:
        return None
    if shift.kind is ShiftKind.FLEXIBLE:
        automatic = tuple(r for r in shift.breaks if r.mode is BreakMode.AUTO and not r.is_paid)
        return since_s + frame.scheduled_s + required_break_s(automatic, frame.scheduled_s)
    return frame.parts[-1][1]


def _choices(likely: Direction) -> tuple[Direction, ...]:
    return {
        Direction.IN: (Direction.IN,),
        Direction.BREAK_END: (Direction.BREAK_END, Direction.OUT),
        Direction.BREAK_START: (Direction.BREAK_START, Direction.OUT),
        Direction.OUT: (Direction.OUT, Direction.BREAK_START),
    }[likely]
