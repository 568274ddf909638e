"""Whom a calendar entry is about: codes are compared as everywhere, wherever they stand."""

from __future__ import annotations

from datetime import date

import pytest

from attendance.core.data_file import CalendarDays
from attendance.services.exchange.calendar_import import _People

DAY = date(2026, 3, 2)
PEOPLE = _People({"0042": 1, "ab-7": 2, "ab": 3})


def named(uid: str = "x", summary: str = "Leave", emails: tuple[str, ...] = ()) -> int | str:
    found = PEOPLE.named_by(CalendarDays(uid, summary, emails, DAY, DAY))
    return found if isinstance(found, int) else str(found)


@pytest.mark.parametrize(
    ("entry", "person"),
    [
        ({"uid": "0042-1"}, 1),
        ({"uid": "ab-7@office"}, 2),
        ({"uid": "ab-8@office"}, 3),
        ({"summary": "0042: leave"}, 1),
        ({"emails": ("ab@x.org",)}, 3),
        ({"uid": "42-1", "emails": ("0042@x.org",)}, 1),
    ],
)
def test_that_a_code_is_found_wherever_it_stands(entry: dict[str, object], person: int) -> None:
    assert named(**entry) == person  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "entry",
    [
        {"uid": "42-abc"},
        {"uid": "00042-1"},
        {"uid": "０042-1"},
        {"summary": "42: leave"},
        {"emails": ("42@x.org",)},
    ],
)
def test_that_a_code_that_is_almost_somebodys_is_named(entry: dict[str, object]) -> None:
    assert "almost the same is 0042" in str(named(**entry))  # type: ignore[arg-type]


def test_that_who_is_named_nowhere_is_said_so() -> None:
    assert named(uid="421-1", emails=("boss@x.org",)) == "no attendee, title or id names anybody of the roster"
