"""Checks the whole log, its head, and the seals of the tables, within one read transaction."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from sqlalchemy import Connection

from attendance.core.audit import AuditCheck, AuditFinding, EntrySeal, Head, Protection, check_chain, instant_of_body
from attendance.core.log_end.head import SealedHead, compare_with_head
from attendance.data.audit.comparison import Comparison
from attendance.data.audit.head import AuditHead, chain_rows, hash_of
from attendance.data.audit.rows import RowDigests
from attendance.data.audit.seal_state import SealState, misfit, read_state
from attendance.data.audit.sealed_rows import SealedRows
from attendance.data.hours.kept_day_seal import days_that_do_not_fit, kept_day_seal
from attendance.errors import Reason, Refusal

# A finding of these is told by the log, which names the event or the correction.
_TOLD_BY_LOG = frozenset({"check_in", "correction", "correction_step"})


class Verification:
    """One look at everything.

    Args:
        head: of the audit log.
        head_file: a copy of the head that was kept elsewhere, instead of the site's own.

    Raises:
        StorageError: the head cannot be read; KeyUnavailable when the key is gone.
    """

    def __init__(self, head: AuditHead, head_file: Path | None = None) -> None:
        self._keys = head.keys
        self._lag = head.lag
        # The head first: entries that are written meanwhile then continue it.
        self._head: SealedHead | None = None
        self._problem: Reason | None = None
        path = head_file or head.path
        try:
            self._head = head.read(head_file)
            if self._head is None:
                self._problem = Reason("the head {path} is missing", path=path)
        except Refusal as err:
            self._problem = Reason("the head {path} is no use: {cause}", path=path, cause=err.reason)

    def run(self, connection: Connection, *, deep: bool) -> AuditCheck:
        """Return what was found.

        Args:
            connection: in a read transaction that began after this object was made.
            deep: also compare the stored rows with the log and with their seals.
        """
        state = read_state(connection, self._keys.state)
        seal = self._seal(state)
        end, finding = check_chain(chain_rows(connection), seal=seal)
        if finding is None and self._head is not None:
            finding = compare_with_head(end, self._head.end, hash_of(connection, self._head.end.count))
        if finding is None:
            what = self._problem or self._unsealed(connection, state, end)
            finding = None if what is None else AuditFinding(None, "", what)
        compared = None
        if deep and finding is None and state is not None:
            finding, compared = self._look_at_rows(connection, state)
        protection = None if seal is None else Protection(seal.since, _instant(connection, seal.since))
        head = None if self._head is None else self._head.end
        return AuditCheck(end.count, head, self._lag, compared, finding, protection)

    def everything_wrong(self, connection: Connection) -> tuple[Reason, ...]:
        """Return what does not fit, a sentence each: the first of the log, then the first of each table.

        Args:
            connection: see ``run``.
        """
        found = [self.run(connection, deep=False).finding, self.run(connection, deep=True).finding]
        state = read_state(connection, self._keys.state)
        if state is not None:
            tables = SealedRows(connection, RowDigests(self._keys.row)).findings(state)
            found += [one.as_finding() for one in tables if one.table not in _TOLD_BY_LOG]
        told = {str(one.what): one.what for one in found if one is not None}
        return tuple(told.values())

    def _seal(self, state: SealState | None) -> EntrySeal | None:
        if state is not None:
            return EntrySeal(self._keys.entry, state.log_id, state.since)
        if self._head is not None and self._head.is_sealing:
            return EntrySeal(self._keys.entry, self._head.log_id, self._head.since)
        return None

    def _unsealed(self, connection: Connection, state: SealState | None, end: Head) -> Reason | None:
        head = self._head
        known = (head.log_id, head.since) if head is not None and head.is_sealing else None
        if state is not None and known not in (None, (state.log_id, state.since)):
            return Reason("the tables were sealed for another log, or for another moment of this one")
        if state is not None and head is not None and state.revision < head.revision:
            return Reason("the tables were put back to what they held before")
        return misfit(connection, state, end)

    def _look_at_rows(self, connection: Connection, state: SealState) -> tuple[AuditFinding | None, int]:
        rows = SealedRows(connection, RowDigests(self._keys.row))
        found = next(rows.findings(state), None)
        if found is not None and found.table not in _TOLD_BY_LOG:
            return found.as_finding(), 0
        try:
            comparison = Comparison(connection, rows)
            told = comparison.run()
        except sqlite3.Error:  # a text that is not UTF-8
            if found is None:
                raise
            return found.as_finding(), 0
        if told is None and found is not None:
            told = found.as_finding()
        return told or self._look_at_kept_days(connection), comparison.compared

    def _look_at_kept_days(self, connection: Connection) -> AuditFinding | None:
        seal = kept_day_seal(connection, self._keys)
        if seal is None:
            return None
        try:
            day = next(days_that_do_not_fit(connection, seal), None)
        except sqlite3.Error:  # a text that is not UTF-8
            day = "?"
        if day is None:
            return None
        return AuditFinding(None, "", Reason("a kept timesheet of {day} was changed past the log", day=day))


def _instant(connection: Connection, seq: int) -> str:
    row = connection.exec_driver_sql("SELECT CAST(body AS BLOB) FROM audit_entry WHERE seq = ?", (seq,)).first()
    return "" if row is None else instant_of_body(row[0])
