from __future__ import annotations

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from attendance.core.report_schedule import Every, due_day, due_instants, period_before

BERLIN = ZoneInfo("Europe/Berlin")


@pytest.mark.parametrize(
    ("every", "day", "first", "last", "text"),
    [
        (Every.DAY, date(2026, 1, 1), date(2025, 12, 31), date(2025, 12, 31), "2025-12-31"),
        (Every.WEEK, date(2026, 1, 5), date(2025, 12, 29), date(2026, 1, 4), "2026-W01"),
        (Every.WEEK, date(2026, 1, 11), date(2025, 12, 29), date(2026, 1, 4), "2026-W01"),
        (Every.MONTH, date(2028, 3, 31), date(2028, 2, 1), date(2028, 2, 29), "2028-02"),
    ],
)
def test_that_a_report_covers_the_whole_period_before(
    every: Every, day: date, first: date, last: date, text: str
) -> None:
    period = period_before(every, day)
    assert (period.first, period.last, period.text) == (first, last, text)


@pytest.mark.parametrize(
    ("every", "day", "due"),
    [
        (Every.DAY, date(2026, 1, 31), date(2026, 1, 31)),
        (Every.WEEK, date(2026, 1, 5), date(2026, 1, 5)),
        (Every.WEEK, date(2026, 1, 6), date(2026, 1, 12)),
        (Every.MONTH, date(2026, 1, 31), date(2026, 2, 1)),
        (Every.MONTH, date(2026, 12, 2), date(2027, 1, 1)),
        (Every.MONTH, date(2026, 12, 1), date(2026, 12, 1)),
    ],
)
def test_that_reports_are_due_on_the_first_day_after_a_period(every: Every, day: date, due: date) -> None:
    assert due_day(every, day) == due


def test_that_every_missed_period_is_found_once() -> None:
    start = datetime(2026, 10, 23, 4, 0, tzinfo=UTC)  # 06:00 in summer
    now = datetime(2026, 10, 26, 5, 0, tzinfo=UTC)  # 06:00 in winter
    periods, following = due_instants(Every.DAY, time(6), BERLIN, start, now)
    assert [one.text for one in periods] == ["2026-10-22", "2026-10-23", "2026-10-24", "2026-10-25"]
    assert following == datetime(2026, 10, 27, 5, 0, tzinfo=UTC)
    assert due_instants(Every.DAY, time(6), BERLIN, following, now) == ([], following)


def test_that_a_time_that_the_clocks_skip_is_due_once() -> None:
    start, now = datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 12, tzinfo=UTC)
    periods, following = due_instants(Every.DAY, time(2, 30), BERLIN, start, now)
    assert [one.text for one in periods] == ["2026-03-28"]
    assert following == datetime(2026, 3, 30, 0, 30, tzinfo=UTC)
