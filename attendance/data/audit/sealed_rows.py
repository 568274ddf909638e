"""The stored rows of all covered tables: their sums, their seals, and which of them are not what the program wrote."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from sqlalchemy import Connection

from attendance.core.audit import AuditFinding
from attendance.data.audit.covered import COVERED, Covered
from attendance.data.audit.rows import RowDigests, RowShape, raw_rows
from attendance.data.audit.seal_state import SealState, TableSum
from attendance.errors import Reason


@dataclass(frozen=True, slots=True)
class TableFinding:
    """What is wrong with one table.

    Attributes:
        table: its name.
        what: the first thing that is wrong with it.
    """

    table: str
    what: Reason

    def as_finding(self) -> AuditFinding:
        """Return it as a finding of the whole log."""
        return AuditFinding(None, "", self.what)


class SealedRows:
    """Looks at the rows of one file within one transaction.

    Args:
        connection: in that transaction.
        digests: under the site's key.
    """

    def __init__(self, connection: Connection, digests: RowDigests) -> None:
        self._connection = connection
        self._digests = digests

    def seal_all(self) -> dict[str, TableSum]:
        """Seal every row as it is; returns the sums by table."""
        self._connection.exec_driver_sql("DELETE FROM row_seal")
        known = self._tables()
        return {table: self._seal(table, how) for table, how in COVERED.items() if table in known}

    def findings(self, state: SealState) -> Iterator[TableFinding]:
        """Yield the first thing that is wrong with each table, by the order of ``COVERED``."""
        known = self._tables()
        sealed = {table: TableSum() for table in COVERED if table in known} | dict(state.tables)
        for table, told in sealed.items():
            what = self._look(table, COVERED[table], told) if table in known and table in COVERED else None
            if table not in known or table not in COVERED:
                what = Reason("the table {table} is missing", table=table)
            if what is not None:
                yield TableFinding(table, what)
        strange = "SELECT count(*) FROM row_seal WHERE table_name NOT IN ({})"
        names = ", ".join(f"'{table}'" for table in sealed)
        states = "SELECT count(*) FROM seal_state"
        if self._number(strange.format(names)) or self._number(states) != 1:
            yield TableFinding("row_seal", Reason("the seals of stored rows were changed"))
        if self._number("SELECT count(*) FROM alembic_version") != 1:
            yield TableFinding("alembic_version", Reason("the table {table} was changed", table="alembic_version"))

    def tombstones(self, table: str) -> set[object]:
        """Return the keys of the rows of one table that have a fitting seal of their own."""
        how = COVERED[table]
        seals = self._seals(table)
        found = self._digested(table, how)
        return {key for key, seal, _, is_named in found if is_named and seals.get(str(key)) == seal}

    def _look(self, table: str, how: Covered, told: TableSum) -> Reason | None:
        seals, rows, total = self._seals(table), 0, 0
        named: Reason | None = None
        for key, seal, addend, is_named in self._digested(table, how):
            rows, total = rows + 1, total + addend
            found = seals.pop(str(key), None)
            if is_named and found != seal and named is None:
                named = _changed(table, key) if found is not None else _added(table, key)
            elif not is_named and found is not None and named is None:
                named = _changed(table, key)
        if seals and named is None:
            named = Reason("in the table {table}, row {row} was removed past the log", table=table, row=min(seals))
        found_sum = TableSum().plus(TableSum(rows, total))
        if (found_sum.rows, found_sum.total) != (told.rows, told.total):
            return named or Reason("rows of the table {table} were changed, added or removed past the log", table=table)
        if named is not None:
            return Reason("the seals of stored rows were changed")
        if how.counts_up and self._highest(table) != told.highest:
            return Reason("the counter of ids of the table {table} was changed", table=table)
        return None

    def _seal(self, table: str, how: Covered) -> TableSum:
        rows, total, named = 0, 0, []
        for key, seal, addend, is_named in self._digested(table, how):
            rows, total = rows + 1, total + addend
            if is_named:
                named.append((table, str(key), seal))
        if named:
            self._connection.exec_driver_sql("INSERT INTO row_seal VALUES (?, ?, ?)", named)
        return TableSum().plus(TableSum(rows, total, self._highest(table) if how.counts_up else 0))

    def _digested(self, table: str, how: Covered) -> Iterator[tuple[object, bytes, int, bool]]:
        """Yield key, seal, what it adds to the sum, and whether the seal is kept, of each row."""
        shape = RowShape(table, self._connection.exec_driver_sql)
        place = shape.columns.index(how.key)
        condition = how.named_when.format(row=table)
        of, heading = self._digests.of, shape.heading
        query = f'SELECT {condition}, {shape.values(table)} FROM "{table}"'
        for is_named, types, *values in raw_rows(self._connection, query):
            key = values[place]
            seal, addend = of(heading, types, values)
            yield key.decode(errors="replace") if isinstance(key, bytes) else key, seal, addend, bool(is_named)

    def _seals(self, table: str) -> dict[str, object]:
        query = f"SELECT CAST(row_key AS BLOB), seal FROM row_seal WHERE table_name = '{table}'"
        return {_text(key): seal for key, seal in raw_rows(self._connection, query)}

    def _tables(self) -> set[str]:
        query = "SELECT name FROM sqlite_master WHERE type = 'table'"
        return {table for (table,) in raw_rows(self._connection, query)}

    def _number(self, query: str) -> int:
        return int(next(raw_rows(self._connection, query))[0])

    def _highest(self, table: str) -> int:
        rows = list(raw_rows(self._connection, f"SELECT seq FROM sqlite_sequence WHERE name = '{table}'"))
        return rows[0][0] if len(rows) == 1 and isinstance(rows[0][0], int) else (-1 if rows else 0)


def _text(value: object) -> str:
    return value.decode(errors="replace") if isinstance(value, bytes) else str(value)


def _changed(table: str, key: object) -> Reason:
    return Reason("in the table {table}, row {row} was changed past the log", table=table, row=str(key))


def _added(table: str, key: object) -> Reason:
    return Reason("in the table {table}, row {row} was added past the log", table=table, row=str(key))
