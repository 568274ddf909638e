"""The hours once more, by walking through every minute; shares no code with the rules but the values it is given."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from attendance.core.hours.events import DoorEvent
from attendance.core.hours.plan import Worker
from attendance.core.hours.rules import HoursRules
from attendance.core.hours.sheets import timesheets
from attendance.core.hours.shift import BreakMode, Shift, ShiftKind
from attendance.core.types import Direction
from tests.unit.core.hours.site import PERSON, SHIFTS, everybody

LONGEST_MIN = 15 * 60
RULES = HoursRules(cool_down_s=0, max_shift_min=LONGEST_MIN)
NIGHTLY = {"night", "ward"}  # these work at weekends too, see everybody()
SPRING, SUMMER, AUTUMN = date(2026, 3, 26), date(2026, 6, 1), date(2026, 10, 22)
DAYS = 5
Minute = datetime
STEP = timedelta(minutes=1)


@dataclass
class Walk:
    """One business day while somebody walks through it."""

    came: Minute | None = None
    is_pausing: bool = False
    now_inside: list[tuple[Minute, bool]] = field(default_factory=list)
    """Minutes of the visit that is open, and whether each is a break."""
    inside: list[tuple[Minute, bool]] = field(default_factory=list)
    """Minutes of the visits that ended."""
    is_incomplete: bool = False


def shift_of(name: str, day: date) -> Shift | None:
    if not name or (day.weekday() > 4 and name not in NIGHTLY):
        return None
    return next(shift for shift in SHIFTS if shift.name == name)


@cache
def clock_face(day: date, zone: str) -> dict[datetime, Minute]:
    """Return when the clock first shows each minute of a day and of the one after."""
    before = datetime.combine(day - timedelta(days=1), datetime.min.time(), UTC)
    shown: dict[datetime, Minute] = {}
    for n in range(4 * 1440):
        at = before + n * STEP
        shown.setdefault(at.astimezone(ZoneInfo(zone)).replace(tzinfo=None), at)
    return shown


@cache
def clock(day: date, minute: int, zone: str) -> Minute:
    """Return the first instant at which the clock shows a time, counted in minutes from midnight of the day."""
    wanted = datetime.combine(day, datetime.min.time()) + timedelta(minutes=minute)
    shown = clock_face(day, zone)
    if wanted in shown:
        return shown[wanted]
    # Left out when the clocks go forward: as long after the last minute before the gap as the clock would say.
    last = max(local for local in shown if local < wanted)
    return shown[last] + (wanted - last)


@cache
def part_minutes(name: str, day: date, zone: str) -> tuple[tuple[Minute, Minute], ...]:
    shift = shift_of(name, day)
    if shift is None:
        return ()
    return tuple((clock(day, p.start_min, zone), clock(day, p.end_min, zone)) for p in shift.parts)


def accepts(name: str, day: date, zone: str, at: Minute) -> bool:
    parts, shift = part_minutes(name, day, zone), shift_of(name, day)
    if not parts or shift is None:
        return False
    return parts[0][0] - shift.accept_before_min * STEP <= at <= parts[-1][1] + shift.accept_after_min * STEP


def longest(name: str, day: date, zone: str) -> timedelta:
    parts, shift = part_minutes(name, day, zone), shift_of(name, day)
    if not parts or shift is None:
        return LONGEST_MIN * STEP
    window = parts[-1][1] - parts[0][0] + (shift.accept_before_min + shift.accept_after_min) * STEP
    return max(LONGEST_MIN * STEP, window)


def business_day(
    name: str, zone: str, at: Minute, direction: Direction, open_day: date | None, since: Minute | None
) -> date:
    """Find the day of an event, as docs/hours.md tells it."""
    today = at.astimezone(ZoneInfo(zone)).date()
    taking = [d for d in (today + timedelta(days=n) for n in (-2, -1, 0, 1)) if accepts(name, d, zone, at)]
    if direction is not Direction.IN and open_day is not None and since is not None:
        is_fresh = at - since <= longest(name, open_day, zone)
        if is_fresh and (not taking or open_day in taking or open_day == today):
            return open_day
    if not taking:
        return today
    edge = 0 if direction is Direction.IN else -1
    distance = {d: abs(at - part_minutes(name, d, zone)[edge][edge]) for d in taking}
    return min(taking, key=lambda d: distance[d])


def walk(name: str, zone: str, events: dict[Minute, Direction]) -> dict[date, Walk]:
    days: dict[date, Walk] = {}
    open_day: date | None = None
    since: Minute | None = None
    last_of_day: dict[date, Direction] = {}
    at = min(events)
    while at <= max(events):
        if at in events:
            direction = events[at]
            day = business_day(name, zone, at, direction, open_day, since)
            if direction in {Direction.IN, Direction.BREAK_END}:
                if day != open_day or since is None or at - since > longest(name, day, zone):
                    open_day, since = day, at
            elif direction is Direction.OUT and day == open_day:
                open_day = None
            _event(days.setdefault(day, Walk()), at, direction, longest(name, day, zone))
            last_of_day[day] = direction
        for one in days.values():
            if one.came is not None:
                one.now_inside.append((at, one.is_pausing))
        at += STEP
    for one in days.values():
        one.is_incomplete |= one.came is not None
    return days


def _event(one: Walk, at: Minute, direction: Direction, limit: timedelta) -> None:
    is_lost = one.came is not None and at - one.came > limit
    if direction is Direction.OUT:
        if one.came is None or is_lost:
            one.is_incomplete = True
        else:
            one.inside += one.now_inside
        one.came, one.is_pausing, one.now_inside = None, False, []
    elif direction is Direction.IN and is_lost and not one.is_pausing:
        one.is_incomplete = True
        one.came, one.now_inside = at, []
    elif direction is Direction.BREAK_START:
        one.is_incomplete |= one.came is None
        one.is_pausing = one.came is not None
    else:
        one.came = one.came or at
        one.is_pausing = False


@dataclass
class Told:
    presence: int
    worked: int
    breaks: int
    late: int
    early: int


def told(name: str, day: date, zone: str, one: Walk) -> Told:
    shift, parts = shift_of(name, day), part_minutes(name, day, zone)
    inside = {at for at, _ in one.inside}
    pausing = {at for at, is_pausing in one.inside if is_pausing}
    paid = set(inside)
    if shift is not None and parts:
        paid = {
            at
            for at in inside
            if (shift.is_early_paid or at >= parts[0][0]) and (shift.is_late_paid or at < parts[-1][1])
        }
    working = len(paid - pausing)
    away = 0
    at = min(inside, default=max(inside, default=datetime.max.replace(tzinfo=UTC)))
    while inside and at < max(inside):
        away += at not in inside
        at += STEP
    needed = 0
    for rule in shift.breaks if shift else ():
        if rule.mode is BreakMode.AUTO and not rule.is_paid and working > rule.after_min:
            needed = max(needed, min(rule.minutes, working - rule.after_min) if rule.is_sliding else rule.minutes)
    deducted = min(working, max(0, needed - len(pausing) - away))
    late = early = 0
    if shift is not None and shift.kind is ShiftKind.FIXED:
        late, early = _late_and_early(shift, parts, inside)
    return Told(len(inside), working - deducted, len(pausing) + deducted, late, early)


def _late_and_early(shift: Shift, parts: tuple[tuple[Minute, Minute], ...], inside: set[Minute]) -> tuple[int, int]:
    late = early = 0
    for start, end in parts:
        minutes = [start + n * STEP for n in range((end - start) // STEP)]
        there = [n for n, at in enumerate(minutes) if at in inside]
        if there:
            late += there[0] if there[0] > shift.grace_in_min else 0
            left = len(minutes) - 1 - there[-1]
            early += left if left > shift.grace_out_min else 0
    return late, early


SHIFT_NAMES = [
    "office",
    "night",
    "split",
    "lunch",
    "flex",
    "strict",
    "sliding",
    "two_breaks",
    "fire",
    "early",
    "late",
    "",
]
ANY = st.sampled_from(list(Direction))
IN, OUT, PAUSE, BACK = Direction.IN, Direction.OUT, Direction.BREAK_START, Direction.BREAK_END
PATTERNS: list[tuple[tuple[float, Direction], ...]] = [
    (),
    ((0, IN), (1, OUT)),
    ((0, IN), (0.5, OUT), (0.55, IN), (1, OUT)),
    ((0, IN), (0.5, PAUSE), (0.55, BACK), (1, OUT)),
    ((0, IN), (0.5, PAUSE), (1, OUT)),
    ((0, IN), (0.4, IN), (1, OUT)),
    ((0, IN), (0.4, OUT), (1, OUT)),
    ((0, IN), (0.4, OUT), (0.5, BACK), (1, OUT)),
    ((0.3, PAUSE), (0.4, BACK), (1, OUT)),
    ((0, IN),),
    ((1, OUT),),
    ((-0.1, OUT), (0, IN), (1.2, OUT)),
]
"""What people do in a day; 0 is the start of the shift, 1 its end."""


@st.composite
def real_days(draw: st.DrawFn, name: str, first: date, zone: str) -> dict[Minute, Direction]:
    """Days around a shift, with some minutes more or less, and now and then an event at any time."""
    shift = next((s for s in SHIFTS if s.name == name and s.parts), None)
    start_min, end_min = (shift.start_min, shift.end_min) if shift else (720, 1320)
    found: dict[Minute, Direction] = {}
    for n in range(DAYS):
        start = clock(first + timedelta(days=n), start_min, zone)
        for share, direction in draw(st.sampled_from(PATTERNS)):
            minutes = round(share * (end_min - start_min)) + draw(st.integers(-20, 20))
            found[start + minutes * STEP] = direction
    midnight = datetime.combine(first, datetime.min.time(), UTC)
    for minutes, direction in draw(st.dictionaries(st.integers(0, DAYS * 1440), ANY, max_size=2)).items():
        found[midnight + minutes * STEP] = direction
    return dict(sorted(found.items()))


SITES = st.sampled_from([("Europe/Berlin", SPRING), ("Europe/Berlin", SUMMER), ("Europe/Berlin", AUTUMN)])


@settings(max_examples=100)
@given(st.data(), st.sampled_from(SHIFT_NAMES), SITES)
def test_that_walking_through_every_minute_gives_the_same_hours(
    data: st.DataObject, name: str, where: tuple[str, date]
) -> None:
    zone, first = where
    events = data.draw(real_days(name, first, zone))
    if events:
        compare(name, zone, first, events)


@settings(max_examples=40)
@given(
    st.sampled_from(SHIFT_NAMES),
    SITES,
    st.dictionaries(st.integers(0, DAYS * 1440), ANY, min_size=1, max_size=14),
)
def test_that_it_does_so_for_any_times_and_buttons(
    name: str, where: tuple[str, date], minutes: dict[int, Direction]
) -> None:
    zone, first = where
    start = datetime.combine(first, datetime.min.time(), UTC)
    compare(name, zone, first, {start + n * STEP: way for n, way in sorted(minutes.items())})


def compare(name: str, zone: str, first: date, events: dict[Minute, Direction]) -> None:
    doors = [DoorEvent(f"e{n}", PERSON, at, way) for n, (at, way) in enumerate(events.items())]
    now = datetime(2027, 1, 1, tzinfo=UTC)

    walked = walk(name, zone, events)
    sheets = timesheets(
        Worker(PERSON),
        first - timedelta(days=3),
        first + timedelta(days=DAYS + 3),
        doors,
        everybody(name),
        RULES,
        ZoneInfo(zone),
        now,
    )

    for sheet in sheets:
        one = walked.get(sheet.day, Walk())
        wanted = told(name, sheet.day, zone, one)
        assert sheet.is_incomplete == one.is_incomplete, sheet
        found = Told(sheet.presence_s, sheet.worked_s, sheet.break_s, sheet.late_by_s, sheet.early_by_s)
        if one.is_incomplete:
            # Nobody knows when the person came or left, so lateness is judged by other means.
            found.late, found.early, wanted.late, wanted.early = 0, 0, 0, 0
        assert found == Told(*(60 * minutes for minutes in vars(wanted).values())), sheet
