"""Versions of the work plan in the database (port WorkPlans)."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from attendance.core.hours.records import StoredPlan
from attendance.data.audit.entries import account_of, add_entry
from attendance.data.database import Database
from attendance.data.schema import WorkPlanRow


class SqlWorkPlans:
    """The plans in one database; every version stays.

    Args:
        database: opened database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def current(self) -> StoredPlan | None:
        """Return the newest version, None while there is none."""
        with self._database.read() as session:
            row = session.scalar(select(WorkPlanRow).order_by(WorkPlanRow.id.desc()).limit(1))
            return None if row is None else _stored(row)

    def versions(self) -> list[StoredPlan]:
        """Return all versions, newest first."""
        with self._database.read() as session:
            return [_stored(row) for row in session.scalars(select(WorkPlanRow).order_by(WorkPlanRow.id.desc()))]

    def save(self, text: str, by: str) -> StoredPlan:
        """Store a new version with its entry of the audit log, in one transaction.

        Args:
            text: TOML or JSON that was checked before. The audit log gets its SHA-256 only: a plan names people.
            by: the name that whoever saves it gives, 1 to 200 characters.
        """

        def write(session: Session) -> StoredPlan:
            account = account_of(session)
            row = WorkPlanRow(saved_utc=datetime.now(UTC), saved_by=by, text=text, account=account)
            session.add(row)
            session.flush()
            data = {"version": row.id, "sha256": hashlib.sha256(text.encode()).hexdigest(), "by": by}
            add_entry(session, action="plan.saved", subject=f"plan:{row.id}", data=data)
            return _stored(row)

        return self._database.write(write)


def _stored(row: WorkPlanRow) -> StoredPlan:
    return StoredPlan(row.id, row.text, row.saved_by, row.saved_utc, row.account)
