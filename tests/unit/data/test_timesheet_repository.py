from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from attendance.core.hours.records import KeptSheet, numbers_of
from attendance.core.hours.rules import DayKind
from attendance.core.hours.timesheet import DayStatus, Flag, OvertimeSlice, Timesheet
from attendance.data.check_in_repository import SqlCheckInLog
from attendance.data.database import Database
from attendance.data.hours.timesheet_repository import SqlHoursRecords
from attendance.data.roster.repository import SqlRoster
from attendance.data.upgrade import prepare_file
from attendance.errors.storage import DatabaseCorrupt
from tests.unit.data.conftest import MODEL, check_in, unit_vector

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
DAY = date(2026, 3, 18)


def full_sheet(person_id: int) -> Timesheet:
    """Return a timesheet in which no field has its default."""
    nine = datetime(2026, 3, 18, 9, tzinfo=UTC)
    return Timesheet(
        person_id=person_id,
        day=DAY,
        kind=DayKind.WORKDAY,
        status=DayStatus.HALF_DAY,
        shift="office",
        title="Fair",
        scheduled_s=14_400,
        planned_in_utc=nine,
        planned_out_utc=nine + timedelta(hours=8),
        first_in_utc=nine + timedelta(seconds=7),
        last_out_utc=nine + timedelta(hours=9),
        presence_s=5,
        worked_s=6,
        break_s=7,
        auto_break_s=8,
        paid_break_s=9,
        paid_s=10,
        late_by_s=11,
        early_by_s=12,
        overtime_s=13,
        overtime=(OvertimeSlice("x", 1.25, 6), OvertimeSlice("加班", 1.5, 7)),
        leave_share=0.5,
        leave_kind="sick",
        flags=frozenset({Flag.LATE, Flag.CORRECTED}),
        event_ids=("a", "b"),
        ignored_event_ids=("b",),
        correction_ids=("c",),
    )


@pytest.fixture
def records(database: Database) -> SqlHoursRecords:
    return SqlHoursRecords(database)


@pytest.fixture
def person_id(roster: SqlRoster) -> int:
    return roster.enrol(code="E1", name="Li", templates=[(unit_vector(1), None)], model_id=MODEL).id


def test_that_a_kept_day_comes_back_whole(records: SqlHoursRecords, person_id: int) -> None:
    bare = Timesheet(person_id, DAY + timedelta(days=1), DayKind.UNPLANNED, DayStatus.UNPLANNED)
    kept = [KeptSheet(b"f" * 16, NOW, sheet) for sheet in (full_sheet(person_id), bare)]
    records.keep(kept)
    assert sorted(records.kept_sheets(DAY, bare.day, [person_id]), key=lambda k: k.sheet.day) == kept
    found = records.kept_numbers(DAY, DAY, [person_id])
    assert [(one.fingerprint, one.made_utc, one.numbers) for one in found] == [
        (b"f" * 16, NOW, numbers_of(kept[0].sheet))
    ]
    assert records.kept_sheets(DAY, DAY, [person_id + 1]) == []


def test_that_a_day_is_kept_once_and_goes_with_its_person(
    records: SqlHoursRecords, roster: SqlRoster, person_id: int, database: Database
) -> None:
    for fingerprint in (b"1" * 16, b"2" * 16):
        records.keep([KeptSheet(fingerprint, NOW, full_sheet(person_id))])
    assert [kept.fingerprint for kept in records.kept_sheets(DAY, DAY, [person_id])] == [b"2" * 16]
    roster.erase("E1")
    records.keep([KeptSheet(b"3" * 16, NOW, full_sheet(person_id))])
    with database.read() as session:
        assert session.execute(text("SELECT count(*) FROM timesheet_day")).scalar_one() == 0


@pytest.mark.parametrize("change", ["body = '{'", "overtime = '7'", "made_utc = 'x'", "status = 'asleep'"])
def test_that_a_damaged_kept_day_is_noticed(
    records: SqlHoursRecords, person_id: int, database: Database, change: str
) -> None:
    records.keep([KeptSheet(b"f" * 16, NOW, full_sheet(person_id))])
    database.write(lambda session: session.execute(text(f"UPDATE timesheet_day SET {change}")))
    with pytest.raises(DatabaseCorrupt):
        records.kept_sheets(DAY, DAY, [person_id])


def test_that_plain_rows_are_the_events_of_the_log(log: SqlCheckInLog, person_id: int) -> None:
    first = datetime(2026, 3, 1, tzinfo=UTC)
    for number in range(5):
        who = None if number == 3 else person_id
        log.append(check_in(f"e{number}", who, first + timedelta(hours=number // 2))).result()
    span = first + timedelta(minutes=1), first + timedelta(hours=2, seconds=1)
    rows = list(log.rows_between(*span))
    assert [row[0] for row in rows] == [event.event_id for event, _ in log.between(*span)] == ["e2", "e3", "e4"]
    assert rows[1] == (
        "e3",
        1_772_326_800_000_000,
        3600,
        "in",
        0.5,
        "Main entrance",
        "kiosk",
        None,
        None,
        None,
        None,
    )
    assert rows[2][7:] == ("E1", "Li", "", None)


def test_that_plain_rows_go_on_over_pages(log: SqlCheckInLog, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attendance.data.check_in_repository._PLAIN_PAGE_ROWS", 2)
    at = datetime(2026, 3, 1, tzinfo=UTC)
    for number in range(5):
        log.append(check_in(f"e{number}", at_utc=at)).result()
    assert [row[0] for row in log.rows_between(at, at + timedelta(days=1))] == [f"e{number}" for number in range(5)]


def test_that_who_was_inactive_before_left_with_the_last_check_in(
    path: Path, open_database: Callable[..., Database]
) -> None:
    prepare_file(path, busy_timeout_ms=1000, revision="0003")
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.executemany(
            "INSERT INTO person (id, code, name, department, language, is_active, created_utc) "
            "VALUES (?, ?, 'N', '', '', ?, '2026-01-01 00:00:00.000000')",
            [(1, "A", 1), (2, "B", 0), (3, "C", 0)],
        )
        connection.execute(
            "INSERT INTO check_in (event_id, person_id, at_utc, utc_offset_s, direction, source, model_id, made_by) "
            "VALUES ('e', 2, '2026-02-02 08:00:00.000000', 0, 'in', '', '', '')"
        )
    found = SqlHoursRecords(open_database()).workers()
    assert [(one.code, one.deactivated_utc) for one in found] == [
        ("A", None),
        ("B", datetime(2026, 2, 2, 8, tzinfo=UTC)),
        ("C", datetime(2026, 1, 1, tzinfo=UTC)),
    ]
    assert found[1].first_event_utc == datetime(2026, 2, 2, 8, tzinfo=UTC)
