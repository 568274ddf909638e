"""Replaces a file whole: a reader, a full disk or a lost power line never leaves half of it."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from attendance.errors import DiskFull, ReadOnlyStorage, StorageError

_DISK_FULL = {errno.ENOSPC, errno.EDQUOT}
_NOT_ALLOWED = {errno.EACCES, errno.EPERM, errno.EROFS}


def replace_file(path: Path, content: bytes) -> None:
    """Write ``content`` under a temporary name, wait until it is on the disk, and rename it to ``path``.

    Libraries report a full disk in their own ways, so they make bytes and this function alone writes.

    Args:
        path: the file; an existing one is replaced.
        content: all of it.

    Raises:
        DiskFull: no space left; the old file is unchanged.
        ReadOnlyStorage: the folder may not be written; likewise.
        StorageError: the disk refused for another reason; likewise.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        try:
            with temporary.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as err:
        raise storage_error(err, path) from err


def storage_error(err: OSError, path: Path) -> StorageError:
    """Return the error of ours that says what the disk refused."""
    if err.errno in _DISK_FULL:
        return DiskFull(path=path)
    if err.errno in _NOT_ALLOWED:
        return ReadOnlyStorage(path=path)
    return StorageError(path=path, reason=err.strerror or str(err))
