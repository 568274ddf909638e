"""One data folder with an audit log, and what is done to its files."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

from attendance.core.audit import AuditFinding
from attendance.core.corrections import Correction, CorrectionKind, CorrectionState
from attendance.core.who import Who
from attendance.data.audit.head import AuditHead
from attendance.data.audit.repository import SqlAuditLog
from attendance.data.check_in_repository import SqlCheckInLog
from attendance.data.database import Database
from attendance.data.hours.correction_repository import SqlCorrections
from attendance.data.keys.encryption import Cipher
from attendance.data.roster.repository import SqlRoster
from tests.unit.data.conftest import KEY, MODEL, check_in, unit_vector

EVER = (datetime(1971, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC))


class Site:
    """One data folder, opened by one program after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.head = AuditHead(folder / "audit-head.json", lambda: KEY)
        if not folder.exists():
            folder.mkdir()
            self.head.begin()
        # A loaded machine lets the two programs of a test wait for each other longer than a person would.
        path = folder / "attendance.db"
        self.database = Database(path, busy_timeout_ms=60_000, actor="desk", head=self.head)

    def __enter__(self) -> Site:
        self.database.open()
        self.roster = SqlRoster(self.database, Cipher(KEY), keep_crops=lambda: True)
        self.log = SqlCheckInLog(self.database)
        self.corrections = SqlCorrections(self.database)
        self.audit = SqlAuditLog(self.database, self.head)
        return self

    def __exit__(self, *_: object) -> None:
        self.database.close()

    def finding(self, *, deep: bool = True) -> AuditFinding | None:
        return self.audit.verify(deep=deep).finding


def correction(number: int, person_id: int | None, **more: object) -> Correction:
    new = Correction(
        correction_id=f"c{number}",
        kind=CorrectionKind.VOID,
        state=CorrectionState.REQUESTED,
        person_id=person_id,
        reason="Ann asked for it",
        requested_by="desk",
        requested_utc=datetime(2026, 3, 3, 9, 0, tzinfo=UTC),
    )
    return replace(new, **more)  # type: ignore[arg-type]


def fill(folder: Path) -> None:
    """Two people, six check-ins, two corrections with three steps: 12 entries."""
    with Site(folder) as site:
        people = [
            site.roster.enrol(code=code, name=name, templates=[(unit_vector(1), None)], model_id=MODEL)
            for code, name in (("k1", "Ann Example"), ("k2", "Bob"))
        ]
        for number in range(6):
            site.log.append(check_in(f"e{number}", people[number % 2].id)).result()
        site.corrections.request(correction(1, people[0].id, event_id="e0"))
        leave = replace(correction(2, people[1].id), kind=CorrectionKind.LEAVE, leave_kind="sick")
        site.corrections.request(replace(leave, first_day=date(2026, 3, 4), last_day=date(2026, 3, 5)))
        site.corrections.decide(
            "c1", CorrectionState.APPROVED, who=Who("anna", "boss"), at_utc=datetime(2026, 3, 4, tzinfo=UTC)
        )


def tamper(folder: Path, *statements: str) -> None:
    """Change the file as somebody would who knows SQL: triggers and constraints out of the way."""
    with closing(sqlite3.connect(folder / "attendance.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints=ON")
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)


def bodies(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "attendance.db")) as connection:
        return [body for (body,) in connection.execute("SELECT body FROM audit_entry ORDER BY seq")]
