"""What a day is for one person: which shift, when it begins and ends in UTC, which check-ins are its own."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from attendance.core.hours.plan import Assignment, Leave, Worker, WorkPlan
from attendance.core.hours.rules import DayKind
from attendance.core.hours.shift import DAY_MIN, BreakRule, Shift, ShiftKind
from attendance.core.hours.spans import Span, gaps_s, seconds_of, total_s


@dataclass(frozen=True, slots=True)
class ScheduledDay:
    """One business day of one person as it was planned.

    Attributes:
        day: business day of the site.
        shift: None when nothing is to be worked; kept on a day of leave, so that a check-in still finds its shift.
        title: name of the holiday or closing day.
        leave_share: 0, 0.5 or 1 of the day.
        leave_kind: of the first leave that covers the day, "" without.
        is_leave_provisional: nobody approved the leave yet.
    """

    day: date
    kind: DayKind
    shift: Shift | None = None
    title: str = ""
    leave_share: float = 0.0
    leave_kind: str = ""
    is_leave_provisional: bool = False


@dataclass(frozen=True, slots=True)
class DayFrame:
    """A scheduled day in time.

    Attributes:
        parts: planned stretches of work as (start, end) in seconds since 1970 UTC; of a flexible shift its frame.
        window: in which check-ins belong to this shift, None for a day without parts.
        limit_s: longest time between an arrival and its departure, seconds.
        scheduled_s: planned paid time in seconds, unpaid breaks and leave taken off.
    """

    scheduled: ScheduledDay
    parts: tuple[Span, ...]
    window: Span | None
    limit_s: int
    scheduled_s: int

    @property
    def day(self) -> date:
        """The business day."""
        return self.scheduled.day

    @property
    def shift(self) -> Shift | None:
        """The shift of the day, None without."""
        return self.scheduled.shift


def plan_of(plan: WorkPlan, worker: Worker) -> WorkPlan:
    """Return the plan without what is about other people and departments."""
    meant = [
        a
        for a in plan.assignments
        if a.person_id == worker.person_id or (a.person_id is None and a.department in {"", worker.department})
    ]
    own_leave = [leave for leave in plan.leave if leave.person_id == worker.person_id]
    return replace(plan, assignments=tuple(meant), leave=tuple(own_leave))


def scheduled_on(plan: WorkPlan, worker: Worker, day: date, zone: ZoneInfo) -> ScheduledDay:
    """Say what a business day is for one person.

    Args:
        plan: who works when.
        worker: whose day.
        day: business day of the site.
        zone: of the site; only says on which day a deactivation fell.
    """
    if not _is_employed(worker, day, zone):
        return ScheduledDay(day, DayKind.NOT_EMPLOYED)
    assignments = [a for a in _nearest_assignments(plan, worker, day) if _works(plan, a, day)]
    shift = _shift_of(plan, assignments[0], day) if assignments else None
    share, leave = _leave_on(plan, worker, day)
    off = _off(plan, worker, day)
    if off is not None and not (shift is not None and shift.on_holidays):
        return ScheduledDay(day, off[0], title=off[1])
    kind = DayKind.WORKDAY
    if shift is None:
        kind = DayKind.REST_DAY if _nearest_assignments(plan, worker, day) else DayKind.UNPLANNED
    if leave is None or kind is DayKind.REST_DAY:  # a free day takes no leave
        return ScheduledDay(day, kind, shift)
    return ScheduledDay(
        day, kind, shift, leave_share=share, leave_kind=leave.kind, is_leave_provisional=leave.is_provisional
    )


def frame_of(scheduled: ScheduledDay, zone: ZoneInfo, *, max_shift_min: int) -> DayFrame:
    """Put a scheduled day on the time line.

    Clock times that a change of the clocks leaves out are read with the offset from before it (02:30 is 03:30 on the
    clock); of one that comes twice the first is meant (PEP 495, fold=0).

    Args:
        scheduled: what the day is.
        zone: of the site.
        max_shift_min: minutes; the limit of a day whose shift is not longer than this.
    """
    shift, limit_s = scheduled.shift, max_shift_min * 60
    if shift is None:
        return DayFrame(scheduled, (), None, limit_s, 0)
    parts = tuple(
        (local_second(scheduled.day, p.start_min, zone), local_second(scheduled.day, p.end_min, zone))
        for p in shift.parts
    )
    window = None
    if parts:
        window = (parts[0][0] - shift.accept_before_min * 60, parts[-1][1] + shift.accept_after_min * 60)
        limit_s = max(limit_s, window[1] - window[0])
    return DayFrame(scheduled, parts, window, limit_s, _scheduled_s(scheduled, shift, parts))


def local_second(day: date, minute: int, zone: ZoneInfo) -> int:
    """Return when it is so many minutes past midnight on the clock, in seconds since 1970 UTC.

    Args:
        day: date on the clock.
        minute: 1440 and more lie on the next day.
        zone: whose clock it is.

    Raises:
        OverflowError: outside the calendar.
    """
    on = day + timedelta(days=minute // DAY_MIN)
    local = datetime.combine(on, time(minute % DAY_MIN // 60, minute % 60), zone)
    return seconds_of(local.astimezone(UTC))


def required_break_s(rules: tuple[BreakRule, ...], worked_s: int) -> int:
    """Return how long a break has to be for somebody who worked so long, in seconds.

    Args:
        rules: those to look at; the longest that applies counts.
        worked_s: seconds of work without breaks.
    """
    needed = 0
    for rule in rules:
        beyond_s = worked_s - rule.after_min * 60
        if beyond_s > 0:
            needed = max(needed, min(rule.minutes * 60, beyond_s) if rule.is_sliding else rule.minutes * 60)
    return needed


def _scheduled_s(scheduled: ScheduledDay, shift: Shift, parts: tuple[Span, ...]) -> int:
    if shift.kind is ShiftKind.FLEXIBLE:
        planned_s = shift.flexible_min * 60
    else:
        gross_s = total_s(parts)
        unpaid = tuple(rule for rule in shift.breaks if not rule.is_paid)
        # Time off between two parts of a shift is a break as well.
        planned_s = gross_s - min(gross_s, max(0, required_break_s(unpaid, gross_s) - gaps_s(parts)))
    return round(planned_s * (1 - scheduled.leave_share))


def _is_employed(worker: Worker, day: date, zone: ZoneInfo) -> bool:
    if worker.first_day is not None and day < worker.first_day:
        return False
    return worker.deactivated_utc is None or day <= worker.deactivated_utc.astimezone(zone).date()


def _nearest_assignments(plan: WorkPlan, worker: Worker, day: date) -> list[Assignment]:
    """Return the assignments of the person, else of the department, else of everybody, that cover the day."""
    covering = [a for a in plan.assignments if a.covers(day)]
    own = [a for a in covering if a.person_id == worker.person_id]
    of_department = [a for a in covering if a.person_id is None and a.department and a.department == worker.department]
    return own or of_department or [a for a in covering if a.person_id is None and not a.department]


def _works(plan: WorkPlan, assignment: Assignment, day: date) -> bool:
    cycle = plan.cycle(assignment.shift)
    if cycle is not None:
        return bool(cycle.shift_on(day))
    if assignment.weekdays is not None:
        return day.weekday() in assignment.weekdays
    return day.weekday() not in plan.weekend


def _shift_of(plan: WorkPlan, assignment: Assignment, day: date) -> Shift | None:
    cycle = plan.cycle(assignment.shift)
    return plan.shift(cycle.shift_on(day) if cycle else assignment.shift)


def _off(plan: WorkPlan, worker: Worker, day: date) -> tuple[DayKind, str] | None:
    if day in plan.holidays:
        return DayKind.HOLIDAY, plan.holidays[day]
    for closing in plan.closings:
        is_meant = not closing.department or closing.department == worker.department
        if is_meant and closing.first_day <= day <= closing.last_day:
            return DayKind.CLOSED, closing.name
    return None


def _leave_on(plan: WorkPlan, worker: Worker, day: date) -> tuple[float, Leave | None]:
    covering = [x for x in plan.leave if x.person_id == worker.person_id and x.first_day <= day <= x.last_day]
    if not covering:
        return 0.0, None
    # The order in which leave was entered must not matter.
    first = min(covering, key=lambda x: (x.is_half, x.is_provisional, x.kind, x.first_day))
    return min(1.0, sum(0.5 if x.is_half else 1.0 for x in covering)), first
