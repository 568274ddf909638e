"""Breaks as directions, corrections, disputed crops, and the audit log with all check-ins there are."""

from __future__ import annotations

import hashlib
import hmac
import json
import os
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_DIRECTIONS = "direction IN ('in', 'out', 'break_start', 'break_end')"
_EVENT_COLUMNS = "event_id, at_utc, utc_offset_s, direction, similarity, margin, source, model_id, made_by"
_EVENT = f"id, person_id, {_EVENT_COLUMNS}"
_ACTOR = "import"
"""Of the entries for check-ins that are older than the audit log."""
_SALT_BYTES = 16
_MARK_HEX = 32
_ASKED = (
    "id",
    "correction_id",
    "kind",
    "event_id",
    "at_utc",
    "direction",
    "first_day",
    "last_day",
    "leave_kind",
    "leave_half",
    "requested_by",
    "requested_utc",
)
_KEPT = ("id", *_EVENT_COLUMNS.split(", "))


def upgrade() -> None:
    """Rebuild check_in with its rows, create the new tables, and chain what is there."""
    _rebuild_check_in()
    _create_correction()
    _create_correction_step()
    _create_disputed_crop()
    _create_audit()
    _chain_check_ins(op.get_bind())


def _rebuild_check_in() -> None:
    # SQLite cannot change a constraint: a new table takes the rows and then the name (sqlite.org/lang_altertable.html,
    # section 7). Foreign keys are off here, and dropping a table fires no trigger.
    op.create_table(
        "check_in_new",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("event_id", sa.String(36), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("at_utc", sa.String(26), nullable=False),
        sa.Column("utc_offset_s", sa.Integer(), nullable=False),
        sa.Column("direction", sa.String(11), nullable=False),
        sa.Column("similarity", sa.Double(), nullable=True),
        sa.Column("margin", sa.Double(), nullable=True),
        sa.Column("source", sa.String(200), nullable=False),
        sa.Column("model_id", sa.String(200), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_check_in"),
        sa.UniqueConstraint("event_id", name="uq_check_in_event_id"),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name="fk_check_in_person_id_person", ondelete="RESTRICT"),
        sa.CheckConstraint(_DIRECTIONS, name="ck_check_in_direction"),
        sa.CheckConstraint("similarity BETWEEN -1.001 AND 1.001", name="ck_check_in_similarity"),
        sa.CheckConstraint("margin BETWEEN -2.002 AND 2.002", name="ck_check_in_margin"),
        sa.CheckConstraint("utc_offset_s BETWEEN -86400 AND 86400", name="ck_check_in_utc_offset"),
    )
    op.execute(f"INSERT INTO check_in_new ({_EVENT}) SELECT {_EVENT} FROM check_in ORDER BY id")
    op.execute("DROP TABLE check_in")
    op.execute("ALTER TABLE check_in_new RENAME TO check_in")
    op.create_index("ix_check_in_at_utc_id", "check_in", ["at_utc", "id"])
    op.create_index("ix_check_in_person_id_at_utc", "check_in", ["person_id", "at_utc"])
    _refuse("check_in", "check_in_never_deleted", "check-ins are never deleted", "DELETE")
    unchanged = " AND ".join(f"NEW.{column} IS OLD.{column}" for column in _KEPT)
    _refuse(
        "check_in",
        "check_in_never_changed",
        "check-ins are never changed",
        "UPDATE",
        unless=f"NEW.person_id IS NULL AND {unchanged}",
    )


def _refuse(table: str, name: str, text: str, what: str, *, unless: str = "") -> None:
    when = f" WHEN NOT ({unless})" if unless else ""
    op.execute(f"CREATE TRIGGER {name} BEFORE {what} ON {table}{when} BEGIN SELECT RAISE(ABORT, '{text}'); END")


def _create_correction() -> None:
    op.create_table(
        "correction",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("correction_id", sa.String(36), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=True),
        sa.Column("new_person_id", sa.Integer(), nullable=True),
        sa.Column("event_id", sa.String(64), nullable=True),
        sa.Column("at_utc", sa.String(26), nullable=True),
        sa.Column("direction", sa.String(11), nullable=True),
        sa.Column("first_day", sa.String(10), nullable=True),
        sa.Column("last_day", sa.String(10), nullable=True),
        sa.Column("leave_kind", sa.String(64), nullable=False),
        sa.Column("leave_half", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(1000), nullable=False),
        sa.Column("requested_by", sa.String(200), nullable=False),
        sa.Column("requested_utc", sa.String(26), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_correction"),
        sa.UniqueConstraint("correction_id", name="uq_correction_correction_id"),
        *(
            sa.ForeignKeyConstraint([column], ["person.id"], name=f"fk_correction_{column}_person", ondelete="RESTRICT")
            for column in ("person_id", "new_person_id")
        ),
        sa.CheckConstraint("kind IN ('add', 'move', 'void', 'reassign', 'leave')", name="ck_correction_kind"),
        sa.CheckConstraint(_DIRECTIONS, name="ck_correction_direction"),
        sa.CheckConstraint("length(reason) BETWEEN 1 AND 1000", name="ck_correction_reason"),
        sa.CheckConstraint("first_day <= last_day", name="ck_correction_days"),
    )
    for column in ("person_id", "new_person_id", "event_id", "at_utc"):
        op.create_index(f"ix_correction_{column}", "correction", [column])
    _refuse("correction", "correction_never_deleted", "corrections are never deleted", "DELETE")
    unchanged = " AND ".join(f"NEW.{column} IS OLD.{column}" for column in _ASKED)
    people = " AND ".join(
        f"(NEW.{column} IS NULL OR NEW.{column} IS OLD.{column})" for column in ("person_id", "new_person_id")
    )
    # The words go only together with a person.
    words = (
        "(NEW.reason IS OLD.reason OR (NEW.reason = '(erased)' AND "
        "(NEW.person_id IS NOT OLD.person_id OR NEW.new_person_id IS NOT OLD.new_person_id)))"
    )
    _refuse(
        "correction",
        "correction_never_changed",
        "corrections are never changed",
        "UPDATE",
        unless=f"{unchanged} AND {people} AND {words}",
    )


def _create_correction_step() -> None:
    op.create_table(
        "correction_step",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("correction_id", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(11), nullable=False),
        sa.Column("made_by", sa.String(200), nullable=False),
        sa.Column("at_utc", sa.String(26), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_correction_step"),
        sa.ForeignKeyConstraint(
            ["correction_id"],
            ["correction.id"],
            name="fk_correction_step_correction_id_correction",
            ondelete="RESTRICT",
        ),
        sa.CheckConstraint(
            "state IN ('requested', 'provisional', 'approved', 'rejected')", name="ck_correction_step_state"
        ),
        sa.CheckConstraint("length(made_by) BETWEEN 1 AND 200", name="ck_correction_step_made_by"),
    )
    op.create_index("ix_correction_step_correction_id", "correction_step", ["correction_id"])
    for what in ("DELETE", "UPDATE"):
        name = f"correction_step_never_{what.lower()}d"
        _refuse("correction_step", name, "steps of corrections are never changed", what)


def _create_disputed_crop() -> None:
    op.create_table(
        "disputed_crop",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("shown_person_id", sa.Integer(), nullable=True),
        sa.Column("at_utc", sa.String(26), nullable=False),
        sa.Column("similarity", sa.Double(), nullable=True),
        sa.Column("model_id", sa.String(200), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_disputed_crop"),
        *(
            sa.ForeignKeyConstraint(
                [column], ["person.id"], name=f"fk_disputed_crop_{column}_person", ondelete="RESTRICT"
            )
            for column in ("person_id", "shown_person_id")
        ),
        sa.CheckConstraint("similarity BETWEEN -1.001 AND 1.001", name="ck_disputed_crop_similarity"),
    )
    for column in ("person_id", "shown_person_id"):
        op.create_index(f"ix_disputed_crop_{column}", "disputed_crop", [column])


def _create_audit() -> None:
    op.create_table(
        "audit_entry",
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("hash_before", sa.LargeBinary(), nullable=False),
        sa.Column("hash", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("seq", name="pk_audit_entry"),
    )
    for what in ("DELETE", "UPDATE"):
        name = f"audit_entry_never_{what.lower()}d"
        _refuse("audit_entry", name, "the audit log is never changed", what)
    op.create_table(
        "audit_salt",
        sa.Column("person_id", sa.Integer(), nullable=False),
        sa.Column("salt", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("person_id", name="pk_audit_salt"),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name="fk_audit_salt_person_id_person", ondelete="RESTRICT"
        ),
    )


def _chain_check_ins(connection: sa.Connection) -> None:
    salts = {
        person_id: os.urandom(_SALT_BYTES)
        for (person_id,) in connection.exec_driver_sql("SELECT id FROM person ORDER BY id").all()
    }
    for row in salts.items():
        connection.exec_driver_sql("INSERT INTO audit_salt (person_id, salt) VALUES (?, ?)", row)
    number = connection.exec_driver_sql("SELECT count(*) FROM check_in").scalar_one()
    end = _add_entry(connection, (0, bytes(32)), "audit.started", "audit", {"check_ins": number})
    last_id = 0
    while True:
        page = connection.exec_driver_sql(
            f"SELECT {_EVENT} FROM check_in WHERE id > ? ORDER BY id LIMIT 2000", (last_id,)
        ).all()
        if not page:
            return
        for last_id, person_id, *values in page:  # noqa: B007 - the next page starts behind the last id
            event_id = values[0]
            mark = None if person_id is None else _person_mark(salts[person_id], event_id)
            digest = hashlib.sha256(_json(values).encode()).hexdigest()
            end = _add_entry(connection, end, "check_in", event_id, {"person": mark, "row": digest})


# The log as this version wrote it. What the application does today may differ and is not asked.


def _json(value: object) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def _person_mark(salt: bytes, subject: str) -> str:
    return hmac.new(salt, subject.encode(), hashlib.sha256).hexdigest()[:_MARK_HEX]


def _add_entry(
    connection: sa.Connection, end: tuple[int, bytes], action: str, subject: str, data: dict[str, object]
) -> tuple[int, bytes]:
    """Add an entry behind the last one, given as number and hash; return those of the new one."""
    number, before = end[0] + 1, end[1]
    at = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
    body = _json({"action": action, "actor": _ACTOR, "at": at, "data": data, "seq": number, "subject": subject})
    own = hashlib.sha256(before + body.encode()).digest()
    connection.exec_driver_sql(
        "INSERT INTO audit_entry (seq, body, hash_before, hash) VALUES (?, ?, ?, ?)", (number, body, before, own)
    )
    return number, own
