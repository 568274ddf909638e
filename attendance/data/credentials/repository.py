"""PINs and badges of all people (port Credentials)."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from attendance.core.credentials.pin import LONGEST_PAUSE, pause_after
from attendance.core.credentials.records import Badge, PinState, PinTry
from attendance.data.audit.entries import PERSON_SUBJECT, add_entry, mark_of
from attendance.data.database import Database
from attendance.data.keys.encryption import Cipher
from attendance.data.keys.sealed_values import claim_key, open_sealed
from attendance.data.schema import BadgeRow, PinRow
from attendance.errors.people import BadgeTaken

_SEALED_AS = "pin"
KIOSK = "kiosk"


class SqlCredentials:
    """PINs and badges in one database.

    Args:
        database: opened database.
        cipher: seals the hashes of PINs.
    """

    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher

    # --- PINs ----------------------------------------------------------------------------------------

    def pin_state(self, person_id: int) -> PinState | None:
        """Return what is known of a person's PIN, None without one."""
        with self._database.read() as session:
            row = session.get(PinRow, person_id)
            if row is None:
                return None
            return PinState(row.must_change, row.set_utc, row.failed_tries, row.blocked_until_utc)

    def set_pin(self, person_id: int, hashed: str, *, must_change: bool, action: str, actor: str | None = None) -> None:
        """Store a person's PIN; tries and pause begin anew; see the port for the arguments.

        Raises:
            KeyUnavailable: the database was encrypted with another key.
        """
        sealed = self._cipher.seal(hashed.encode(), kind=_SEALED_AS, person_id=person_id)

        def write(session: Session) -> None:
            claim_key(session, self._cipher, self._database.path)
            row = session.get(PinRow, person_id) or PinRow(person_id=person_id)
            row.sealed, row.must_change, row.set_utc = sealed, must_change, datetime.now(UTC)
            row.failed_tries, row.blocked_until_utc = 0, None
            session.add(row)
            session.flush()
            _tell(session, person_id, action, actor=actor, must_change=must_change)

        self._database.write(write)

    def remove_pin(self, person_id: int) -> bool:
        """Take a person's PIN away; False when there was none."""

        def write(session: Session) -> bool:
            row = session.get(PinRow, person_id)
            if row is None:
                return False
            session.delete(row)
            session.flush()
            _tell(session, person_id, "pin.removed")
            return True

        return self._database.write(write)

    def take_try(self, person_id: int, now_utc: datetime) -> PinTry | None:
        """Count one try and return what to compare it with; None without a PIN.

        Raises:
            DatabaseCorrupt: the stored PIN is damaged or was moved from another person.
        """

        def write(session: Session) -> PinTry | None:
            row = session.get(PinRow, person_id)
            if row is None:
                return None
            until = row.blocked_until_utc
            # A clock that was set back must not make a pause of an hour one of a year.
            if until is not None and now_utc < until <= now_utc + LONGEST_PAUSE + timedelta(minutes=1):
                return PinTry(None, row.must_change, row.failed_tries, until)
            row.failed_tries += 1
            pause = pause_after(row.failed_tries)
            row.blocked_until_utc = now_utc + pause if pause else None
            session.flush()
            hashed = open_sealed(self._cipher, row.sealed, _SEALED_AS, person_id).decode("ascii", "replace")
            return PinTry(hashed, row.must_change, row.failed_tries, row.blocked_until_utc)

        return self._database.write(write)

    def end_try(self, person_id: int, *, is_right: bool, failed_tries: int) -> None:
        """Clear the count after a right PIN; note in the audit log that a wrong one began a pause."""

        def write(session: Session) -> None:
            if is_right:
                cleared = {PinRow.failed_tries: 0, PinRow.blocked_until_utc: None}
                session.execute(update(PinRow).where(PinRow.person_id == person_id).values(cleared))
            elif pause_after(failed_tries):
                _tell(session, person_id, "pin.blocked", actor=KIOSK, failed_tries=failed_tries)

        self._database.write(write)

    # --- badges --------------------------------------------------------------------------------------

    def add_badge(self, person_id: int, digest: bytes) -> Badge:
        """Store a badge.

        Raises:
            BadgeTaken: one with this digest is there already.
        """

        def write(session: Session) -> Badge:
            known = session.scalar(select(BadgeRow.id).where(BadgeRow.digest == digest))
            if known is not None:
                raise BadgeTaken(badge=known)
            row = BadgeRow(person_id=person_id, digest=digest, made_utc=datetime.now(UTC), revoked_utc=None)
            session.add(row)
            session.flush()
            _tell(session, person_id, "badge.made", badge=row.id)
            return _badge(row)

        return self._database.write(write)

    def badges(self, person_id: int | None = None) -> list[Badge]:
        """Return badges of one person or of everybody, oldest first, revoked ones included."""
        query = select(BadgeRow).order_by(BadgeRow.id)
        if person_id is not None:
            query = query.where(BadgeRow.person_id == person_id)
        with self._database.read() as session:
            return [_badge(row) for row in session.scalars(query)]

    def badge_by_digest(self, digest: bytes) -> Badge | None:
        """Return the badge with this digest, also a revoked one."""
        with self._database.read() as session:
            row = session.scalar(select(BadgeRow).where(BadgeRow.digest == digest))
            return None if row is None else _badge(row)

    def revoke_badges(self, person_id: int, badge_id: int | None = None) -> int:
        """Take back one badge of a person, or all; returns how many were good until now."""
        query = select(BadgeRow).where(BadgeRow.person_id == person_id, BadgeRow.revoked_utc.is_(None))
        if badge_id is not None:
            query = query.where(BadgeRow.id == badge_id)

        def write(session: Session) -> int:
            rows = session.scalars(query).all()
            for row in rows:
                row.revoked_utc = datetime.now(UTC)
                session.flush()
                _tell(session, person_id, "badge.revoked", badge=row.id)
            return len(rows)

        return self._database.write(write)


def _badge(row: BadgeRow) -> Badge:
    return Badge(row.id, row.person_id, row.made_utc, row.revoked_utc)


def _tell(session: Session, person_id: int, action: str, *, actor: str | None = None, **data: object) -> None:
    mark = mark_of(session, person_id, PERSON_SUBJECT)
    add_entry(session, action=action, subject=PERSON_SUBJECT, data={"person": mark, **data}, actor=actor)
