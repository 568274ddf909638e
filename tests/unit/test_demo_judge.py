"""The demo's verdict: it must notice every way in which the main job can go wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from attendance.core.types import Decision, DecisionKind, Direction, Person
from attendance.demo.people import DemoPerson, load_people
from attendance.demo.run import Shown, judge
from attendance.services.door.listener import DecisionNotice

AT = datetime(2026, 5, 1, 8, tzinfo=UTC)


def welcome(person: DemoPerson, *visible: DemoPerson, kind: DecisionKind = DecisionKind.WELCOME) -> Shown:
    decision = Decision(kind, 1, AT, 0.0, person_id=1, similarity=0.9, margin=0.5, direction=Direction.IN)
    notice = DecisionNotice(decision, person=Person(1, person.code, person.name))
    return Shown(notice, frozenset(p.code for p in visible or (person,)))


def refusal(stranger: DemoPerson) -> Shown:
    return Shown(DecisionNotice(Decision(DecisionKind.UNKNOWN, 1, AT, 0.0)), frozenset({stranger.code}))


@pytest.fixture(scope="module")
def people() -> list[DemoPerson]:
    return load_people()


@pytest.fixture
def good(people: list[DemoPerson]) -> list[Shown]:
    return [welcome(p) if p.is_enrolled else refusal(p) for p in people]


def rows(people: list[DemoPerson]) -> int:
    return sum(p.is_enrolled for p in people)


def test_that_a_good_run_has_no_problems(people: list[DemoPerson], good: list[Shown]) -> None:
    assert judge(people, good, rows(people)) == []
    assert rows(people) >= 5
    assert len(people) - rows(people) >= 1


def test_that_a_missed_person_is_a_problem(people: list[DemoPerson], good: list[Shown]) -> None:
    first = next(p for p in people if p.is_enrolled)
    left = [s for s in good if s.notice.person is None or s.notice.person.code != first.code]
    assert any(first.name in problem for problem in judge(people, left, rows(people)))


def test_that_a_second_check_in_is_a_problem(people: list[DemoPerson], good: list[Shown]) -> None:
    first = next(p for p in people if p.is_enrolled)
    assert any("2 times" in problem for problem in judge(people, [*good, welcome(first)], rows(people)))


def test_that_a_stranger_taken_for_somebody_is_a_problem(people: list[DemoPerson], good: list[Shown]) -> None:
    enrolled = [p for p in people if p.is_enrolled]
    stranger = next(p for p in people if not p.is_enrolled)
    others = [s for s in good if s.notice.person is None or s.notice.person.code != enrolled[0].code]
    assert judge(people, [*others, welcome(enrolled[0], stranger)], rows(people))
    seen_again = welcome(enrolled[0], stranger, kind=DecisionKind.ALREADY_IN)
    assert any("recognised while only" in problem for problem in judge(people, [*good, seen_again], rows(people)))


def test_that_a_stranger_nobody_looked_at_is_a_problem(people: list[DemoPerson], good: list[Shown]) -> None:
    stranger = next(p for p in people if not p.is_enrolled)
    unseen = [replace(s, visible=frozenset()) if s.visible == {stranger.code} else s for s in good]
    assert any("never refused" in problem for problem in judge(people, unseen, rows(people)))


def test_that_a_report_of_another_length_is_a_problem(people: list[DemoPerson], good: list[Shown]) -> None:
    assert judge(people, good, rows(people) - 1)


def test_that_a_stranger_checked_in_under_their_own_name_is_a_problem(
    people: list[DemoPerson], good: list[Shown]
) -> None:
    stranger = next(p for p in people if not p.is_enrolled)
    found = judge(people, [*good, welcome(stranger)], rows(people))
    assert found == [f"the stranger {stranger.name} was checked in"]
