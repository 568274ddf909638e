"""Seals: of audit entries, of stored rows, of what all tables hold together, and of kept days."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Add audit_entry.mac, timesheet_day.seal and the tables row_seal and seal_state; who has the key fills them."""
    op.add_column("audit_entry", sa.Column("mac", sa.LargeBinary(), nullable=True))
    op.add_column("timesheet_day", sa.Column("seal", sa.LargeBinary(), nullable=True))
    # The first entry of a new folder is made by a migration, which has no key: its seal follows, once.
    op.execute("DROP TRIGGER IF EXISTS audit_entry_never_updated")
    kept = " AND ".join(f"NEW.{name} IS OLD.{name}" for name in ("seq", "body", "hash_before", "hash"))
    op.execute(
        "CREATE TRIGGER audit_entry_never_updated BEFORE UPDATE ON audit_entry "
        f"WHEN NOT (OLD.mac IS NULL AND {kept}) BEGIN SELECT RAISE(ABORT, 'the audit log is never changed'); END"
    )
    op.create_table(
        "row_seal",
        sa.Column("table_name", sa.String(64), nullable=False),
        sa.Column("row_key", sa.String(64), nullable=False),
        sa.Column("seal", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("table_name", "row_key", name="pk_row_seal"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "seal_state",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_seal_state"),
    )
