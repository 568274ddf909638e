"""Work that a committed change leaves to do, noted with the change."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Add the table pending_work."""
    op.create_table(
        "pending_work",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("noted_utc", sa.String(26), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_pending_work"),
        sa.CheckConstraint("kind IN ('erase')", name="ck_pending_work_kind"),
        sqlite_autoincrement=True,
    )
