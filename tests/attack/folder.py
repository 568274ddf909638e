"""A data folder with rows in every table, and somebody who may write its files but has no key."""

from __future__ import annotations

import hashlib
import hmac
import json
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from attendance.core.audit import AuditFinding, canonical_json, entry_hash
from attendance.core.corrections import CorrectionKind, CorrectionState
from attendance.core.event_imports import ImportedEvent, ImportState
from attendance.core.hours.records import KeptSheet
from attendance.core.hours.rules import DayKind
from attendance.core.hours.timesheet import DayStatus, Timesheet
from attendance.core.ports.settings import CANDIDATE_MODEL_SETTING
from attendance.core.recognition.shadow import ShadowProbe
from attendance.core.report_schedule import Every, ReportSchedule
from attendance.core.types import Direction
from attendance.core.who import Who
from attendance.data.audit.entries import CORRECTION_COLUMNS, EVENT_COLUMNS
from attendance.data.credentials.repository import SqlCredentials
from attendance.data.disputed_repository import SqlDisputedCrops
from attendance.data.event_import_repository import SqlEventImports
from attendance.data.hours.plan_repository import SqlWorkPlans
from attendance.data.hours.timesheet_repository import SqlHoursRecords
from attendance.data.keys.encryption import Cipher
from attendance.data.outbox_repository import SqlOutbox
from attendance.data.pending_work import ERASE, note_work
from attendance.data.schedule_repository import SqlReportSchedules
from attendance.data.settings_repository import SqlSettings, put_setting
from attendance.data.shadow_repository import SqlShadowLog
from attendance.errors.storage import StorageError
from tests.unit.data.audit.site import Site, correction
from tests.unit.data.conftest import KEY, MODEL, check_in, noise_crop, unit_vector

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
_MARK_HEX = 32


def fill_every_table(folder: Path) -> None:
    """Three people, one of them erased, and two or more rows in every table but that of pending work."""
    with Site(folder) as site:
        database = site.database
        SqlOutbox(database).set_address("https://example.org/hook")
        people = [
            site.roster.enrol(
                code=f"k{n}",
                name=f"Person {n}",
                department="Lab",
                language="en",
                templates=[(unit_vector(n), noise_crop(n)), (unit_vector(n + 9), noise_crop(n + 9))],
                model_id=MODEL,
            )
            for n in range(3)
        ]
        ids = [person.id for person in people]
        for number in range(9):
            site.log.append(check_in(f"e{number}", ids[number % 3])).result()
        site.corrections.request(correction(1, ids[0], event_id="e0"))
        site.corrections.request(correction(2, ids[2], event_id="e2"))
        leave = replace(correction(3, ids[1]), kind=CorrectionKind.LEAVE, leave_kind="sick", leave_half=True)
        site.corrections.request(replace(leave, first_day=date(2026, 3, 4), last_day=date(2026, 3, 5)))
        moved = replace(correction(4, ids[0]), kind=CorrectionKind.MOVE, event_id="e3", at_utc=NOON)
        site.corrections.request(moved)
        site.corrections.decide("c1", CorrectionState.APPROVED, who=Who("boss"), at_utc=NOON)
        imports, imported = SqlEventImports(database), []
        for number in range(2):
            claimed = ImportedEvent(f"i{number}", ids[number], NOON, 3600, Direction.IN, "Main entrance", 0.9, "kiosk")
            file = {"file_name": f"f{number}.csv", "sha256": f"{number}" * 64, "who": Who("desk"), "at_utc": NOON}
            imported.append(imports.add([claimed], **file).import_id)  # type: ignore[arg-type]
        imports.decide(imported[0], ImportState.APPROVED, who=Who("boss"), at_utc=NOON)
        imports.store_approved(who=Who("boss"), at_utc=NOON)
        disputed = SqlDisputedCrops(database, Cipher(KEY))
        for number in range(2):
            disputed.add(
                ids[0], noise_crop(20 + number), similarity=0.5, at_utc=NOON, model_id=MODEL, shown_person_id=ids[1]
            )
        credentials = SqlCredentials(database, Cipher(KEY))
        for number, person_id in enumerate(ids):
            credentials.set_pin(person_id, f"$argon2id$made-up {number}", must_change=True, action="pin.set")
            credentials.add_badge(person_id, bytes([number]) * 32)
        credentials.revoke_badges(ids[1])
        taken = credentials.take_try(ids[0], NOON)
        assert taken is not None
        credentials.end_try(ids[0], is_right=False, failed_tries=taken.failed_tries)
        plans = SqlWorkPlans(database)
        for text in ("[calendar]", '[calendar]\ncountry = "DE"'):
            plans.save(text, "boss")
        settings = SqlSettings(database)
        for key, value in (("active_pack", "bundled"), ("keep_crops", "1"), ("two_person_rule", "1"), ("kiosk_x", "2")):
            settings.set(key, value)
        schedules = SqlReportSchedules(database)
        for number in range(2):
            made = ReportSchedule(0, f"s{number}", "daily", Every.DAY, "csv", "/reports", ("a@example.org",))
            schedules.note_run(schedules.add(made).id, at_utc=NOON, next_utc=NOON)
        database.write(_name_candidate)
        shadow = SqlShadowLog(database)
        for similarity in (0.5, 0.75):
            assert shadow.append(ShadowProbe(NOON, MODEL, "other:1", ids[0], ids[1], similarity, 0.25))
        sheets = [
            Timesheet(person_id, date(2026, 3, 2), DayKind.WORKDAY, DayStatus.PRESENT, paid_s=28_800, leave_kind="none")
            for person_id in ids[:2]
        ]
        SqlHoursRecords(database, site.head.keys).keep([KeptSheet(b"f" * 16, NOON, sheet) for sheet in sheets])
        site.roster.erase("k2")


def leave_work(folder: Path) -> None:
    """Leave a row in the table of pending work, as if the program ended before it did it: every start does it anew."""
    with Site(folder) as site:
        site.database.write(lambda session: note_work(session, ERASE))


def _name_candidate(session: Session) -> None:
    put_setting(session, CANDIDATE_MODEL_SETTING, "other:1")


@dataclass(frozen=True, slots=True)
class Attack:
    """One change of a folder.

    Attributes:
        what: for the message of a test.
        statements: SQL, with values.
        rehash: write the log anew so that it fits the rows, as far as that goes without a key.
        gone: what is removed besides: "head", "state", both or nothing.
    """

    what: str
    statements: tuple[tuple[str, tuple[object, ...]], ...]
    rehash: bool = False
    gone: tuple[str, ...] = ()


@contextmanager
def opened(folder: Path) -> Iterator[sqlite3.Connection]:
    """Open the database as somebody does who knows SQL: triggers and constraints out of the way."""
    with closing(sqlite3.connect(folder / "attendance.db", isolation_level=None)) as connection:
        connection.text_factory = lambda raw: raw.decode(errors="surrogateescape")
        connection.execute("PRAGMA ignore_check_constraints=ON")
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            connection.execute(f"DROP TRIGGER {name}")
        yield connection


def carry_out(folder: Path, attack: Attack) -> int:
    """Do it; returns how many rows changed."""
    with opened(folder) as connection:
        before = connection.total_changes
        for sql, values in attack.statements:
            connection.execute(sql, values)
        changed = connection.total_changes - before
        if attack.rehash:
            _rehash(connection)
        if "state" in attack.gone:
            connection.execute("DELETE FROM seal_state")
            connection.execute("DELETE FROM row_seal")
    if "head" in attack.gone:
        (folder / "audit-head.json").unlink()
    return changed


def found_by_verify(folder: Path) -> AuditFinding | StorageError | None:
    """Return what ``verify --deep`` says after the program was started; a refusal to start is a finding as well."""
    try:
        with Site(folder) as site:
            return site.finding()
    except StorageError as err:
        return err


def _rehash(connection: sqlite3.Connection) -> None:
    """Make the log fit the rows: digests, marks, numbers and hashes; the seals stay what they were."""
    salts = dict(connection.execute("SELECT person_id, salt FROM audit_salt"))
    events = {row[1]: row for row in connection.execute(f"SELECT person_id, {EVENT_COLUMNS} FROM check_in ORDER BY id")}
    columns = f"person_id, new_person_id, {CORRECTION_COLUMNS}"
    corrections = {row[2]: row for row in connection.execute(f"SELECT {columns} FROM correction ORDER BY id")}
    entries = list(connection.execute("SELECT body, mac FROM audit_entry ORDER BY seq"))
    connection.execute("DELETE FROM audit_entry")
    last = bytes(32)
    number = 0
    for text, mac in entries:
        try:
            entry = json.loads(text)
            event, asked = events.get(entry["subject"]), corrections.get(entry["subject"])
            if entry["action"] == "check_in" and event is None:
                continue
            if event is not None and entry["action"] == "check_in":
                entry["data"]["row"] = _digest(event[1:])
                entry["data"]["person"] = _mark(salts.get(event[0]), entry["subject"]) or entry["data"]["person"]
            elif asked is not None:
                entry["data"]["row"] = _digest(asked[2:], salts.get(asked[0] or asked[1]))
        except (TypeError, ValueError, KeyError, AttributeError):
            continue
        number += 1
        body = canonical_json({**entry, "seq": number})
        before, last = last, entry_hash(last, body.encode())
        row = (number, body, before, last, mac)
        connection.execute("INSERT INTO audit_entry VALUES (?, ?, ?, ?, ?)", row)


def _digest(values: tuple[object, ...], salt: bytes | None = None) -> str:
    text = canonical_json(list(values)).encode()
    return (hashlib.sha256(text) if salt is None else hmac.new(salt, text, hashlib.sha256)).hexdigest()


def _mark(salt: bytes | None, subject: str) -> str | None:
    return None if salt is None else hmac.digest(salt, subject.encode(), "sha256").hex()[:_MARK_HEX]


def attacks_on(folder: Path, chance: random.Random) -> list[Attack]:
    """Return one edit for each column of every table with rows, and rows removed, added and swapped in each."""
    found: list[Attack] = []
    with opened(folder) as connection:
        query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\'"
        for (table,) in connection.execute(query).fetchall():
            columns = connection.execute(f'PRAGMA table_info("{table}")').fetchall()
            keys = [name for _, name, _, _, _, place in columns if place] or [columns[0][1]]
            rows = connection.execute(f'SELECT {", ".join(keys)} FROM "{table}"').fetchall()
            # Pending work is done at the start, and its seal goes with it: nothing is left of an edit.
            rows = [row for row in rows if row[0] != "pending_work"]
            if not rows:
                continue
            where = " AND ".join(f'"{key}" = ?' for key in keys)
            for _, column, *_ in columns:
                row = chance.choice(rows)
                value = connection.execute(f'SELECT "{column}" FROM "{table}" WHERE {where}', row).fetchone()[0]
                # Now and then a text that is not UTF-8.
                new = "CAST(x'ff41' || ? AS TEXT)" if chance.random() < 0.05 else "?"
                sql = f'UPDATE "{table}" SET "{column}" = {new} WHERE {where}'
                found.append(Attack(f"{table}.{column}", ((sql, (_other(value, chance), *row)),)))
            found += _on_rows(table, [name for _, name, *_ in columns], keys, rows, chance)
        for (table,) in connection.execute("SELECT name FROM sqlite_sequence").fetchall():
            sql = "UPDATE sqlite_sequence SET seq = seq + ? WHERE name = ?"
            found.append(Attack(f"sqlite_sequence of {table}", ((sql, (chance.choice([-1, 9]), table)),)))
    return found


def _on_rows(
    table: str, columns: list[str], keys: list[str], rows: list[tuple[object, ...]], chance: random.Random
) -> Iterator[Attack]:
    where = " AND ".join(f'"{key}" = ?' for key in keys)
    if table != "timesheet_day":  # one that is gone is worked out again
        yield Attack(f"{table}: remove", ((f'DELETE FROM "{table}" WHERE {where}', chance.choice(rows)),))
    names = ", ".join(f'"{name}"' for name in columns)
    # Under another key, with everything else as it is; unique texts get a letter more.
    unique = {"code", "event_id", "correction_id", "name"}
    key = keys[-1]
    other = {name: f"\"{name}\" || 'x'" for name in unique & set(columns) if table not in ("correction_step",)}
    other[key] = f"\"{key}\" || 'x'" if table in ("setting", "row_seal", "alembic_version") else f'"{key}" + 5000'
    values = ", ".join(other.get(name, f'"{name}"') for name in columns)
    add = f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{table}" WHERE {where}'
    yield Attack(f"{table}: add", ((add, chance.choice(rows)),))
    if len(rows) > 1 and len(keys) == 1:
        one, two = (row[0] for row in chance.sample(rows, 2))
        move = f'UPDATE "{table}" SET "{keys[0]}" = ? WHERE "{keys[0]}" = ?'
        parked = "parked" if isinstance(one, str) else -7
        yield Attack(f"{table}: swap", ((move, (parked, one)), (move, (one, two)), (move, (two, parked))))


def _other(value: object, chance: random.Random) -> object:
    """Return another value of the same type, now and then of another."""
    if chance.random() < 0.1:
        return chance.choice([b"\xff\x00", 3.75, -17])
    if isinstance(value, bytes):
        place = chance.randrange(len(value)) if value else 0
        return value[:place] + bytes([value[place] ^ chance.randrange(1, 256)]) + value[place + 1 :] if value else b"x"
    if isinstance(value, str):
        return chance.choice([value + "x", value[1:] + "y", value.swapcase() + " "])
    if isinstance(value, float):
        return value + chance.choice([0.125, -0.0625])
    if isinstance(value, int):
        return value + chance.choice([1, 40, 460_800])
    return chance.choice([1, "x"])
