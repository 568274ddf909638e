"""Tables of PINs and badges."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from attendance.data.schema import Base
from attendance.data.stored.instants import UtcDateTime


class PinRow(Base):
    """A person's PIN: the sealed text of an Argon2id hash, because 10,000 PINs fall in minutes.

    It goes with the person.
    """

    __tablename__ = "pin"
    __table_args__ = (CheckConstraint("failed_tries >= 0", name="failed_tries"),)

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)
    must_change: Mapped[bool]
    set_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    failed_tries: Mapped[int]
    blocked_until_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)


class BadgeRow(Base):
    """One badge: the SHA-256 of what it carries. Goes with the person."""

    __tablename__ = "badge"
    __table_args__ = (
        UniqueConstraint("digest"),
        CheckConstraint("length(digest) = 32", name="digest"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary)
    made_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)
