"""A small company for the tests of hours, and a short way to write down its check-ins.

"mon 08:57 in" is Monday of the week; a star, "sun 02:30* out", is the second 02:30 of the day
on which summer time ends.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from attendance.core.hours.events import DoorEvent
from attendance.core.hours.plan import Assignment, RosterCycle, WorkPlan
from attendance.core.hours.plan_file.reading import WEEKDAYS, part_from_text
from attendance.core.hours.shift import BreakMode, BreakRule, Shift, ShiftKind, ShiftPart
from attendance.core.types import Direction

BERLIN = "Europe/Berlin"
WEEK = date(2026, 6, 1)
"""A Monday without a change of the clocks near it."""
PERSON = 7
ALWAYS = date(2020, 1, 1)
_WORDS = {"in": Direction.IN, "out": Direction.OUT, "break": Direction.BREAK_START, "back": Direction.BREAK_END}


def parts(*texts: str) -> tuple[ShiftPart, ...]:
    return tuple(part_from_text("test", text) for text in texts)


HALF_HOUR_AUTO = BreakRule(30, after_min=360)
SHIFTS = (
    Shift("office", parts=parts("09:00-17:30"), grace_in_min=5, grace_out_min=5, breaks=(HALF_HOUR_AUTO,)),
    Shift("must_check", parts=parts("09:00-17:30"), breaks=(BreakRule(30, after_min=360, mode=BreakMode.CHECKED),)),
    Shift("paid_break", parts=parts("09:00-17:00"), breaks=(BreakRule(15, mode=BreakMode.CHECKED, is_paid=True),)),
    Shift("sliding", parts=parts("09:00-17:30"), breaks=(BreakRule(30, after_min=360, is_sliding=True),)),
    Shift("two_breaks", parts=parts("09:00-17:30"), breaks=(HALF_HOUR_AUTO, BreakRule(45, after_min=540))),
    Shift(
        "both_breaks",
        parts=parts("09:00-17:30"),
        breaks=(HALF_HOUR_AUTO, BreakRule(15, mode=BreakMode.CHECKED, is_paid=True)),
    ),
    Shift("strict", parts=parts("09:00-17:00"), is_early_paid=False, is_late_paid=False),
    Shift("thresholds", parts=parts("09:00-17:00"), half_day_below_min=360, absent_below_min=120),
    Shift("plain", parts=parts("09:00-17:00")),
    Shift("early", parts=parts("06:00-14:00")),
    Shift("late", parts=parts("14:00-22:00")),
    Shift("night", parts=parts("22:00-06:00")),
    Shift("ward", parts=parts("09:00-17:00"), on_holidays=True),
    Shift("split", parts=parts("08:00-12:00", "16:00-20:00")),
    Shift("lunch", parts=parts("08:00-12:00", "12:45-17:00"), breaks=(HALF_HOUR_AUTO,)),
    Shift("fire", parts=parts("08:00-32:00")),
    Shift("flex", kind=ShiftKind.FLEXIBLE, flexible_min=480),
    Shift("frame", kind=ShiftKind.FLEXIBLE, flexible_min=480, parts=parts("06:00-22:00")),
)
ROTA = RosterCycle("rota", WEEK, ("early", "early", "late", "late", "night", "", ""))
QUICK = RosterCycle("quick", WEEK, ("late", "early", "night", "early", "", "", ""))


def everybody(shift: str) -> WorkPlan:
    """Everybody works one shift; night and ward work at weekends as well."""
    weekend = frozenset[int]() if shift in {"night", "ward"} else frozenset({5, 6})
    return WorkPlan(SHIFTS, (ROTA, QUICK), (Assignment(shift, ALWAYS),) if shift else (), weekend=weekend)


def day(word: str, week: date = WEEK) -> date:
    """Return "mon" to "sun" of a week; "mon+1" is in the week after."""
    name, _, weeks = word.partition("+")
    return week + timedelta(days=WEEKDAYS.index(name) + 7 * int(weeks or 0))


def instant(text: str, week: date = WEEK, zone: str = BERLIN) -> datetime:
    """Return the UTC instant of "mon 08:57" or "mon 08:57:30"."""
    word, clock = text.split()
    fold = int(clock.endswith("*"))
    local = datetime.combine(day(word, week), time.fromisoformat(clock.rstrip("*")), ZoneInfo(zone))
    return local.replace(fold=fold).astimezone(UTC)


def door_events(text: str, week: date = WEEK, zone: str = BERLIN, person: int = PERSON) -> list[DoorEvent]:
    """Return the events of "mon 08:57 in, mon 17:30 out", named e0, e1 and so on."""
    lines = [line.strip() for line in text.replace(",", "\n").splitlines() if line.strip()]
    found = []
    for number, line in enumerate(lines):
        at, _, word = line.rpartition(" ")
        found.append(DoorEvent(f"e{number}", person, instant(at, week, zone), _WORDS[word]))
    return found
