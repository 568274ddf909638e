from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.orm import Session

from attendance.data import storage_errors
from attendance.data.check_in_repository import SqlCheckInLog
from attendance.data.database import Database
from attendance.data.settings_repository import SqlSettings
from attendance.errors import AttendanceError
from attendance.errors.storage import DatabaseCorrupt, DatabaseLocked, DiskFull, ReadOnlyStorage, StorageError
from tests.unit.data.conftest import check_in


@pytest.fixture
def blocker(database: Database, path: Path) -> Iterator[sqlite3.Connection]:
    """Another program that holds the write lock."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection


@pytest.mark.parametrize(
    ("pragma", "writer", "reader"),
    [
        ("foreign_keys", 1, 1),
        ("journal_mode", "wal", "wal"),
        ("synchronous", 2, 2),
        ("secure_delete", 1, 1),
        ("busy_timeout", 5000, 5000),
        ("query_only", 0, 1),
        ("wal_autocheckpoint", 1000, 0),
    ],
)
def test_that_every_connection_has_the_pragmas(database: Database, pragma: str, writer: object, reader: object) -> None:
    statement = text(f"PRAGMA {pragma}")
    assert database.write(lambda session: session.scalar(statement)) == writer
    with database.read() as session:
        assert session.scalar(statement) == reader


def test_that_writes_run_in_order_in_one_thread(database: Database) -> None:
    seen: list[tuple[int, str]] = []

    def note(number: int, _session: Session) -> None:
        seen.append((number, threading.current_thread().name))

    for future in [database.submit(partial(note, number)) for number in range(50)]:
        future.result()
    assert [n for n, _ in seen] == list(range(50))
    assert len({name for _, name in seen}) == 1


def test_that_a_write_that_raises_is_undone_and_the_next_one_runs(database: Database) -> None:
    settings = SqlSettings(database)

    def fail(session: Session) -> None:
        session.execute(text("INSERT INTO setting VALUES ('k', 'half')"))
        raise LookupError("stop")

    with pytest.raises(LookupError, match="stop"):
        database.write(fail)
    assert settings.get("k", "nothing") == "nothing"
    settings.set("k", "v")
    assert settings.get("k", "nothing") == "v"


def test_that_a_reader_cannot_write(database: Database) -> None:
    with pytest.raises(ReadOnlyStorage), database.read() as session:
        session.execute(text("INSERT INTO setting VALUES ('k', 'v')"))


def test_that_a_reader_sees_one_moment(database: Database) -> None:
    settings = SqlSettings(database)
    settings.set("k", "old")
    query = text("SELECT value FROM setting WHERE key = 'k'")
    with database.read() as session:
        assert session.scalar(query) == "old"
        settings.set("k", "new")
        assert session.scalar(query) == "old"
    assert settings.get("k", "") == "new"


def test_that_a_lock_is_reported_after_the_wait_and_the_next_write_succeeds(
    open_database: Callable[..., Database], path: Path, blocker: sqlite3.Connection
) -> None:
    blocker.execute("ROLLBACK")
    hasty = open_database(busy_timeout_ms=50)
    blocker.execute("BEGIN IMMEDIATE")
    with pytest.raises(DatabaseLocked) as caught:
        SqlCheckInLog(hasty).append(check_in("e")).result()
    assert str(path) in caught.value.user_text
    blocker.execute("ROLLBACK")
    SqlCheckInLog(hasty).append(check_in("e")).result()
    assert SqlCheckInLog(hasty).count() == 1


def test_that_a_short_lock_is_waited_for(database: Database, blocker: sqlite3.Connection) -> None:
    future = SqlCheckInLog(database).append(check_in("e"))
    assert not future.done()
    blocker.execute("ROLLBACK")
    assert future.result().event_id == "e"


def test_that_reading_goes_on_while_another_program_writes(database: Database, blocker: sqlite3.Connection) -> None:
    blocker.execute("INSERT INTO setting VALUES ('k', 'v')")
    assert SqlCheckInLog(database).count() == 0


def test_that_a_full_disk_is_reported_and_what_was_saved_stays(database: Database) -> None:
    log = SqlCheckInLog(database)
    log.append(check_in("before")).result()
    pages = database.write(lambda session: session.scalar(text("PRAGMA page_count")))
    database.write(lambda session: session.execute(text(f"PRAGMA max_page_count={pages}")))
    futures = [log.append(check_in(f"e{number}")) for number in range(300)]
    with pytest.raises(DiskFull) as caught:
        futures[-1].result()
    assert str(database.path) in caught.value.user_text
    saved = log.count()
    assert saved >= 1
    database.write(lambda session: session.execute(text("PRAGMA max_page_count=100000")))
    log.append(check_in("after")).result()
    assert log.count() == saved + 1
    assert database.integrity_problems() == []


def test_that_a_file_that_may_not_be_written_is_reported(database: Database) -> None:
    database.write(lambda session: session.execute(text("PRAGMA query_only=ON")))
    with pytest.raises(ReadOnlyStorage):
        SqlCheckInLog(database).append(check_in("e")).result()


def test_that_a_file_of_somebody_else_is_reported_when_opened(
    database: Database, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database.close()
    # Asked, because whoever runs the tests as root may write everything.
    monkeypatch.setattr("attendance.data.upgrade.os.access", lambda *_args, **_options: False)
    with pytest.raises(ReadOnlyStorage, match=str(path)):
        Database(path).open()


def test_that_a_folder_below_a_file_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StorageError, match="Not a directory"):
        Database(tmp_path / "file" / "data" / "attendance.db").open()


def test_that_a_folder_in_place_of_the_file_is_reported(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        Database(tmp_path).open()


def test_that_closing_finishes_what_was_submitted(database: Database, open_database: Callable[..., Database]) -> None:
    log = SqlCheckInLog(database)
    futures = [log.append(check_in(f"e{n}")) for n in range(100)]
    database.close()
    assert all(future.done() and future.exception() is None for future in futures)
    assert SqlCheckInLog(open_database()).count() == 100


def test_that_a_closed_database_says_so(database: Database) -> None:
    database.close()
    database.close()
    log = SqlCheckInLog(database)
    with pytest.raises(StorageError, match="closed"):
        log.append(check_in("e")).result()
    with pytest.raises(StorageError, match="closed"):
        log.count()


def test_that_a_database_never_opened_says_so(path: Path) -> None:
    database = Database(path)
    with pytest.raises(StorageError, match="closed"):
        SqlCheckInLog(database).append(check_in("e")).result()
    database.close()


def test_that_compacting_beside_a_reader_of_another_program_does_no_harm(
    open_database: Callable[..., Database], path: Path
) -> None:
    database = open_database(busy_timeout_ms=50)
    log = SqlCheckInLog(database)
    log.append(check_in("e")).result()
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN")
        assert other.execute("SELECT count(*) FROM check_in").fetchone() == (1,)
        assert not database.compact()
    assert log.count() == 1
    assert database.integrity_problems() == []


def test_that_log_texts_never_quote_stored_values(database: Database) -> None:
    with pytest.raises(StorageError) as caught:
        database.write(
            lambda session: session.execute(text("INSERT INTO nowhere VALUES (:name)"), {"name": "Ann Secret"})
        )
    assert "Ann Secret" not in f"{caught.value.__cause__} {caught.value.user_text}"


def error(code: int, message: str = "text") -> sqlite3.Error:
    made = sqlite3.OperationalError(message)
    made.sqlite_errorcode = code
    return made


@pytest.mark.parametrize(
    ("original", "expected"),
    [
        (error(sqlite3.SQLITE_BUSY), DatabaseLocked),
        (error(sqlite3.SQLITE_BUSY_SNAPSHOT), DatabaseLocked),
        (error(sqlite3.SQLITE_LOCKED), DatabaseLocked),
        (error(sqlite3.SQLITE_FULL), DiskFull),
        (error(sqlite3.SQLITE_IOERR_SHMSIZE, "disk I/O error"), DiskFull),
        (error(sqlite3.SQLITE_READONLY), ReadOnlyStorage),
        (error(sqlite3.SQLITE_READONLY_DBMOVED), ReadOnlyStorage),
        (error(sqlite3.SQLITE_CORRUPT), DatabaseCorrupt),
        (error(sqlite3.SQLITE_NOTADB), DatabaseCorrupt),
        (error(sqlite3.SQLITE_IOERR, "disk I/O error"), StorageError),
        (sqlite3.OperationalError("Could not decode to UTF-8 column 'name' with text 'Ann'"), DatabaseCorrupt),
        (OSError(28, "No space left on device"), DiskFull),
        (OSError(30, "Read-only file system"), ReadOnlyStorage),
        (OSError(5, "Input/output error"), StorageError),
        (storage_errors.DamagedValue("odd"), DatabaseCorrupt),
    ],
)
def test_that_library_errors_get_their_class(original: Exception, expected: type[AttendanceError]) -> None:
    made = storage_errors.translate(original, Path("x.db"))
    assert type(made) is expected
    assert "x.db" in made.user_text
    assert "Ann" not in made.user_text
