"""Spans of days that reports are asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Preset = Literal["today", "week", "month", "last_month"]
PRESETS: tuple[Preset, ...] = ("today", "week", "month", "last_month")


@dataclass(frozen=True, slots=True)
class DayRange:
    """First and last day, both included."""

    first: date
    last: date

    @property
    def is_valid(self) -> bool:
        """True unless it ends before it begins."""
        return self.first <= self.last

    @property
    def days(self) -> int:
        """Number of days."""
        return (self.last - self.first).days + 1


def preset_range(preset: Preset, today: date, first_weekday: int) -> DayRange:
    """Return the days of a preset.

    Args:
        preset: which one; week and month end today.
        today: the current day of the site.
        first_weekday: 1 for Monday to 7 for Sunday, as in ISO 8601 and Qt.
    """
    month_start = today.replace(day=1)
    match preset:
        case "today":
            return DayRange(today, today)
        case "week":
            return DayRange(today - timedelta(days=(today.isoweekday() - first_weekday) % 7), today)
        case "month":
            return DayRange(month_start, today)
        case "last_month":
            before = month_start - timedelta(days=1)
            return DayRange(before.replace(day=1), before)
