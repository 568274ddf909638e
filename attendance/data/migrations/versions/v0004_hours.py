"""Work plans, kept timesheets, messages to other systems, scheduled reports, and when somebody was deactivated."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Add the tables work_plan, timesheet_day, outbox and report_schedule, and person.deactivated_utc."""
    op.add_column("person", sa.Column("deactivated_utc", sa.String(26), nullable=True))
    # Nobody wrote down when; the last check-in is the last moment at which they were there.
    op.execute(
        "UPDATE person SET deactivated_utc = coalesce("
        "(SELECT max(at_utc) FROM check_in WHERE check_in.person_id = person.id), created_utc) WHERE NOT is_active"
    )
    _create_work_plan()
    _create_timesheet_day()
    _create_outbox()
    _create_report_schedule()


def _create_work_plan() -> None:
    op.create_table(
        "work_plan",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("saved_utc", sa.String(26), nullable=False),
        sa.Column("saved_by", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_work_plan"),
        sa.CheckConstraint("length(saved_by) BETWEEN 1 AND 200", name="ck_work_plan_saved_by"),
        sqlite_autoincrement=True,
    )


def _create_timesheet_day() -> None:
    numbers = ("scheduled_s", "presence_s", "worked_s", "break_s", "paid_s", "overtime_s", "late_by_s", "early_by_s")
    op.create_table(
        "timesheet_day",
        sa.Column("day", sa.String(10), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("fingerprint", sa.LargeBinary(), nullable=False),
        sa.Column("made_utc", sa.String(26), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("status", sa.String(16), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in numbers),
        sa.Column("leave_share", sa.Double(), nullable=False),
        sa.Column("leave_kind", sa.String(64), nullable=False),
        sa.Column("overtime", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("day", "person_id", name="pk_timesheet_day"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_timesheet_day_person_id_person", ondelete="CASCADE"
        ),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_timesheet_day_person_id", "timesheet_day", ["person_id"])


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(64), nullable=False),
        sa.Column("url_key", sa.String(64), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("created_utc", sa.String(26), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_utc", sa.String(26), nullable=False),
        sa.Column("delivered_utc", sa.String(26), nullable=True),
        sa.Column("last_error", sa.String(1000), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_outbox"),
        sa.UniqueConstraint("event_id", "url_key", name="uq_outbox_event_id"),
        sa.CheckConstraint("attempts >= 0", name="ck_outbox_attempts"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_delivered_utc_next_utc", "outbox", ["delivered_utc", "next_utc"])


def _create_report_schedule() -> None:
    op.create_table(
        "report_schedule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("every", sa.String(64), nullable=False),
        sa.Column("format", sa.String(16), nullable=False),
        sa.Column("folder", sa.String(1000), nullable=False),
        sa.Column("mail_to", sa.String(1000), nullable=False),
        sa.Column("options", sa.Text(), nullable=False),
        sa.Column("last_run_utc", sa.String(26), nullable=True),
        sa.Column("next_utc", sa.String(26), nullable=True),
        sa.Column("last_error", sa.String(1000), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_report_schedule"),
        sa.UniqueConstraint("name", name="uq_report_schedule_name"),
        sa.CheckConstraint("length(name) BETWEEN 1 AND 200", name="ck_report_schedule_name"),
        sqlite_autoincrement=True,
    )
