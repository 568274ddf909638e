"""The audit log in the database: reading and checking it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from attendance.core.audit import AuditCheck, AuditEntry, Head, parse_body, person_mark
from attendance.core.log_end.head import SealedHead
from attendance.data.audit.adoption import seal_of_segment, state_of_rows, told_before
from attendance.data.audit.entries import PERSON_SUBJECT, account_of, chain
from attendance.data.audit.head import AuditHead
from attendance.data.audit.seal_state import read_state
from attendance.data.audit.seals import Seals
from attendance.data.audit.verification import Verification
from attendance.data.database import Database
from attendance.data.schema import AuditSaltRow
from attendance.data.storage_errors import DamagedValue, translated
from attendance.errors import Reason, Refusal

_PAGE_ROWS = 2000
# The live rows say whom an entry is about; nothing in the entry itself does.
_ENTRIES = """
SELECT a.seq, a.body, coalesce(e.person_id, c.person_id) FROM audit_entry a
LEFT JOIN check_in e ON e.event_id = json_extract(a.body, '$.subject')
LEFT JOIN correction c ON c.correction_id = json_extract(a.body, '$.subject')
WHERE a.seq > ? AND json_extract(a.body, '$.at') >= ? AND json_extract(a.body, '$.at') < ?
ORDER BY a.seq LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class Acceptance:
    """What somebody answers for.

    Attributes:
        head: where the log ends now.
        found: what did not fit before, a sentence each.
    """

    head: Head
    found: tuple[Reason, ...]


class SqlAuditLog:
    """The audit log of one database.

    Args:
        database: opened database.
        head: its head file.
    """

    def __init__(self, database: Database, head: AuditHead) -> None:
        self._database = database
        self._head = head

    def verify(self, *, deep: bool = False, head_file: Path | None = None) -> AuditCheck:
        """Check the whole chain against its head.

        Args:
            deep: also compare the stored rows with the log and with their seals.
            head_file: a copy of the head that was kept elsewhere, instead of the site's own.

        Raises:
            StorageError: database or head cannot be read; KeyUnavailable when the key is gone.
        """
        verification = Verification(self._head, head_file)
        with self._database.read() as session:
            return verification.run(session.connection(), deep=deep)

    def entries(self, start_utc: datetime, end_utc: datetime, *, person_id: int | None = None) -> Iterator[AuditEntry]:
        """Yield entries with start <= at_utc < end, oldest first, in bounded memory.

        Args:
            start_utc: aware UTC instant.
            end_utc: likewise.
            person_id: only entries about this person.

        Raises:
            DatabaseCorrupt: an entry is not JSON; ``verify`` says which one.
        """
        with self._database.read() as session:
            people = _people_by_mark(session)
        bounds = tuple(at.astimezone(UTC).replace(tzinfo=None).isoformat() for at in (start_utc, end_utc))
        last_seq = 0
        while True:
            with self._database.read() as session:
                rows = session.connection().exec_driver_sql(_ENTRIES, (last_seq, *bounds, _PAGE_ROWS)).all()
            for last_seq, body, live_person in rows:  # noqa: B007 - the next page starts behind the last one
                entry = self._entry(body, live_person, people)
                if person_id is None or entry.person_id == person_id:
                    yield entry
            if len(rows) < _PAGE_ROWS:
                return

    def log_id(self) -> bytes:
        """Return the random id of this database's log; b"" where nothing is sealed.

        Raises:
            StorageError: the database cannot be read; KeyUnavailable when the key is gone.
        """
        with self._database.read() as session:
            state = read_state(session.connection(), self._head.keys.state)
        return b"" if state is None else state.log_id

    def accept(self, *, by: str, reason: str) -> Acceptance:
        """Begin a new head at the log and the rows as they are, e.g. after a backup was restored; the log tells of it.

        What did not fit stands in the entry: from then on nothing else tells of it.

        Args:
            by: who takes responsibility; a remark beside the account that runs the program.
            reason: why.

        Returns:
            The new head, and what did not fit.

        Raises:
            StorageError: database or head cannot be written.
        """
        verification = Verification(self._head)
        try:
            before = self._head.read()
        except Refusal:
            before = None

        def write(session: Session, seals: Seals) -> tuple[Reason, ...]:
            connection = session.connection()
            found = verification.everything_wrong(connection)
            actor = account_of(session) or "unknown"
            seal = seal_of_segment(connection, self._head.keys, before)
            told = None if before is None else {"count": before.end.count, "hash": before.end.last_hash.hex()}
            data = {"head_before": told, "reason": reason, "by": by, **told_before(connection), "since": seal.since}
            data["key"] = self._head.keys.key_id
            data["found"] = [str(one) for one in found]
            chain(
                connection,
                actor=actor,
                action="audit.accepted",
                subject="audit",
                data=data,
                seal=seal,
            )
            state = read_state(connection, self._head.keys.state)
            # Behind both: a backup's tables are of an earlier revision than the head.
            revision = 1 + max(0 if before is None else before.revision, 0 if state is None else state.revision)
            seals.store(connection, state_of_rows(connection, self._head.keys, seal, revision))
            return found

        def replace(session: Session) -> Head:
            state = read_state(session.connection(), self._head.keys.state)
            if state is None:
                raise DamagedValue(Reason("the audit log is empty"))
            self._head.write(SealedHead(state.end, state.log_id, state.since, state.revision))
            return state.end

        found = self._database.seal_anew(write)
        return Acceptance(self._database.write(replace), found)

    def _entry(self, body: str, live_person: int | None, people: dict[str, int]) -> AuditEntry:
        with translated(self._database.path):
            try:
                entry = parse_body(body)
            except ValueError as err:
                raise DamagedValue(Reason("an entry of the audit log is not what this program wrote")) from err
        if live_person is None and entry.subject == PERSON_SUBJECT:
            live_person = people.get(str(entry.data.get("person")))
        return AuditEntry(
            entry.seq, entry.at_utc, entry.actor, entry.action, entry.subject, entry.data, person_id=live_person
        )


def _people_by_mark(session: Session) -> dict[str, int]:
    salts = session.execute(select(AuditSaltRow.person_id, AuditSaltRow.salt))
    return {person_mark(salt, PERSON_SUBJECT): person_id for person_id, salt in salts}
