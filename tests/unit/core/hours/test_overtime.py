"""Which seconds are overtime, and at which rate."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from attendance.core.hours.overtime import with_overtime
from attendance.core.hours.rules import DayKind, HoursRules, OvertimeBasis, OvertimeLevel
from attendance.core.hours.timesheet import DayStatus, OvertimeSlice, Timesheet

MONDAY = date(2026, 6, 1)
H = 3600
DAY, WEEK, SCHEDULE = OvertimeBasis.DAY, OvertimeBasis.WEEK, OvertimeBasis.SCHEDULE


def sheets(*paid_h: float, kind: DayKind = DayKind.WORKDAY, scheduled_h: float = 8) -> list[Timesheet]:
    return [
        Timesheet(
            1,
            MONDAY + timedelta(days=n),
            kind,
            DayStatus.PRESENT,
            paid_s=int(hours * H),
            scheduled_s=int(scheduled_h * H),
        )
        for n, hours in enumerate(paid_h)
    ]


def level(name: str, rate: float, hours: float, basis: OvertimeBasis, *kinds: DayKind) -> OvertimeLevel:
    return OvertimeLevel(name, rate, int(hours * 60), basis, frozenset(kinds or DayKind))


@pytest.mark.parametrize(
    ("paid_h", "levels", "wanted"),
    [
        (8, (level("a", 1.25, 8, DAY),), []),
        (9, (level("a", 1.25, 8, DAY),), [("a", 1.25, 1)]),
        (11, (level("b", 2, 10, DAY), level("a", 1.25, 8, DAY)), [("a", 1.25, 2), ("b", 2, 1)]),
        (10, (level("c", 3, 12, DAY), level("a", 1.25, 8, DAY)), [("a", 1.25, 2)]),
        (9, (level("s", 1.5, 0, SCHEDULE),), [("s", 1.5, 1)]),
        (11, (level("s", 1.5, 2, SCHEDULE),), [("s", 1.5, 1)]),
        # Both begin after 8 hours: the higher rate counts, once.
        (9, (level("s", 1.5, 0, SCHEDULE), level("a", 1.25, 8, DAY)), [("s", 1.5, 1)]),
        (9, (level("sunday", 2, 0, DAY, DayKind.REST_DAY),), []),
    ],
)
def test_that_a_day_is_cut_at_its_levels(
    paid_h: float, levels: tuple[OvertimeLevel, ...], wanted: list[tuple[str, float, float]]
) -> None:
    found = with_overtime(sheets(paid_h), HoursRules(overtime=levels))[0]
    assert found.overtime == tuple(OvertimeSlice(name, rate, int(hours * H)) for name, rate, hours in wanted)
    assert found.overtime_s == sum(int(hours * H) for _, _, hours in wanted)


def test_that_free_days_have_a_level_of_their_own() -> None:
    rules = HoursRules(overtime=(level("free", 2, 0, DAY, DayKind.HOLIDAY),))
    assert with_overtime(sheets(3, kind=DayKind.HOLIDAY, scheduled_h=0), rules)[0].overtime_s == 3 * H


def test_that_a_week_counts_from_monday_and_each_minute_once() -> None:
    rules = HoursRules(overtime=(level("day", 1.25, 8, DAY), level("week", 1.5, 20, WEEK), level("long", 2, 25, WEEK)))
    found = with_overtime(sheets(9, 9, 8, 0, 0, 0, 0, 9), rules)
    # 8 + 8 regular hours, then 4 of Wednesday's 8 are beyond 20; the next Monday begins anew.
    assert [[(s.name, s.seconds // H) for s in sheet.overtime] for sheet in found if sheet.paid_s] == [
        [("day", 1)],
        [("day", 1)],
        [("week", 4)],
        [("day", 1)],
    ]


def test_that_a_week_has_levels_too() -> None:
    rules = HoursRules(overtime=(level("week", 1.5, 20, WEEK), level("long", 2, 25, WEEK)))
    found = with_overtime(sheets(10, 12, 8), rules)
    assert [[(s.name, s.seconds // H) for s in sheet.overtime] for sheet in found] == [
        [],
        [("week", 2)],
        [("week", 3), ("long", 5)],
    ]


def test_that_a_little_overtime_is_none() -> None:
    rules = HoursRules(overtime=(level("a", 1.25, 8, DAY),), overtime_from_min=30)
    assert [sheet.overtime_s for sheet in with_overtime(sheets(8.25, 8.5), rules)] == [0, 1800]
