"""Entries of the audit log, written in the transaction of what they tell of."""

from __future__ import annotations

import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, delete, select, update
from sqlalchemy.orm import Session

from attendance.core.audit import GENESIS, EntrySeal, Head, entry_body, entry_hash, person_mark, row_digest
from attendance.data.audit.head import read_newest
from attendance.data.audit.seals import Seals
from attendance.data.schema import AuditSaltRow, CorrectionRow, DisputedCropRow

SALT_BYTES = 16
ERASED_REASON = "(erased)"
"""What stands for the reason of a correction once its person was erased: the words may have been about them."""
PERSON_SUBJECT = "person"
CHECK_IN = "check_in"

_ACTOR = "actor"
_SEALS = "audit_seals"
_BEFORE = "audit_before"

EVENT_COLUMNS = "event_id, at_utc, utc_offset_s, direction, similarity, margin, source, model_id, made_by"
"""Columns of a check-in that its entry fingerprints: all but the id and the person, who may be erased."""
CORRECTION_COLUMNS = (
    "correction_id, kind, event_id, at_utc, direction, first_day, last_day, leave_kind, leave_half, reason, "
    "requested_by, requested_utc"
)


def start_session(session: Session, actor: str, seals: Seals | None = None) -> None:
    """Name who writes in this session, and what seals it; None seals nothing (tools, tests)."""
    session.info[_ACTOR] = actor
    session.info[_SEALS] = seals


def end_before(session: Session) -> Head | None:
    """Return where the log ended before this session added its first entry, None when it added none."""
    found: Head | None = session.info.get(_BEFORE)
    return found


def account_of(session: Session) -> str:
    """Return the account that writes in this session, "" where none was named."""
    return str(session.info.get(_ACTOR, ""))


def add_entry(
    session: Session, *, action: str, subject: str, data: Mapping[str, object], actor: str | None = None
) -> None:
    """Add one entry; belongs into the write transaction of the change it tells of.

    Args:
        session: of a write transaction, so that nobody else adds the same number.
        action: see ``AuditEntry``, like the next two.
        subject: see there.
        data: see there; never a name, never biometric data.
        actor: who did it; None takes the account that runs the program.

    Raises:
        StorageError: the entry cannot be sealed; KeyUnavailable when the key is gone.
    """
    who = account_of(session) if actor is None else actor
    seals: Seals | None = session.info.get(_SEALS)
    connection = session.connection()
    seal = None if seals is None else seals.entry_seal(connection)
    before = chain(connection, actor=who or "unknown", action=action, subject=subject, data=data, seal=seal)
    note_end(session, before)


def note_end(session: Session, before: Head) -> None:
    """Note where the log ended before the first entry that was added in this session; a later one changes nothing."""
    session.info.setdefault(_BEFORE, before)


def chain(
    connection: Connection,
    *,
    actor: str,
    action: str,
    subject: str,
    data: Mapping[str, object],
    seal: EntrySeal | None,
) -> Head:
    """Add one entry on a plain connection, within its transaction.

    Args:
        connection: in the transaction.
        actor: see ``add_entry``, like the next three.
        action: see there.
        subject: see there.
        data: see there.
        seal: seals it, None leaves it unsealed.

    Returns:
        Where the log ended before.
    """
    end = read_newest(connection) or Head(0, GENESIS)
    number = end.count + 1
    body = entry_body(seq=number, at_utc=datetime.now(UTC), actor=actor, action=action, subject=subject, data=data)
    own = entry_hash(end.last_hash, body.encode())
    mac = None if seal is None else seal.of(own)
    connection.exec_driver_sql(
        "INSERT INTO audit_entry (seq, body, hash_before, hash, mac) VALUES (?, ?, ?, ?, ?)",
        (number, body, end.last_hash, own, mac),
    )
    return end


def add_check_in_entry(session: Session, event_id: str, *, import_id: str = "") -> None:
    """Add the entry of a check-in that was just stored.

    Args:
        session: of the write transaction that stored it.
        event_id: which.
        import_id: of the file it came with; the actor is then the account that runs the program.
    """
    row = session.connection().exec_driver_sql(
        f"SELECT person_id, method, made_by, {EVENT_COLUMNS} FROM check_in WHERE event_id = ?", (event_id,)
    )
    person_id, method, made_by, *values = row.one()
    data: dict[str, object] = {"person": mark_of(session, person_id, event_id), "row": row_digest(values)}
    if method is not None:  # entries of earlier versions say nothing of it
        data["method"] = method
    if import_id:
        data["import"] = import_id
    add_entry(session, action=CHECK_IN, subject=event_id, data=data, actor=None if import_id else made_by)


def digest_of_step(state: str, made_by: str, at_utc: str, account: str) -> str:
    """Return the fingerprint of a step of a correction; steps from before accounts were written down have none."""
    return row_digest((state, made_by, at_utc, account) if account else (state, made_by, at_utc))


def add_person_entry(session: Session, person_id: int, action: str, **data: object) -> None:
    """Add an entry about a person; ``data`` holds numbers, switches and names of fields, never their text."""
    mark = mark_of(session, person_id, PERSON_SUBJECT)
    add_entry(session, action=action, subject=PERSON_SUBJECT, data={"person": mark, **data})


def salt_of(session: Session, person_id: int | None) -> bytes | None:
    """Return a person's salt, made on first use; None for nobody."""
    if person_id is None:
        return None
    found = session.scalar(select(AuditSaltRow.salt).where(AuditSaltRow.person_id == person_id))
    if found is None:
        found = os.urandom(SALT_BYTES)
        session.add(AuditSaltRow(person_id=person_id, salt=found))
        session.flush()
    return found


def mark_of(session: Session, person_id: int | None, subject: str) -> str | None:
    """Return how an entry on ``subject`` names a person, None for nobody."""
    salt = salt_of(session, person_id)
    return None if salt is None else person_mark(salt, subject)


def forget_person(session: Session, person_id: int) -> None:
    """Remove what corrections, disputed crops and salts know of a person; part of erasing the person."""
    for column in (CorrectionRow.person_id, CorrectionRow.new_person_id):
        cleared: dict[Any, Any] = {column: None, CorrectionRow.reason: ERASED_REASON}
        session.execute(update(CorrectionRow).where(column == person_id).values(cleared))
    for column in (DisputedCropRow.person_id, DisputedCropRow.shown_person_id):
        session.execute(delete(DisputedCropRow).where(column == person_id))
    session.execute(delete(AuditSaltRow).where(AuditSaltRow.person_id == person_id))
