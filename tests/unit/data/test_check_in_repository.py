from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text

from attendance.core.types import CheckIn, Direction
from attendance.data import check_in_repository
from attendance.data.check_in_repository import SqlCheckInLog
from attendance.data.database import Database
from attendance.data.roster.repository import SqlRoster
from attendance.errors.storage import DatabaseCorrupt, StorageError
from tests.unit.data.conftest import MODEL, check_in

START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
EVER = (datetime(1971, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC))


def test_that_an_event_comes_back_as_appended(log: SqlCheckInLog, roster: SqlRoster) -> None:
    person = roster.enrol(code="a", name="Ann", department="Lab", language="en", templates=[], model_id=MODEL)
    event = check_in("e", person.id, START + timedelta(microseconds=7))
    assert log.append(event).result() == event
    assert log.last_for_person(person.id) == event
    assert list(log.between(*EVER)) == [(event, person)]


def test_that_a_manual_event_has_no_similarity(log: SqlCheckInLog) -> None:
    event = replace(check_in("e"), similarity=None, margin=None, direction=Direction.OUT, model_id="", made_by="desk")
    assert log.append(event).result() == event


def test_that_a_repeated_append_changes_nothing(log: SqlCheckInLog) -> None:
    first = log.append(check_in("e", at_utc=START)).result()
    again = log.append(replace(check_in("e", at_utc=START + timedelta(hours=1)), direction=Direction.OUT)).result()
    assert again == first
    assert log.count() == 1


def test_that_the_newest_event_of_a_person_is_found_whatever_the_order(log: SqlCheckInLog, roster: SqlRoster) -> None:
    person = roster.enrol(code="a", name="Ann", templates=[], model_id=MODEL)
    for number, hours in enumerate((0, 2, 1, 2)):
        log.append(check_in(f"e{number}", person.id, START + timedelta(hours=hours)))
    log.append(check_in("nobody", at_utc=START + timedelta(hours=9))).result()
    last = log.last_for_person(person.id)
    assert last is not None
    assert last.event_id == "e3"
    assert log.last_for_person(person.id + 1) is None


def test_that_the_start_belongs_to_a_range_and_the_end_does_not(log: SqlCheckInLog) -> None:
    for hours in range(4):
        log.append(check_in(f"e{hours}", at_utc=START + timedelta(hours=hours))).result()
    found = log.between(START + timedelta(hours=1), START + timedelta(hours=3))
    assert [event.event_id for event, _ in found] == ["e1", "e2"]


def test_that_pages_join_without_gap_or_repetition(log: SqlCheckInLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_in_repository, "_PAGE_ROWS", 3)
    # Groups of four with the same instant do not fall together with pages of three.
    events = [check_in(f"e{number:02}", at_utc=START + timedelta(seconds=number // 4)) for number in range(24)]
    for event in events:
        log.append(event).result()
    assert [event for event, _ in log.between(*EVER)] == events


def test_that_a_half_read_range_holds_nothing_open(log: SqlCheckInLog, database: Database) -> None:
    for number in range(3):
        log.append(check_in(f"e{number}")).result()
    reading = log.between(*EVER)
    next(reading)
    database.compact()
    assert len(list(reading)) == 2


def test_that_naive_instants_are_a_bug(log: SqlCheckInLog) -> None:
    naive = datetime(2026, 3, 2, 8, 0)  # noqa: DTZ001
    with pytest.raises(ValueError, match="aware"):
        log.append(check_in("e", at_utc=naive))
    with pytest.raises(ValueError, match="aware"):
        log.between(naive, EVER[1])


def test_that_an_event_of_somebody_just_erased_is_kept_without_the_link(log: SqlCheckInLog, roster: SqlRoster) -> None:
    person = roster.enrol(code="a", name="Ann", templates=[], model_id=MODEL)
    roster.erase("a")
    assert log.append(check_in("e", person.id)).result().person_id is None
    assert list(log.between(*EVER)) == [(check_in("e"), None)]


@pytest.mark.parametrize("change", [{"similarity": 1.5}, {"margin": -3.0}, {"utc_offset_s": 90_000}])
def test_that_impossible_values_are_refused(log: SqlCheckInLog, change: dict[str, float]) -> None:
    with pytest.raises(StorageError):
        log.append(replace(check_in("e"), **change)).result()  # type: ignore[arg-type]
    assert log.count() == 0


def test_that_a_damaged_direction_is_noticed(log: SqlCheckInLog, database: Database) -> None:
    log.append(check_in("e")).result()
    database.write(lambda session: session.execute(text("DROP TRIGGER check_in_never_changed")))
    database.write(lambda session: session.execute(text("PRAGMA ignore_check_constraints=ON")))
    database.write(lambda session: session.execute(text("UPDATE check_in SET direction = 'up'")))
    with pytest.raises(DatabaseCorrupt, match="direction"):
        list(log.between(*EVER))


@pytest.mark.parametrize("stored", ["2026-03-02", "2026-03-02 08:00:xx.000000", "2026-13-02 08:00:00.000000"])
def test_that_a_damaged_instant_of_a_plain_row_is_noticed(log: SqlCheckInLog, database: Database, stored: str) -> None:
    log.append(check_in("e")).result()
    database.write(lambda session: session.execute(text("DROP TRIGGER check_in_never_changed")))
    database.write(lambda session: session.execute(text("PRAGMA ignore_check_constraints=ON")))
    database.write(lambda session: session.execute(text("UPDATE check_in SET at_utc = :at"), {"at": stored}))
    with pytest.raises(DatabaseCorrupt, match="stored"):
        list(log.rows_between(*EVER))


def test_that_eight_threads_append_every_event_once(log: SqlCheckInLog) -> None:
    futures: list[Future[CheckIn]] = []

    def append(number: int) -> None:
        futures.extend(log.append(check_in(f"{number}-{step}")) for step in range(25))

    threads = [threading.Thread(target=append, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert len({future.result().event_id for future in futures}) == 200
    assert log.count() == 200


def test_that_two_programs_write_side_by_side(log: SqlCheckInLog, open_database: Callable[..., Database]) -> None:
    other = SqlCheckInLog(open_database())
    futures = [one.append(check_in(f"{name}{n}")) for n in range(50) for name, one in (("a", log), ("b", other))]
    for future in futures:
        future.result()
    assert log.count() == other.count() == 100
