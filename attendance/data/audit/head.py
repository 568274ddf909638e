"""The head of the audit log: a small file outside the database that says where the chain ends."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from sqlalchemy.orm import Session

from attendance.core.audit import ChainRow, Head, check_chain, open_head, seal_head
from attendance.data.schema import AUDIT_HEAD_SETTING, SettingRow
from attendance.data.storage_errors import translated
from attendance.errors import Refusal
from attendance.whole_file import replaced_text

# RFC 5869: the info string keeps this key apart from every other use of the site's key.
_INFO = b"attendance audit head 1"
_KEY_BYTES = 32

_log = logging.getLogger(__name__)


class AuditHead:
    """Writes and reads the head file.

    It is written only while the database's write lock is held: programs that share the file take turns, so it never
    goes back. It is never written over a chain that does not continue it: what was found once stays to be found.

    Args:
        path: the file.
        key: gives the site's key, 32 bytes; asked only when the file is to be written or checked.
    """

    def __init__(self, path: Path, key: Callable[[], bytes]) -> None:
        self._path = path
        self._key = key
        self._lag: int | None = None

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    @property
    def lag(self) -> int:
        """Entries that the head had missed when this program started."""
        return self._lag or 0

    def read(self, path: Path | None = None) -> Head | None:
        """Return what the file says, None when there is none.

        Args:
            path: a copy that was kept elsewhere; None reads the site's own.

        Raises:
            Refusal: changed, or written with another key.
            StorageError: it cannot be read; KeyUnavailable when the key is gone.
        """
        text = self._text(path or self._path)
        return None if text is None else open_head(text, self._head_key())

    def catch_up(self, session: Session) -> None:
        """Bring the head to the end of the chain.

        Args:
            session: of a write transaction: it holds the lock.

        Raises:
            StorageError: the file cannot be read or written; KeyUnavailable when the key is gone.
        """
        newest = read_newest(session)
        if newest is None:
            return
        text = self._text(self._path)
        is_known = session.get(SettingRow, AUDIT_HEAD_SETTING) is not None
        lag = newest.count
        if text is None and is_known:
            _log.error("%s is missing; 'attendance audit verify' tells more", self._path)
            return
        if text is not None:
            before = self._checked(text, session, newest)
            if before is None:
                return
            lag = newest.count - before.count
        if self._lag is None:
            self._lag = lag if is_known else 0
        if lag:
            self.write(newest)
        if not is_known:
            session.add(SettingRow(key=AUDIT_HEAD_SETTING, value="1"))

    def write(self, head: Head) -> None:
        """Replace the file, complete or not at all; the caller holds the database's write lock.

        Raises:
            StorageError: it cannot be written; KeyUnavailable when the key is gone.
        """
        text = seal_head(head, self._head_key())
        with translated(self._path), replaced_text(self._path, encoding="ascii", is_private=True) as file:
            file.write(text)

    def _checked(self, text: str, session: Session, newest: Head) -> Head | None:
        """Return the head of a text if the chain continues it; None, and a line in the log file, if not."""
        try:
            before = open_head(text, None)
            if before == newest:
                return before  # nothing to write, so that no key is needed
            before = open_head(text, self._head_key())
        except Refusal as err:
            _log.error("%s: %s; it is left as it is", self._path, err)
            return None
        if before.count > newest.count or (before.count and hash_of(session, before.count) != before.last_hash):
            _log.error("the audit log does not continue %s, which is left as it is", self._path)
            return None
        end, finding = check_chain(chain_rows(session, behind=before.count), after=before)
        if finding is not None or end != newest:
            _log.error("the audit log is broken behind entry %d; %s is left as it is", end.count, self._path)
            return None
        return before

    def _text(self, path: Path) -> str | None:
        with translated(path):
            try:
                return path.read_text(encoding="ascii", errors="replace")
            except FileNotFoundError:
                return None

    def _head_key(self) -> bytes:
        return HKDF(SHA256(), length=_KEY_BYTES, salt=None, info=_INFO).derive(self._key())


def read_newest(session: Session) -> Head | None:
    """Return the end of the chain as the table has it, unchecked; None for an empty table."""
    query = "SELECT seq, hash FROM audit_entry ORDER BY seq DESC LIMIT 1"
    row = session.connection().exec_driver_sql(query).first()
    return None if row is None else Head(row[0], row[1])


def hash_of(session: Session, seq: int) -> bytes | None:
    """Return the stored hash of one entry, None without such an entry."""
    row = session.connection().exec_driver_sql("SELECT hash FROM audit_entry WHERE seq = ?", (seq,)).first()
    return None if row is None else row[0]


def chain_rows(session: Session, *, behind: int | None = None) -> Iterator[ChainRow]:
    """Yield the entries by rising number.

    Args:
        session: of one transaction.
        behind: leave out this number and all before it; None yields every row there is.
    """
    query = "SELECT seq, CAST(body AS BLOB), hash_before, hash FROM audit_entry {} ORDER BY seq"
    where = "" if behind is None else f"WHERE seq > {int(behind)}"
    yield from raw_rows(session, query.format(where))


def raw_rows(session: Session, query: str) -> Iterator[Any]:
    """Yield plain tuples of the database driver: a million in the time that SQLAlchemy takes for a tenth."""
    cursor: Any = session.connection().connection.cursor()
    try:
        cursor.execute(query)
        yield from cursor
    finally:
        cursor.close()
