"""The head of the audit log: a small file outside the database that says where the chain ends."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from sqlalchemy import Connection

from attendance.core.audit import GENESIS, ChainRow, EntrySeal, Head, check_chain, parse_body
from attendance.core.log_end.head import LOG_ID_BYTES, SealedHead, first_head, open_head, seal_head
from attendance.data.audit.keys import AuditKeys
from attendance.data.audit.rows import raw_rows
from attendance.data.audit.seal_state import SealState, read_state
from attendance.data.new_file import publish
from attendance.data.storage_errors import translated
from attendance.errors import Reason, Refusal
from attendance.errors.storage import KeyUnavailable, StorageError
from attendance.whole_file import make_private_part, replaced_text

SEALED = "audit.sealed"
"""Action of the entry from which on a log of an earlier version is sealed."""

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
        self._lag: int | None = None
        self._alarm: Reason | None = None
        self.keys = AuditKeys(key)

    @property
    def path(self) -> Path:
        """The file."""
        return self._path

    @property
    def lag(self) -> int:
        """Entries that the head had missed when this program started."""
        return self._lag or 0

    @property
    def alarm(self) -> Reason | None:
        """Why the log does not continue this head, as far as a start looks; None while it does."""
        return self._alarm

    @property
    def known_entries(self) -> int:
        """How many entries the file knows of, whether or not it can be trusted; 0 without a file that can be read."""
        try:
            text = self._text(self._path)
            return 0 if text is None else open_head(text, None).end.count
        except (Refusal, StorageError):
            return 0

    def begin(self, site_key: bytes | None = None) -> None:
        """Make the head of a log without entries; belongs before the database of a new folder is made.

        A head that is there stays, unless it is of a start that was cut short before there was a key.

        Args:
            site_key: one that is about to become the site's; None takes the site's.

        Raises:
            StorageError: the file cannot be written; KeyUnavailable when the key is gone.
        """
        keys = self.keys if site_key is None else AuditKeys(lambda: site_key)
        text = self._text(self._path)
        if text is not None:
            try:
                is_left_over = site_key is not None and open_head(text, None).end.count == 0
            except Refusal:
                return
            if not is_left_over:
                return
        with translated(self._path):
            if text is not None:
                self._path.unlink()
            part = make_private_part(self._path)
            try:
                with part.open("w", encoding="ascii") as file:
                    file.write(seal_head(first_head(os.urandom(LOG_ID_BYTES)), keys.head))
                    file.flush()
                    os.fsync(file.fileno())
                publish(part, self._path)
            finally:
                part.unlink(missing_ok=True)

    def read(self, path: Path | None = None) -> SealedHead | None:
        """Return what the file says, None when there is none.

        Args:
            path: a copy that was kept elsewhere; None reads the site's own.

        Raises:
            Refusal: changed, or written with another key.
            StorageError: it cannot be read; KeyUnavailable when the key is gone.
        """
        text = self._text(path or self._path)
        return None if text is None else open_head(text, self.keys.head)

    def catch_up(self, connection: Connection) -> None:
        """Bring the head to the end of the chain, as far as the entries were sealed with the site's key.

        Args:
            connection: in a write transaction: it holds the lock.

        Raises:
            StorageError: the file cannot be read or written; KeyUnavailable when the key is gone.
        """
        newest = read_newest(connection)
        if newest is None:
            if known := self.known_entries:
                self._raise_alarm(Reason("all {count} entries of its audit log are gone", count=known))
            return
        text = self._text(self._path)
        if text is None:  # never a new beginning: a head is made before the first entry
            self._raise_alarm(Reason("the head {path} is missing", path=self._path))
            return
        before = self._checked(text, connection, newest)
        if before is None:
            return
        if self._lag is None:
            self._lag = newest.count - before.end.count if before.is_sealing and before.end.count else 0
        state = self._state(connection)
        revision = before.revision if state is None else state.revision
        if before.end != newest or not before.is_sealing or before.revision != revision:
            own = before if before.is_sealing else self._continued(connection)
            if own is not None:
                self.write(SealedHead(newest, own.log_id, own.since, revision))

    def write(self, head: SealedHead) -> None:
        """Replace the file, complete or not at all; the caller holds the database's write lock.

        Raises:
            StorageError: it cannot be written; KeyUnavailable when the key is gone.
        """
        text = seal_head(head, self.keys.head)
        with translated(self._path), replaced_text(self._path, encoding="ascii") as file:
            file.write(text)

    def _raise_alarm(self, reason: Reason) -> None:
        """Note what is wrong; the head is left as it is, so that it stays to be found."""
        _log.error("the audit log does not continue %s: %s", self._path, reason)
        self._alarm = reason

    def _checked(self, text: str, connection: Connection, newest: Head) -> SealedHead | None:
        """Return the head of a text if the chain continues it; None, and a line in the log file, if not."""
        try:
            before, state = open_head(text, None), self._state(connection)
            if before.end == newest and (state is None or state.revision == before.revision):
                return before  # nothing to write, so that no key is needed
            before = open_head(text, self.keys.head)
        except Refusal as err:
            self._raise_alarm(Reason("the head {path} is no use: {cause}", path=self._path, cause=err.reason))
            return None
        wrong = self._discontinuity(before, connection, newest, state)
        if wrong is not None:
            self._raise_alarm(wrong)
            return None
        return before

    def _discontinuity(
        self, before: SealedHead, connection: Connection, newest: Head, state: SealState | None
    ) -> Reason | None:
        """Say why log and tables are not what an authentic head became, None when they are."""
        end = before.end
        missing = _missing(end, newest, connection)
        if missing is not None:
            return missing
        if state is not None and state.revision < before.revision:
            return Reason("the tables were put back to what they held before")
        own = before if before.is_sealing else self._continued(connection)
        if own is None or (not before.is_sealing and own.since != end.count + 1):
            return Reason("the entries behind number {number} were not sealed here", number=end.count)
        seal = EntrySeal(self.keys.entry, own.log_id, own.since)
        found, finding = check_chain(chain_rows(connection, behind=end.count), after=end, seal=seal)
        if finding is not None or found != newest:
            return Reason("the entries behind number {number} are broken", number=found.count)
        return None

    def _continued(self, connection: Connection) -> SealedHead | None:
        """Return what a head of an earlier version becomes, once the log was sealed: by the state in the database."""
        state = read_state(connection, self.keys.state)
        if state is None:
            return None
        row = connection.exec_driver_sql("SELECT body FROM audit_entry WHERE seq = ?", (state.since,)).first()
        try:
            is_sealed = row is not None and parse_body(row[0]).action == SEALED
        except ValueError:
            return None
        return SealedHead(state.end, state.log_id, state.since, state.revision) if is_sealed else None

    def _state(self, connection: Connection) -> SealState | None:
        try:
            return read_state(connection, self.keys.state)
        except KeyUnavailable:
            return None

    def _text(self, path: Path) -> str | None:
        with translated(path):
            try:
                return path.read_text(encoding="ascii", errors="replace")
            except FileNotFoundError:
                return None


def _missing(end: Head, newest: Head, connection: Connection) -> Reason | None:
    """Say what of a head's entries is not there any more, None when they all are."""
    if end.count > newest.count:
        return Reason("the last {count} entries are gone", count=end.count - newest.count)
    if end.count and hash_of(connection, end.count) != end.last_hash:
        return Reason("the entries up to number {number} were written anew", number=end.count)
    return None


def read_newest(connection: Connection) -> Head | None:
    """Return the end of the chain as the table has it, unchecked; None for an empty table."""
    row = connection.exec_driver_sql("SELECT seq, hash FROM audit_entry ORDER BY seq DESC LIMIT 1").first()
    if row is None:
        return None
    # Changed by hand it may be anything: the check finds it, and the door goes on working.
    return Head(row[0], row[1] if isinstance(row[1], bytes) else GENESIS)


def hash_of(connection: Connection, seq: int) -> bytes | None:
    """Return the stored hash of one entry, None without such an entry."""
    row = connection.exec_driver_sql("SELECT hash FROM audit_entry WHERE seq = ?", (seq,)).first()
    return None if row is None else row[0]


def chain_rows(connection: Connection, *, behind: int | None = None, is_sealed: bool = True) -> Iterator[ChainRow]:
    """Yield the entries by rising number.

    Args:
        connection: in one transaction.
        behind: leave out this number and all before it; None yields every row there is.
        is_sealed: False for a table of a version that knew no seals.
    """
    query = "SELECT seq, CAST(body AS BLOB), hash_before, hash, {} FROM audit_entry {} ORDER BY seq"
    where = "" if behind is None else f"WHERE seq > {int(behind)}"
    yield from raw_rows(connection, query.format("mac" if is_sealed else "NULL", where))
