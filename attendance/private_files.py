"""Files and folders that only this user may read; a link is never followed to change what it leads to."""

from __future__ import annotations

import errno
import logging
import os
import stat
from pathlib import Path

PRIVATE_FOLDER, PRIVATE_FILE = 0o700, 0o600
_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_NO_LINK = getattr(os, "O_NOFOLLOW", 0)
# A pipe in place of a file must not keep the program waiting for its other end.
_LOOK = os.O_RDONLY | _NO_LINK | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
_log = logging.getLogger(__name__)


def open_no_link(path: Path) -> int:
    """Return a descriptor for reading a file or folder that is not a link.

    Raises:
        OSError: absent, a link (ELOOP), or it may not be read.
    """
    if not _NO_LINK and path.is_symlink():  # Windows
        raise OSError(errno.ELOOP, os.strerror(errno.ELOOP), str(path))
    return os.open(path, _LOOK)


def private_opener(path: str, flags: int) -> int:
    """Open a file for ``open(..., opener=private_opener)``; a new one is this user's alone."""
    return os.open(path, flags, PRIVATE_FILE)


def make_private_folder(path: Path) -> None:
    """Make a folder with its parents, if it is not there, for this user only; one that is there stays as it is.

    Raises:
        OSError: it cannot be made.
    """
    if not path.is_dir():
        path.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)


def may_be_read_by_others(path: Path) -> bool:
    """Tell whether what a path leads to, links followed, may be read by other users; False for what is absent."""
    try:
        return os.name == "posix" and bool(path.stat().st_mode & _OTHERS)
    except OSError:
        return False


def tighten(path: Path) -> bool:
    """Take a file or folder of this user away from all others; returns whether that was needed and done.

    What is absent, a link, or somebody else's stays as it is.
    """
    if os.name != "posix":
        return False
    try:
        descriptor = open_no_link(path)
    except OSError:
        return False
    try:
        return tighten_open(descriptor)
    except OSError as err:
        _log.warning("%s may be read by other users and cannot be made private: %s", path, err.strerror)
        return False
    finally:
        os.close(descriptor)


def tighten_open(descriptor: int) -> bool:
    """Do what ``tighten`` does with something that is open.

    Raises:
        OSError: the system refuses.
    """
    found = os.fstat(descriptor)
    if found.st_uid != os.geteuid() or not found.st_mode & _OTHERS:
        return False
    os.fchmod(descriptor, PRIVATE_FOLDER if stat.S_ISDIR(found.st_mode) else PRIVATE_FILE)
    return True
