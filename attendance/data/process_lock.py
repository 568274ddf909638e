"""A turn that one process at a time has; the system takes it back from a process that dies."""

from __future__ import annotations

import errno
import json
import os
import sys
import threading
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from attendance.data.storage_errors import translate
from attendance.private_files import private_opener

# What the system answers when another process has the lock; anything else says that there are no locks here.
_TAKEN = {errno.EWOULDBLOCK, errno.EAGAIN, errno.EACCES, errno.EDEADLK}
_MOST_BYTES = 4096

if sys.platform == "win32":
    import msvcrt

    # Far behind the content: nobody can read a byte that another process has locked.
    _LOCKED_BYTE = 2**30

    def _lock(file: IO[bytes]) -> None:
        file.seek(_LOCKED_BYTE)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        file.seek(0)

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has a turn.

    Attributes:
        pid: number of the process.
        program: what it calls itself, e.g. "attendance kiosk".
        since_utc: when it took the turn.
    """

    pid: int
    program: str
    since_utc: datetime


class ProcessLock:
    """A lock file (port Turn). The file stays; only the lock on it counts. Safe from any thread.

    Args:
        path: in an existing folder on a local disk.
        program: what this program is called, for another one that asks who has the turn; "" says nothing.
    """

    def __init__(self, path: Path, *, program: str = "") -> None:
        self._path = path
        self._program = program
        self._guard = threading.Lock()
        self._file: IO[bytes] | None = None

    def take(self) -> bool:
        """Take the turn without waiting; True when it is ours, also when it was before.

        Raises:
            StorageError: the file cannot be made, or the file system has no locks.
        """
        with self._guard:
            if self._file is not None:
                return True
            try:
                # Not emptied: another process may have signed it.
                file = open(self._path, "ab", buffering=0, opener=private_opener)  # noqa: SIM115
            except OSError as err:
                raise translate(err, self._path) from err
            try:
                os.set_inheritable(file.fileno(), False)  # a child must not keep it after our end
                _lock(file)
            except OSError as err:
                file.close()
                if err.errno in _TAKEN:
                    return False
                raise translate(err, self._path) from err
            self._file = file
            self._sign(file)
            return True

    def holder(self) -> Holder | None:
        """Return who signed the file; None when nobody did or it cannot be read, which is no reason to go on."""
        try:
            with self._path.open("rb") as file:
                found = json.loads(file.read(_MOST_BYTES))
            return Holder(int(found["pid"]), str(found["program"]), datetime.fromisoformat(found["since_utc"]))
        except (OSError, ValueError, TypeError, KeyError):
            return None

    def _sign(self, file: IO[bytes]) -> None:
        if not self._program:
            return
        since = datetime.now(UTC).isoformat(timespec="seconds")
        text = json.dumps({"pid": os.getpid(), "program": self._program, "since_utc": since})
        with suppress(OSError):  # a full disk: the lock counts, and another program hears of a process without name
            file.truncate(0)
            file.write(text.encode())

    def release(self) -> None:
        """Let another process have it; harmless when it is not ours."""
        with self._guard:
            if self._file is not None:
                self._file.close()
                self._file = None
