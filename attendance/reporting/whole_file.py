"""A file that appears complete or not at all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

from attendance.errors import Reason
from attendance.errors.reports import ReportError
from attendance.file_errors import report_error
from attendance.whole_file import replaced


def write_whole(path: Path, write: Callable[[BinaryIO], int]) -> int:
    """Write a file beside its place and move it there once it is complete.

    Args:
        path: file in an existing folder; an older one is replaced, and kept when anything fails.
        write: writes the content to the open file and returns the number of rows.

    Raises:
        DiskFull: no space.
        ReportError: the folder is missing or locked, or another program holds the file.
    """
    is_written = False
    try:
        if not path.name or path.is_dir():  # the system refuses to look at a name that is too long
            raise ReportError(path=path, reason=Reason("this is a folder"))
        with replaced(path) as file:
            rows = write(file)
            is_written = True
    except OSError as err:
        if is_written and isinstance(err, PermissionError):  # Windows says so while Excel has the file open
            raise ReportError(path=path, reason=Reason("the file is open in another program")) from err
        raise report_error(err, path) from err
    return rows
