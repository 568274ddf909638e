"""Consent to training, and what a candidate recognizer says of the faces at the door."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add person.may_train (nobody has consented yet) and the table shadow_look."""
    # SQLite's own ADD COLUMN: the table keeps its rows, its ids and its AUTOINCREMENT counter.
    op.add_column("person", sa.Column("may_train", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.create_table(
        "shadow_look",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at_utc", sa.String(26), nullable=False),
        sa.Column("old_model_id", sa.String(200), nullable=False),
        sa.Column("new_model_id", sa.String(200), nullable=False),
        sa.Column("old_person_id", sa.Integer(), nullable=True),
        sa.Column("new_person_id", sa.Integer(), nullable=True),
        sa.Column("old_similarity", sa.Double(), nullable=False),
        sa.Column("new_similarity", sa.Double(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_shadow_look"),
        *(
            sa.ForeignKeyConstraint([column], ["person.id"], name=f"fk_shadow_look_{column}_person", ondelete="CASCADE")
            for column in ("old_person_id", "new_person_id")
        ),
        *(
            sa.CheckConstraint(f"{column} BETWEEN -1.001 AND 1.001", name=f"ck_shadow_look_{column}")
            for column in ("old_similarity", "new_similarity")
        ),
    )
    for column in ("old_person_id", "new_person_id"):
        op.create_index(f"ix_shadow_look_{column}", "shadow_look", [column])
