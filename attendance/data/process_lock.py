"""A turn that one process at a time has; the system takes it back from a process that dies."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import IO

from attendance.data.storage_errors import translate

if sys.platform == "win32":
    import msvcrt

    def _lock(file: IO[bytes]) -> None:
        file.seek(0)
        msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(file: IO[bytes]) -> None:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)


class ProcessLock:
    """A lock file (port Turn). The file stays; only the lock on it counts. Safe from any thread.

    Args:
        path: in an existing folder on a local disk.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._guard = threading.Lock()
        self._file: IO[bytes] | None = None

    def take(self) -> bool:
        """Take the turn without waiting; True when it is ours, also when it was before.

        Raises:
            StorageError: the file cannot be made.
        """
        with self._guard:
            if self._file is not None:
                return True
            try:
                file = self._path.open("ab")
            except OSError as err:
                raise translate(err, self._path) from err
            try:
                os.set_inheritable(file.fileno(), False)  # a child must not keep it after our end
                _lock(file)
            except OSError:
                file.close()
                return False
            self._file = file
            return True

    def release(self) -> None:
        """Let another process have it; harmless when it is not ours."""
        with self._guard:
            if self._file is not None:
                self._file.close()
                self._file = None
