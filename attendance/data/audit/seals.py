"""Seals what the writer changes, in the transaction of the change, however it is changed.

Triggers that exist for the writer's connection only tell every inserted, changed and deleted row of the covered tables
to this program, which adds up the keyed digests. So ORM, plain SQL and rows that go along with others are all seen, and
nobody has to remember it.
"""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection

from attendance.core.audit import GENESIS, EntrySeal, Head
from attendance.data.audit.covered import COVERED, Covered
from attendance.data.audit.head import AuditHead, read_newest
from attendance.data.audit.rows import RowDigests, RowShape
from attendance.data.audit.seal_state import SealState, TableSum, misfit, open_state, read_blob, write_state
from attendance.errors import Reason, Refusal
from attendance.errors.storage import StorageError

_NOTE, _SEAL = "attendance_note", "attendance_seal"
_log = logging.getLogger(__name__)


class Seals:
    """The seals of one database; for the writer thread only.

    Args:
        head: gives the keys, and the log's id where the database does not.
    """

    def __init__(self, head: AuditHead) -> None:
        self._head = head
        self._shapes: dict[str, RowShape] = {}
        self._digests: RowDigests | None = None
        self._changes: dict[str, TableSum] = {}
        self._known: tuple[object, SealState | None] = (None, None)
        self._entry_seal: EntrySeal | None = None
        self._has_failed = False
        self._alarm: Reason | None = None
        self.has_stored = False
        """Whether this transaction stored a state."""
        self.failure: StorageError | None = None
        """Why a statement of this transaction failed within SQLite: there is no key."""

    def attach(self, connection: Any, _entry: object = None) -> None:
        """Set a connection of the database driver up; it is the one that everything is written on.

        ``INSERT OR REPLACE`` runs the triggers of what it deletes only with recursive_triggers
        (sqlite.org/lang_conflict.html).
        """
        cursor = connection.cursor()
        cursor.execute("PRAGMA recursive_triggers=ON")
        connection.create_function(_NOTE, -1, self._note)
        connection.create_function(_SEAL, -1, self._seal)
        for table, how in COVERED.items():
            shape = self._shapes[table] = RowShape(table, cursor.execute)
            for statement in _triggers(table, how, shape):
                cursor.execute(statement)
        cursor.close()

    @property
    def alarm(self) -> Reason | None:
        """Why what the tables hold was not sealed by this program, as far as a start looks; None while it was."""
        return self._alarm

    def look(self, connection: Connection) -> None:
        """Find out at a start whether the state fits; without the site's key nobody can tell."""
        try:
            state = self._state(connection)
        except StorageError as err:
            _log.warning("the seals were not looked at: %s", err.log_text)
            return
        self._alarm = misfit(connection, state, read_newest(connection) or Head(0, GENESIS))
        if self._alarm is not None:
            _log.error("the database: %s; 'attendance audit verify' tells more", self._alarm)

    def note_failure(self, _context: object) -> None:
        """Called by the engine when a statement failed: SQLite undid what it did, and the sums did not."""
        self._has_failed = True

    def begin(self) -> None:
        """Start over: a transaction begins."""
        self._changes.clear()
        self._has_failed = False
        self.has_stored = False
        self._entry_seal = None
        self.failure = None

    def entry_seal(self, connection: Connection) -> EntrySeal | None:
        """Return what seals new entries, None in a log that was never sealed.

        Raises:
            StorageError: the head cannot be read; KeyUnavailable when the key is gone.
        """
        if self._entry_seal is None:
            found = self._state(connection)
            own = (found.log_id, found.since) if found is not None else self._by_head()
            if own is not None:
                self._entry_seal = EntrySeal(self._head.keys.entry, *own)
        return self._entry_seal

    def settle(self, connection: Connection, before: Head | None) -> None:
        """Add what changed in this transaction to the state; belongs right before the commit.

        A state that does not fit the log stays as it is: what was found once stays to be found.

        Args:
            connection: in the transaction.
            before: newest entry before the first one that this transaction added, None when it added none.

        Raises:
            AssertionError: a statement of this transaction failed, and it goes on all the same (a bug).
        """
        if self._has_failed:
            raise AssertionError("a transaction in which a statement failed is not committed")
        if not self._changes and before is None:
            return
        state = self._state(connection)
        if state is None:
            _log.error("what the tables hold is not sealed; 'attendance audit verify' tells more")
            return
        newest = read_newest(connection) or Head(0, GENESIS)
        if state.end != (newest if before is None else before):
            _log.error("the audit log is not the one that the tables were sealed with; 'audit verify' tells more")
            return
        tables = dict(state.tables)
        for table, change in self._changes.items():
            tables[table] = tables.get(table, TableSum()).plus(change)
        self.store(connection, replace(state, end=newest, tables=tables, revision=state.revision + 1))

    def store(self, connection: Connection, state: SealState) -> None:
        """Store a state; nothing that this transaction changed is added to it any more."""
        self._known = (write_state(connection, state, self._head.keys.state), state)
        self.has_stored = True
        self._changes.clear()

    def _state(self, connection: Connection) -> SealState | None:
        blob = read_blob(connection)
        if blob is None or blob != self._known[0]:
            self._known = (blob, open_state(blob, self._head.keys.state))
        return self._known[1]

    def _by_head(self) -> tuple[bytes, int] | None:
        try:
            head = self._head.read()
        except Refusal:
            return None
        return (head.log_id, head.since) if head is not None and head.is_sealing else None

    def _note(self, sign: int, table: str, types: str, *values: object) -> None:
        """Called by SQLite with each row that comes (sign 1) or goes (-1)."""
        _, addend = self._digest(table, types, values)
        change = TableSum(sign, sign * addend)
        how = COVERED[table]
        if how.counts_up and sign > 0:
            own = values[self._shapes[table].columns.index(how.key)]
            change = replace(change, highest=own if isinstance(own, int) else 0)
        self._changes[table] = self._changes.get(table, TableSum()).plus(change)

    def _seal(self, table: str, types: str, *values: object) -> bytes:
        """Called by SQLite for the seal of a row that has one of its own."""
        return self._digest(table, types, values)[0]

    def _digest(self, table: str, types: str, values: tuple[object, ...]) -> tuple[bytes, int]:
        if self._digests is None:
            try:
                self._digests = RowDigests(self._head.keys.row)
            except StorageError as err:
                self.failure = err
                raise
        return self._digests.of(self._shapes[table].heading, types, values)


def _triggers(table: str, how: Covered, shape: RowShape) -> list[str]:
    came = f"SELECT {_NOTE}(1, '{table}', {shape.values('NEW')}); "
    went = f"SELECT {_NOTE}(-1, '{table}', {shape.values('OLD')}); "
    named = how.named_when != "0"
    place = f"SELECT '{table}', CAST(NEW.\"{how.key}\" AS TEXT), {_SEAL}('{table}', {shape.values('NEW')})"
    put = f"INSERT OR REPLACE INTO row_seal {place} WHERE {how.named_when.format(row='NEW')}; " if named else ""
    drop = (
        f"DELETE FROM row_seal WHERE table_name = '{table}' AND row_key = CAST(OLD.\"{how.key}\" AS TEXT); "
        if named
        else ""
    )
    bodies = {"INSERT": came + put, "UPDATE": went + came + drop + put, "DELETE": went + drop}
    return [
        f"CREATE TEMP TRIGGER seal_{table}_{what.lower()} AFTER {what} ON main.{table} BEGIN {body}END"
        for what, body in bodies.items()
    ]
