"""Overtime levels of one person over the days of a week."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from attendance.core.hours.rules import HoursRules, OvertimeBasis, OvertimeLevel
from attendance.core.hours.timesheet import OvertimeSlice, Timesheet


def monday_of(day: date) -> date:
    """Return the first day of the week that a day lies in (ISO 8601)."""
    return day - timedelta(days=day.weekday())


def with_overtime(sheets: Sequence[Timesheet], rules: HoursRules) -> list[Timesheet]:
    """Return the sheets with their overtime.

    The levels of a day come first. What they leave counts towards the week, so that no minute is overtime twice.

    Args:
        sheets: of one person, by day, from a Monday on.
        rules: with the levels.
    """
    found = []
    week: date | None = None
    regular_s = 0
    for sheet in sheets:
        if monday_of(sheet.day) != week:
            week, regular_s = monday_of(sheet.day), 0
        levels = [level for level in rules.overtime if sheet.kind in level.day_kinds]
        slices = _slices(sheet.paid_s, ((level, _threshold_s(level, sheet)) for level in levels if not _weekly(level)))
        left_s = sheet.paid_s - sum(s.seconds for s in slices)
        weekly = ((level, level.after_min * 60) for level in levels if _weekly(level))
        slices += _slices(regular_s + left_s, weekly, above_s=regular_s)
        regular_s += left_s
        total_s = sum(s.seconds for s in slices)
        if total_s < rules.overtime_from_min * 60:
            slices, total_s = [], 0
        found.append(replace(sheet, overtime=tuple(slices), overtime_s=total_s))
    return found


def _weekly(level: OvertimeLevel) -> bool:
    return level.basis is OvertimeBasis.WEEK


def _threshold_s(level: OvertimeLevel, sheet: Timesheet) -> int:
    base_s = sheet.scheduled_s if level.basis is OvertimeBasis.SCHEDULE else 0
    return base_s + level.after_min * 60


def _slices(total_s: int, levels: Iterable[tuple[OvertimeLevel, int]], *, above_s: int = 0) -> list[OvertimeSlice]:
    """Cut ``above_s`` to ``total_s`` at the thresholds; each level lasts until the next begins.

    Where two begin together (after 8 hours, and beyond a schedule of 8 hours) the higher rate counts.
    """
    ordered = sorted(levels, key=lambda pair: (pair[1], pair[0].rate))
    found = []
    for number, (level, start_s) in enumerate(ordered):
        end_s = ordered[number + 1][1] if number + 1 < len(ordered) else total_s
        seconds = min(end_s, total_s) - max(start_s, above_s)
        if seconds > 0:
            found.append(OvertimeSlice(level.name, level.rate, seconds))
    return found
