"""How long somebody worked and paused, and by how much they were late or left early."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from attendance.core.hours.pairing import Pairs
from attendance.core.hours.rules import Favour, Rounding
from attendance.core.hours.schedule import DayFrame, required_break_s
from attendance.core.hours.shift import BreakMode, BreakRule, Shift, ShiftKind
from attendance.core.hours.spans import Span, common, gaps_s, instant_of, merged, total_s
from attendance.core.hours.timesheet import Flag

_ALWAYS = (-(10**12), 10**12)


@dataclass(frozen=True, slots=True)
class Measure:
    """Seconds of one day; see Timesheet for each."""

    presence_s: int
    worked_s: int
    break_s: int
    auto_break_s: int
    paid_break_s: int
    flags: frozenset[Flag]


@dataclass(frozen=True, slots=True)
class Punctuality:
    """Late and early seconds of one day, and the flags for them."""

    late_by_s: int
    early_by_s: int
    flags: frozenset[Flag]


def measure(visits: Sequence[Span], breaks: Sequence[Span], frame: DayFrame) -> Measure:
    """Work out presence, breaks and work.

    Worked is the part of the visits that the shift pays for, without breaks. A gap between two visits is not presence,
    but counts as a break that was taken when breaks are deducted or asked for, also one between parts of the shift.

    Args:
        visits: seconds since 1970 UTC.
        breaks: checked ones; what lies outside the visits is cut off.
        frame: the planned day.
    """
    present = merged(visits)
    paused = common(breaks, present)
    worth = _worth(frame)
    working_s = total_s(common(present, (worth,))) - total_s(common(paused, (worth,)))
    rules = frame.shift.breaks if frame.shift is not None else ()
    taken_s = total_s(paused) + gaps_s(present)
    paid_s = min(total_s(common(paused, (worth,))), _paid_allowance_s(rules, working_s))
    automatic = tuple(rule for rule in rules if rule.mode is BreakMode.AUTO and not rule.is_paid)
    # A paid break does not stand in for the unpaid one.
    auto_s = min(working_s, max(0, required_break_s(automatic, working_s) - (taken_s - paid_s)))
    flags = _break_flags(rules, working_s, taken_s, total_s(paused))
    if auto_s:
        flags.add(Flag.AUTO_BREAK)
    return Measure(total_s(present), working_s - auto_s, total_s(paused) + auto_s, auto_s, paid_s, frozenset(flags))


def punctuality(pairs: Pairs, frame: DayFrame, *, now_s: int) -> Punctuality:
    """Work out lateness and early leaving against the parts of a fixed shift.

    Nothing is said about an end that nobody knows, about a flexible shift, or about a day with leave.

    Args:
        pairs: what the events say.
        frame: the planned day.
        now_s: seconds since 1970 UTC; only parts that are over can be missed or left early.
    """
    shift = frame.shift
    presence = [*pairs.visits]
    if pairs.open_since_s is not None:
        presence.append((pairs.open_since_s, _ALWAYS[1]))
    if shift is None or shift.kind is ShiftKind.FLEXIBLE or frame.scheduled.leave_share or not presence:
        return Punctuality(0, 0, frozenset())
    late_s = early_s = 0
    attended = _attended(frame.parts, presence)
    there = {part for part, _, _ in attended}
    flags = {Flag.PART_MISSED for part in frame.parts if part not in there and part[1] <= now_s}
    for number, (part, came_s, left_s) in enumerate(attended):
        late_by, early_by = max(0, came_s - part[0]), max(0, part[1] - left_s)
        if late_by > shift.grace_in_min * 60 and not (number == 0 and pairs.is_start_unknown):
            late_s += late_by
        is_unknown = number == len(attended) - 1 and pairs.is_end_unknown
        # Who left for lunch may come back until the part is over.
        if early_by > shift.grace_out_min * 60 and part[1] <= now_s and not is_unknown:
            early_s += early_by
    flags |= {flag for flag, seconds in ((Flag.LATE, late_s), (Flag.LEFT_EARLY, early_s)) if seconds}
    return Punctuality(late_s, early_s, frozenset(flags))


def _attended(parts: Sequence[Span], presence: Sequence[Span]) -> list[tuple[Span, int, int]]:
    """Return the parts with somebody there, and the first arrival and last departure of each."""
    found = []
    for part in parts:
        there = [v for v in presence if v[0] < part[1] and v[1] > part[0]]
        if there:
            found.append((part, min(v[0] for v in there), max(v[1] for v in there)))
    return found


def rounded_visits(visits: Sequence[Span], rounding: Rounding, zone: ZoneInfo) -> tuple[Span, ...]:
    """Return the visits with the first arrival and the last departure rounded on the clock of the site."""
    if not rounding.step_min or not visits:
        return tuple(visits)
    found = [list(span) for span in visits]
    down_in = {Favour.EMPLOYEE: True, Favour.EMPLOYER: False}.get(rounding.favour)
    down_out = None if down_in is None else not down_in
    found[0][0] = _rounded(found[0][0], rounding.step_min * 60, zone, down=down_in, middle_down=True)
    found[-1][1] = _rounded(found[-1][1], rounding.step_min * 60, zone, down=down_out, middle_down=False)
    return tuple((start, end) for start, end in found if start < end)


def _rounded(at_s: int, step_s: int, zone: ZoneInfo, *, down: bool | None, middle_down: bool) -> int:
    offset = instant_of(at_s).astimezone(zone).utcoffset()
    assert offset is not None
    beyond_s = (at_s + int(offset.total_seconds())) % step_s
    if not beyond_s:
        return at_s
    if down is None:
        down = 2 * beyond_s < step_s or (2 * beyond_s == step_s and middle_down)
    return at_s - beyond_s + (0 if down else step_s)


def _worth(frame: DayFrame) -> Span:
    """Return from when to when the shift pays."""
    shift: Shift | None = frame.shift
    if shift is None or not frame.parts:
        return _ALWAYS
    return (
        _ALWAYS[0] if shift.is_early_paid else frame.parts[0][0],
        _ALWAYS[1] if shift.is_late_paid else frame.parts[-1][1],
    )


def _paid_allowance_s(rules: tuple[BreakRule, ...], working_s: int) -> int:
    applying = [r.minutes * 60 for r in rules if r.is_paid and working_s > r.after_min * 60]
    return max(applying, default=0)


def _break_flags(rules: tuple[BreakRule, ...], working_s: int, taken_s: int, checked_s: int) -> set[Flag]:
    flags: set[Flag] = set()
    checked = tuple(rule for rule in rules if rule.mode is BreakMode.CHECKED)
    if required_break_s(checked, working_s) > taken_s:
        flags.add(Flag.BREAK_SHORT)
    allowance_s = _paid_allowance_s(rules, working_s)
    if allowance_s and checked_s > allowance_s:
        flags.add(Flag.BREAK_LONG)
    return flags
