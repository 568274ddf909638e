"""What a committed change leaves to do on the disk: noted with the change itself, done after it and at every start."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from sqlalchemy import CheckConstraint, String, delete, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from attendance.data.schema import Base
from attendance.data.stored.instants import UtcDateTime

ERASE = "erase"
"""Somebody was erased: the file still has free pages, a write-ahead log and copies with what was deleted."""


class PendingWorkRow(Base):
    """One piece of work; it goes when the work is done. Ids are never used again: a late one settles no other."""

    __tablename__ = "pending_work"
    __table_args__ = (CheckConstraint("kind IN ('erase')", name="kind"), {"sqlite_autoincrement": True})

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(32))
    noted_utc: Mapped[datetime] = mapped_column(UtcDateTime)


def note_work(session: Session, kind: str) -> None:
    """Note work; belongs into the transaction of the change that leaves it to do."""
    session.execute(insert(PendingWorkRow).values(kind=kind, noted_utc=datetime.now(UTC)))


def noted_work(session: Session) -> list[int]:
    """Return the ids of what is still to be done."""
    return list(session.scalars(select(PendingWorkRow.id).order_by(PendingWorkRow.id)))


def settle_work(session: Session, done: Collection[int]) -> None:
    """Take away what was done; belongs behind the work."""
    session.execute(delete(PendingWorkRow).where(PendingWorkRow.id.in_(done)))
