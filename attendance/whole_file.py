"""Files that are replaced whole: a reader, a full disk or a lost power line never meets half of one.

The new content is made under a name of its own beside the old file and takes its place by one rename. What the file
system refuses comes out as its ``OSError``; the callers put it in words.
"""

from __future__ import annotations

import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

PART_SUFFIX = ".tmp"
"""Of a file that is not whole yet; it is hidden."""


def part_beside(path: Path) -> Path:
    """Return a free name in the folder of ``path``: ``.<name>.<process>.<random>.tmp``."""
    return path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}{PART_SUFFIX}")


def make_private_part(path: Path) -> Path:
    """Make an empty file of another name beside ``path``, readable by this user only, and return its path.

    Raises:
        OSError: the folder may not be written or has no space.
    """
    part = part_beside(path)
    os.close(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, stat.S_IRUSR | stat.S_IWUSR))
    return part


@contextmanager
def made_beside(path: Path, *, is_private: bool = False) -> Iterator[Path]:
    """Give a path to write to, for libraries that open the file themselves; at the end it takes the place of ``path``.

    Args:
        path: the file; an existing one is kept when the block raises, and nothing is left beside it.
        is_private: readable by this user only.

    Raises:
        OSError: the folder may not be written, or on Windows another program has the file open.
    """
    part = make_private_part(path) if is_private else part_beside(path)
    try:
        yield part
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def replaced(path: Path, *, is_private: bool = False) -> Iterator[BinaryIO]:
    """Give an open binary file; at the end its content is on the disk and takes the place of ``path``.

    Args:
        path: see ``made_beside``.
        is_private: likewise.

    Raises:
        OSError: the disk is full or refuses.
    """
    with made_beside(path, is_private=is_private) as part, part.open("wb") as file:
        yield file
        _to_disk(file)


@contextmanager
def replaced_text(
    path: Path, *, encoding: str = "utf-8", newline: str | None = None, is_private: bool = False
) -> Iterator[TextIO]:
    """Give an open text file; otherwise as ``replaced``.

    Args:
        path: see ``made_beside``.
        encoding: of the file.
        newline: as for ``open``; "" writes the ends of lines as they are given on every system.
        is_private: see ``made_beside``.

    Raises:
        OSError: the disk is full or refuses.
    """
    with made_beside(path, is_private=is_private) as part, part.open("w", encoding=encoding, newline=newline) as file:
        yield file
        _to_disk(file)


def _to_disk(file: BinaryIO | TextIO) -> None:
    file.flush()
    os.fsync(file.fileno())
