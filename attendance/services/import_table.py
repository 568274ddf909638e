"""Reads the CSV of an import, whatever program wrote it."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from attendance.core.person_text import clean_text
from attendance.errors import ImportFileError
from attendance.services.csv_cells import unguard

COLUMNS = ("code", "name", "department", "photo")
_OPTIONAL = {"department"}
_DELIMITERS = (",", ";", "\t")
_MAX_BYTES = 20_000_000
"""A row has about 100 bytes: two hundred thousand people. More is a wrong file."""
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")


@dataclass(frozen=True, slots=True)
class TableRow:
    """One row; texts are cleaned, and guards against formulas are taken off.

    Attributes:
        line: line of the file on which the row ends, from 1.
        photo: path as written; "" when empty.
    """

    line: int
    code: str
    name: str
    department: str
    photo: str


def read_rows(path: Path) -> Iterator[TableRow]:
    """Read all rows that are not empty; other columns are ignored.

    Raises:
        ImportFileError: unreadable, not UTF-8, a column is missing, or the quoting is broken.
    """
    text = _decoded(path)
    delimiter = _delimiter(path, text)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    places: dict[str, int] | None = None
    try:
        for cells in reader:
            if not any(cell.strip() for cell in cells) or (places is None and cells[0].lower().startswith("sep=")):
                continue
            if places is None:
                places = _places(path, cells)
                continue
            values = {name: cells[place] if place < len(cells) else "" for name, place in places.items()}
            code, name, department = (clean_text(unguard(values.get(key, ""))) for key in COLUMNS[:3])
            yield TableRow(reader.line_num, code, name, department, unguard(values["photo"].strip()).replace("\0", ""))
    except csv.Error as err:
        raise ImportFileError(path=path, reason=f"line {reader.line_num}: {err}") from err


def _decoded(path: Path) -> str:
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise ImportFileError(path=path, reason=f"it is larger than {_MAX_BYTES // 1_000_000} MB")
        raw = path.read_bytes()
    except OSError as err:
        raise ImportFileError(path=path, reason=f"it cannot be read ({err.strerror})") from err
    if raw.startswith(_UTF16_MARKS):
        raise ImportFileError(path=path, reason='it is in UTF-16; save it as "CSV UTF-8"')
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as err:
        line = raw.count(b"\n", 0, err.start) + 1
        reason = f'line {line} has the byte 0x{raw[err.start]:02x}, which is not UTF-8; save it as "CSV UTF-8"'
        raise ImportFileError(path=path, reason=reason) from err


def _delimiter(path: Path, text: str) -> str:
    lines = (line for line in text.splitlines() if line.strip() and not line.lower().startswith("sep="))
    header = next(lines, None)
    if header is None:
        raise ImportFileError(path=path, reason="it is empty")
    return max(_DELIMITERS, key=header.count)


def _places(path: Path, header: list[str]) -> dict[str, int]:
    found = {name.strip().lower(): place for place, name in reversed(list(enumerate(header)))}
    missing = [name for name in COLUMNS if name not in found and name not in _OPTIONAL]
    if missing:
        word = "column" if len(missing) == 1 else "columns"
        raise ImportFileError(path=path, reason=f"the {word} {', '.join(missing)} is missing from the first line")
    return {name: found[name] for name in COLUMNS if name in found}
