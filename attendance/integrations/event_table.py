"""Reads a CSV of check-ins or people, whatever program wrote it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from attendance.core.csv_table import BadTable, table_lines
from attendance.core.data_file import TableLine
from attendance.errors.exchange import DataFileError
from attendance.text_file import read_text, text_of

_MAX_BYTES = 100_000_000
"""A check-in has about 150 bytes: more than six hundred thousand. A longer history comes as several files."""


def read_hashed_table(
    path: Path, *, needed: Collection[str], optional: Collection[str]
) -> tuple[Iterator[TableLine], str]:
    """Return the rows of ``read_table`` and the SHA-256 of the bytes that they were read from, in hexadecimal."""
    sha256 = hashlib.sha256()

    def decode(raw: bytes) -> str:
        sha256.update(raw)
        return text_of(raw)

    text = _read(path, decode)
    return _lines(path, text, needed=needed, optional=optional), sha256.hexdigest()


def read_table(path: Path, *, needed: Collection[str], optional: Collection[str]) -> Iterator[TableLine]:
    """Yield all rows that are not empty; see ``core.csv_table`` for what is understood.

    Args:
        path: the file.
        needed: columns that must be there.
        optional: columns that may be there; others are read as well.

    Raises:
        DataFileError: unreadable, no text, a column is missing or there twice, or the quoting is broken.
    """
    yield from _lines(path, _read(path, text_of), needed=needed, optional=optional)


def _read(path: Path, decode: Callable[[bytes], str]) -> str:
    return read_text(path, lambda reason: DataFileError(path=path, detail=reason), max_bytes=_MAX_BYTES, decode=decode)


def _lines(path: Path, text: str, *, needed: Collection[str], optional: Collection[str]) -> Iterator[TableLine]:
    try:
        yield from table_lines(text, needed=needed, optional=optional)
    except BadTable as err:
        raise DataFileError(path=path, detail=err.reason) from err
