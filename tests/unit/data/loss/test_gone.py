"""A database that was there is never begun anew, and files that are taken away under a program are noticed."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from attendance.data.audit.head import AuditHead
from attendance.data.check_in_repository import SqlCheckInLog
from attendance.data.database import Database
from attendance.data.keys.encryption import Cipher
from attendance.data.loss.restore import restore
from attendance.data.roster.repository import SqlRoster
from attendance.errors.storage import DatabaseCorrupt, DatabaseGone, KeyUnavailable, StorageError
from tests.patience import PATIENCE_S
from tests.unit.data.conftest import KEY, check_in, enrol

Open = Callable[[], Database]
KILLED = """
import os, pathlib, signal, sys
from attendance.data.audit.head import AuditHead
from attendance.data.check_in_repository import SqlCheckInLog
from attendance.data.database import Database
from tests.unit.data.conftest import KEY, check_in
path = pathlib.Path(sys.argv[1])
database = Database(path, head=AuditHead(path.with_name("audit-head.json"), lambda: KEY))
database.open()
for number in range(5):
    SqlCheckInLog(database).append(check_in(f"killed {number}")).result()
database.write(lambda session: None)  # the head follows behind the last write
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def head(path: Path) -> AuditHead:
    path.parent.mkdir()
    made = AuditHead(path.with_name("audit-head.json"), lambda: KEY)
    made.begin()
    return made


@pytest.fixture
def start(path: Path, head: AuditHead) -> Iterator[Open]:
    """Starts the program: opens the database beside its head."""
    opened: list[Database] = []

    def open_one() -> Database:
        made = Database(path, head=AuditHead(head.path, lambda: KEY))
        opened.append(made)
        made.open()
        return made

    yield open_one
    for one in opened:
        one.close()


def alarm_of(database: Database) -> str:
    head = database._head
    assert head is not None
    return str(head.alarm or "")


def fill(database: Database) -> None:
    enrol(SqlRoster(database, Cipher(KEY), keep_crops=lambda: True), "ann", 1)
    SqlCheckInLog(database).append(check_in("e")).result()
    database.write(lambda session: None)


def test_that_a_new_folder_and_a_sound_one_are_no_alarm(start: Open) -> None:
    first = start()
    assert alarm_of(first) == ""
    fill(first)
    first.close()
    assert alarm_of(start()) == ""


def test_that_a_database_that_is_gone_is_not_begun_anew(start: Open, path: Path) -> None:
    database = start()
    fill(database)
    database.close()
    path.unlink()
    with pytest.raises(DatabaseGone, match=r"the head of its audit log knows [23] entries"):
        start()
    assert not path.exists()


@pytest.mark.parametrize("name", ["attendance.db.before-0004", "attendance.db-wal"])
def test_that_what_is_left_beside_it_shows_that_there_was_a_database(path: Path, name: str) -> None:
    path.parent.mkdir()
    path.with_name(name).write_bytes(b"something")
    with pytest.raises(DatabaseGone, match=name):
        Database(path).open()
    assert not path.exists()


def test_that_a_file_without_tables_is_no_new_beginning_either(start: Open, path: Path) -> None:
    database = start()
    fill(database)
    database.close()
    path.unlink()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    with pytest.raises(DatabaseGone):
        start()


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX")
def test_that_a_write_ahead_log_deleted_by_hand_is_told_at_the_next_start(start: Open, path: Path) -> None:
    database = start()
    fill(database)
    database.close()
    command = [sys.executable, "-c", KILLED, str(path)]
    root = Path(__file__).resolve().parents[4]
    killed = subprocess.run(command, cwd=root, timeout=PATIENCE_S, check=False)
    assert killed.returncode < 0
    path.with_name("attendance.db-wal").unlink()

    again = start()
    assert alarm_of(again) in {f"the last {count} entries are gone" for count in (4, 5)}
    SqlCheckInLog(again).append(check_in("the door goes on")).result()
    again.close()
    assert "entries" in alarm_of(start())  # and it stays told


def test_that_an_older_copy_put_in_place_is_told(start: Open, path: Path, tmp_path: Path) -> None:
    database = start()
    fill(database)
    database.close()
    shutil.copy(path, tmp_path / "copy")
    database = start()
    SqlCheckInLog(database).append(check_in("later")).result()
    database.close()
    shutil.copy(tmp_path / "copy", path)
    assert alarm_of(start()) == "the last 1 entries are gone"


@pytest.mark.skipif(os.name != "posix", reason="on Windows an open file cannot be removed")
@pytest.mark.parametrize("name", ["attendance.db", "attendance.db-wal"])
def test_that_nothing_is_said_to_be_saved_in_a_file_that_was_taken_away(start: Open, path: Path, name: str) -> None:
    database = start()
    fill(database)
    path.with_name(name).unlink()
    with pytest.raises(DatabaseGone, match="while the program ran"):
        SqlCheckInLog(database).append(check_in("later")).result()


# --- putting a copy back -----------------------------------------------------------------------------


@pytest.fixture
def copy(start: Open, path: Path, tmp_path: Path) -> Path:
    """A copy that was kept elsewhere; the database itself is gone, its write-ahead log is not."""
    database = start()
    fill(database)
    database.close()
    kept = tmp_path / "kept.db"
    path.rename(kept)
    path.with_name("attendance.db-wal").write_bytes(b"of the old one")
    return kept


def put_back(copy: Path, path: Path, key: bytes = KEY) -> list[str]:
    aside = restore(copy, path, key_id=Cipher(key).key_id, busy_timeout_ms=1000)
    return [one.name.split(".set-aside-")[0] for one in aside]


def test_that_a_copy_is_put_back_and_nothing_of_the_old_one_is_applied_to_it(
    copy: Path, path: Path, start: Open
) -> None:
    before = copy.read_bytes()
    assert put_back(copy, path) == ["attendance.db-wal"]
    assert copy.read_bytes() == before
    database = start()
    assert SqlCheckInLog(database).count() == 1
    assert alarm_of(database) == ""
    with pytest.raises(StorageError, match="holds something"):
        put_back(copy, path)


def test_that_a_copy_of_another_key_a_damaged_one_and_none_are_refused(copy: Path, path: Path, tmp_path: Path) -> None:
    with pytest.raises(KeyUnavailable):
        put_back(copy, path, bytes(32))
    with pytest.raises(StorageError, match="no such file"):
        put_back(tmp_path / "none", path)
    (tmp_path / "cut").write_bytes(copy.read_bytes()[:10_000])
    with pytest.raises(DatabaseCorrupt):
        put_back(tmp_path / "cut", path)
    with closing(sqlite3.connect(tmp_path / "empty")) as connection:
        connection.execute("PRAGMA journal_mode=WAL")
    with pytest.raises(StorageError, match="holds nothing"):
        put_back(tmp_path / "empty", path)
    assert not path.exists()
    assert path.with_name("attendance.db-wal").exists()
