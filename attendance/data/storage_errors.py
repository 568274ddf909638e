"""The one place where errors of SQLite and the disk become errors of ours."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy.exc import DBAPIError

from attendance.data.keys.encryption import BrokenSeal
from attendance.errors import Reason
from attendance.errors.storage import DatabaseCorrupt, DatabaseLocked, DiskFull, ReadOnlyStorage, StorageError
from attendance.file_errors import storage_error


class DamagedValue(Exception):
    """A stored value cannot be what this program wrote."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(str(reason))
        self.reason = reason


def translate(err: BaseException, path: Path) -> StorageError:
    """Return the error of ours for one of SQLAlchemy, sqlite3, the file system or the cipher.

    Args:
        err: what was raised.
        path: the file concerned, for the sentence.
    """
    if isinstance(err, DBAPIError) and err.orig is not None:
        err = err.orig
    if isinstance(err, sqlite3.Error):
        return _from_sqlite(err, path)
    if isinstance(err, UnicodeDecodeError):  # sqlite3 cannot even build its message from a damaged schema
        return DatabaseCorrupt(path=path, reason=Reason("a stored text is not valid UTF-8"))
    if isinstance(err, BrokenSeal | DamagedValue):
        return DatabaseCorrupt(path=path, reason=err.reason)
    if isinstance(err, OSError):
        return storage_error(err, path)
    return StorageError(path=path, reason=Reason.quoted(str(err)))


def _from_sqlite(err: sqlite3.Error, path: Path) -> StorageError:
    # The low byte is the primary result code (sqlite.org/rescode.html); errors of the Python module have none.
    extended = getattr(err, "sqlite_errorcode", 0)
    code = extended & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return DatabaseLocked(path=path)
    # Opening in WAL mode on a full disk: the -shm file cannot grow.
    if code == sqlite3.SQLITE_FULL or extended == sqlite3.SQLITE_IOERR_SHMSIZE:
        return DiskFull(path=path)
    if code in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM):
        return ReadOnlyStorage(path=path)
    if code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
        return DatabaseCorrupt(path=path, reason=Reason.quoted(str(err)))
    if "Could not decode to UTF-8" in str(err):  # raised without a code, and the text quotes stored data
        return DatabaseCorrupt(path=path, reason=Reason("a stored text is not valid UTF-8"))
    return StorageError(path=path, reason=Reason.quoted(str(err)))


@contextmanager
def translated(path: Path) -> Iterator[None]:
    """Raise errors of ours instead of those of the libraries within the block.

    Raises:
        StorageError: or a sub-class, from the original error.
    """
    try:
        yield
    except (DBAPIError, sqlite3.Error, OSError, UnicodeDecodeError, DamagedValue, BrokenSeal) as err:
        raise translate(err, path) from err
