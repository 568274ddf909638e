"""How long the audit log takes: checking many entries, and adding one.

Run from the checkout: ``python scripts/measure/audit_speed.py FOLDER [ENTRIES] [APPENDS]``; FOLDER must not exist.
It needs about 700 MB for a million entries.
"""

from __future__ import annotations

import statistics
import sys
import time
import uuid
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy.orm import Session

from attendance.core.audit import entry_body, entry_hash, person_mark, row_digest
from attendance.core.types import CheckIn, Direction
from attendance.data.audit.entries import EVENT_COLUMNS, note_end, salt_of
from attendance.data.audit.head import AuditHead, read_newest
from attendance.data.audit.repository import SqlAuditLog
from attendance.data.audit.seals import Seals
from attendance.data.check_in_repository import SqlCheckInLog
from attendance.data.database import Database
from attendance.data.keys.encryption import Cipher
from attendance.data.roster.repository import SqlRoster

START = datetime(2026, 1, 1, tzinfo=UTC)
PEOPLE = 100


def fill(session: Session, seals: Seals, people: list[int], number: int) -> None:
    """Write check-ins with their sealed entries as the program does, only many at once."""
    seal = seals.entry_seal(session.connection())
    assert seal is not None
    newest = read_newest(session.connection())
    assert newest is not None
    last = newest.last_hash
    salts = {person_id: salt_of(session, person_id) for person_id in people}
    events, entries = [], []
    for index in range(number):
        person_id, event_id = people[index % len(people)], str(uuid.uuid4())
        at_utc = START + timedelta(seconds=30 * index)
        at = at_utc.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
        values = (
            event_id,
            at,
            3600,
            "in",
            0.5 + index % 97 / 1000,
            0.25,
            "Main entrance",
            "pack:0123456789ab",
            "kiosk",
        )
        salt = salts[person_id]
        assert salt is not None
        body = entry_body(
            seq=newest.count + 1 + index,
            at_utc=at_utc,
            actor="kiosk",
            action="check_in",
            subject=event_id,
            data={"person": person_mark(salt, event_id), "row": row_digest(values)},
        )
        before, last = last, entry_hash(last, body.encode())
        events.append((person_id, *values))
        entries.append((newest.count + 1 + index, body, before, last, seal.of(last)))
    cursor = session.connection().connection.cursor()
    marks = ", ".join("?" * 10)
    cursor.executemany(f"INSERT INTO check_in (person_id, {EVENT_COLUMNS}) VALUES ({marks})", events)
    cursor.executemany("INSERT INTO audit_entry VALUES (?, ?, ?, ?, ?)", entries)
    cursor.close()
    note_end(session, newest)


def timed(what: str, work: Callable[[], object]) -> None:
    """Print how long some work takes."""
    start_s, start_cpu_s = time.perf_counter(), time.process_time()
    work()
    wall_s, cpu_s = time.perf_counter() - start_s, time.process_time() - start_cpu_s
    print(f"{what}: {wall_s:.2f} s, of which {cpu_s:.2f} s on the processor")


def main() -> None:
    """Measure and print."""
    folder = Path(sys.argv[1])
    entries = int(sys.argv[2]) if len(sys.argv) > 2 else 1_000_000
    appends = int(sys.argv[3]) if len(sys.argv) > 3 else 300
    folder.mkdir(parents=True)
    head = AuditHead(folder / "audit-head.json", lambda: bytes(32))
    head.begin()
    database = Database(folder / "attendance.db", head=head)
    with closing(database):
        database.open()
        roster = SqlRoster(database, Cipher(bytes(32)), keep_crops=lambda: False)
        people = [roster.enrol(code=f"p{n}", name=f"P{n}", templates=[], model_id="m").id for n in range(PEOPLE)]
        for _ in range(entries // 50_000):
            database.seal_anew(lambda session, seals: fill(session, seals, people, 50_000))
    database = Database(folder / "attendance.db", head=head)
    with closing(database):
        timed("open, the head catches up", database.open)
        audit, log = SqlAuditLog(database, head), SqlCheckInLog(database)
        for _ in range(3):
            timed("verify", audit.verify)
        timed("verify --deep", lambda: audit.verify(deep=True))
        took_ms = []
        start_cpu_s = time.process_time()
        for index in range(appends):
            event = CheckIn(
                str(uuid.uuid4()), people[0], START, 3600, Direction.IN, 0.5, 0.25, "door", f"m{index}", "kiosk"
            )
            start_s = time.perf_counter()
            log.append(event).result()
            took_ms.append(1000 * (time.perf_counter() - start_s))
        took_ms.sort()
        q95_ms = took_ms[int(0.95 * len(took_ms))]
        cpu_ms = 1000 * (time.process_time() - start_cpu_s) / len(took_ms)
        median_ms = statistics.median(took_ms)
        print(
            f"append: median {median_ms:.2f} ms, 95 % {q95_ms:.2f} ms; {cpu_ms:.2f} ms on the processor, with the head"
        )


if __name__ == "__main__":
    main()
