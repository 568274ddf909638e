"""The table of real-life days."""

from __future__ import annotations

import random
import re
from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from attendance.core.hours.events import DoorEvent, effective_events
from attendance.core.hours.sheets import timesheets
from attendance.core.hours.timesheet import Timesheet
from attendance.core.types import CheckIn
from tests.unit.core.hours.cases import CASES, Case
from tests.unit.core.hours.site import day, door_events, everybody, instant


def corrected(case: Case, events: list[DoorEvent]) -> list[DoorEvent]:
    """Pass the events through the corrections, as check-ins; marks are put on afterwards."""
    check_ins = [
        CheckIn(e.event_id, e.person_id, e.at_utc, 0, e.direction, 0.8, 0.3, "door", "m:1", "kiosk") for e in events
    ]
    found = effective_events(check_ins, case.corrections)
    return [replace(e, **case.marks.get(e.event_id, {})) for e in found]


def sheets_of(case: Case, events: list[DoorEvent]) -> dict[str, Timesheet]:
    first, last = case.week, case.week + timedelta(days=6)
    now = instant(case.now, case.week, case.zone)
    plan = case.plan or everybody(case.shift)
    sheets = timesheets(case.worker, first, last, events, plan, case.rules, ZoneInfo(case.zone), now)
    by_day = {sheet.day: sheet for sheet in sheets}
    return {word: by_day[day(word, case.week)] for word in case.expected}


def hours(seconds: int) -> str:
    return f"{seconds // 3600}:{seconds % 3600 // 60:02}"


def told(sheet: Timesheet) -> str:
    """Say a sheet the way the table does."""
    words: list[str] = [sheet.status]
    durations = [
        ("worked", sheet.worked_s),
        ("break", sheet.break_s),
        ("late", sheet.late_by_s),
        ("early", sheet.early_by_s),
        ("over", sheet.overtime_s),
    ]
    if sheet.paid_s != sheet.worked_s:
        durations.append(("paid", sheet.paid_s))
    words += [f"{name} {hours(seconds)}" for name, seconds in durations if seconds]
    if sheet.flags:
        words.append(f"[{' '.join(sorted(sheet.flags))}]")
    return " ".join(words)


def in_order(text: str) -> list[str]:
    """Split what is expected, so that the order of its parts does not matter."""
    return sorted(re.findall(r"\[.*\]|[a-z]+ \d+:\d\d|^\w+", text))


def test_that_the_table_is_long_enough_and_names_each_case_once() -> None:
    assert len(CASES) >= 60
    assert len({case.name for case in CASES}) == len(CASES)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_that_the_day_is_told_as_it_was(case: Case) -> None:
    events = corrected(case, door_events(case.events, case.week, case.zone))

    found = {word: in_order(told(sheet)) for word, sheet in sheets_of(case, events).items()}

    assert found == {word: in_order(text) for word, text in case.expected.items()}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_that_order_of_arrival_and_copies_do_not_matter(case: Case) -> None:
    events = corrected(case, door_events(case.events, case.week, case.zone))
    wanted = sheets_of(case, events)
    arrived = [*events, *events[::2]]

    for seed in range(3):
        random.Random(seed).shuffle(arrived)
        assert sheets_of(case, arrived) == wanted


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_that_no_event_is_lost(case: Case) -> None:
    events = corrected(case, door_events(case.events, case.week, case.zone))
    first, last = case.week - timedelta(days=7), case.week + timedelta(days=13)
    now = instant(case.now, case.week, case.zone)
    plan = case.plan or everybody(case.shift)
    sheets = timesheets(case.worker, first, last, events, plan, case.rules, ZoneInfo(case.zone), now)

    listed = [event_id for sheet in sheets for event_id in sheet.event_ids]

    assert sorted(listed) == sorted({e.event_id for e in events if e.person_id == case.worker.person_id})
