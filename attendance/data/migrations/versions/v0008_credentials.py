"""PINs, badges, and by what somebody was known at the door."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

_METHODS = "method IN ('face', 'pin', 'badge', 'badge+pin', 'badge+face', 'pin+face')"


def upgrade() -> None:
    """Add check_in.method (unknown of what is there) and the tables pin and badge."""
    # SQLite's own ADD COLUMN takes a check with it, and keeps rows and indexes as they are.
    op.execute(f"ALTER TABLE check_in ADD COLUMN method VARCHAR(10) CONSTRAINT ck_check_in_method CHECK ({_METHODS})")
    _keep_every_column_of_check_in()
    op.create_table(
        "pin",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.Column("must_change", sa.Boolean(), nullable=False),
        sa.Column("set_utc", sa.String(26), nullable=False),
        sa.Column("failed_tries", sa.Integer(), nullable=False),
        sa.Column("blocked_until_utc", sa.String(26), nullable=True),
        sa.PrimaryKeyConstraint("person_id", name="pk_pin"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_pin_person_id_person", ondelete="CASCADE"),
        sa.CheckConstraint("failed_tries >= 0", name="ck_pin_failed_tries"),
    )
    op.create_table(
        "badge",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("made_utc", sa.String(26), nullable=False),
        sa.Column("revoked_utc", sa.String(26), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_badge"),
        sa.UniqueConstraint("digest", name="uq_badge_digest"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_badge_person_id_person", ondelete="CASCADE"),
        sa.CheckConstraint("length(digest) = 32", name="ck_badge_digest"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_badge_person_id", "badge", ["person_id"])


def _keep_every_column_of_check_in() -> None:
    """Make the trigger anew that allows no change but clearing the person: of all columns that there are by now."""
    columns = [row[1] for row in op.get_bind().exec_driver_sql("PRAGMA table_info(check_in)")]
    # IS compares NULL with NULL as equal, unlike "=".
    unchanged = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in columns if name != "person_id")
    op.execute("DROP TRIGGER IF EXISTS check_in_never_changed")
    op.execute(
        "CREATE TRIGGER check_in_never_changed BEFORE UPDATE ON check_in "
        f"WHEN NOT (NEW.person_id IS NULL AND {unchanged}) "
        "BEGIN SELECT RAISE(ABORT, 'check-ins are never changed'); END"
    )
