"""Who works when: shifts, rosters, assignments, holidays, closing days and leave."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from attendance.core.hours.limits import check_days, check_range
from attendance.core.hours.shift import Shift
from attendance.errors import Reason
from attendance.errors.hours import HoursRulesInvalid

WEEKEND = frozenset({5, 6})
"""Saturday and Sunday as ``date.weekday()`` counts."""
_MAX_CYCLE_DAYS = 366


@dataclass(frozen=True, slots=True)
class Worker:
    """What the rules know about a person.

    Attributes:
        department: as in the roster; assignments and closing days may name it.
        first_day: first day at the company; None = always.
        deactivated_utc: aware instant at which the person left or was switched off; None = still there. Days after
            it are NOT_EMPLOYED.
    """

    person_id: int
    department: str = ""
    first_day: date | None = None
    deactivated_utc: datetime | None = None


@dataclass(frozen=True, slots=True)
class RosterCycle:
    """A rotating roster: the same shifts again and again.

    Attributes:
        name: unique among shifts and cycles.
        start: a day on which the first entry applies; the cycle runs both ways from it.
        days: name of the shift of each day, "" for a free one; 1 to 366 entries.
    """

    name: str
    start: date
    days: tuple[str, ...]

    def shift_on(self, day: date) -> str:
        """Return the name of the day's shift, "" for a free day."""
        return self.days[(day - self.start).days % len(self.days)]


@dataclass(frozen=True, slots=True)
class Assignment:
    """From when to when a person, a department or everybody works a shift or a cycle.

    A person's own assignment comes before that of the department, and that before the one of everybody.

    Attributes:
        shift: name of a shift or of a cycle.
        first_day: first business day.
        last_day: last one, included; None = until further notice.
        person_id: None when it is for a department or for everybody.
        department: "" when it is for a person or for everybody.
        weekdays: days of the week on which the shift takes place, 0 = Monday; None = all but the weekend of the
            plan. A cycle has its free days inside and ignores this.
    """

    shift: str
    first_day: date
    last_day: date | None = None
    person_id: int | None = None
    department: str = ""
    weekdays: frozenset[int] | None = None

    def covers(self, day: date) -> bool:
        """Return whether a day lies in its dates."""
        return self.first_day <= day and (self.last_day is None or day <= self.last_day)


@dataclass(frozen=True, slots=True)
class Closing:
    """Days on which the site, or one department, is closed; both days included."""

    first_day: date
    last_day: date
    name: str = ""
    department: str = ""


@dataclass(frozen=True, slots=True)
class Leave:
    """Days off of one person; both days included.

    Attributes:
        kind: "leave", "sick", "unpaid" or the site's own word.
        is_half: half days.
        is_provisional: nobody approved it yet.
    """

    person_id: int
    first_day: date
    last_day: date
    kind: str = "leave"
    is_half: bool = False
    is_provisional: bool = False


@dataclass(frozen=True, slots=True)
class WorkPlan:
    """Everything that says who is to work when.

    Attributes:
        shifts: each name once, none of them the name of a cycle.
        holidays: name by date.
        weekend: days of the week without work, 0 = Monday.

    Raises:
        HoursRulesInvalid: something contradicts itself; the error names it.
    """

    shifts: tuple[Shift, ...] = ()
    cycles: tuple[RosterCycle, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    holidays: Mapping[date, str] = field(default_factory=dict)
    closings: tuple[Closing, ...] = ()
    leave: tuple[Leave, ...] = ()
    weekend: frozenset[int] = WEEKEND

    def __post_init__(self) -> None:
        _check_names(self)
        _check_assignments(self)
        for number, closing in enumerate(self.closings, start=1):
            check_days(f"closings.{number}", closing.first_day, closing.last_day)
        for number, leave in enumerate(self.leave, start=1):
            check_days(f"leave.{number}", leave.first_day, leave.last_day)
        for weekday in self.weekend:
            check_range("weekend", weekday, 0, 6)

    def shift(self, name: str) -> Shift | None:
        """Return a shift by its name, None when there is none."""
        return next((shift for shift in self.shifts if shift.name == name), None)

    def cycle(self, name: str) -> RosterCycle | None:
        """Return a cycle by its name, None when there is none."""
        return next((cycle for cycle in self.cycles if cycle.name == name), None)


def _check_names(plan: WorkPlan) -> None:
    seen: set[str] = set()
    for name in (*(s.name for s in plan.shifts), *(c.name for c in plan.cycles)):
        if name in seen:
            raise HoursRulesInvalid(key=f"shifts.{name}", reason=Reason("this name is there twice"))
        seen.add(name)
    shifts = {shift.name for shift in plan.shifts}
    for cycle in plan.cycles:
        key = f"cycles.{cycle.name}.days"
        if not 1 <= len(cycle.days) <= _MAX_CYCLE_DAYS:
            raise HoursRulesInvalid(key=key, reason=Reason("must be from 1 to {most}", most=_MAX_CYCLE_DAYS))
        for name in cycle.days:
            if name and name not in shifts:
                raise HoursRulesInvalid(key=key, reason=Reason("there is no shift called {name}", name=name))


def _check_assignments(plan: WorkPlan) -> None:
    known = {shift.name for shift in plan.shifts} | {cycle.name for cycle in plan.cycles}
    for number, assignment in enumerate(plan.assignments, start=1):
        key = f"assignments.{number}"
        check_days(key, assignment.first_day, assignment.last_day)
        if assignment.shift not in known:
            raise HoursRulesInvalid(
                key=f"{key}.shift", reason=Reason("there is no shift called {name}", name=assignment.shift)
            )
        if assignment.person_id is not None and assignment.department:
            raise HoursRulesInvalid(key=key, reason=Reason("name a person or a department, not both"))
        for weekday in assignment.weekdays or ():
            check_range(f"{key}.weekdays", weekday, 0, 6)
    same_target: dict[tuple[int | None, str], list[tuple[int, Assignment]]] = {}
    for number, assignment in enumerate(plan.assignments, start=1):
        same_target.setdefault((assignment.person_id, assignment.department), []).append((number, assignment))
    for numbered in same_target.values():
        for (one, before), (other, after) in itertools.combinations(numbered, 2):
            if _overlap(before, after):
                reason = Reason("it overlaps with assignment {number}", number=one)
                raise HoursRulesInvalid(key=f"assignments.{other}", reason=reason)


def _overlap(one: Assignment, other: Assignment) -> bool:
    """Two shifts of one person may share dates as long as no day of the week has both."""
    first, second = sorted((one, other), key=lambda a: a.first_day)
    if first.last_day is not None and first.last_day < second.first_day:
        return False
    return one.weekdays is None or other.weekdays is None or bool(one.weekdays & other.weekdays)
