"""The timesheet of one business day, from the events that belong to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from attendance.core.hours.business_day import PlacedEvent, WorkCalendar
from attendance.core.hours.measure import Measure, measure, punctuality, rounded_visits
from attendance.core.hours.pairing import Pairs, pair_events
from attendance.core.hours.rules import DayKind
from attendance.core.hours.schedule import DayFrame
from attendance.core.hours.spans import instant_of, seconds_of, total_s
from attendance.core.hours.timesheet import INCOMPLETE_FLAGS, DayStatus, Flag, Timesheet

_FREE_STATUS = {
    DayKind.REST_DAY: DayStatus.REST_DAY,
    DayKind.HOLIDAY: DayStatus.HOLIDAY,
    DayKind.CLOSED: DayStatus.CLOSED,
    DayKind.NOT_EMPLOYED: DayStatus.NOT_EMPLOYED,
}
_WORKED_FLAG = {
    DayKind.REST_DAY: Flag.WORKED_ON_FREE_DAY,
    DayKind.HOLIDAY: Flag.WORKED_ON_FREE_DAY,
    DayKind.CLOSED: Flag.WORKED_ON_FREE_DAY,
    DayKind.UNPLANNED: Flag.UNPLANNED_WORK,
    DayKind.NOT_EMPLOYED: Flag.NOT_EMPLOYED,
}


@dataclass(frozen=True, slots=True)
class Moment:
    """What "now" means for one person, all in seconds since 1970 UTC.

    Attributes:
        latest_s: later events are from the future.
        last_event_s: last event of the person that counts.
    """

    now_s: int
    latest_s: int
    last_event_s: int


def sheet_of(calendar: WorkCalendar, day: date, placed: Sequence[PlacedEvent], moment: Moment) -> Timesheet:
    """Work out one day, without its overtime.

    Args:
        calendar: of the person.
        day: business day.
        moment: when it is now.
        placed: the events of this day by time, void and future ones included.
    """
    frame = calendar.frame(day)
    counted = [p for p in placed if p.counts(moment.latest_s)]
    pairs = pair_events(counted, cool_down_s=calendar.rules.cool_down_s, limit_s=frame.limit_s)
    pairs.flags |= _open_visit_flags(pairs, frame, calendar, moment, counted)
    exact, paid = _measures(pairs, frame, calendar, moment.now_s)
    punctual = punctuality(pairs, frame, now_s=moment.now_s)
    flags = pairs.flags | exact.flags | punctual.flags | _event_flags(placed, moment.latest_s)
    flags |= _day_flags(calendar, frame, counted)
    scheduled, shift = frame.scheduled, frame.shift
    paid_s = paid.worked_s + paid.paid_break_s
    arrivals = [p.at_s for p in counted if p.event.direction.is_arrival]
    return Timesheet(
        person_id=calendar.worker.person_id,
        day=day,
        kind=scheduled.kind,
        status=_status(calendar, frame, flags, paid_s=paid_s, has_events=bool(counted), now_s=moment.now_s),
        shift=shift.name if shift else "",
        title=scheduled.title,
        scheduled_s=frame.scheduled_s,
        planned_in_utc=instant_of(frame.parts[0][0]) if frame.parts else None,
        planned_out_utc=instant_of(frame.parts[-1][1]) if frame.parts else None,
        first_in_utc=instant_of(min(arrivals)) if arrivals else None,
        last_out_utc=instant_of(pairs.visits[-1][1]) if pairs.visits else None,
        presence_s=exact.presence_s,
        worked_s=exact.worked_s,
        break_s=exact.break_s,
        auto_break_s=exact.auto_break_s,
        paid_break_s=exact.paid_break_s,
        paid_s=paid_s,
        late_by_s=punctual.late_by_s,
        early_by_s=punctual.early_by_s,
        leave_share=scheduled.leave_share,
        leave_kind=scheduled.leave_kind,
        flags=frozenset(flags),
        event_ids=tuple(p.event.event_id for p in placed),
        ignored_event_ids=_ignored(placed, pairs, moment.latest_s),
        correction_ids=tuple(dict.fromkeys(c for p in placed for c in p.event.correction_ids)),
    )


def _open_visit_flags(
    pairs: Pairs, frame: DayFrame, calendar: WorkCalendar, moment: Moment, counted: Sequence[PlacedEvent]
) -> set[Flag]:
    """Say what an arrival without a departure is: somebody still there, or somebody who forgot."""
    since_s = pairs.open_since_s
    if since_s is None:
        return set()
    left_utc = calendar.worker.deactivated_utc
    if left_utc is not None and since_s <= seconds_of(left_utc) <= moment.now_s:
        return {Flag.MISSING_OUT, Flag.DEACTIVATED}
    is_last = counted[-1].at_s == moment.last_event_s
    return {Flag.STILL_IN if is_last and moment.now_s - since_s <= frame.limit_s else Flag.MISSING_OUT}


def _measures(pairs: Pairs, frame: DayFrame, calendar: WorkCalendar, now_s: int) -> tuple[Measure, Measure]:
    """Return exact times and those rounded for pay; a visit that is going on lasts until now, unrounded."""
    breaks = list(pairs.breaks)
    going_on = []
    if Flag.STILL_IN in pairs.flags and pairs.open_since_s is not None and pairs.open_since_s < now_s:
        going_on.append((pairs.open_since_s, now_s))
        if pairs.open_break_s is not None:
            breaks.append((pairs.open_break_s, now_s))
    visits = [*pairs.visits, *going_on]
    exact = measure(visits, breaks, frame)
    if going_on:
        return exact, exact
    return exact, measure(rounded_visits(visits, calendar.rules.rounding, calendar.zone), breaks, frame)


def _event_flags(placed: Sequence[PlacedEvent], latest_s: int) -> set[Flag]:
    flags: set[Flag] = set()
    for one in placed:
        event = one.event
        marks = (
            (Flag.PROVISIONAL, event.is_provisional),
            (Flag.CORRECTED, bool(event.correction_ids) and not event.is_provisional),
            (Flag.CLOCK_SUSPECT, event.is_clock_suspect),
            (Flag.CONFLICTING_COPY, event.has_conflict),
            (Flag.FUTURE_EVENT, one.at_s > latest_s and not event.is_void),
            (Flag.OUTSIDE_WINDOW, one.is_outside and one.counts(latest_s)),
        )
        flags |= {flag for flag, is_set in marks if is_set}
    return flags


def _day_flags(calendar: WorkCalendar, frame: DayFrame, counted: Sequence[PlacedEvent]) -> set[Flag]:
    flags: set[Flag] = set()
    scheduled, shift = frame.scheduled, frame.shift
    start_s, end_s = calendar.span(frame.day)
    planned_min = sum(part.minutes for part in shift.parts) if shift else 0
    if end_s - start_s != 24 * 3600 or total_s(frame.parts) != planned_min * 60:
        flags.add(Flag.CLOCK_CHANGE)
    if scheduled.is_leave_provisional:
        flags.add(Flag.PROVISIONAL)
    if not counted:
        return flags
    if scheduled.kind in _WORKED_FLAG:
        flags.add(_WORKED_FLAG[scheduled.kind])
    if scheduled.leave_share == 1:
        flags.add(Flag.WORKED_ON_LEAVE)
    left_utc = calendar.worker.deactivated_utc
    if left_utc is not None and counted[-1].event.at_utc > left_utc:
        flags.add(Flag.NOT_EMPLOYED)
    return flags


def _ignored(placed: Sequence[PlacedEvent], pairs: Pairs, latest_s: int) -> tuple[str, ...]:
    repeated = set(pairs.ignored_ids)
    return tuple(p.event.event_id for p in placed if not p.counts(latest_s) or p.event.event_id in repeated)


def _status(
    calendar: WorkCalendar, frame: DayFrame, flags: set[Flag], *, paid_s: int, has_events: bool, now_s: int
) -> DayStatus:
    kind, share = frame.scheduled.kind, frame.scheduled.leave_share
    if flags & (INCOMPLETE_FLAGS | {Flag.STILL_IN}):
        return DayStatus.INCOMPLETE if flags & INCOMPLETE_FLAGS else DayStatus.STILL_IN
    if kind in _FREE_STATUS:
        return _FREE_STATUS[kind]
    if share == 1:
        return DayStatus.LEAVE
    if kind is DayKind.UNPLANNED:
        return DayStatus.PRESENT if has_events else DayStatus.UNPLANNED
    is_over = now_s >= (frame.parts[-1][1] if frame.parts else calendar.span(frame.day)[1])
    if not is_over:
        return DayStatus.PRESENT if has_events else DayStatus.EXPECTED
    return _finished_status(frame, paid_s=paid_s, has_events=has_events)


def _finished_status(frame: DayFrame, *, paid_s: int, has_events: bool) -> DayStatus:
    share = 1 - frame.scheduled.leave_share
    assert frame.shift is not None
    if not has_events or paid_s < frame.shift.absent_below_min * 60 * share:
        return DayStatus.ABSENT
    is_half = share < 1 or paid_s < frame.shift.half_day_below_min * 60
    return DayStatus.HALF_DAY if is_half else DayStatus.PRESENT
