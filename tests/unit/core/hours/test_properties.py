"""What holds for all events and rules, however strange."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from attendance.core.hours.events import DoorEvent
from attendance.core.hours.plan import Closing, Leave, Worker, WorkPlan
from attendance.core.hours.rules import Favour, HoursRules, OvertimeBasis, OvertimeLevel, Rounding
from attendance.core.hours.sheets import event_range, timesheets
from attendance.core.hours.timesheet import DayStatus, Flag, Timesheet
from attendance.core.types import Direction
from tests.unit.core.hours.site import PERSON, SHIFTS, everybody

SPRING, AUTUMN = date(2026, 3, 26), date(2026, 10, 22)
"""Thursdays before the clocks of Europe change."""
DAYS = 6
WORKER = Worker(PERSON)
LEVELS = (
    OvertimeLevel("day", 1.25, after_min=300, basis=OvertimeBasis.DAY),
    OvertimeLevel("plan", 1.5),
    OvertimeLevel("week", 2.0, after_min=600, basis=OvertimeBasis.WEEK),
)

shifts = st.sampled_from([shift.name for shift in SHIFTS] + ["rota", "quick", ""])
zones = st.sampled_from(["Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "UTC"])
starts = st.sampled_from([SPRING, AUTUMN])
rules_of_a_site = st.builds(
    HoursRules,
    max_shift_min=st.sampled_from([300, 900, 2880]),
    cool_down_s=st.sampled_from([0, 300]),
    day_start_min=st.sampled_from([0, 240]),
    rounding=st.builds(Rounding, st.sampled_from([0, 5, 10, 15]), st.sampled_from(list(Favour))),
    overtime=st.sampled_from([(), LEVELS]),
)


@st.composite
def weeks(draw: st.DrawFn) -> tuple[date, WorkPlan, list[DoorEvent]]:
    """A plan and what people did about it: any times, any buttons."""
    first = draw(starts)
    plan = everybody(draw(shifts))
    if draw(st.booleans()):
        one = first + timedelta(days=draw(st.integers(0, DAYS)))
        half = draw(st.booleans())
        plan = replace(plan, leave=(Leave(PERSON, one, one, is_half=half),), closings=(Closing(first, first),))
    start = datetime.combine(first, datetime.min.time(), UTC)
    seconds = draw(st.lists(st.integers(0, DAYS * 86400), max_size=16))
    ways = draw(st.lists(st.sampled_from(list(Direction)), min_size=len(seconds), max_size=len(seconds)))
    events = [
        DoorEvent(f"e{n}", PERSON, start + timedelta(seconds=s), way)
        for n, (s, way) in enumerate(zip(seconds, ways, strict=True))
    ]
    return first, plan, events


def sheets(
    first: date,
    plan: WorkPlan,
    events: Sequence[DoorEvent],
    rules: HoursRules,
    zone: str,
    now: datetime | None = None,
    *,
    days: int = DAYS + 2,
) -> list[Timesheet]:
    now = now or datetime(2027, 1, 1, tzinfo=UTC)
    start = first - timedelta(days=2)
    return timesheets(WORKER, start, start + timedelta(days=days + 2), events, plan, rules, ZoneInfo(zone), now)


@given(weeks(), rules_of_a_site, zones, st.integers(0, DAYS * 86400))
def test_that_no_hours_are_negative_and_none_are_made_up(
    week: tuple[date, WorkPlan, list[DoorEvent]], rules: HoursRules, zone: str, now_s: int
) -> None:
    first, plan, events = week
    now = datetime.combine(first, datetime.min.time(), UTC) + timedelta(seconds=now_s)
    for sheet in sheets(first, plan, events, rules, zone, now):
        durations = (
            sheet.scheduled_s,
            sheet.presence_s,
            sheet.worked_s,
            sheet.break_s,
            sheet.auto_break_s,
            sheet.paid_break_s,
            sheet.paid_s,
            sheet.late_by_s,
            sheet.early_by_s,
            sheet.overtime_s,
        )
        assert all(type(seconds) is int and seconds >= 0 for seconds in durations)
        assert sheet.worked_s + sheet.break_s <= sheet.presence_s
        assert sheet.auto_break_s <= sheet.break_s
        assert sheet.paid_break_s <= sheet.break_s - sheet.auto_break_s
        assert sheet.overtime_s == sum(part.seconds for part in sheet.overtime) <= sheet.paid_s
        if not rules.rounding.step_min:
            assert sheet.paid_s == sheet.worked_s + sheet.paid_break_s
        if sheet.presence_s == 0:
            assert sheet.worked_s == sheet.break_s == 0
        assert (sheet.status is DayStatus.INCOMPLETE) == sheet.is_incomplete


@given(weeks(), rules_of_a_site, zones, st.randoms(use_true_random=False))
def test_that_arrival_order_copies_and_a_second_run_change_nothing(
    week: tuple[date, WorkPlan, list[DoorEvent]], rules: HoursRules, zone: str, random: Random
) -> None:
    first, plan, events = week
    wanted = sheets(first, plan, events, rules, zone)
    shuffled = [*events, *events]
    random.shuffle(shuffled)

    assert sheets(first, plan, events, rules, zone) == wanted
    assert sheets(first, plan, shuffled, rules, zone) == wanted


@given(weeks(), rules_of_a_site, zones)
def test_that_every_event_belongs_to_exactly_one_day(
    week: tuple[date, WorkPlan, list[DoorEvent]], rules: HoursRules, zone: str
) -> None:
    first, plan, events = week
    listed = [event_id for sheet in sheets(first, plan, events, rules, zone) for event_id in sheet.event_ids]
    assert sorted(listed) == sorted(event.event_id for event in events)


@settings(max_examples=60)
@given(weeks(), rules_of_a_site, zones)
def test_that_a_single_day_is_the_same_as_within_a_longer_report(
    week: tuple[date, WorkPlan, list[DoorEvent]], rules: HoursRules, zone: str
) -> None:
    first, plan, events = week
    now = datetime(2027, 1, 1, tzinfo=UTC)
    for sheet in sheets(first, plan, events, rules, zone):
        low, high = event_range(sheet.day, sheet.day, ZoneInfo(zone))
        fetched = [event for event in events if low <= event.at_utc < high]
        assert timesheets(WORKER, sheet.day, sheet.day, fetched, plan, rules, ZoneInfo(zone), now) == [sheet]


@given(starts, zones, st.integers(0, DAYS * 86400), st.integers(1, 12 * 3600))
def test_that_a_visit_is_as_long_as_it_really_was_whatever_the_clocks_did(
    first: date, zone: str, start_s: int, length_s: int
) -> None:
    came = datetime.combine(first, datetime.min.time(), UTC) + timedelta(seconds=start_s)
    events = [
        DoorEvent("a", PERSON, came, Direction.IN),
        DoorEvent("b", PERSON, came + timedelta(seconds=length_s), Direction.OUT),
    ]
    found = [s for s in sheets(first, WorkPlan(), events, HoursRules(), zone) if s.event_ids]

    assert [(s.presence_s, s.event_ids) for s in found] == [(length_s, ("a", "b"))]
    assert found[0].day == came.astimezone(ZoneInfo(zone)).date()


@given(
    starts, st.sampled_from(["Europe/Berlin", "America/New_York"]), st.integers(-3600, 3600), st.integers(-3600, 3600)
)
def test_that_a_night_belongs_to_the_day_it_began(first: date, zone: str, early_s: int, late_s: int) -> None:
    for night in (first + timedelta(days=n) for n in range(DAYS)):
        start = datetime.combine(night, datetime.min.time(), ZoneInfo(zone)).replace(hour=22).astimezone(UTC)
        end = datetime.combine(night + timedelta(days=1), datetime.min.time(), ZoneInfo(zone)).replace(hour=6)
        events = [
            DoorEvent("a", PERSON, start + timedelta(seconds=early_s), Direction.IN),
            DoorEvent("b", PERSON, end.astimezone(UTC) + timedelta(seconds=late_s), Direction.OUT),
        ]
        found = {s.day: s for s in sheets(first, everybody("night"), events, HoursRules(), zone) if s.event_ids}

        assert list(found) == [night]
        assert found[night].presence_s == (events[1].at_utc - events[0].at_utc).total_seconds()
        assert Flag.OUTSIDE_WINDOW not in found[night].flags


@given(weeks(), rules_of_a_site, zones)
def test_that_an_open_arrival_never_reaches_beyond_the_longest_visit(
    week: tuple[date, WorkPlan, list[DoorEvent]], rules: HoursRules, zone: str
) -> None:
    first, plan, events = week
    longest_s = max(rules.max_shift_min * 60, 26 * 3600)  # the fire station works 24 hours and accepts 2 more
    for sheet in sheets(first, plan, events, rules, zone):
        if sheet.first_in_utc is not None and sheet.last_out_utc is not None and len(sheet.event_ids) == 2:
            assert (sheet.last_out_utc - sheet.first_in_utc).total_seconds() <= longest_s
