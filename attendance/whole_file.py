"""Files that are replaced whole: a reader, a full disk or a lost power line never meets half of one.

The new content is made under a name of its own beside the old file and takes its place by one rename. What the file
system refuses comes out as its ``OSError``; the callers put it in words.
"""

from __future__ import annotations

import logging
import os
import re
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, TextIO

from attendance.in_use import being_made, hold, is_left_behind

PART_SUFFIX = ".tmp"
"""Of a file that is not whole yet; it is hidden."""
_PART_NAMES = (
    re.compile(r"\..+\.(\d+)\.[0-9a-f]{8}\.tmp"),
    # Of versions that left out the dot and the suffix; no other file of a user may look like one.
    re.compile(r"(?:audit-head\.json|attendance\.key|attendance\.db)\.(\d+)\.[0-9a-f]{8}"),
)

_log = logging.getLogger(__name__)


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
def made_beside(path: Path, *, is_private: bool = True) -> Iterator[Path]:
    """Give a path to write to, for libraries that open the file themselves; at the end it takes the place of ``path``.

    Args:
        path: the file; an existing one is kept when the block raises, and nothing is left beside it.
        is_private: readable by this user only; False for what tells nothing of people.

    Raises:
        OSError: the folder may not be written, or on Windows another program has the file open.
    """
    part = make_private_part(path) if is_private else part_beside(path)
    with being_made(part):
        try:
            yield part
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)


@contextmanager
def replaced(path: Path, *, is_private: bool = True) -> Iterator[BinaryIO]:
    """Give an open binary file; at the end its content is on the disk and takes the place of ``path``.

    Args:
        path: see ``made_beside``.
        is_private: likewise.

    Raises:
        OSError: the disk is full or refuses.
    """
    with made_beside(path, is_private=is_private) as part, part.open("wb") as file:
        hold(file.fileno())
        yield file
        _to_disk(file)


@contextmanager
def replaced_text(
    path: Path, *, encoding: str = "utf-8", newline: str | None = None, is_private: bool = True
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
        hold(file.fileno())
        yield file
        _to_disk(file)


def sweep_parts(folder: Path) -> list[Path]:
    """Remove the parts that programs which were killed left in a folder, never one that is being written.

    Args:
        folder: it is not gone down into; may be absent.

    Returns:
        What was removed. What the file system keeps is left for the next time.
    """
    removed = []
    try:
        names = sorted(entry.name for entry in os.scandir(folder) if entry.is_file(follow_symlinks=False))
    except OSError:
        return []
    for name in names:
        found = next(filter(None, (pattern.fullmatch(name) for pattern in _PART_NAMES)), None)
        path = folder / name
        if found is None or not is_left_behind(path, int(found[1])):
            continue
        try:
            path.unlink()
        except OSError as err:
            _log.warning("%s was left behind by a program that was killed and cannot be removed: %s", path, err)
        else:
            removed.append(path)
            _log.info("%s was left behind by a program that was killed; removed", path)
    return removed


def names_to_disk(folder: Path) -> None:
    """Let the names in a folder outlive a power cut as they are now; Windows does so by itself.

    Raises:
        OSError: the folder cannot be read.
    """
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _to_disk(file: BinaryIO | TextIO) -> None:
    file.flush()
    os.fsync(file.fileno())
