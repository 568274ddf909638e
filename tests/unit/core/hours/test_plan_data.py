"""Plans and rules in a file."""

from __future__ import annotations

import json
import re
import tomllib
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from attendance.core.hours.plan import Assignment, Closing, Leave, WorkPlan
from attendance.core.hours.plan_file.reading import clock_minutes, part_from_text, plan_from_data, rules_from_data
from attendance.core.hours.plan_file.writing import plan_to_data, rules_to_data
from attendance.core.hours.rules import DayKind, Favour, HoursRules, OvertimeBasis, OvertimeLevel, Rounding
from attendance.core.hours.shift import BreakMode, BreakRule, Shift, ShiftKind, ShiftPart
from attendance.errors.hours import HoursRulesInvalid
from tests.unit.core.hours.site import QUICK, ROTA, SHIFTS

GUIDE = Path(__file__).resolve().parents[4] / "docs" / "hours.md"
PEOPLE = {"E017": 7, "E018": 8}
FILE = """
weekend = ["sat", "sun"]

[shifts.office]
parts = ["09:00-17:30"]
grace_in_min = 5
breaks = [{ minutes = 30, after_min = 360 }, { minutes = 15, mode = "checked", is_paid = true }]

[shifts.night]
parts = ["22:00-06:00"]

[shifts.ward]
parts = ["20:00-24:00", "01:00-05:00"]
on_holidays = true

[shifts.flex]
kind = "flexible"
flexible_min = 480

[cycles.rota]
start = 2026-06-01
days = ["night", "night", "", ""]

[[assignments]]
shift = "office"
first_day = 2026-01-01

[[assignments]]
shift = "rota"
person = "E017"
first_day = "2026-06-01"
last_day = 2026-12-31

[[assignments]]
shift = "flex"
department = "Sales"
weekdays = ["mon", "fri"]
first_day = 2026-01-01

[holidays]
2026-12-25 = "Christmas"

[[closings]]
first_day = 2026-12-24
name = "Closed early"

[[leave]]
person = "E018"
first_day = 2026-08-03
last_day = 2026-08-14
kind = "sick"

[rules]
max_shift_min = 900
cool_down_min = 3
day_start = "04:00"
rounding = { step_min = 15, favour = "employee" }
overtime = [{ name = "daily", rate = 1.25, after_min = 480, basis = "day", day_kinds = ["workday"] }]
"""


def read(text: str = FILE) -> WorkPlan:
    return plan_from_data(tomllib.loads(text), person_ids=PEOPLE)


def test_that_a_file_says_who_works_when() -> None:
    plan = read()

    assert plan.shifts == (
        Shift(
            "office",
            parts=(ShiftPart(540, 1050),),
            grace_in_min=5,
            breaks=(BreakRule(30, 360), BreakRule(15, mode=BreakMode.CHECKED, is_paid=True)),
        ),
        Shift("night", parts=(ShiftPart(1320, 1800),)),
        Shift("ward", parts=(ShiftPart(1200, 1440), ShiftPart(1500, 1740)), on_holidays=True),
        Shift("flex", kind=ShiftKind.FLEXIBLE, flexible_min=480),
    )
    assert plan.cycles[0].days == ("night", "night", "", "")
    assert plan.assignments == (
        Assignment("office", date(2026, 1, 1)),
        Assignment("rota", date(2026, 6, 1), date(2026, 12, 31), person_id=7),
        Assignment("flex", date(2026, 1, 1), department="Sales", weekdays=frozenset({0, 4})),
    )
    assert plan.holidays == {date(2026, 12, 25): "Christmas"}
    assert plan.closings == (Closing(date(2026, 12, 24), date(2026, 12, 24), "Closed early"),)
    assert plan.leave == (Leave(8, date(2026, 8, 3), date(2026, 8, 14), "sick"),)


def test_that_a_file_holds_the_rules_of_the_site() -> None:
    assert rules_from_data(tomllib.loads(FILE)["rules"]) == HoursRules(
        cool_down_s=180,
        day_start_min=240,
        rounding=Rounding(15, Favour.EMPLOYEE),
        overtime=(OvertimeLevel("daily", 1.25, 480, OvertimeBasis.DAY, frozenset({DayKind.WORKDAY})),),
    )


def test_that_an_empty_file_gives_the_defaults() -> None:
    assert plan_from_data({}, person_ids={}) == WorkPlan()
    assert rules_from_data({}) == HoursRules()


@pytest.mark.parametrize(
    ("old", "new", "key", "words"),
    [
        ("grace_in_min = 5", "grace_in = 5", "shifts.office.grace_in", "unknown key; known: absent_below_min"),
        ("grace_in_min = 5", 'grace_in_min = "5"', "shifts.office.grace_in_min", "must be a whole number, not str"),
        ("grace_in_min = 5", "grace_in_min = true", "shifts.office.grace_in_min", "must be a whole number, not bool"),
        ("grace_in_min = 5", "grace_in_min = 1000", "shifts.office.grace_in_min", "must be from 0 to 720"),
        ("09:00-17:30", "09:00", "shifts.office.parts", "HH:MM-HH:MM"),
        ("09:00-17:30", "9-17", "shifts.office.parts", "HH:MM"),
        ("09:00-17:30", "09:00-17:60", "shifts.office.parts", "HH:MM"),
        ("09:00-17:30", "09:00-09:00", "shifts.office.parts", "0 minutes"),
        ("09:00-17:30", "08:00-33:00", "shifts.office.parts", "at most 24 hours"),
        ('["09:00-17:30"]', '"09:00-17:30"', "shifts.office.parts", "must be a list, not str"),
        ('["09:00-17:30"]', "[9]", "shifts.office.parts", "must be a text, not int"),
        ("minutes = 30,", "", "shifts.office.breaks.1.minutes", "it is missing"),
        ('"checked"', '"never"', "shifts.office.breaks.2.mode", "must be one of auto, checked"),
        ('kind = "flexible"', 'kind = "loose"', "shifts.flex.kind", "must be one of fixed, flexible"),
        ("start = 2026-06-01\n", "", "cycles.rota.start", "it is missing"),
        ('days = ["night",', 'days = ["dusk",', "cycles.rota.days", "there is no shift called dusk"),
        ('"E017"', '"E099"', "assignments.2.person", "nobody has the code E099"),
        ('"2026-06-01"', '"1.6.2026"', "assignments.2.first_day", "YYYY-MM-DD"),
        ("first_day = 2026-08-03", "first_day = 2026-08-03T10:00:00", "leave.1.first_day", "YYYY-MM-DD"),
        ('["mon", "fri"]', '["monday"]', "assignments.3.weekdays", "must be one of mon, tue"),
        ('2026-12-25 = "Christmas"', "2026-12-25 = 1", "holidays.2026-12-25", "must be a text, not int"),
        ('2026-12-25 = "Christmas"', '"12-25" = "x"', "holidays.12-25", "YYYY-MM-DD"),
        ("[[closings]]", "[closings]", "closings", "must be a list, not dict"),
        ("weekend =", "weekends =", "weekends", "unknown key"),
    ],
)
def test_that_a_slip_in_the_file_is_named(old: str, new: str, key: str, words: str) -> None:
    assert FILE.count(old) == 1 or old in {'"checked"'}
    with pytest.raises(HoursRulesInvalid) as refused:
        read(FILE.replace(old, new))
    assert refused.value.facts["key"] == key
    assert words in str(refused.value.facts["reason"])


@pytest.mark.parametrize(
    ("table", "key"),
    [
        ({"max_shift_h": 15}, "rules.max_shift_h"),
        ({"day_start": "4"}, "rules.day_start"),
        ({"rounding": {"step_min": 7}}, "rules.rounding.step_min"),
        ({"rounding": {"step": 5}}, "rules.rounding.step"),
        ({"rounding": 5}, "rules.rounding"),
        ({"overtime": [{"name": "x"}]}, "rules.overtime.1.rate"),
        ({"overtime": [{"name": "x", "rate": 2, "day_kinds": ["sunday"]}]}, "rules.overtime.1.day_kinds"),
        ({"overtime": ["x"]}, "rules.overtime.1"),
    ],
)
def test_that_a_slip_in_the_rules_is_named(table: dict[str, Any], key: str) -> None:
    with pytest.raises(HoursRulesInvalid) as refused:
        rules_from_data(table)
    assert refused.value.facts["key"] == key


@pytest.mark.parametrize("text", ["٠٩:00", "09:0", "-1:00", "48:00", "009:00", "", "aa:bb"])
def test_that_only_clock_times_are_clock_times(text: str) -> None:
    with pytest.raises(HoursRulesInvalid, match="HH:MM"):
        clock_minutes("k", text)


def test_that_parts_read_as_they_are_written() -> None:
    assert part_from_text("k", "22:00-06:00") == ShiftPart(1320, 1800)
    for text in ("09:00-17:30", "22:00-30:00", "08:00-32:00", "25:00-29:00"):
        assert part_from_text("k", text).text == text


def test_that_what_is_written_is_read_back_equal() -> None:
    plan = replace(
        read(),
        shifts=SHIFTS,
        cycles=(ROTA, QUICK),
        assignments=(Assignment("rota", date(2026, 6, 1), person_id=7, weekdays=frozenset({6})),),
        weekend=frozenset({4}),
    )
    data = json.loads(json.dumps(plan_to_data(plan, codes={7: "E017", 8: "E018"})))
    assert plan_from_data(data, person_ids=PEOPLE) == plan

    rules = replace(rules_from_data(tomllib.loads(FILE)["rules"]), overtime_from_min=15)
    assert rules_from_data(json.loads(json.dumps(rules_to_data(rules)))) == rules


def test_that_seconds_that_a_file_cannot_say_are_not_lost() -> None:
    with pytest.raises(ValueError, match="whole minutes"):
        rules_to_data(HoursRules(cool_down_s=90))


def test_that_the_files_of_the_guide_are_accepted() -> None:
    blocks = re.findall(r"```toml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        data = tomllib.loads(block)
        data.pop("calendar", None)  # read by the service of hours, which knows the countries
        plan_from_data(data, person_ids=PEOPLE)
        rules_from_data(data.get("rules", {}))
