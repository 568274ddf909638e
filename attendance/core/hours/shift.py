"""One shift: when somebody is to be there, and what is made of coming late, leaving early and breaks."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from enum import StrEnum

from attendance.core.hours.limits import check_range, clock_text
from attendance.errors import Reason
from attendance.errors.hours import HoursRulesInvalid

DAY_MIN = 24 * 60
"""Minutes of a day on the clock."""
_MAX_GRACE_MIN = 12 * 60
DEFAULT_WINDOW_MIN = 60
"""Minutes before and after a shift in which check-ins are its own; Frappe HRMS has 60 and 60."""


class ShiftKind(StrEnum):
    """How the hours of a shift lie."""

    FIXED = "fixed"
    """From ... to ..., in one or several parts."""
    FLEXIBLE = "flexible"
    """So many hours at any time of the day."""


class BreakMode(StrEnum):
    """Where the length of a break comes from."""

    AUTO = "auto"
    """Deducted without anybody pressing a button, as far as no break was checked."""
    CHECKED = "checked"
    """Only what was checked with the break buttons; too little is flagged."""


@dataclass(frozen=True, slots=True)
class ShiftPart:
    """One stretch of work, on the clock of the site.

    Attributes:
        start_min: minutes since midnight of the business day, 0 to 2879; 1440 and more is the next day.
        end_min: likewise, after start_min. 22:00 to 06:00 is 1320 to 1800.
    """

    start_min: int
    end_min: int

    @property
    def minutes(self) -> int:
        """Length on the clock; on a day of a clock change the real length differs."""
        return self.end_min - self.start_min

    @property
    def text(self) -> str:
        """As a file has it: 09:00-17:30, and with an end on the next day 22:00-30:00."""
        return f"{clock_text(self.start_min)}-{clock_text(self.end_min)}"


@dataclass(frozen=True, slots=True)
class BreakRule:
    """A break that belongs to a shift.

    Several rules may stand side by side (30 minutes after 6 hours, 45 after 9): the longest one that applies counts,
    they do not add up.

    Attributes:
        minutes: how long it is.
        after_min: it applies to those who worked longer than so many minutes.
        mode: see BreakMode.
        is_paid: paid breaks count as paid time, up to ``minutes``; unpaid ones do not.
        is_sliding: deduct no more than what goes beyond ``after_min``, so that staying longer never pays less.
    """

    minutes: int
    after_min: int = 0
    mode: BreakMode = BreakMode.AUTO
    is_paid: bool = False
    is_sliding: bool = False


@dataclass(frozen=True, slots=True)
class Shift:
    """A shift as people are assigned to it.

    A night shift is one whose last part ends on the next day, a split shift one with several parts.

    Attributes:
        name: unique among shifts and cycles.
        kind: FIXED needs parts; FLEXIBLE needs flexible_min and may have one part, the frame to stay within.
        parts: in order, not overlapping, at most 24 hours from the first start to the last end; the first starts on
            the business day.
        flexible_min: minutes to work on a flexible day.
        grace_in_min: minutes of coming late that are forgiven; one more and the whole lateness counts.
        grace_out_min: likewise for leaving early.
        accept_before_min: check-ins from so many minutes before the start belong to this shift.
        accept_after_min: ... until so many minutes after the end.
        breaks: see BreakRule.
        is_early_paid: time before the start counts as worked.
        is_late_paid: time after the end counts as worked.
        half_day_below_min: who worked less is shown as half a day; 0 = never.
        absent_below_min: who worked less is shown as absent; 0 = never.
        on_holidays: the shift takes place on holidays and closing days too.

    Raises:
        HoursRulesInvalid: a value makes no sense; the error names it.
    """

    name: str
    kind: ShiftKind = ShiftKind.FIXED
    parts: tuple[ShiftPart, ...] = ()
    flexible_min: int = 0
    grace_in_min: int = 0
    grace_out_min: int = 0
    accept_before_min: int = DEFAULT_WINDOW_MIN
    accept_after_min: int = DEFAULT_WINDOW_MIN
    breaks: tuple[BreakRule, ...] = ()
    is_early_paid: bool = True
    is_late_paid: bool = True
    half_day_below_min: int = 0
    absent_below_min: int = 0
    on_holidays: bool = False

    def __post_init__(self) -> None:
        key = f"shifts.{self.name}"
        if not self.name.strip():
            raise HoursRulesInvalid(key="shifts", reason=Reason("a shift needs a name"))
        _check_parts(key, self)
        for number, rule in enumerate(self.breaks, start=1):
            check_range(f"{key}.breaks.{number}.minutes", rule.minutes, 1, _MAX_GRACE_MIN)
            check_range(f"{key}.breaks.{number}.after_min", rule.after_min, 0, DAY_MIN)
        for name in ("grace_in_min", "grace_out_min", "accept_before_min", "accept_after_min"):
            check_range(f"{key}.{name}", getattr(self, name), 0, _MAX_GRACE_MIN)
        for name in ("half_day_below_min", "absent_below_min"):
            check_range(f"{key}.{name}", getattr(self, name), 0, DAY_MIN)

    @property
    def start_min(self) -> int:
        """Start of the first part; 0 for a flexible shift without a frame."""
        return self.parts[0].start_min if self.parts else 0

    @property
    def end_min(self) -> int:
        """End of the last part; midnight for a flexible shift without a frame."""
        return self.parts[-1].end_min if self.parts else DAY_MIN


def _check_parts(key: str, shift: Shift) -> None:
    parts = shift.parts
    if shift.kind is ShiftKind.FLEXIBLE:
        check_range(f"{key}.flexible_min", shift.flexible_min, 1, DAY_MIN)
        if len(parts) > 1:
            raise HoursRulesInvalid(
                key=f"{key}.parts", reason=Reason("a flexible shift has at most one part, its frame")
            )
    elif not parts:
        raise HoursRulesInvalid(key=f"{key}.parts", reason=Reason("a fixed shift needs at least one part"))
    for part in parts:
        if part.minutes <= 0:
            raise HoursRulesInvalid(key=f"{key}.parts", reason=Reason("a part of 0 minutes or less is not a shift"))
    if not parts:
        return
    check_range(f"{key}.parts", parts[0].start_min, 0, DAY_MIN - 1)
    if any(after.start_min < before.end_min for before, after in itertools.pairwise(parts)):
        raise HoursRulesInvalid(key=f"{key}.parts", reason=Reason("the parts overlap or are out of order"))
    if parts[-1].end_min - parts[0].start_min > DAY_MIN:
        raise HoursRulesInvalid(key=f"{key}.parts", reason=Reason("a shift lasts at most 24 hours"))
