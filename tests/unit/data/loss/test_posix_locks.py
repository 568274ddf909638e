"""Looking at a database file takes no lock away from the connections that this process has on it.

close(2) of any descriptor of a file drops all POSIX locks of the process on it (fcntl(2)). Another program that closes
the database then believes to be the last one, empties the write-ahead log and removes it, and what is written from
then on goes into a file without a name.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from attendance.data.check_in_repository import SqlCheckInLog
from attendance.data.database import Database
from attendance.data.upgrade import integrity_problems, is_due, prepare_file
from attendance.errors.storage import DatabaseGone
from tests.patience import PATIENCE_S
from tests.unit.data.conftest import check_in

VISIT = """
import pathlib, sys
from attendance.data.check_in_repository import SqlCheckInLog
from attendance.data.database import Database
database = Database(pathlib.Path(sys.argv[1]))
database.open()
print(SqlCheckInLog(database).count())
database.close()
"""


def visit(path: Path) -> int:
    """Open the database in another process, count its check-ins, and close it."""
    command = [sys.executable, "-c", VISIT, str(path)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE_S, check=True)
    return int(result.stdout)


def look_again(path: Path) -> None:
    """Look at the file in every way that a start, the doctor and the windows do."""
    prepare_file(path, busy_timeout_ms=1000)
    assert not is_due(path, busy_timeout_ms=1000)
    assert integrity_problems(path, busy_timeout_ms=1000) == []


def open_by_hand(path: Path) -> None:
    os.close(os.open(path, os.O_RDWR))


def surviving(database: Database, path: Path, look: Callable[[Path], None]) -> tuple[int, int]:
    """Return how many check-ins were acknowledged and how many another program finds."""
    log = SqlCheckInLog(database)
    log.append(check_in("before")).result()
    look(path)
    visit(path)
    for number in range(5):
        log.append(check_in(f"after {number}")).result()
    return 6, visit(path)


def test_that_no_acknowledged_check_in_is_lost_when_the_file_is_looked_at(database: Database, path: Path) -> None:
    acknowledged, found = surviving(database, path, look_again)
    assert found == acknowledged
    assert path.with_name("attendance.db-wal").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="the system's own rule, shown where it is known to hold")
def test_that_opening_the_file_by_hand_would_lose_them_and_is_noticed(database: Database, path: Path) -> None:
    # Without this the test above could pass because nothing was ever at risk.
    with pytest.raises(DatabaseGone, match=r"attendance\.db-wal was taken away"):
        surviving(database, path, open_by_hand)
