"""Notices that the files of an open database were taken away or replaced: what is written then is lost."""

from __future__ import annotations

from pathlib import Path

from attendance.errors import Reason
from attendance.errors.storage import DatabaseGone

_Identity = tuple[int, int]


class SameFile:
    """Compares the names of a database and its write-ahead log with the files that were opened under them.

    By name only: the files are never opened (see ``attendance.data.upgrade``). For one thread.

    Args:
        path: the database.
    """

    def __init__(self, path: Path) -> None:
        self._paths = (path, path.with_name(f"{path.name}-wal"))
        self._opened: dict[Path, _Identity] = {}

    def check(self) -> None:
        """Note what is there for the first time; belongs before each write.

        Raises:
            DatabaseGone: one of the files is not the one that was opened. Nothing may be written: another program
                would not find it, and it would go with this one.
        """
        for path in self._paths:
            now, before = _identity(path), self._opened.get(path)
            if before is None and now is not None:
                self._opened[path] = now
            elif before != now:
                raise DatabaseGone(
                    path=self._paths[0],
                    reason=Reason("{path} was taken away or replaced while the program ran", path=str(path)),
                )


def _identity(path: Path) -> _Identity | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_dev, found.st_ino
