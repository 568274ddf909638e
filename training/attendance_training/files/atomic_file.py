"""Replaces a file whole: a reader, a full disk or a lost power line never leaves half of it."""

from __future__ import annotations

import os
from pathlib import Path

from attendance.file_errors import storage_error


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
