"""Corrections on top of check-ins, and clocks that jumped."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from attendance.core.corrections import Correction, CorrectionKind, CorrectionState
from attendance.core.hours.clock_jumps import (
    EARLIEST_UTC,
    ClockJump,
    ClockSample,
    clock_fault,
    clock_jumps,
    clock_suspects,
)
from attendance.core.hours.events import DoorEvent, added_event_id, effective_events, leave_of, unique_events
from attendance.core.hours.plan import Leave
from attendance.core.types import CheckIn, Direction

NOON = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)
ADD, MOVE, VOID, REASSIGN, LEAVE = CorrectionKind


def check_in(event_id: str = "e", person_id: int | None = 1, at_utc: datetime = NOON) -> CheckIn:
    return CheckIn(event_id, person_id, at_utc, 0, Direction.IN, 0.8, 0.3, "door", "m:1", "kiosk")


def correction(
    kind: CorrectionKind, number: int = 1, state: CorrectionState = CorrectionState.APPROVED, **facts: Any
) -> Correction:
    facts = {"event_id": "e"} | facts if kind not in {ADD, LEAVE} else facts
    return Correction(
        f"c{number}", kind, state, 1, "forgot", "Li Na", requested_utc=NOON + timedelta(minutes=number), **facts
    )


def test_that_check_ins_alone_are_events_by_time() -> None:
    late, early = check_in("b", at_utc=NOON + timedelta(hours=1)), check_in("a")
    assert effective_events([late, early]) == [
        DoorEvent("a", 1, NOON, Direction.IN),
        DoorEvent("b", 1, NOON + timedelta(hours=1), Direction.IN),
    ]


def test_that_the_last_correction_decides() -> None:
    earlier = correction(MOVE, 1, at_utc=NOON - timedelta(hours=1))
    later = correction(MOVE, 2, at_utc=NOON - timedelta(hours=2), direction=Direction.OUT)

    for order in ([earlier, later], [later, earlier, later]):
        assert effective_events([check_in()], order) == [
            DoorEvent("e", 1, NOON - timedelta(hours=2), Direction.OUT, correction_ids=("c1", "c2"))
        ]


def test_that_a_moved_event_keeps_what_was_not_given() -> None:
    found = effective_events([check_in()], [correction(MOVE, direction=Direction.OUT)])
    assert found == [DoorEvent("e", 1, NOON, Direction.OUT, correction_ids=("c1",))]


@pytest.mark.parametrize("state", [CorrectionState.REQUESTED, CorrectionState.REJECTED])
def test_that_requests_and_rejections_change_nothing(state: CorrectionState) -> None:
    corrections = [
        correction(VOID, 1, state),
        correction(ADD, 2, state, at_utc=NOON, direction=Direction.OUT),
        correction(LEAVE, 3, state, first_day=date(2026, 6, 1), last_day=date(2026, 6, 2), leave_kind="sick"),
    ]
    assert effective_events([check_in()], corrections) == [DoorEvent("e", 1, NOON, Direction.IN)]
    assert leave_of(corrections) == ()


def test_that_a_provisional_correction_counts_and_is_marked() -> None:
    entry = correction(ADD, 1, CorrectionState.PROVISIONAL, at_utc=NOON, direction=Direction.OUT)
    assert effective_events([], [entry]) == [
        DoorEvent("correction:c1", 1, NOON, Direction.OUT, is_provisional=True, correction_ids=("c1",))
    ]


def test_that_an_added_event_can_be_corrected_in_turn() -> None:
    entry = correction(ADD, 1, at_utc=NOON, direction=Direction.OUT)
    gone = correction(VOID, 2, event_id=added_event_id("c1"))
    assert [e.is_void for e in effective_events([], [gone, entry])] == [True]


def test_that_a_reassigned_event_goes_from_one_person_to_the_other() -> None:
    found = effective_events([check_in()], [correction(REASSIGN, new_person_id=2)])
    assert {(e.person_id, e.is_void) for e in found} == {(1, True), (2, False)}
    assert effective_events([check_in()], [correction(REASSIGN, new_person_id=None)])[0].event_id == "e"
    back = [correction(REASSIGN, 1, new_person_id=2), correction(REASSIGN, 2, new_person_id=1)]
    assert [(e.person_id, e.is_void) for e in effective_events([check_in()], back)] == [(1, False)]


def test_that_an_erased_person_has_no_events_of_their_own() -> None:
    found = effective_events([check_in(person_id=None)], [correction(VOID, 1)])
    assert [(e.person_id, e.is_void) for e in found] == [(None, True)]


def test_that_corrections_of_unknown_events_change_nothing() -> None:
    assert effective_events([], [correction(VOID), correction(MOVE, 2, at_utc=NOON)]) == []


def test_that_the_same_event_twice_is_one_and_a_different_copy_is_marked() -> None:
    event = DoorEvent("e", 1, NOON, Direction.IN)
    later = replace(event, at_utc=NOON + timedelta(seconds=1))
    assert unique_events([event, event]) == [event]
    assert unique_events([later, event]) == [replace(event, has_conflict=True)]
    assert effective_events([check_in(), check_in(at_utc=NOON + timedelta(seconds=1))])[0].has_conflict


def test_that_an_added_event_without_an_instant_is_a_bug() -> None:
    with pytest.raises(ValueError, match="instant and a direction"):
        effective_events([], [correction(ADD)])


def test_that_approved_leave_is_leave() -> None:
    facts: dict[str, Any] = {"first_day": date(2026, 6, 1), "last_day": date(2026, 6, 2), "leave_kind": "sick"}
    found = leave_of(
        [
            correction(LEAVE, 1, **facts),
            correction(LEAVE, 2, CorrectionState.PROVISIONAL, **{**facts, "leave_half": True}),
            replace(correction(LEAVE, 3, **facts), person_id=None),
        ]
    )
    assert found == (
        Leave(1, date(2026, 6, 1), date(2026, 6, 2), "sick"),
        Leave(1, date(2026, 6, 1), date(2026, 6, 2), "sick", is_half=True, is_provisional=True),
    )


def samples(*pairs: tuple[float, float]) -> list[ClockSample]:
    return [ClockSample(mono_s, NOON + timedelta(seconds=wall_s)) for mono_s, wall_s in pairs]


def test_that_a_steady_clock_has_no_jumps() -> None:
    assert clock_jumps(samples((0, 0), (60, 60.5), (3660, 3661.9))) == []
    assert clock_jumps(samples((5, 5))) == clock_jumps([]) == []


@pytest.mark.parametrize("by_s", [-3600.0, -2.5, 2.5, 7200.0])
def test_that_a_clock_that_was_set_is_found_whatever_the_order(by_s: float) -> None:
    found = clock_jumps(samples((120, 120 + by_s), (0, 0), (60, 60)))
    assert [(jump.by_s, jump.expected_utc) for jump in found] == [(by_s, NOON + timedelta(seconds=120))]
    assert found[0].found_utc == NOON + timedelta(seconds=120 + by_s)


@pytest.mark.parametrize("far", [datetime(1970, 1, 1, tzinfo=UTC), datetime(2107, 12, 31, tzinfo=UTC)])
def test_that_a_jump_over_decades_makes_only_both_ends_suspect(far: datetime) -> None:
    jump = ClockJump(NOON, far, (far - NOON).total_seconds())
    events = {"now": NOON, "years away": NOON + (far - NOON) / 2, "far": far + timedelta(hours=1)}
    suspects = clock_suspects([check_in(name, at_utc=at) for name, at in events.items()], [jump])
    assert suspects == {"now", "far"}


NEWEST = EARLIEST_UTC + timedelta(days=10)


@pytest.mark.parametrize(
    ("now_utc", "newest_utc", "is_behind"),
    [
        (datetime(1971, 1, 1, tzinfo=UTC), None, False),
        (datetime(1971, 1, 1, tzinfo=UTC), NEWEST, True),
        (datetime(2107, 12, 31, tzinfo=UTC), NEWEST, False),
        (NEWEST - timedelta(minutes=2), NEWEST, True),
        (EARLIEST_UTC - timedelta(seconds=1), None, False),
    ],
)
def test_that_a_clock_that_cannot_be_right_is_found(
    now_utc: datetime, newest_utc: datetime | None, is_behind: bool
) -> None:
    fault = clock_fault(now_utc, newest_utc)
    assert fault is not None
    assert fault.is_behind == is_behind
    assert fault.expected_utc == (newest_utc or EARLIEST_UTC)


@pytest.mark.parametrize(
    ("now_utc", "newest_utc"),
    [
        (EARLIEST_UTC, None),
        (NEWEST, NEWEST),
        (NEWEST - timedelta(seconds=30), NEWEST),  # a time server may take a few seconds back
        (NEWEST, datetime(2107, 12, 31, tzinfo=UTC)),  # what a wrong clock booked makes no right one wrong
        (NEWEST, datetime(1971, 1, 1, tzinfo=UTC)),
    ],
)
def test_that_a_clock_that_may_be_right_is_left_alone(now_utc: datetime, newest_utc: datetime | None) -> None:
    assert clock_fault(now_utc, newest_utc) is None


def test_that_check_ins_around_a_jump_are_suspect() -> None:
    jumps = clock_jumps(samples((0, 0), (60, 60 - 3600)))
    around = {hours: check_in(f"h{hours}", at_utc=NOON + timedelta(hours=hours)) for hours in (-14, -12, 0, 11, 13)}
    assert clock_suspects(around.values(), jumps) == {"h-12", "h0", "h11"}
    assert clock_suspects(around.values(), []) == frozenset()
    marked = effective_events(around.values(), clock_suspect_ids=frozenset({"h0"}))
    assert [e.event_id for e in marked if e.is_clock_suspect] == ["h0"]


def test_that_a_moved_event_no_longer_depends_on_the_clock() -> None:
    move = correction(MOVE, at_utc=NOON - timedelta(hours=1))
    assert not effective_events([check_in()], [move], clock_suspect_ids=frozenset({"e"}))[0].is_clock_suspect
    turned = correction(MOVE, direction=Direction.OUT)
    assert effective_events([check_in()], [turned], clock_suspect_ids=frozenset({"e"}))[0].is_clock_suspect
