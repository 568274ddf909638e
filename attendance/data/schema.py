"""Typed tables. Rows of these classes never leave ``attendance.data``."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import (
    CheckConstraint,
    Dialect,
    Double,
    ForeignKey,
    Index,
    LargeBinary,
    MetaData,
    String,
    UniqueConstraint,
    false,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeDecorator

from attendance.data.storage_errors import DamagedValue

SCHEMA_REVISION = "0002"
"""Newest migration; a test keeps it equal to the head of ``migrations/versions``."""


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC instants as sortable text "YYYY-MM-DD HH:MM:SS.ffffff".

    SQLite has no time zones: SQLAlchemy's own type drops the offset and makes both hours of an autumn clock
    change equal.
    """

    impl = String(26)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Return the text of an instant.

        Raises:
            ValueError: the instant is naive.
        """
        if value is None:
            return None
        if value.utcoffset() is None:
            raise ValueError("only aware instants are stored")
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Return the aware UTC instant of a text.

        Raises:
            DamagedValue: not a text this class wrote.
        """
        if value is None:
            return None
        try:
            return datetime.fromisoformat(value).replace(tzinfo=UTC)
        except (ValueError, TypeError) as err:
            raise DamagedValue("a stored instant is not a date and time") from err


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
        CheckConstraint("direction IN ('in', 'out')", name="direction"),
        # Cosines of float32 vectors may pass 1 by rounding.
        CheckConstraint("similarity BETWEEN -1.001 AND 1.001", name="similarity"),
        CheckConstraint("margin BETWEEN -2.002 AND 2.002", name="margin"),
        CheckConstraint("utc_offset_s BETWEEN -86400 AND 86400", name="utc_offset"),
        Index(None, "at_utc", "id"),
        Index(None, "person_id", "at_utc"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    event_id: Mapped[str] = mapped_column(String(36))
    person_id: Mapped[int | None] = mapped_column(ForeignKey("person.id", ondelete="RESTRICT"))
    at_utc: Mapped[datetime] = mapped_column(UtcDateTime)
    utc_offset_s: Mapped[int]
    direction: Mapped[str] = mapped_column(String(3))
    similarity: Mapped[float | None] = mapped_column(Double)
    margin: Mapped[float | None] = mapped_column(Double)
    source: Mapped[str] = mapped_column(String(200))
    model_id: Mapped[str] = mapped_column(String(200))
    made_by: Mapped[str] = mapped_column(String(200))


class ShadowLookRow(Base):
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


class SettingRow(Base):
    """One value of the site. Keys that start with "_" belong to ``attendance.data`` itself."""

    __tablename__ = "setting"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    value: Mapped[str] = mapped_column(String(2000))


KEY_ID_SETTING = "_key_id"
"""``Cipher.key_id`` of the key that sealed this database."""
REVISION_SETTING = "_roster_revision"
"""Counter that grows with every change of people or templates."""
ACTIVE_PACK_SETTING = "active_pack"
PREVIOUS_PACK_SETTING = "previous_pack"
"""Pack that a rollback returns to; "" when there is none."""
CANDIDATE_PACK_SETTING = "candidate_pack"
"""Pack that is being prepared or runs in shadow mode; "" when there is none."""
CANDIDATE_MODEL_SETTING = "candidate_model"
"""Recognizer of the candidate for which every crop was embedded; "" until then."""
