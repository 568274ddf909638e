"""Plans and rules that contradict themselves are refused with the key that is wrong."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from attendance.core.hours.plan import Assignment, Closing, Leave, RosterCycle, Worker, WorkPlan
from attendance.core.hours.rules import DayKind, HoursRules, OvertimeLevel, Rounding
from attendance.core.hours.schedule import frame_of, scheduled_on
from attendance.core.hours.sheets import MAX_DAYS, event_range, timesheets
from attendance.core.hours.shift import BreakRule, Shift, ShiftKind, ShiftPart
from attendance.errors.hours import HoursRulesInvalid
from attendance.errors.reports import ReportRangeError
from tests.unit.core.hours.site import BERLIN, PERSON, SHIFTS, day, door_events, everybody, instant, parts

DAY = date(2026, 6, 1)
ZONE = ZoneInfo(BERLIN)


def plan(*assignments: Assignment, **more: Any) -> WorkPlan:
    return WorkPlan(shifts=SHIFTS, assignments=assignments, **more)


INVALID: list[tuple[str, Callable[[], object], str, str]] = [
    ("no name", lambda: Shift(" ", parts=parts("09:00-17:00")), "shifts", "needs a name"),
    ("no parts", lambda: Shift("x"), "shifts.x.parts", "at least one part"),
    ("0 minutes", lambda: Shift("x", parts=(ShiftPart(540, 540),)), "shifts.x.parts", "0 minutes"),
    ("backwards", lambda: Shift("x", parts=(ShiftPart(540, 480),)), "shifts.x.parts", "0 minutes"),
    ("25 hours", lambda: Shift("x", parts=(ShiftPart(480, 480 + 1500),)), "shifts.x.parts", "at most 24 hours"),
    ("24 hours 1 min", lambda: Shift("x", parts=(ShiftPart(0, 60), ShiftPart(1380, 1441))), "shifts.x.parts", "24 h"),
    ("next day", lambda: Shift("x", parts=(ShiftPart(1440, 1500),)), "shifts.x.parts", "from 0 to 1439"),
    ("overlap", lambda: Shift("x", parts=parts("09:00-13:00", "12:00-17:00")), "shifts.x.parts", "overlap"),
    ("no hours", lambda: Shift("x", kind=ShiftKind.FLEXIBLE), "shifts.x.flexible_min", "from 1 to 1440"),
    (
        "two frames",
        lambda: Shift("x", kind=ShiftKind.FLEXIBLE, flexible_min=60, parts=parts("09:00-13:00", "14:00-17:00")),
        "shifts.x.parts",
        "at most one part",
    ),
    ("grace", lambda: Shift("x", parts=parts("09:00-17:00"), grace_in_min=-1), "shifts.x.grace_in_min", "from 0"),
    (
        "window",
        lambda: Shift("x", parts=parts("09:00-17:00"), accept_after_min=1441),
        "shifts.x.accept_after_min",
        "from 0 to 720",
    ),
    ("break", lambda: Shift("x", parts=parts("09:00-17:00"), breaks=(BreakRule(0),)), "shifts.x.breaks.1.minutes", "1"),
    ("twice", lambda: WorkPlan(shifts=(SHIFTS[0], SHIFTS[0])), "shifts.office", "twice"),
    ("unknown shift", lambda: plan(Assignment("x", DAY)), "assignments.1.shift", "no shift called x"),
    (
        "unknown in cycle",
        lambda: plan(cycles=(RosterCycle("c", DAY, ("office", "x")),)),
        "cycles.c.days",
        "no shift called x",
    ),
    ("empty cycle", lambda: plan(cycles=(RosterCycle("c", DAY, ()),)), "cycles.c.days", "from 1 to 366"),
    (
        "dates",
        lambda: plan(Assignment("office", DAY, DAY - timedelta(days=1))),
        "assignments.1.last_day",
        "before the first",
    ),
    (
        "person and department",
        lambda: plan(Assignment("office", DAY, person_id=1, department="Sales")),
        "assignments.1",
        "not both",
    ),
    (
        "overlapping assignments",
        lambda: plan(Assignment("office", DAY, person_id=1), Assignment("night", DAY, DAY, person_id=1)),
        "assignments.2",
        "it overlaps with assignment 1",
    ),
    ("weekday", lambda: plan(Assignment("office", DAY, weekdays=frozenset({7}))), "assignments.1.weekdays", "0 to 6"),
    ("weekend", lambda: WorkPlan(weekend=frozenset({-1})), "weekend", "0 to 6"),
    ("closing", lambda: WorkPlan(closings=(Closing(DAY, DAY - timedelta(days=1)),)), "closings.1.last_day", "before"),
    ("leave", lambda: WorkPlan(leave=(Leave(1, DAY, DAY - timedelta(days=1)),)), "leave.1.last_day", "before"),
    ("longest shift", lambda: HoursRules(max_shift_min=0), "rules.max_shift_min", "from 60 to 2880"),
    ("rounding", lambda: HoursRules(rounding=Rounding(7)), "rules.rounding.step_min", "0, 5, 10, 15"),
    ("rate", lambda: HoursRules(overtime=(OvertimeLevel("x", 11),)), "rules.overtime.1.rate", "from 1 to 10"),
    ("rate nan", lambda: HoursRules(overtime=(OvertimeLevel("x", float("nan")),)), "rules.overtime.1.rate", "from 1"),
    (
        "same start",
        lambda: HoursRules(overtime=(OvertimeLevel("a", 1.5), OvertimeLevel("b", 2.0))),
        "rules.overtime",
        "b begins where a begins",
    ),
]


@pytest.mark.parametrize(("make", "key", "words"), [row[1:] for row in INVALID], ids=[row[0] for row in INVALID])
def test_that_nonsense_is_refused_and_named(make: Callable[[], object], key: str, words: str) -> None:
    with pytest.raises(HoursRulesInvalid) as refused:
        make()
    assert refused.value.facts["key"] == key
    assert words in str(refused.value.facts["reason"])


def test_that_assignments_may_share_dates_where_they_do_not_meet() -> None:
    assert plan(
        Assignment("office", DAY, DAY, person_id=1),
        Assignment("night", DAY + timedelta(days=1), person_id=1),
        Assignment("night", DAY, person_id=2),
        Assignment("late", DAY),
        Assignment("early", DAY, weekdays=frozenset({0}), department="Sales"),
        Assignment("late", DAY, weekdays=frozenset({1}), department="Sales"),
    )


def test_that_24_hours_are_a_shift() -> None:
    shift = Shift("x", parts=(ShiftPart(480, 1920),))
    assert (shift.start_min, shift.end_min, [part.minutes for part in shift.parts]) == (480, 1920, [1440])


@pytest.mark.parametrize(
    ("on", "kind", "shift"),
    [
        ("mon", DayKind.WORKDAY, "early"),
        ("thu", DayKind.WORKDAY, "late"),
        ("fri", DayKind.WORKDAY, "night"),
        ("sat", DayKind.REST_DAY, ""),
        ("mon+1", DayKind.WORKDAY, "early"),
    ],
)
def test_that_a_roster_rotates(on: str, kind: DayKind, shift: str) -> None:
    found = scheduled_on(everybody("rota"), Worker(PERSON), day(on), ZONE)
    assert (found.kind, found.shift.name if found.shift else "") == (kind, shift)


def test_that_a_roster_also_runs_before_its_start() -> None:
    cycle = RosterCycle("c", DAY, ("early", "late", ""))
    assert [cycle.shift_on(DAY + timedelta(days=n)) for n in (-4, -3, -2, -1, 0)] == ["", "early", "late", "", "early"]


@pytest.mark.parametrize(("night", "hours"), [(date(2026, 3, 28), 7), (date(2026, 6, 1), 8), (date(2026, 10, 24), 9)])
def test_that_a_night_is_as_long_as_the_clocks_make_it(night: date, hours: int) -> None:
    scheduled = scheduled_on(everybody("night"), Worker(PERSON), night, ZONE)
    assert frame_of(scheduled, ZONE, max_shift_min=900).scheduled_s == hours * 3600


@pytest.mark.parametrize(
    ("shift", "minutes"), [("office", 480), ("lunch", 495), ("paid_break", 480), ("flex", 480), ("both_breaks", 480)]
)
def test_that_unpaid_breaks_are_no_scheduled_time(shift: str, minutes: int) -> None:
    scheduled = scheduled_on(everybody(shift), Worker(PERSON), day("mon"), ZONE)
    assert frame_of(scheduled, ZONE, max_shift_min=900).scheduled_s == minutes * 60


@pytest.mark.parametrize("days", [-1, MAX_DAYS, 36_525])
def test_that_a_range_of_no_days_or_of_100_years_is_refused(days: int) -> None:
    last = DAY + timedelta(days=days)
    with pytest.raises(ReportRangeError):
        timesheets(Worker(1), DAY, last, [], WorkPlan(), HoursRules(), ZONE, instant("mon 09:00"))
    with pytest.raises(ReportRangeError):
        event_range(DAY, last, ZONE)


@pytest.mark.parametrize("edge", [date.min, date.max])
def test_that_the_ends_of_the_calendar_are_refused(edge: date) -> None:
    with pytest.raises(ReportRangeError, match="outside the calendar"):
        timesheets(Worker(1), edge, edge, [], WorkPlan(), HoursRules(), ZONE, instant("mon 09:00"))


def test_that_an_instant_without_zone_is_a_bug() -> None:
    naive = instant("mon 09:00").replace(tzinfo=None)
    with pytest.raises(ValueError, match="time zone"):
        timesheets(Worker(1), DAY, DAY, [], WorkPlan(), HoursRules(), ZONE, naive)


def test_that_incomplete_days_are_listed() -> None:
    sheets = timesheets(
        Worker(PERSON),
        day("mon"),
        day("sun"),
        door_events("mon 09:00 in, tue 09:00 in, tue 17:00 out, wed 17:00 out"),
        everybody("plain"),
        HoursRules(),
        ZONE,
        instant("mon+1 09:00"),
    )
    assert [sheet.day for sheet in sheets if sheet.is_incomplete] == [day("mon"), day("wed")]


def test_that_a_sheet_knows_its_plan_and_its_balance() -> None:
    sheet = timesheets(
        Worker(PERSON),
        day("mon"),
        day("mon"),
        door_events("mon 09:00 in, mon 16:00 out"),
        everybody("plain"),
        HoursRules(),
        ZONE,
        instant("mon+1 09:00"),
    )[0]
    assert (sheet.planned_in_utc, sheet.planned_out_utc) == (instant("mon 09:00"), instant("mon 17:00"))
    assert (sheet.first_in_utc, sheet.last_out_utc) == (instant("mon 09:00"), instant("mon 16:00"))
    assert (sheet.shift, sheet.scheduled_s, sheet.balance_s) == ("plain", 8 * 3600, -3600)
    assert sheet.event_ids == ("e0", "e1")
    assert sheet.ignored_event_ids == ()
