"""Plans and rules as plain tables, for a TOML or JSON file: writing. Reading is in plan_data.py."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from datetime import date
from typing import Any

from attendance.core.hours.limits import clock_text
from attendance.core.hours.plan import Assignment, Leave, WorkPlan
from attendance.core.hours.plan_file.reading import WEEKDAYS
from attendance.core.hours.rules import HoursRules
from attendance.core.hours.shift import BreakRule, Shift


def plan_to_data(plan: WorkPlan, *, codes: Mapping[int, str]) -> dict[str, Any]:
    """Return the tables of a plan, such that ``plan_from_data`` makes an equal plan of them.

    Only texts, numbers, true and false, lists and tables are in it; dates are "YYYY-MM-DD".

    Args:
        plan: what to write.
        codes: the company's code by person id.

    Raises:
        KeyError: a person of the plan has no code.
    """
    return {
        "shifts": {shift.name: _shift(shift) for shift in plan.shifts},
        "cycles": {c.name: {"start": c.start.isoformat(), "days": list(c.days)} for c in plan.cycles},
        "assignments": [_assignment(a, codes) for a in plan.assignments],
        "holidays": {day.isoformat(): name for day, name in sorted(plan.holidays.items())},
        "closings": [
            {**_days(c.first_day, c.last_day), "name": c.name, "department": c.department} for c in plan.closings
        ],
        "leave": [_leave(one, codes) for one in plan.leave],
        "weekend": _weekdays(plan.weekend),
    }


def rules_to_data(rules: HoursRules) -> dict[str, Any]:
    """Return the table of the rules, such that ``rules_from_data`` makes equal rules of it.

    Seconds that a file gives in minutes have to be whole minutes.

    Args:
        rules: what to write.

    Raises:
        ValueError: the cool-down or the shortest stay is not a whole number of minutes.
    """
    if rules.cool_down_s % 60 or rules.min_stay_s % 60:
        raise ValueError("a file gives the cool-down and the shortest stay in whole minutes")
    return {
        "max_shift_min": rules.max_shift_min,
        "min_stay_min": rules.min_stay_s // 60,
        "cool_down_min": rules.cool_down_s // 60,
        "day_start": clock_text(rules.day_start_min),
        "rounding": {"step_min": rules.rounding.step_min, "favour": rules.rounding.favour.value},
        "overtime": [
            {
                "name": level.name,
                "rate": level.rate,
                "after_min": level.after_min,
                "basis": level.basis.value,
                "day_kinds": sorted(kind.value for kind in level.day_kinds),
            }
            for level in rules.overtime
        ],
        "overtime_from_min": rules.overtime_from_min,
        "clock_tolerance_s": rules.clock_tolerance_s,
    }


def _shift(shift: Shift) -> dict[str, Any]:
    table = {f.name: getattr(shift, f.name) for f in fields(Shift) if f.name not in {"name", "kind", "parts", "breaks"}}
    return {
        "kind": shift.kind.value,
        "parts": [part.text for part in shift.parts],
        **table,
        "breaks": [_break(rule) for rule in shift.breaks],
    }


def _break(rule: BreakRule) -> dict[str, Any]:
    return {f.name: getattr(rule, f.name) for f in fields(BreakRule)} | {"mode": rule.mode.value}


def _assignment(assignment: Assignment, codes: Mapping[int, str]) -> dict[str, Any]:
    table: dict[str, Any] = {"shift": assignment.shift, **_days(assignment.first_day, assignment.last_day)}
    if assignment.person_id is not None:
        table["person"] = codes[assignment.person_id]
    if assignment.department:
        table["department"] = assignment.department
    if assignment.weekdays is not None:
        table["weekdays"] = _weekdays(assignment.weekdays)
    return table


def _leave(leave: Leave, codes: Mapping[int, str]) -> dict[str, Any]:
    return {
        "person": codes[leave.person_id],
        **_days(leave.first_day, leave.last_day),
        "kind": leave.kind,
        "is_half": leave.is_half,
        "is_provisional": leave.is_provisional,
    }


def _days(first_day: date, last_day: date | None) -> dict[str, str]:
    days = {"first_day": first_day.isoformat()}
    return days if last_day is None else {**days, "last_day": last_day.isoformat()}


def _weekdays(numbers: frozenset[int]) -> list[str]:
    return [WEEKDAYS[number] for number in sorted(numbers)]
