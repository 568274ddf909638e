"""One process at a time has a turn, and whoever comes second learns who has it."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from attendance.data.process_lock import Holder, ProcessLock
from attendance.errors.storage import StorageError
from tests.patience import PATIENCE_S

HOLD = """
import sys, pathlib
from attendance.data.process_lock import ProcessLock
lock = ProcessLock(pathlib.Path(sys.argv[1]), program="attendance kiosk")
print(lock.take(), flush=True)
sys.stdin.read()
"""


def hold(path: Path) -> subprocess.Popen[str]:
    """Start a process that has the turn, and wait until it has it."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "True\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
    process.wait(PATIENCE_S)


def test_that_the_second_process_learns_who_has_the_turn(tmp_path: Path) -> None:
    before = datetime.now(UTC) - timedelta(seconds=1)
    process = hold(tmp_path / "door.lock")
    try:
        second = ProcessLock(tmp_path / "door.lock", program="attendance run")
        assert not second.take()
        found = second.holder()
        assert found is not None
        assert (found.pid, found.program) == (process.pid, "attendance kiosk")
        assert before <= found.since_utc <= datetime.now(UTC)
    finally:
        end(process)
    assert second.take()
    found = second.holder()
    assert found is not None
    assert (found.pid, found.program) == (os.getpid(), "attendance run")
    second.release()


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX")
def test_that_the_turn_of_a_killed_process_is_free(tmp_path: Path) -> None:
    process = hold(tmp_path / "door.lock")
    process.send_signal(signal.SIGKILL)
    end(process)
    lock = ProcessLock(tmp_path / "door.lock")
    assert lock.take()
    lock.release()


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'{"pid": "x"}', b"\xff\xfe", b'{"pid": 1, "program": "p"}'])
def test_that_a_file_nobody_signed_names_nobody(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "door.lock").write_bytes(content)
    assert ProcessLock(tmp_path / "door.lock").holder() is None


def test_that_a_longer_signature_leaves_nothing_behind_a_shorter_one(tmp_path: Path) -> None:
    for program in ("a program with quite a long name", "short"):
        lock = ProcessLock(tmp_path / "door.lock", program=program)
        assert lock.take()
        found = lock.holder()
        assert isinstance(found, Holder)
        assert found.program == program
        lock.release()


def test_that_a_file_system_without_locks_is_an_error_and_not_another_process(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_file: object) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr("attendance.data.process_lock._lock", refuse)
    with pytest.raises(StorageError):
        ProcessLock(tmp_path / "door.lock").take()
