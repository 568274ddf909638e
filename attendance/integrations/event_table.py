"""Reads a CSV of check-ins or people, whatever program wrote it."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator
from pathlib import Path

from attendance.core.data_file import TableLine
from attendance.errors import DataFileError

_DELIMITERS = (",", ";", "\t")
_MAX_BYTES = 100_000_000
"""A check-in has about 150 bytes: more than six hundred thousand. A longer history comes as several files."""
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


def read_table(path: Path, *, columns: Collection[str]) -> Iterator[TableLine]:
    """Yield all rows that are not empty.

    The file is UTF-8 with or without byte-order mark; comma, semicolon or tab separates, whichever the first line has
    most of. A line "sep=;" before it, as Excel understands it, is skipped.

    Args:
        path: the file.
        columns: all of these must be in the first line; others are read as well.

    Raises:
        DataFileError: unreadable, not UTF-8, a column is missing or there twice, or the quoting is broken.
    """
    text = _decoded(path)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(path, text), strict=True)
    names: list[str] | None = None
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells) or (names is None and cells[0].lower().startswith("sep=")):
                continue
            if names is None:
                names = _names(path, cells, columns)
                continue
            yield TableLine(reader.line_num, {name: cell for name, cell in zip(names, cells, strict=False) if name})
    except csv.Error as err:
        raise DataFileError(path=path, detail=f"line {reader.line_num}: {err}") from err


def _decoded(path: Path) -> str:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise DataFileError(path=path, detail=f"it is larger than {_MAX_BYTES // 1_000_000} MB")
        raw = path.read_bytes()
    except OSError as err:
        raise DataFileError(path=path, detail=f"it cannot be read ({err.strerror})") from err
    if raw.startswith(_UTF16_MARKS):
        raise DataFileError(path=path, detail='it is in UTF-16; save it as "CSV UTF-8"')
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        line = raw.count(b"\n", 0, err.start) + 1
        detail = f'line {line} has the byte 0x{raw[err.start]:02x}, which is not UTF-8; save it as "CSV UTF-8"'
        raise DataFileError(path=path, detail=detail) from err


def _delimiter(path: Path, text: str) -> str:
    lines = (line for line in io.StringIO(text) if line.strip() and not line.lower().startswith("sep="))
    header = next(lines, None)
    if header is None:
        raise DataFileError(path=path, detail="it is empty")
    return max(_DELIMITERS, key=header.count)


def _names(path: Path, header: list[str], columns: Collection[str]) -> list[str]:
    names = [name.strip().lower() for name in header]
    for name in columns:
        if name not in names:
            raise DataFileError(path=path, detail=f"the column {name} is missing from the first line")
    twice = sorted({name for name in names if name and names.count(name) > 1})
    if twice:
        raise DataFileError(path=path, detail=f"the column {twice[0]} is there twice")
    return names
