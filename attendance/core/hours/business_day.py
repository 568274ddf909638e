"""Which business day an event belongs to: a night shift belongs to the day it began."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from attendance.core.hours.events import DoorEvent
from attendance.core.hours.plan import Worker, WorkPlan
from attendance.core.hours.rules import HoursRules
from attendance.core.hours.schedule import DayFrame, frame_of, local_second, plan_of, scheduled_on
from attendance.core.hours.spans import Span, instant_of, seconds_of
from attendance.core.types import Direction

# A shift begins up to 24 hours into its day and ends up to 24 hours later, and accepts check-ins for 12 hours more.
_DAYS_BACK = 2


@dataclass(frozen=True, slots=True)
class PlacedEvent:
    """An event and its business day.

    Attributes:
        is_outside: the shift of the day does not accept check-ins at that time; the event counts all the same.
    """

    event: DoorEvent
    day: date
    is_outside: bool

    @property
    def at_s(self) -> int:
        """Seconds since 1970 UTC."""
        return seconds_of(self.event.at_utc)

    def counts(self, latest_s: int) -> bool:
        """Return whether it counts: not void, and not later than ``latest_s`` (seconds since 1970 UTC)."""
        return not self.event.is_void and self.at_s <= latest_s


class WorkCalendar:
    """The scheduled days of one person, each worked out once.

    Args:
        worker: whose days.
        zone: of the site; business days are its dates.
    """

    def __init__(self, plan: WorkPlan, worker: Worker, rules: HoursRules, zone: ZoneInfo) -> None:
        # Nobody else's assignments: a year of a large company has thousands.
        self.plan = plan_of(plan, worker)
        self.worker = worker
        self.rules = rules
        self.zone = zone
        self._frames: dict[date, DayFrame] = {}

    def frame(self, day: date) -> DayFrame:
        """Return one business day."""
        if day not in self._frames:
            scheduled = scheduled_on(self.plan, self.worker, day, self.zone)
            self._frames[day] = frame_of(scheduled, self.zone, max_shift_min=self.rules.max_shift_min)
        return self._frames[day]

    def span(self, day: date) -> Span:
        """Return from when to when a day without a shift lasts; 23 or 25 hours when the clocks change."""
        start_min = self.rules.day_start_min
        return local_second(day, start_min, self.zone), local_second(day + timedelta(days=1), start_min, self.zone)

    def home_day(self, at_s: int) -> date:
        """Return the day on the calendar, beginning at ``rules.day_start_min``."""
        local = instant_of(at_s).astimezone(self.zone)
        is_early = local.hour * 60 + local.minute < self.rules.day_start_min
        return local.date() - timedelta(days=1) if is_early else local.date()

    def accepting(self, at_s: int) -> list[DayFrame]:
        """Return the days whose shift accepts a check-in at this time, earliest first."""
        today = instant_of(at_s).astimezone(self.zone).date()
        frames = (self.frame(today + timedelta(days=n)) for n in range(-_DAYS_BACK, 2))
        return [f for f in frames if f.window is not None and f.window[0] <= at_s <= f.window[1]]


class DayFinder:
    """Finds the business day of one event after the other; knows which visit is still open.

    An arrival belongs to the accepting shift whose start is nearest. A departure or break belongs to the open visit
    while that is not older than the longest shift, and the same calendar day or no other shift claims it; otherwise to
    the accepting shift whose end is nearest. What no shift accepts belongs to the calendar day.
    """

    def __init__(self, calendar: WorkCalendar) -> None:
        self._calendar = calendar
        self._open_day: date | None = None
        self._open_since_s = 0

    @property
    def open_day(self) -> date | None:
        """Business day of the visit that no departure has ended, None without."""
        return self._open_day

    @property
    def open_since_s(self) -> int:
        """Its first arrival, seconds since 1970 UTC; meaningless without an open visit."""
        return self._open_since_s

    def day_of(self, direction: Direction, at_s: int) -> date:
        """Return where an event would belong; changes nothing."""
        accepting = self._calendar.accepting(at_s)
        home = self._calendar.home_day(at_s)
        if direction is Direction.IN:
            return min(accepting, key=lambda f: abs(at_s - f.parts[0][0])).day if accepting else home
        open_day = self._open_day
        if open_day is not None and at_s - self._open_since_s <= self._calendar.frame(open_day).limit_s:
            is_claimed = bool(accepting) and open_day != home and all(f.day != open_day for f in accepting)
            if not is_claimed:
                return open_day
        return min(accepting, key=lambda f: abs(at_s - f.parts[-1][1])).day if accepting else home

    def take(self, direction: Direction, at_s: int) -> date:
        """Return where an event belongs and take note of it; events come by time."""
        day = self.day_of(direction, at_s)
        if direction is Direction.OUT:
            if day == self._open_day:
                self._open_day = None
        elif direction.is_arrival:
            is_too_long = at_s - self._open_since_s > self._calendar.frame(day).limit_s
            if day != self._open_day or is_too_long:
                self._open_day, self._open_since_s = day, at_s
        return day


def placed_events(calendar: WorkCalendar, events: Iterable[DoorEvent], *, now_s: int) -> list[PlacedEvent]:
    """Give each event its business day.

    Void events and events from the future are placed, but do not open or end a visit.

    Args:
        calendar: of the person.
        events: of one person, by time, each id once.
        now_s: seconds since 1970 UTC; what lies later by more than the tolerance of the rules is the future.
    """
    finder = DayFinder(calendar)
    latest_s = now_s + calendar.rules.clock_tolerance_s
    found = []
    for event in events:
        at_s = seconds_of(event.at_utc)
        counts = not event.is_void and at_s <= latest_s
        day = finder.take(event.direction, at_s) if counts else finder.day_of(event.direction, at_s)
        window = calendar.frame(day).window
        found.append(PlacedEvent(event, day, window is not None and not window[0] <= at_s <= window[1]))
    return found
