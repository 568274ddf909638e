"""People, templates, crops, check-ins and settings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

# IS compares NULL with NULL as equal, unlike "=".
_KEPT = (
    "id",
    "event_id",
    "at_utc",
    "utc_offset_s",
    "direction",
    "similarity",
    "margin",
    "source",
    "model_id",
    "made_by",
)


def upgrade() -> None:
    """Create the tables, indexes and triggers."""
    op.create_table(
        "person",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("code", sa.String(64), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("department", sa.String(200), nullable=False),
        sa.Column("language", sa.String(35), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("created_utc", sa.String(26), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_person"),
        sa.UniqueConstraint("code", name="uq_person_code"),
        sa.CheckConstraint("length(code) BETWEEN 1 AND 64", name="ck_person_code_length"),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 200", name="ck_person_name_length"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "crop",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_crop"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_crop_person_id_person", ondelete="RESTRICT"),
    )
    op.create_index("ix_crop_person_id", "crop", ["person_id"])
    _create_template()
    _create_check_in()
    op.create_table(
        "setting",
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("value", sa.String(2000), nullable=False),
        sa.PrimaryKeyConstraint("key", name="pk_setting"),
    )
    op.execute("INSERT INTO setting (key, value) VALUES ('_roster_revision', '0')")


def _create_template() -> None:
    op.create_table(
        "template",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("crop_id", sa.Integer(), nullable=True),
        sa.Column("model_id", sa.String(200), nullable=False),
        sa.Column("dim", sa.Integer(), nullable=False),
        sa.Column("dtype", sa.String(8), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_template"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_template_person_id_person", ondelete="RESTRICT"),
        sa.ForeignKeyConstraint(["crop_id"], ["crop.id"], name="fk_template_crop_id_crop", ondelete="SET NULL"),
        sa.CheckConstraint("dim BETWEEN 1 AND 8192", name="ck_template_dim"),
        sa.CheckConstraint("dtype = '<f4'", name="ck_template_dtype"),
    )
    op.create_index("ix_template_person_id", "template", ["person_id"])
    op.create_index("ix_template_crop_id", "template", ["crop_id"])


def _create_check_in() -> None:
    op.create_table(
        "check_in",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at_utc", sa.String(26), nullable=False),
        sa.Column("utc_offset_s", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(3), nullable=False),
        sa.Column("similarity", sa.Double(), nullable=True),
        sa.Column("margin", sa.Double(), nullable=True),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("model_id", sa.String(200), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_check_in"),
        sa.UniqueConstraint("event_id", name="uq_check_in_event_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_check_in_person_id_person", ondelete="RESTRICT"),
        sa.CheckConstraint("direction IN ('in', 'out')", name="ck_check_in_direction"),
        sa.CheckConstraint("similarity BETWEEN -1.001 AND 1.001", name="ck_check_in_similarity"),
        sa.CheckConstraint("margin BETWEEN -2.002 AND 2.002", name="ck_check_in_margin"),
        sa.CheckConstraint("utc_offset_s BETWEEN -86400 AND 86400", name="ck_check_in_utc_offset"),
    )
    op.create_index("ix_check_in_at_utc_id", "check_in", ["at_utc", "id"])
    op.create_index("ix_check_in_person_id_at_utc", "check_in", ["person_id", "at_utc"])
    op.execute(
        "CREATE TRIGGER check_in_never_deleted BEFORE DELETE ON check_in "
        "BEGIN SELECT RAISE(ABORT, 'check-ins are never deleted'); END"
    )
    unchanged = " AND ".join(f"NEW.{column} IS OLD.{column}" for column in _KEPT)
    op.execute(
        "CREATE TRIGGER check_in_never_changed BEFORE UPDATE ON check_in "
        f"WHEN NOT (NEW.person_id IS NULL AND {unchanged}) "
        "BEGIN SELECT RAISE(ABORT, 'check-ins are never changed'); END"
    )
