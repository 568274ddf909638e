from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from attendance.core.check_in_method import CheckInMethod
from attendance.core.hours.next_step import DoorNote
from attendance.core.types import CheckIn, Decision, DecisionKind, Direction
from attendance.errors import Reason
from attendance.errors.storage import DatabaseLocked, DiskFull, StorageError
from attendance.services.door.check_in_queue import MAX_PENDING
from attendance.services.door.visits import Meaning
from tests.door_parts import DoorParts, make_door
from tests.fakes import START_UTC, WAIT_S, FakeClock
from tests.in_memory import InMemoryCheckInLog

COOL_DOWN_S = 300


class Answers:
    """Collects on_saved and on_failed."""

    def __init__(self) -> None:
        self.saved: list[CheckIn] = []
        self.failed: list[tuple[CheckIn, Exception]] = []
        self.is_saved = threading.Event()

    def on_saved(self, event: CheckIn) -> None:
        self.saved.append(event)
        self.is_saved.set()

    def on_failed(self, event: CheckIn, error: Exception) -> None:
        self.failed.append((event, error))


@pytest.fixture
def log() -> InMemoryCheckInLog:
    return InMemoryCheckInLog()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def build(
    log: InMemoryCheckInLog, clock: FakeClock, *, retry_after_s: float = 3600.0, max_pending: int = MAX_PENDING
) -> DoorParts:
    return make_door(
        log,
        clock,
        zone=ZoneInfo("Asia/Shanghai"),
        cool_down_s=COOL_DOWN_S,
        source="Main entrance",
        retry_after_s=retry_after_s,
        max_pending=max_pending,
    )


@pytest.fixture
def service(log: InMemoryCheckInLog, clock: FakeClock) -> Iterator[DoorParts]:
    service = build(log, clock)
    yield service
    service.queue.close(0.0)


def meaning_of(service: DoorParts, clock: FakeClock, person_id: int = 1) -> Meaning:
    found = service.visits.classify(person_id, clock.now_utc(), clock.mono_s())
    return replace(found, note=DoorNote())


def welcome(service: DoorParts, clock: FakeClock, answers: Answers, person_id: int = 1) -> None:
    meaning = meaning_of(service, clock, person_id)
    assert meaning.kind is DecisionKind.WELCOME
    decision = Decision(
        kind=meaning.kind,
        track_id=1,
        at_utc=clock.now_utc(),
        mono_s=clock.mono_s(),
        person_id=person_id,
        similarity=0.7,
        margin=0.3,
        direction=meaning.direction,
    )
    service.visits.book(decision, answers.on_saved, answers.on_failed)


def test_that_the_first_sighting_of_a_person_is_a_welcome_in(service: DoorParts, clock: FakeClock) -> None:
    assert meaning_of(service, clock) == Meaning(DecisionKind.WELCOME, Direction.IN, None)


def test_that_the_stored_event_carries_everything(
    service: DoorParts, clock: FakeClock, log: InMemoryCheckInLog
) -> None:
    answers = Answers()
    welcome(service, clock, answers)

    (event,) = log.events
    assert answers.saved == [event]
    assert len(event.event_id) == 36
    assert replace(event, event_id="") == CheckIn(
        event_id="",
        person_id=1,
        at_utc=START_UTC,
        utc_offset_s=8 * 3600,
        direction=Direction.IN,
        similarity=0.7,
        margin=0.3,
        source="Main entrance",
        model_id="fake:1",
        made_by="kiosk",
        method=CheckInMethod.FACE,
    )


def test_that_the_local_offset_follows_daylight_saving(log: InMemoryCheckInLog) -> None:
    clock = FakeClock(datetime(2026, 7, 1, 8, 0, tzinfo=UTC))
    service = make_door(log, clock, zone=ZoneInfo("Europe/Berlin"), cool_down_s=1)
    welcome(service, clock, Answers())
    clock.set_utc(datetime(2026, 12, 1, 8, 0, tzinfo=UTC))
    clock.advance(1000)
    welcome(service, clock, Answers())

    assert [event.utc_offset_s for event in log.events] == [7200, 3600]


def test_that_a_second_sighting_in_the_cool_down_says_since_when(service: DoorParts, clock: FakeClock) -> None:
    welcome(service, clock, Answers())
    clock.advance(COOL_DOWN_S - 1)

    assert meaning_of(service, clock) == Meaning(DecisionKind.ALREADY_IN, Direction.IN, START_UTC)


def test_that_a_sighting_after_the_cool_down_is_out(service: DoorParts, clock: FakeClock) -> None:
    welcome(service, clock, Answers())
    clock.advance(COOL_DOWN_S)

    assert meaning_of(service, clock) == Meaning(DecisionKind.WELCOME, Direction.OUT, None)


def test_that_the_cool_down_of_one_person_is_not_that_of_another(service: DoorParts, clock: FakeClock) -> None:
    welcome(service, clock, Answers(), person_id=1)

    assert meaning_of(service, clock, person_id=2).kind is DecisionKind.WELCOME


@pytest.mark.parametrize("step", [timedelta(hours=-3), timedelta(hours=3)])
def test_that_a_stepped_wall_clock_does_not_disturb_the_cool_down(
    service: DoorParts, clock: FakeClock, step: timedelta
) -> None:
    welcome(service, clock, Answers())
    clock.set_utc(START_UTC + step)
    clock.set_mono(clock.mono_s() + 10)

    assert meaning_of(service, clock) == Meaning(DecisionKind.ALREADY_IN, Direction.IN, START_UTC), (
        "the time as it is stored"
    )


def test_that_a_wall_clock_set_back_does_not_prolong_the_cool_down(service: DoorParts, clock: FakeClock) -> None:
    welcome(service, clock, Answers())
    clock.advance(COOL_DOWN_S)
    clock.set_utc(START_UTC + timedelta(seconds=1))

    assert meaning_of(service, clock).kind is DecisionKind.WELCOME


def test_that_the_cool_down_outlives_a_restart(log: InMemoryCheckInLog, clock: FakeClock) -> None:
    welcome(build(log, clock), clock, Answers())
    clock.advance(COOL_DOWN_S / 2)
    clock.set_mono(3.0)  # another boot
    restarted = build(log, clock)

    assert meaning_of(restarted, clock) == Meaning(DecisionKind.ALREADY_IN, Direction.IN, START_UTC)
    clock.advance(COOL_DOWN_S / 2)
    assert meaning_of(restarted, clock) == Meaning(DecisionKind.WELCOME, Direction.OUT, None)


def test_that_a_source_whose_time_starts_again_falls_back_to_the_wall_clock(
    service: DoorParts, clock: FakeClock
) -> None:
    welcome(service, clock, Answers())
    clock.set_mono(0.0)
    clock.set_utc(START_UTC + timedelta(seconds=COOL_DOWN_S / 2))
    assert meaning_of(service, clock).kind is DecisionKind.ALREADY_IN

    clock.set_utc(START_UTC + timedelta(seconds=COOL_DOWN_S * 2))
    assert meaning_of(service, clock).kind is DecisionKind.WELCOME


def test_that_a_forgotten_check_out_makes_the_next_morning_in_again(service: DoorParts, clock: FakeClock) -> None:
    welcome(service, clock, Answers())
    clock.advance(24 * 3600)

    assert meaning_of(service, clock) == Meaning(DecisionKind.WELCOME, Direction.IN, None)


def test_that_a_correction_by_another_process_counts(
    service: DoorParts, clock: FakeClock, log: InMemoryCheckInLog
) -> None:
    welcome(service, clock, Answers())
    clock.advance(3600)
    log.events.append(replace(log.events[0], event_id="x", at_utc=clock.now_utc(), direction=Direction.OUT))
    clock.advance(3600)

    assert meaning_of(service, clock) == Meaning(DecisionKind.WELCOME, Direction.IN, None)


def test_that_a_person_whose_event_still_waits_is_already_in(
    service: DoorParts, clock: FakeClock, log: InMemoryCheckInLog
) -> None:
    log.is_held = True
    answers = Answers()
    welcome(service, clock, answers)

    assert service.queue.pending == 1
    assert answers.saved == []
    assert meaning_of(service, clock).kind is DecisionKind.ALREADY_IN
    clock.advance(COOL_DOWN_S)
    assert meaning_of(service, clock) == Meaning(DecisionKind.WELCOME, Direction.OUT, None)

    log.release_held()
    assert len(answers.saved) == 1
    assert service.queue.pending == 0


def test_that_the_cool_down_needs_no_readable_log(
    service: DoorParts, clock: FakeClock, log: InMemoryCheckInLog
) -> None:
    welcome(service, clock, Answers())
    log.read_failure = DatabaseLocked(path="attendance.db")

    assert meaning_of(service, clock).kind is DecisionKind.ALREADY_IN
    with pytest.raises(DatabaseLocked):
        meaning_of(service, clock, person_id=2)


def test_that_a_failed_write_is_told_once_and_saved_later_under_the_same_id(
    log: InMemoryCheckInLog, clock: FakeClock
) -> None:
    service = build(log, clock, retry_after_s=0.001)
    answers = Answers()
    log.fail(4)
    welcome(service, clock, answers)

    assert answers.is_saved.wait(WAIT_S)
    assert service.queue.wait_until_saved(WAIT_S)
    assert len(answers.failed) == 1
    assert isinstance(answers.failed[0][1], DiskFull)
    assert answers.saved == log.events == [answers.failed[0][0]]
    assert len(log.attempts) == 5
    assert len(set(log.attempts)) == 1
    assert service.queue.close(WAIT_S)


def test_that_all_events_of_a_full_disk_are_saved_once_when_it_has_room_again(
    log: InMemoryCheckInLog, clock: FakeClock
) -> None:
    service = build(log, clock, retry_after_s=0.001)
    answers = Answers()
    log.fail(10**6)
    for person_id in range(1, 31):
        welcome(service, clock, answers, person_id)
    assert service.queue.pending == 30
    assert log.wait_for(lambda log: len(log.attempts) > 50)

    log.fail(0)

    assert service.queue.wait_until_saved(WAIT_S)
    assert sorted(event.person_id or 0 for event in log.events) == list(range(1, 31))
    assert len(answers.saved) == len(answers.failed) == 30
    assert service.queue.close(WAIT_S)


def test_that_an_event_that_can_never_be_saved_does_not_hold_up_the_others(
    log: InMemoryCheckInLog, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    append = log.append

    def append_unless_poisoned(event: CheckIn) -> object:
        if event.person_id == 1:
            raise StorageError(path="attendance.db", reason=Reason("no such person"))
        return append(event)

    monkeypatch.setattr(log, "append", append_unless_poisoned)
    service = build(log, clock, retry_after_s=0.001)
    answers = Answers()
    log.fail(10**6)
    for person_id in (1, 2, 3):
        welcome(service, clock, answers, person_id)
    log.fail(0)

    assert log.wait_for(lambda log: len(log.events) == 2)
    assert {event.person_id for event in log.events} == {2, 3}
    assert not service.queue.close(0.0)


def test_that_a_full_queue_refuses_the_new_event_and_keeps_the_old_ones(
    log: InMemoryCheckInLog, clock: FakeClock
) -> None:
    service = build(log, clock, max_pending=2)
    answers = Answers()
    log.fail(2)
    for person_id in (1, 2, 3):
        welcome(service, clock, answers, person_id)

    assert service.queue.pending == 2
    refused, error = answers.failed[-1]
    assert refused.person_id == 3
    assert isinstance(error, StorageError)
    assert "refused" in error.user_text
    # The refused sighting left no trace: the person may try again.
    assert meaning_of(service, clock, person_id=3).kind is DecisionKind.WELCOME
    assert service.queue.close(WAIT_S)
    assert [event.person_id for event in answers.saved] == [1, 2]


def test_that_close_tries_the_failed_events_once_more(log: InMemoryCheckInLog, clock: FakeClock) -> None:
    service = build(log, clock)
    answers = Answers()
    log.fail(1)
    welcome(service, clock, answers)
    assert service.queue.pending == 1

    assert service.queue.close(WAIT_S)
    assert len(log.events) == len(answers.saved) == 1


def test_that_close_says_what_could_not_be_written(
    log: InMemoryCheckInLog, clock: FakeClock, caplog: pytest.LogCaptureFixture
) -> None:
    service = build(log, clock)
    log.fail(10**6)
    welcome(service, clock, Answers())
    caplog.clear()

    assert not service.queue.close(0.0)
    assert any("was not written" in line and "person_id=1" in line for line in caplog.messages)


def test_that_only_a_complete_welcome_makes_an_event(service: DoorParts) -> None:
    answers = Answers()
    for decision in (
        Decision(DecisionKind.ALREADY_IN, 1, START_UTC, 0.0, person_id=1, direction=Direction.IN),
        Decision(DecisionKind.WELCOME, 1, START_UTC, 0.0, person_id=1),
        Decision(DecisionKind.WELCOME, 1, START_UTC, 0.0, direction=Direction.IN),
    ):
        with pytest.raises(ValueError, match="WELCOME"):
            service.visits.book(decision, answers.on_saved, answers.on_failed)
    assert service.queue.pending == 0


class Record:
    """A record in memory (port UnsavedRecord) that notes in which order it was asked."""

    def __init__(self, *kept: CheckIn, room: bool = False) -> None:
        self.events = {event.event_id: event for event in kept}
        self.room = room
        self.is_prepared = threading.Event()

    @property
    def kept(self) -> list[CheckIn]:
        return list(self.events.values())

    @property
    def places(self) -> list[Path]:
        return [Path("record")] if self.events else []

    def prepare(self) -> bool:
        self.is_prepared.set()
        return True

    def make_room(self) -> bool:
        had, self.room = self.room, False
        return had

    def keep(self, event: CheckIn) -> bool:
        self.events[event.event_id] = event
        return True

    def forget(self, event_id: str) -> None:
        self.events.pop(event_id, None)


def build_with(record: Record, log: InMemoryCheckInLog, clock: FakeClock, *, retry_after_s: float) -> DoorParts:
    zone = ZoneInfo("Asia/Shanghai")
    return make_door(log, clock, zone=zone, record=record, retry_after_s=retry_after_s)


def test_that_a_refused_event_is_kept_before_anybody_hears_of_it_and_forgotten_when_it_is_saved(
    log: InMemoryCheckInLog, clock: FakeClock
) -> None:
    record = Record()
    service = build_with(record, log, clock, retry_after_s=0.001)
    heard: list[list[CheckIn]] = []
    log.fail(3)
    answers = Answers()
    answers.on_failed = lambda event, error: heard.append(record.kept)  # type: ignore[method-assign]
    welcome(service, clock, answers)
    assert service.queue.wait_until_saved(WAIT_S)
    assert [[event.person_id for event in kept] for kept in heard] == [[1]]
    assert record.events == {}
    assert record.is_prepared.wait(WAIT_S)  # the room is taken again
    assert service.queue.close(WAIT_S)


def test_that_room_given_back_is_used_at_once(log: InMemoryCheckInLog, clock: FakeClock) -> None:
    service = build_with(Record(room=True), log, clock, retry_after_s=3600.0)
    answers = Answers()
    log.fail(1)
    welcome(service, clock, answers)
    assert answers.is_saved.wait(WAIT_S)
    assert service.queue.close(WAIT_S)


def test_that_room_given_back_while_closing_is_used(log: InMemoryCheckInLog, clock: FakeClock) -> None:
    record = Record()
    service = build_with(record, log, clock, retry_after_s=3600.0)
    log.fail(2)
    welcome(service, clock, Answers())
    record.room = True
    assert service.queue.close(WAIT_S)
    assert len(log.events) == 1


def test_that_what_an_earlier_run_kept_is_written_and_counts_meanwhile(
    log: InMemoryCheckInLog, clock: FakeClock
) -> None:
    first = build_with(Record(), log, clock, retry_after_s=3600.0)
    answers = Answers()
    log.fail(10**6)
    welcome(first, clock, answers)
    assert not first.queue.close(0.0)
    (event,) = first.queue.unsaved
    record = Record(event)
    second = build_with(record, log, clock, retry_after_s=0.001)
    assert second.queue.hand_in_kept() == 1
    assert meaning_of(second, clock).kind is DecisionKind.ALREADY_IN
    log.fail(0)
    assert second.queue.wait_until_saved(WAIT_S)
    assert log.events == [event]
    assert record.events == {}
    assert second.queue.places == []
    assert second.queue.close(WAIT_S)


def test_that_a_queue_counts_what_it_refused_and_lists_what_it_holds(log: InMemoryCheckInLog, clock: FakeClock) -> None:
    service = build(log, clock, max_pending=2)
    log.fail(10**6)
    for person_id in (1, 2, 3):
        welcome(service, clock, Answers(), person_id)
    assert [event.person_id for event in service.queue.unsaved] == [1, 2]
    assert service.queue.refused == 1
    assert not service.queue.close(0.0)
