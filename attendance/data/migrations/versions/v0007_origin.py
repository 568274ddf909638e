"""Where things come from: imported check-ins with their file, the account behind each decision, refused messages."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"

_DIRECTIONS = "direction IN ('in', 'out', 'break_start', 'break_end')"
_KEPT = ("id", "import_id", "event_id", "at_utc", "utc_offset_s", "direction")


def upgrade() -> None:
    """Add three tables of imports, correction_step.account, work_plan.account and outbox.refused_utc."""
    for table in ("correction_step", "work_plan"):
        # "": written down before accounts were.
        op.add_column(table, sa.Column("account", sa.String(200), nullable=False, server_default=""))
    op.add_column("outbox", sa.Column("refused_utc", sa.String(26), nullable=True))
    _create_event_import()
    _create_event_import_step()
    _create_imported_event()


def _create_event_import() -> None:
    op.create_table(
        "event_import",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.String(36), nullable=False),
        sa.Column("file_name", sa.String(255), nullable=False),
        sa.Column("sha256", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event_import"),
        sa.UniqueConstraint("import_id", name="uq_event_import_import_id"),
        sa.CheckConstraint("length(sha256) = 64", name="ck_event_import_sha256"),
        sqlite_autoincrement=True,
    )
    for what in ("DELETE", "UPDATE"):
        _refuse("event_import", f"event_import_never_{what.lower()}d", "imports are never changed", what)


def _create_event_import_step() -> None:
    op.create_table(
        "event_import_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(11), nullable=False),
        sa.Column("account", sa.String(200), nullable=False),
        sa.Column("remark", sa.String(200), nullable=False),
        sa.Column("at_utc", sa.String(26), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_event_import_step"),
        sa.ForeignKeyConstraint(
            ["import_id"], ["event_import.id"], name="fk_event_import_step_import_id_event_import", ondelete="RESTRICT"
        ),
        sa.CheckConstraint(
            "state IN ('requested', 'approved', 'stored', 'rejected')", name="ck_event_import_step_state"
        ),
    )
    op.create_index("ix_event_import_step_import_id", "event_import_step", ["import_id"])
    for what in ("DELETE", "UPDATE"):
        name = f"event_import_step_never_{what.lower()}d"
        _refuse("event_import_step", name, "steps of imports are never changed", what)


def _create_imported_event() -> None:
    op.create_table(
        "imported_event",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("import_id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at_utc", sa.String(26), nullable=False),
        sa.Column("utc_offset_s", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(11), nullable=False),
        sa.Column("claimed_source", sa.String(200), nullable=False),
        sa.Column("claimed_similarity", sa.Double(), nullable=True),
        sa.Column("claimed_made_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_imported_event"),
        sa.UniqueConstraint("import_id", "event_id", name="uq_imported_event_import_id"),
        sa.ForeignKeyConstraint(
            ["import_id"], ["event_import.id"], name="fk_imported_event_import_id_event_import", ondelete="RESTRICT"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_imported_event_person_id_person", ondelete="RESTRICT"
        ),
        sa.CheckConstraint(_DIRECTIONS, name="ck_imported_event_direction"),
        sa.CheckConstraint("utc_offset_s BETWEEN -86400 AND 86400", name="ck_imported_event_utc_offset"),
    )
    for column in ("event_id", "person_id"):
        op.create_index(f"ix_imported_event_{column}", "imported_event", [column])
    _refuse("imported_event", "imported_event_never_deleted", "imported check-ins are never deleted", "DELETE")
    # What the file claimed goes together with the person: the words may name somebody.
    unchanged = " AND ".join(f"NEW.{column} IS OLD.{column}" for column in _KEPT)
    cleared = "NEW.claimed_source = '' AND NEW.claimed_similarity IS NULL AND NEW.claimed_made_by = ''"
    _refuse(
        "imported_event",
        "imported_event_never_changed",
        "imported check-ins are never changed",
        "UPDATE",
        unless=f"OLD.person_id IS NOT NULL AND NEW.person_id IS NULL AND {unchanged} AND {cleared}",
    )


def _refuse(table: str, name: str, text: str, what: str, *, unless: str = "") -> None:
    when = f" WHEN NOT ({unless})" if unless else ""
    op.execute(f"CREATE TRIGGER {name} BEFORE {what} ON {table}{when} BEGIN SELECT RAISE(ABORT, '{text}'); END")
