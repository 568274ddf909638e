"""Plans and rules as plain tables, for a TOML or JSON file: reading. Writing is in plan_tables.py."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from attendance.core.hours.plan import WEEKEND, Assignment, Closing, Leave, RosterCycle, WorkPlan
from attendance.core.hours.plan_file.table_reader import TableReader, as_day
from attendance.core.hours.rules import DayKind, Favour, HoursRules, OvertimeBasis, OvertimeLevel, Rounding
from attendance.core.hours.shift import DAY_MIN, DEFAULT_WINDOW_MIN, BreakMode, BreakRule, Shift, ShiftKind, ShiftPart
from attendance.core.person_text import CodeBook
from attendance.errors import Reason
from attendance.errors.hours import HoursRulesInvalid

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


def plan_from_data(data: Mapping[str, Any], *, person_ids: Mapping[str, int]) -> WorkPlan:
    """Make a plan from the tables of a file.

    docs/hours.md shows the layout. The table ``rules`` may stand beside the plan and is read by ``rules_from_data``.

    Args:
        data: what ``tomllib`` or ``json`` gives; dates may be dates or "YYYY-MM-DD".
        person_ids: id by the company's code; assignments and leave name people by their code.

    Raises:
        HoursRulesInvalid: a key is unknown, missing, of the wrong type or contradicts another; the error names it.
    """
    table = TableReader("", data)
    table.skip("rules")
    plan = WorkPlan(
        shifts=tuple(_shift(name, one) for name, one in table.tables("shifts")),
        cycles=tuple(_cycle(name, one) for name, one in table.tables("cycles")),
        assignments=tuple(_assignment(one, person_ids) for one in table.rows("assignments")),
        holidays=_holidays(table.mapping("holidays")),
        closings=tuple(_closing(one) for one in table.rows("closings")),
        leave=tuple(_leave(one, person_ids) for one in table.rows("leave")),
        weekend=_weekdays(table, "weekend", WEEKEND) or frozenset(),
    )
    table.finish()
    return plan


def rules_from_data(data: Mapping[str, Any]) -> HoursRules:
    """Make the rules of the site from the table ``rules`` of a file; what is not given has its default.

    Raises:
        HoursRulesInvalid: see ``plan_from_data``.
    """
    table = TableReader("rules", data)
    standard = HoursRules()
    rounding = TableReader("rules.rounding", table.mapping("rounding"))
    rules = HoursRules(
        max_shift_min=table.whole("max_shift_min", standard.max_shift_min),
        min_stay_s=table.whole("min_stay_min", standard.min_stay_s // 60) * 60,
        cool_down_s=table.whole("cool_down_min", standard.cool_down_s // 60) * 60,
        day_start_min=clock_minutes("rules.day_start", table.text("day_start", "00:00")),
        rounding=Rounding(
            step_min=rounding.whole("step_min", 0), favour=rounding.choice("favour", Favour, Favour.NEAREST)
        ),
        overtime=tuple(_level(one) for one in table.rows("overtime")),
        overtime_from_min=table.whole("overtime_from_min", 0),
        clock_tolerance_s=table.whole("clock_tolerance_s", standard.clock_tolerance_s),
    )
    rounding.finish()
    table.finish()
    return rules


def part_from_text(key: str, text: str) -> ShiftPart:
    """Read "09:00-17:30"; an end that is not after the start lies on the next day, as in "22:00-06:00".

    24 hours are written "08:00-32:00", because 08:00-08:00 might as well be none.

    Raises:
        HoursRulesInvalid: not of this form, or 0 minutes.
    """
    start_text, dash, end_text = text.partition("-")
    if not dash:
        raise HoursRulesInvalid(key=key, reason=Reason("write it as HH:MM-HH:MM"))
    start_min, end_min = clock_minutes(key, start_text.strip()), clock_minutes(key, end_text.strip())
    if start_min == end_min:
        raise HoursRulesInvalid(key=key, reason=Reason("a part of 0 minutes or less is not a shift"))
    return ShiftPart(start_min, end_min if end_min > start_min else end_min + DAY_MIN)


def clock_minutes(key: str, text: str) -> int:
    """Return the minutes since midnight of "HH:MM", hours up to 47 for the next day.

    Raises:
        HoursRulesInvalid: not of this form.
    """
    hours, colon, minutes = text.partition(":")
    is_number = colon and hours.isascii() and hours.isdigit() and minutes.isascii() and minutes.isdigit()
    if not is_number or len(hours) > 2 or len(minutes) != 2 or int(minutes) > 59 or int(hours) > 47:
        raise HoursRulesInvalid(key=key, reason=Reason("write it as HH:MM"))
    return int(hours) * 60 + int(minutes)


def _shift(name: str, table: TableReader) -> Shift:
    shift = Shift(
        name=name,
        kind=table.choice("kind", ShiftKind, ShiftKind.FIXED),
        parts=_parts(table),
        flexible_min=table.whole("flexible_min", 0),
        grace_in_min=table.whole("grace_in_min", 0),
        grace_out_min=table.whole("grace_out_min", 0),
        accept_before_min=table.whole("accept_before_min", DEFAULT_WINDOW_MIN),
        accept_after_min=table.whole("accept_after_min", DEFAULT_WINDOW_MIN),
        breaks=tuple(_break(one) for one in table.rows("breaks")),
        is_early_paid=table.flag("is_early_paid", True),
        is_late_paid=table.flag("is_late_paid", True),
        half_day_below_min=table.whole("half_day_below_min", 0),
        absent_below_min=table.whole("absent_below_min", 0),
        on_holidays=table.flag("on_holidays", False),
    )
    table.finish()
    return shift


def _parts(table: TableReader) -> tuple[ShiftPart, ...]:
    """Read the parts; one that begins before the last one ended is meant for the next day ("20:00-24:00", "01:00-")."""
    found: list[ShiftPart] = []
    for text in table.texts("parts"):
        part = part_from_text(table.key("parts"), text)
        if found and part.start_min < found[-1].start_min and part.end_min <= DAY_MIN:
            part = ShiftPart(part.start_min + DAY_MIN, part.end_min + DAY_MIN)
        found.append(part)
    return tuple(found)


def _break(table: TableReader) -> BreakRule:
    rule = BreakRule(
        minutes=table.whole("minutes"),
        after_min=table.whole("after_min", 0),
        mode=table.choice("mode", BreakMode, BreakMode.AUTO),
        is_paid=table.flag("is_paid", False),
        is_sliding=table.flag("is_sliding", False),
    )
    table.finish()
    return rule


def _cycle(name: str, table: TableReader) -> RosterCycle:
    cycle = RosterCycle(name, table.day("start"), tuple(table.texts("days")))
    table.finish()
    return cycle


def _assignment(table: TableReader, person_ids: Mapping[str, int]) -> Assignment:
    assignment = Assignment(
        shift=table.text("shift"),
        first_day=table.day("first_day"),
        last_day=table.day("last_day") if table.has("last_day") else None,
        person_id=_person(table, person_ids) if table.has("person") else None,
        department=table.text("department", ""),
        weekdays=_weekdays(table, "weekdays", None),
    )
    table.finish()
    return assignment


def _closing(table: TableReader) -> Closing:
    first_day = table.day("first_day")
    closing = Closing(
        first_day=first_day,
        last_day=table.day("last_day") if table.has("last_day") else first_day,
        name=table.text("name", ""),
        department=table.text("department", ""),
    )
    table.finish()
    return closing


def _leave(table: TableReader, person_ids: Mapping[str, int]) -> Leave:
    first_day = table.day("first_day")
    leave = Leave(
        person_id=_person(table, person_ids),
        first_day=first_day,
        last_day=table.day("last_day") if table.has("last_day") else first_day,
        kind=table.text("kind", "leave"),
        is_half=table.flag("is_half", False),
        is_provisional=table.flag("is_provisional", False),
    )
    table.finish()
    return leave


def _level(table: TableReader) -> OvertimeLevel:
    kinds = table.texts("day_kinds") if table.has("day_kinds") else list(DayKind)
    unknown = sorted(set(kinds) - set(DayKind))
    if unknown:
        raise HoursRulesInvalid(key=table.key("day_kinds"), reason=Reason("must be one of {names}", names=[*DayKind]))
    level = OvertimeLevel(
        name=table.text("name"),
        rate=table.number("rate"),
        after_min=table.whole("after_min", 0),
        basis=table.choice("basis", OvertimeBasis, OvertimeBasis.SCHEDULE),
        day_kinds=frozenset(DayKind(kind) for kind in kinds),
    )
    table.finish()
    return level


def _person(table: TableReader, person_ids: Mapping[str, int]) -> int:
    code = table.text("person")
    if code not in person_ids:
        raise HoursRulesInvalid(key=table.key("person"), reason=CodeBook(person_ids).nobody(code))
    return person_ids[code]


def _weekdays(table: TableReader, name: str, default: frozenset[int] | None) -> frozenset[int] | None:
    if not table.has(name):
        return default
    words = table.texts(name)
    if set(words) - set(WEEKDAYS):
        raise HoursRulesInvalid(key=table.key(name), reason=Reason("must be one of {names}", names=[*WEEKDAYS]))
    return frozenset(WEEKDAYS.index(word) for word in words)


def _holidays(data: Mapping[str, Any]) -> dict[Any, str]:
    found = {}
    for text, name in data.items():
        key = f"holidays.{text}"
        if not isinstance(name, str):
            raise HoursRulesInvalid(key=key, reason=Reason("must be a text, not {kind}", kind=type(name).__name__))
        found[as_day(key, text)] = name
    return found
