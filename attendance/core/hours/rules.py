"""Rules of the whole site: longest shift, cool-down, rounding and overtime."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from enum import StrEnum

from attendance.core.hours.limits import check_range
from attendance.core.hours.shift import DAY_MIN
from attendance.errors import Reason
from attendance.errors.hours import HoursRulesInvalid

ROUNDING_STEPS_MIN = (0, 5, 10, 15)
"""Minutes; 0 = no rounding."""


class Favour(StrEnum):
    """Who gains by rounding."""

    NEAREST = "nearest"
    EMPLOYEE = "employee"
    EMPLOYER = "employer"


@dataclass(frozen=True, slots=True)
class Rounding:
    """How the first arrival and the last departure of a day are rounded for pay; ``worked_s`` is never rounded.

    Attributes:
        step_min: 0, 5, 10 or 15 minutes on the clock of the site.
        favour: EMPLOYEE: in down, out up; EMPLOYER: in up, out down; NEAREST: the nearer one, the middle as EMPLOYEE.
    """

    step_min: int = 0
    favour: Favour = Favour.NEAREST


class OvertimeBasis(StrEnum):
    """What ``after_min`` of an overtime level counts."""

    SCHEDULE = "schedule"
    """Paid minutes beyond the scheduled ones of the day."""
    DAY = "day"
    """Paid minutes of the day."""
    WEEK = "week"
    """Paid minutes of the week from Monday on, without what a day's level already took."""


class DayKind(StrEnum):
    """What a day is for one person, before anybody looks at check-ins."""

    WORKDAY = "workday"
    REST_DAY = "rest_day"
    """Weekend, or a free day of the roster."""
    HOLIDAY = "holiday"
    CLOSED = "closed"
    """A closing day of the site or the department."""
    UNPLANNED = "unplanned"
    """Nothing says when this person works."""
    NOT_EMPLOYED = "not_employed"
    """Before the first or after the last day at the company."""


@dataclass(frozen=True, slots=True)
class OvertimeLevel:
    """From when on time is overtime, and at which rate.

    Attributes:
        name: shown in reports.
        rate: factor on the hourly pay, 1 to 10 (Hikvision iVMS-4200 has the same range).
        after_min: minutes that do not count as overtime of this level.
        basis: what after_min counts.
        day_kinds: on which days the level applies.
    """

    name: str
    rate: float
    after_min: int = 0
    basis: OvertimeBasis = OvertimeBasis.SCHEDULE
    day_kinds: frozenset[DayKind] = frozenset(DayKind)


@dataclass(frozen=True, slots=True)
class HoursRules:
    """Rules that hold for everybody.

    Attributes:
        max_shift_min: an arrival older than this is a forgotten check-out. NoahFace has 15 hours.
        min_stay_s: seconds after an arrival in which no sighting is a departure. Truein has 5 minutes.
        cool_down_s: seconds in which a repeated sighting is the same event.
        day_start_min: minutes after midnight at which a day without a shift begins.
        rounding: for ``paid_s``.
        overtime: levels; none = no overtime.
        overtime_from_min: less overtime than this a day is none.
        clock_tolerance_s: an event so far ahead of now is still believed.

    Raises:
        HoursRulesInvalid: a value makes no sense; the error names it.
    """

    max_shift_min: int = 15 * 60
    min_stay_s: int = 5 * 60
    cool_down_s: int = 5 * 60
    day_start_min: int = 0
    rounding: Rounding = Rounding()
    overtime: tuple[OvertimeLevel, ...] = ()
    overtime_from_min: int = 0
    clock_tolerance_s: int = 5 * 60

    def __post_init__(self) -> None:
        check_range("rules.max_shift_min", self.max_shift_min, 60, 2 * DAY_MIN)
        check_range("rules.min_stay_s", self.min_stay_s, 0, 12 * 3600)
        check_range("rules.cool_down_s", self.cool_down_s, 0, 12 * 3600)
        check_range("rules.day_start_min", self.day_start_min, 0, DAY_MIN // 2)
        check_range("rules.overtime_from_min", self.overtime_from_min, 0, DAY_MIN)
        check_range("rules.clock_tolerance_s", self.clock_tolerance_s, 0, 3600)
        if self.rounding.step_min not in ROUNDING_STEPS_MIN:
            raise HoursRulesInvalid(key="rules.rounding.step_min", reason=Reason("must be one of 0, 5, 10, 15"))
        for number, level in enumerate(self.overtime, start=1):
            key = f"rules.overtime.{number}"
            check_range(f"{key}.rate", level.rate, 1, 10)
            check_range(f"{key}.after_min", level.after_min, 0, 7 * DAY_MIN)
        for one, other in itertools.combinations(self.overtime, 2):
            same = one.basis is other.basis and one.after_min == other.after_min
            if same and one.day_kinds & other.day_kinds:
                reason = Reason("{name} begins where {other} begins", name=other.name, other=one.name)
                raise HoursRulesInvalid(key="rules.overtime", reason=reason)
