"""Work that an erasure leaves to do is done by whoever opens the file next, as often as it takes."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from attendance.data.database import Database
from attendance.data.keys.encryption import Cipher
from attendance.data.roster.repository import SqlRoster
from attendance.data.upgrade import backups, prepare_file
from attendance.errors import Reason
from attendance.errors.storage import StorageError
from attendance.whole_file import part_beside
from tests.unit.data.conftest import KEY, enrol


def noted(path: Path) -> int:
    with closing(sqlite3.connect(path)) as connection:
        return int(connection.execute("SELECT count(*) FROM pending_work").fetchone()[0])


def copy_of(path: Path) -> Path:
    copy = path.with_name("attendance.db.before-0001")
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("VACUUM INTO ?", (str(copy),))
    return copy


def test_that_an_erasure_whose_copies_cannot_be_removed_is_told_and_finished_at_the_next_start(
    roster: SqlRoster, database: Database, open_database: Callable[..., Database], path: Path
) -> None:
    enrol(roster, "ann", 1)
    copy_of(path)
    with pytest.MonkeyPatch.context() as patch:

        def refuse(_path: Path) -> None:
            raise StorageError(path=path, reason=Reason.quoted("no"))

        patch.setattr("attendance.data.database.remove_backups", refuse)
        assert roster.erase("ann") == (1, 1, 0)
        assert database.unfinished is not None
        assert database.unfinished.code == "STO-09"
        database.close()
        again = open_database()
        assert again.unfinished is not None
        assert again.finished_late == 0
        again.close()
    assert noted(path) == 1
    assert backups(path) != []

    last = open_database()
    assert (last.unfinished, last.finished_late, noted(path)) == (None, 1, 0)
    assert backups(path) == []


def test_that_nothing_is_called_finished_while_another_program_reads_what_was_erased(
    roster: SqlRoster, open_database: Callable[..., Database], path: Path
) -> None:
    enrol(roster, "ann", 1)
    other = open_database(busy_timeout_ms=100)
    with closing(sqlite3.connect(path, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM person").fetchone()
        SqlRoster(other, Cipher(KEY), keep_crops=lambda: True).erase("ann")
        assert other.unfinished is not None
        assert "another program is reading it" in other.unfinished.user_text
        reader.execute("COMMIT")
    assert noted(path) == 1
    assert other.finish_pending() == 1
    assert other.unfinished is None


def test_that_a_start_that_has_nothing_to_finish_says_nothing(database: Database, roster: SqlRoster) -> None:
    enrol(roster, "ann", 1)
    roster.erase("ann")
    assert (database.finished_late, database.unfinished) == (0, None)
    assert database.finish_pending() == 0


def test_that_the_upgrade_of_a_version_without_notes_removes_copies_of_somebody_erased(
    path: Path, open_database: Callable[..., Database]
) -> None:
    prepare_file(path, busy_timeout_ms=1000, revision="0004")
    insert = "INSERT INTO person VALUES (?, ?, ?, '', '', 1, '2026-03-02 08:00:00.000000', 0, NULL)"
    with closing(sqlite3.connect(path)) as connection:
        connection.executemany(insert, [(1, "a", "Ann"), (2, "b", "Zebulon")])
        connection.commit()
    old = copy_of(path)
    with closing(sqlite3.connect(path)) as connection:  # as a program did that was killed behind its commit
        connection.execute("DELETE FROM person WHERE id = 2")
        connection.commit()
    half = part_beside(path.with_name("attendance.db.before-0002"))
    half.write_bytes(b"Zebulon")

    database = open_database()
    assert not old.exists()
    assert [copy.name for copy in backups(path)] == ["attendance.db.before-0004"]
    assert not half.exists()
    assert b"Zebulon" not in b"".join(file.read_bytes() for file in path.parent.iterdir())
    database.close()
