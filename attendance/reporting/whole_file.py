"""A file that appears complete or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from attendance.errors import ReportError
from attendance.file_errors import report_error


def write_whole(path: Path, write: Callable[[BinaryIO], int]) -> int:
    """Write a file beside its place and move it there once it is complete.

    Args:
        path: file in an existing folder; an older one is replaced, and kept when anything fails.
        write: writes the content to the open file and returns the number of rows.

    Raises:
        DiskFull: no space.
        ReportError: the folder is missing or locked, or another program holds the file.
    """
    try:
        if not path.name or path.is_dir():  # the system refuses to look at a name that is too long
            raise ReportError(path=path, reason="this is a folder")
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        try:
            with part.open("wb") as file:
                rows = write(file)
                file.flush()
                os.fsync(file.fileno())
            _move(part, path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as err:
        raise report_error(err, path) from err
    return rows


def _move(part: Path, path: Path) -> None:
    try:
        part.replace(path)
    except PermissionError as err:  # Windows says so while Excel has the file open
        raise ReportError(path=path, reason="the file is open in another program") from err
