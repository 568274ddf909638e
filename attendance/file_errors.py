"""The one place where a file system's refusal becomes an error of ours."""

from __future__ import annotations

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from attendance.errors import Reason
from attendance.errors.reports import ReportError
from attendance.errors.storage import DiskFull, ReadOnlyStorage, StorageError

# A quota is a disk of its own to the user. A file that is too large for its file system (EFBIG) is neither: no
# space that is freed makes room for it, so it keeps its own reason.
_DISK_FULL = {errno.ENOSPC, errno.EDQUOT}
_NOT_PERMITTED = {errno.EACCES, errno.EPERM, errno.EROFS}


def storage_error(err: OSError, path: Path) -> StorageError:
    """Return the error of ours that says what the file system refused.

    Args:
        err: what was raised.
        path: the file or folder concerned, for the sentence.

    Returns:
        DiskFull, ReadOnlyStorage, or a StorageError with the system's own reason (a missing folder, a file in place
        of a folder, a read error).
    """
    if err.errno in _DISK_FULL:
        return DiskFull(path=path)
    if err.errno in _NOT_PERMITTED:
        return ReadOnlyStorage(path=path)
    return StorageError(path=path, reason=reason_of(err))


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn what the file system refuses within a block into an error of ours; see ``storage_error``."""
    try:
        yield
    except OSError as err:
        raise storage_error(err, path) from err


def report_error(err: OSError, path: Path) -> DiskFull | ReportError:
    """Return the error for a report that could not be written where the user wanted it.

    Args:
        err: what was raised.
        path: the report.

    Returns:
        DiskFull, or ReportError, whose hint speaks of other programs and folders.
    """
    error = storage_error(err, path)
    return error if isinstance(error, DiskFull) else ReportError(path=path, reason=reason_of(err))


def reason_of(err: OSError) -> Reason:
    """Return the system's words; errors made by libraries have only a text."""
    return Reason.quoted(err.strerror or str(err))
