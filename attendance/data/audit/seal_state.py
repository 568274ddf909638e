"""What all covered tables hold together, in one encrypted row that is written with every change.

For each table it has the number of rows and the sum modulo 2^256 of their keyed digests, a multiset hash
(MSet-Add-Hash, Clarke et al., Incremental Multiset Hash Functions, ASIACRYPT 2003): a row that is added, removed or
changed past the program moves the sum, and nobody without the key knows by how much. The sums are encrypted, as the
paper asks: who saw them change could otherwise look for rows whose digests add up to the same.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Connection

from attendance.core.audit import Head, canonical_json
from attendance.data.audit.rows import raw_rows
from attendance.errors import Reason

_NONCE_BYTES = 12
_PURPOSE = b"attendance seal state|1"
SUM_MODULUS = 1 << 256


@dataclass(frozen=True, slots=True)
class TableSum:
    """What one table holds.

    Attributes:
        rows: how many.
        total: sum of the digests, below 2^256.
        highest: greatest id that was ever used, 0 for none or where that is not kept.
    """

    rows: int = 0
    total: int = 0
    highest: int = 0

    def plus(self, other: TableSum) -> TableSum:
        """Return this with a change, whose ``rows`` and ``total`` may be negative."""
        total = (self.total + other.total) % SUM_MODULUS
        return TableSum(self.rows + other.rows, total, max(self.highest, other.highest))


@dataclass(frozen=True, slots=True)
class SealState:
    """What the tables held when the newest entry of the audit log, or a change after it, was committed.

    Attributes:
        log_id: of the audit log.
        since: number of the first entry that has a seal of its own.
        end: of the audit log.
        tables: by name.
        schema: digest of tables and indexes as they were made (``schema_digest``).
        revision: grows with every change.
    """

    log_id: bytes
    since: int
    end: Head
    tables: Mapping[str, TableSum]
    schema: str
    revision: int = 1


def schema_digest(connection: Connection) -> str:
    """Return a digest of the text of all tables and indexes: who changes what happens to a reference changes rows."""
    query = (
        "SELECT type, name, tbl_name, CAST(sql AS BLOB) FROM sqlite_master "
        "WHERE type <> 'trigger' AND name NOT LIKE 'sqlite@_%' ESCAPE '@' ORDER BY type, name"
    )
    return hashlib.sha256(repr(list(raw_rows(connection, query))).encode()).hexdigest()


def misfit(connection: Connection, state: SealState | None, end: Head) -> Reason | None:
    """Say what tells, without a look at the rows, that a state is not the one of this database; None when nothing does.

    Args:
        connection: in one transaction.
        state: as ``read_state`` gave it.
        end: newest entry of the audit log.
    """
    if state is None:
        return Reason("what the tables hold is not sealed with the key of this site, or the seal was changed")
    if state.end != end:
        return Reason("the tables were sealed for another log, or for another moment of this one")
    if state.schema != schema_digest(connection):
        return Reason("the structure of the tables was changed past the log")
    return None


def read_blob(connection: Connection) -> object:
    """Return the stored row as it is, None when there is none."""
    return connection.exec_driver_sql("SELECT sealed FROM seal_state WHERE id = 1").scalar()


def write_state(connection: Connection, state: SealState, key: bytes) -> bytes:
    """Store the state and return the row's value."""
    tables = {name: [one.rows, f"{one.total:x}", one.highest] for name, one in state.tables.items()}
    fields = {"log": state.log_id.hex(), "since": state.since, "tables": tables, "schema": state.schema}
    fields["revision"] = state.revision
    text = canonical_json({**fields, "count": state.end.count, "hash": state.end.last_hash.hex()})
    nonce = os.urandom(_NONCE_BYTES)
    blob = nonce + AESGCM(key).encrypt(nonce, text.encode(), _PURPOSE)
    connection.exec_driver_sql("INSERT OR REPLACE INTO seal_state (id, sealed) VALUES (1, ?)", (blob,))
    return blob


def open_state(blob: object, key: bytes) -> SealState | None:
    """Return the state of a stored row, None when it is not what ``write_state`` wrote with this key."""
    if not isinstance(blob, bytes) or len(blob) <= _NONCE_BYTES:
        return None
    try:
        text = AESGCM(key).decrypt(blob[:_NONCE_BYTES], blob[_NONCE_BYTES:], _PURPOSE)
    except InvalidTag:
        return None
    value = json.loads(text)
    tables = {name: TableSum(rows, int(total, 16), top) for name, (rows, total, top) in value["tables"].items()}
    end = Head(value["count"], bytes.fromhex(value["hash"]))
    return SealState(bytes.fromhex(value["log"]), value["since"], end, tables, value["schema"], value["revision"])


def read_state(connection: Connection, key: bytes) -> SealState | None:
    """Return the stored state; None when there is none that was written with this key."""
    return open_state(read_blob(connection), key)
