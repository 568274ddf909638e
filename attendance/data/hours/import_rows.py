"""Typed tables of imported check-ins: the files, what was decided about them, and what they claim."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, Double, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from attendance.data.schema import Base
from attendance.data.stored.instants import UtcDateTime


class EventImportRow(Base):
    """One file of check-ins. Triggers refuse DELETE and UPDATE. Without a step it was never read to its end."""

    __tablename__ = "event_import"
    __table_args__ = (
        UniqueConstraint("import_id"),
        CheckConstraint("length(sha256) = 64", name="sha256"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[str] = mapped_column(String(36))
    file_name: Mapped[str] = mapped_column(String(255))
    sha256: Mapped[str] = mapped_column(String(64))


class EventImportStepRow(Base):
    """One state an import came into; the newest is in force. Triggers refuse DELETE and UPDATE."""

    __tablename__ = "event_import_step"
    __table_args__ = (CheckConstraint("state IN ('requested', 'approved', 'stored', 'rejected')", name="state"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("event_import.id", ondelete="RESTRICT"), index=True)
    state: Mapped[str] = mapped_column(String(11))
    account: Mapped[str] = mapped_column(String(200))
    remark: Mapped[str] = mapped_column(String(200))
    at_utc: Mapped[datetime] = mapped_column(UtcDateTime)


class ImportedEventRow(Base):
    """One check-in as a file has it; ``claimed_`` columns are what the file says of itself and nobody vouches for.

    Triggers refuse DELETE and every UPDATE but what erasing a person takes.
    """

    __tablename__ = "imported_event"
    __table_args__ = (
        UniqueConstraint("import_id", "event_id"),
        CheckConstraint("direction IN ('in', 'out', 'break_start', 'break_end')", name="direction"),
        CheckConstraint("utc_offset_s BETWEEN -86400 AND 86400", name="utc_offset"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    import_id: Mapped[int] = mapped_column(ForeignKey("event_import.id", ondelete="RESTRICT"))
    event_id: Mapped[str] = mapped_column(String(36), index=True)
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"), index=True)
    at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    utc_offset_s: Mapped[int]
    direction: Mapped[str] = mapped_column(String(11))
    claimed_source: Mapped[str] = mapped_column(String(200))
    claimed_similarity: Mapped[float | None] = mapped_column(Double)
    claimed_made_by: Mapped[str] = mapped_column(String(200))
