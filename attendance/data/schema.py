"""Typed tables. Rows of these classes never leave ``attendance.data``."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import (
    CheckConstraint,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from attendance.core.check_in_method import CheckInMethod
from attendance.data.stored.instants import UtcDateTime

SCHEMA_REVISION = "0008"
"""Newest migration; a test keeps it equal to the head of ``migrations/versions``."""


class Base(DeclarativeBase):
    """Declarative base; named constraints, so that a migration can find them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


class PersonRow(Base):
    """One enrolled person. Ids are never used again: ciphertexts are bound to them."""

    __tablename__ = "person"
    __table_args__ = (
        UniqueConstraint("code"),
        CheckConstraint("length(code) BETWEEN 1 AND 64", name="code_length"),
        CheckConstraint("length(name) BETWEEN 1 AND 200", name="name_length"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    code: Mapped[str] = mapped_column(String(64))
    name: Mapped[str] = mapped_column(String(200))
    department: Mapped[str] = mapped_column(String(200))
    language: Mapped[str] = mapped_column(String(35))
    is_active: Mapped[bool]
    may_train: Mapped[bool] = mapped_column(server_default=false())
    created_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    deactivated_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)


class CropRow(Base):
    """One kept enrolment crop: sealed zlib-compressed (112, 112, 3) uint8 BGR."""

    __tablename__ = "crop"

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"), index=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class TemplateRow(Base):
    """One embedding: sealed (dim,) little-endian float32 of unit length.

    No index on model_id: nearly all rows are of the active recognizer, and reading them in table order is faster.
    """

    __tablename__ = "template"
    __table_args__ = (
        CheckConstraint("dim BETWEEN 1 AND 8192", name="dim"),
        CheckConstraint("dtype = '<f4'", name="dtype"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"), index=True)
    crop_id: Mapped[int | None] = mapped_column(ForeignKey("crop.id", ondelete="SET NULL"), index=True)
    model_id: Mapped[str] = mapped_column(String(200))
    dim: Mapped[int]
    dtype: Mapped[str] = mapped_column(String(8))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class CheckInRow(Base):
    """One attendance event. Triggers refuse DELETE and every UPDATE but clearing ``person_id``."""

    __tablename__ = "check_in"
    __table_args__ = (
        UniqueConstraint("event_id"),
        CheckConstraint("direction IN ('in', 'out', 'break_start', 'break_end')", name="direction"),
        # Cosines of float32 vectors may pass 1 by rounding.
        CheckConstraint("similarity BETWEEN -1.001 AND 1.001", name="similarity"),
        CheckConstraint("margin BETWEEN -2.002 AND 2.002", name="margin"),
        CheckConstraint("utc_offset_s BETWEEN -86400 AND 86400", name="utc_offset"),
        CheckConstraint(f"method IN {tuple(map(str, CheckInMethod))}", name="method"),
        Index(None, "at_utc", "id"),
        Index(None, "person_id", "at_utc"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(String(36))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    utc_offset_s: Mapped[int]
    direction: Mapped[str] = mapped_column(String(11))
    similarity: Mapped[float | None] = mapped_column(Double)
    margin: Mapped[float | None] = mapped_column(Double)
    source: Mapped[str] = mapped_column(String(200))
    model_id: Mapped[str] = mapped_column(String(200))
    made_by: Mapped[str] = mapped_column(String(200))
    method: Mapped[str | None] = mapped_column(String(10))


class ShadowProbeRow(Base):
    """One accepted check-in or refused face, as the recognizer in use and the candidate saw it.

    No picture and no embedding. A person is None where that recognizer stayed below its threshold; rows about an
    erased person go with the person.
    """

    __tablename__ = "shadow_look"
    __table_args__ = (
        CheckConstraint("old_similarity BETWEEN -1.001 AND 1.001", name="old_similarity"),
        CheckConstraint("new_similarity BETWEEN -1.001 AND 1.001", name="new_similarity"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    old_model_id: Mapped[str] = mapped_column(String(200))
    new_model_id: Mapped[str] = mapped_column(String(200))
    old_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    new_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), index=True)
    old_similarity: Mapped[float] = mapped_column(Double)
    new_similarity: Mapped[float] = mapped_column(Double)


class CorrectionRow(Base):
    """One correction as it was asked for. Triggers refuse DELETE and every UPDATE but what erasing a person takes."""

    __tablename__ = "correction"
    __table_args__ = (
        UniqueConstraint("correction_id"),
        CheckConstraint("kind IN ('add', 'move', 'void', 'reassign', 'leave')", name="kind"),
        CheckConstraint("direction IN ('in', 'out', 'break_start', 'break_end')", name="direction"),
        CheckConstraint("length(reason) BETWEEN 1 AND 1000", name="reason"),
        CheckConstraint("first_day <= last_day", name="days"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    correction_id: Mapped[str] = mapped_column(String(36))
    kind: Mapped[str] = mapped_column(String(8))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"), index=True)
    new_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"), index=True)
    event_id: Mapped[str | None] = mapped_column(String(64), index=True)
    at_utc: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    direction: Mapped[str | None] = mapped_column(String(11))
    first_day: Mapped[str | None] = mapped_column(String(10))
    last_day: Mapped[str | None] = mapped_column(String(10))
    leave_kind: Mapped[str] = mapped_column(String(64))
    leave_half: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(1000))
    requested_by: Mapped[str] = mapped_column(String(200))
    requested_utc: Mapped[datetime] = mapped_column(UtcDateTime)


class CorrectionStepRow(Base):
    """One state a correction came into; the newest is in force. Triggers refuse DELETE and UPDATE.

    ``made_by`` is the name that was given, ``account`` who it was.
    """

    __tablename__ = "correction_step"
    __table_args__ = (
        CheckConstraint("state IN ('requested', 'provisional', 'approved', 'rejected')", name="state"),
        CheckConstraint("length(made_by) BETWEEN 1 AND 200", name="made_by"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    correction_id: Mapped[int] = mapped_column(ForeignKey("correction.id", ondelete="RESTRICT"), index=True)
    state: Mapped[str] = mapped_column(String(11))
    made_by: Mapped[str] = mapped_column(String(200))
    at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    account: Mapped[str] = mapped_column(String(200), server_default="")


class DisputedCropRow(Base):
    """A face of a check-in that was taken back, kept with consent: sealed zlib-compressed (112, 112, 3) uint8 BGR."""

    __tablename__ = "disputed_crop"
    __table_args__ = (CheckConstraint("similarity BETWEEN -1.001 AND 1.001", name="similarity"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"), index=True)
    shown_person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"), index=True)
    at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    similarity: Mapped[float | None] = mapped_column(Double)
    model_id: Mapped[str] = mapped_column(String(200))
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class AuditEntryRow(Base):
    """One entry of the audit log (``core.audit``). Triggers refuse DELETE and UPDATE; the chain shows who got past."""

    __tablename__ = "audit_entry"

    seq: Mapped[int] = mapped_column(primary_key=True)
    body: Mapped[str] = mapped_column(Text)
    hash_before: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    mac: Mapped[bytes | None] = mapped_column(LargeBinary)


class RowSealRow(Base):
    """The seal of one row of a table where it is to be named when it was changed (``data.audit.covered``)."""

    __tablename__ = "row_seal"
    __table_args__ = ({"sqlite_with_rowid": False},)

    table_name: Mapped[str] = mapped_column(String(64), primary_key=True)
    row_key: Mapped[str] = mapped_column(String(64), primary_key=True)
    seal: Mapped[bytes] = mapped_column(LargeBinary)


class SealStateRow(Base):
    """The one row that says, encrypted, what all covered tables hold together (``data.audit.seal_state``)."""

    __tablename__ = "seal_state"

    id: Mapped[int] = mapped_column(primary_key=True)
    sealed: Mapped[bytes] = mapped_column(LargeBinary)


class AuditSaltRow(Base):
    """What ties the marks in the audit log to a person; goes with the person."""

    __tablename__ = "audit_salt"

    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"), primary_key=True)
    salt: Mapped[bytes] = mapped_column(LargeBinary)


class WorkPlanRow(Base):
    """One version of the plan as it was saved; the newest row counts."""

    __tablename__ = "work_plan"
    __table_args__ = (
        CheckConstraint("length(saved_by) BETWEEN 1 AND 200", name="saved_by"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    saved_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    saved_by: Mapped[str] = mapped_column(String(200))
    text: Mapped[str] = mapped_column(Text)
    account: Mapped[str] = mapped_column(String(200), server_default="")


class TimesheetDayRow(Base):
    """One worked-out day that no longer changes with time; it counts while its fingerprint is the one of its inputs.

    ``overtime`` is a JSON list of [name, rate, seconds], ``body`` a JSON object of what has no column, ``seal`` a keyed
    digest of all the others.
    """

    __tablename__ = "timesheet_day"
    __table_args__ = ({"sqlite_with_rowid": False},)

    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True)
    fingerprint: Mapped[bytes] = mapped_column(LargeBinary)
    made_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    kind: Mapped[str] = mapped_column(String(16))
    status: Mapped[str] = mapped_column(String(16))
    scheduled_s: Mapped[int]
    presence_s: Mapped[int]
    worked_s: Mapped[int]
    break_s: Mapped[int]
    paid_s: Mapped[int]
    overtime_s: Mapped[int]
    late_by_s: Mapped[int]
    early_by_s: Mapped[int]
    leave_share: Mapped[float] = mapped_column(Double)
    leave_kind: Mapped[str] = mapped_column(String(64))
    overtime: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    seal: Mapped[bytes | None] = mapped_column(LargeBinary)


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


class OutboxRow(Base):
    """One message to another system, kept until it was delivered. ``url_key`` names where to, never the address."""

    __tablename__ = "outbox"
    __table_args__ = (
        UniqueConstraint("event_id", "url_key"),
        CheckConstraint("attempts >= 0", name="attempts"),
        Index(None, "delivered_utc", "next_utc"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(String(64))
    url_key: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)
    created_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    attempts: Mapped[int]
    next_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    delivered_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str] = mapped_column(String(1000))
    refused_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ReportScheduleRow(Base):
    """One report that is made again and again; ``options`` is a JSON object."""

    __tablename__ = "report_schedule"
    __table_args__ = (
        UniqueConstraint("name"),
        CheckConstraint("length(name) BETWEEN 1 AND 200", name="name"),
        {"sqlite_autoincrement": True},
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[str] = mapped_column(String(32))
    every: Mapped[str] = mapped_column(String(64))
    format: Mapped[str] = mapped_column(String(16))
    folder: Mapped[str] = mapped_column(String(1000))
    mail_to: Mapped[str] = mapped_column(String(1000))
    options: Mapped[str] = mapped_column(Text)
    last_run_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)
    next_utc: Mapped[datetime | None] = mapped_column(UtcDateTime)
    last_error: Mapped[str] = mapped_column(String(1000))
    is_active: Mapped[bool]


class SettingRow(Base):
    """One value of the site. Keys that start with "_" belong to ``attendance.data`` itself."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(String(2000))


KEY_ID_SETTING = "_key_id"
"""``Cipher.key_id`` of the key that sealed this database."""
REVISION_SETTING = "_roster_revision"
"""Counter that grows with every change of people or templates."""
