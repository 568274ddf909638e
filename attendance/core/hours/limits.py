"""Checks that every value of a plan or of the rules goes through, with one sentence each."""

from __future__ import annotations

from datetime import date

from attendance.errors import Reason
from attendance.errors.hours import HoursRulesInvalid


def check_range(key: str, value: float, low: float, high: float) -> None:
    """Refuse a number outside [low, high].

    Raises:
        HoursRulesInvalid: outside, or not a number.
    """
    # "not (low <= value)" also refuses nan, which TOML can write.
    if not low <= value <= high:
        raise HoursRulesInvalid(key=key, reason=Reason("must be from {low} to {high}", low=low, high=high))


def check_days(key: str, first_day: date, last_day: date | None) -> None:
    """Refuse a period that ends before it begins.

    Raises:
        HoursRulesInvalid: it does.
    """
    if last_day is not None and last_day < first_day:
        raise HoursRulesInvalid(key=f"{key}.last_day", reason=Reason("the last day is before the first"))


def clock_text(minutes: int) -> str:
    """Return minutes since midnight as "HH:MM"; hours may pass 24 for the next day."""
    return f"{minutes // 60:02}:{minutes % 60:02}"
