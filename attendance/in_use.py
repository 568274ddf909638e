"""What is still being made, and what a program that was killed left behind half made.

A part carries the number of its process in its name. That number alone would not do: another process may have it by
now, and a process in a container of its own cannot be seen. So whoever makes a part on POSIX also holds a lock on it,
which the system takes back when the process ends; on Windows a file that is open cannot be removed anyway.
"""

from __future__ import annotations

import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

LONGEST_S = 24 * 3600.0
"""Nothing takes longer to make: a part that is older belongs to nobody, even if its process number is in use."""

_guard = threading.Lock()
_ours: set[Path] = set()

if sys.platform == "win32":
    import ctypes

    _MAY_ASK, _DENIED, _STILL_ACTIVE = 0x1000, 5, 259

    def _is_alive(pid: int) -> bool:
        kernel = ctypes.windll.kernel32
        handle = kernel.OpenProcess(_MAY_ASK, False, pid)
        if not handle:
            return bool(kernel.GetLastError() == _DENIED)
        code = ctypes.c_ulong()
        kernel.GetExitCodeProcess(handle, ctypes.byref(code))
        kernel.CloseHandle(handle)
        return code.value == _STILL_ACTIVE

    def hold(descriptor: int) -> None:
        """Do nothing: the open file itself cannot be removed."""

    def _is_held(path: Path) -> bool:
        return False

else:
    import fcntl

    def _is_alive(pid: int) -> bool:
        try:
            os.kill(pid, 0)
        except (ProcessLookupError, OverflowError):
            return False
        except PermissionError:  # of another user
            return True
        return True

    def hold(descriptor: int) -> None:
        """Lock an open part for as long as it stays open; a file system without locks is no error."""
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _is_held(path: Path) -> bool:
        try:
            descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
        except OSError:
            return False
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        except OSError:  # no locks here: the number of the process has to do
            return False
        finally:
            os.close(descriptor)
        return False


@contextmanager
def being_made(path: Path) -> Iterator[None]:
    """Note that this process makes a file or folder while the block runs; a folder that is there is locked as well."""
    with _guard:
        _ours.add(path)
    descriptor = None
    try:
        if os.name == "posix" and path.is_dir():
            descriptor = os.open(path, os.O_RDONLY)
            hold(descriptor)
        yield
    finally:
        if descriptor is not None:
            os.close(descriptor)
        with _guard:
            _ours.discard(path)


def is_left_behind(path: Path, pid: int) -> bool:
    """Tell whether nobody makes this part any more, so that it may be removed.

    Args:
        path: the part.
        pid: number of the process that began it.
    """
    with _guard:
        if path in _ours:
            return False
    try:
        age_s = time.time() - path.lstat().st_mtime
    except OSError:
        return False
    if pid != os.getpid() and _is_alive(pid) and age_s < LONGEST_S:
        return False
    return not _is_held(path)
