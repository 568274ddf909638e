"""Sealing a database as it is: a new one, one of an earlier version, an upgraded one, one that somebody answers for."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from typing import Literal

from sqlalchemy import Connection

from attendance.core.audit import GENESIS, EntrySeal, Head, check_chain
from attendance.core.log_end.head import LOG_ID_BYTES, SealedHead
from attendance.data.audit.comparison import Comparison
from attendance.data.audit.entries import chain
from attendance.data.audit.head import SEALED, AuditHead, chain_rows, read_newest
from attendance.data.audit.keys import AuditKeys
from attendance.data.audit.rows import RowDigests
from attendance.data.audit.seal_state import SealState, read_state, schema_digest, write_state
from attendance.data.audit.sealed_rows import SealedRows
from attendance.data.audit.verification import Verification
from attendance.errors import Refusal
from attendance.errors.storage import KeyUnavailable

_FIRST_WITH_LOG = "0003"
_FIRST_WITH_SEALS = "0005"
_Verdict = Literal["new", "earlier", "sealed", "unsound"]

_log = logging.getLogger(__name__)


class Adoption:
    """Seals a database in the transaction that makes or upgrades it (``UpgradeWitness``).

    What cannot be vouched for stays unsealed, and ``verify`` says so: a head that is missing beside a log could be
    that of an earlier version, or somebody may have taken it away.

    Args:
        head: of the audit log.
        actor: who runs the program.
    """

    def __init__(self, head: AuditHead, actor: str) -> None:
        self._head = head
        self._actor = actor or "unknown"
        self._found: str | None = None
        self._verdict: _Verdict = "unsound"

    def before(self, connection: Connection, found: str | None) -> None:
        """Find out whether what is there can be vouched for."""
        self._found = found
        try:
            head = self._head.read()
            if head is None:
                self._verdict = "unsound"
            elif found is None:
                self._verdict = "new" if head.is_sealing and head.end.count == 0 else "unsound"
            elif found >= _FIRST_WITH_SEALS:
                self._verdict = "unsound" if Verification(self._head).run(connection, deep=True).finding else "sealed"
            elif found >= _FIRST_WITH_LOG and not head.is_sealing:
                self._verdict = "earlier" if _is_whole(connection, head.end) else "unsound"
            else:
                self._verdict = "unsound"
        except (Refusal, KeyUnavailable) as err:
            _log.error("the database cannot be vouched for: %s", err)
            self._verdict = "unsound"

    def after(self, connection: Connection, revision: str) -> None:
        """Seal what was vouched for."""
        if self._found == revision or self._verdict == "unsound":
            return
        keys = self._head.keys
        # Kept days of earlier versions carry no digest; they are worked out again.
        connection.exec_driver_sql("DELETE FROM timesheet_day WHERE seal IS NULL")
        if self._verdict == "new":
            head = self._head.read()
            log_id = os.urandom(LOG_ID_BYTES) if head is None else head.log_id
            seal = EntrySeal(keys.entry, log_id)
            newest = read_newest(connection)
            if newest is not None:
                mac = seal.of(newest.last_hash)
                connection.exec_driver_sql("UPDATE audit_entry SET mac = ? WHERE seq = ?", (mac, newest.count))
        elif self._verdict == "earlier":
            seal = EntrySeal(keys.entry, os.urandom(LOG_ID_BYTES), _next(connection))
            data = {**told_before(connection), "why": f"upgraded from {self._found}", "key": keys.key_id}
            chain(connection, actor=self._actor, action=SEALED, subject="audit", data=data, seal=seal)
        else:
            state = read_state(connection, keys.state)
            if state is None:
                return
            seal = EntrySeal(keys.entry, state.log_id, state.since)
            told = {"from": self._found, "to": revision}
            chain(connection, actor=self._actor, action="database.upgraded", subject="audit", data=told, seal=seal)
        before = read_state(connection, keys.state)
        number = 1 if before is None else before.revision + 1
        write_state(connection, state_of_rows(connection, keys, seal, number), keys.state)


def state_of_rows(connection: Connection, keys: AuditKeys, seal: EntrySeal, revision: int) -> SealState:
    """Seal all rows as they are and return what they hold together."""
    tables = SealedRows(connection, RowDigests(keys.row)).seal_all()
    end = read_newest(connection) or Head(0, GENESIS)
    return SealState(seal.log_id, seal.since, end, tables, schema_digest(connection), revision)


def told_before(connection: Connection) -> Mapping[str, object]:
    """Return what an entry says of the log before it."""
    end = read_newest(connection) or Head(0, GENESIS)
    return {"before": {"count": end.count, "hash": end.last_hash.hex()}}


def seal_of_segment(connection: Connection, keys: AuditKeys, head: SealedHead | None) -> EntrySeal:
    """Return what seals the entry by which somebody answers for the log as it is, and those after it.

    Where the seals so far hold, they go on; otherwise, as after a new key, another log begins that is linked to this
    one.
    """
    state = read_state(connection, keys.state)
    known = (state.log_id, state.since) if state is not None else None
    if known is None and head is not None and head.is_sealing:
        known = (head.log_id, head.since)
    if known is not None:
        seal = EntrySeal(keys.entry, *known)
        if check_chain(chain_rows(connection), seal=seal)[1] is None:
            return seal
    return EntrySeal(keys.entry, os.urandom(LOG_ID_BYTES), _next(connection))


def _is_whole(connection: Connection, head: Head) -> bool:
    """Tell whether a log without seals is the one of its head, to its very end, and the stored rows are its own."""
    end, broken = check_chain(chain_rows(connection, is_sealed=False))
    if broken is not None or end != head:
        _log.error("the audit log of an earlier version is not the one of its head")
        return False
    finding = Comparison(connection, None).run()
    if finding is not None:
        _log.error("the rows of an earlier version are not those of its audit log: %s", finding.what)
    return finding is None


def _next(connection: Connection) -> int:
    return (read_newest(connection) or Head(0, GENESIS)).count + 1
