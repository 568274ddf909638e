"""Replaces a file whole: a reader, a full disk or a lost power line never leaves half of it."""

from __future__ import annotations

from pathlib import Path

from attendance.file_errors import storage_error
from attendance.whole_file import replaced


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
    try:
        with replaced(path) as file:
            file.write(content)
    except OSError as err:
        raise storage_error(err, path) from err
