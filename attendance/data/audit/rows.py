"""Keyed digests of stored rows, whatever their columns, and plain rows of the database driver."""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from sqlalchemy import Connection

SEAL_BYTES = 16
"""Of a row that is named: enough that nobody finds a second row with the same."""

Execute = Callable[[str], Any]
"""Runs SQL and returns something that yields rows."""


class RowDigests:
    """Digests rows of tables: HMAC-SHA512 over the names of table and columns, and the type and value of each column.

    The first 16 bytes are the row's seal, which lies in the database; the last 32 are stored only as a part of
    an encrypted sum. The one tells nothing about the other.

    Args:
        key: 32 bytes, of this purpose only.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, heading: bytes, types: str, values: Sequence[object]) -> tuple[bytes, int]:
        """Return the seal of one row and what it adds to its table's sum.

        Args:
            heading: of ``RowShape``.
            types: first letter of the storage class of each column.
            values: numbers, bytes or None; texts as their bytes, since a changed file may hold any.
        """
        digest = hmac.digest(self._key, heading + repr((types, tuple(values))).encode(), "sha512")
        return digest[:SEAL_BYTES], int.from_bytes(digest[32:])


class RowShape:
    """The columns that a table has in this file, and how SQL gives them to ``RowDigests``.

    Args:
        table: its name.
        execute: asks the file.
    """

    def __init__(self, table: str, execute: Execute) -> None:
        # The file's own columns, not those that this version expects: rows of an earlier version are checked as well.
        self.columns = tuple(str(row[1]) for row in execute(f'PRAGMA table_info("{table}")'))
        self.heading = json.dumps([table, *self.columns]).encode()

    def values(self, row: str) -> str:
        """Return SQL for the types and the values of a row that goes by this name."""
        names = [f'{row}."{column}"' for column in self.columns]
        types = " || ".join(f"substr(typeof({name}), 1, 1)" for name in names)
        # As bytes: the driver refuses texts that are not UTF-8.
        plain = (f"CASE typeof({name}) WHEN 'text' THEN CAST({name} AS BLOB) ELSE {name} END" for name in names)
        return f"{types}, {', '.join(plain)}"


def raw_rows(connection: Connection, query: str) -> Iterator[Any]:
    """Yield plain tuples of the database driver: a million in the time that SQLAlchemy takes for a tenth."""
    cursor: Any = connection.connection.cursor()
    try:
        cursor.execute(query)
        yield from cursor
    finally:
        cursor.close()
