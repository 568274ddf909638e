"""Reads the CSV of an import, whatever program wrote it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from attendance.core.csv_cells import unguard
from attendance.core.csv_table import BadTable, table_lines
from attendance.core.person_text import clean_text
from attendance.errors.people import ImportFileError
from attendance.text_file import read_text

_NEEDED = ("code", "name", "photo")
_OPTIONAL = ("department",)
_MAX_BYTES = 20_000_000
"""A row has about 100 bytes: two hundred thousand people. More is a wrong file."""


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
        ImportFileError: unreadable, no text, a column is missing or there twice, or the quoting is broken.
    """
    text = read_text(path, lambda reason: ImportFileError(path=path, reason=reason), max_bytes=_MAX_BYTES)
    try:
        for row in table_lines(text, needed=_NEEDED, optional=_OPTIONAL):
            code, name, department = (
                clean_text(unguard(row.values.get(key, ""))) for key in ("code", "name", "department")
            )
            photo = unguard(row.values.get("photo", "").strip()).replace("\0", "")
            yield TableRow(row.line, code, name, department, photo)
    except BadTable as err:
        raise ImportFileError(path=path, reason=err.reason) from err
