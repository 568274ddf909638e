from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, text
from sqlalchemy.dialects import sqlite

from attendance.data.check_in_repository import SqlCheckInLog
from attendance.data.database import Database
from attendance.data.engines import build_engine
from attendance.data.roster.repository import SqlRoster
from attendance.data.schema import SCHEMA_REVISION, Base
from attendance.data.storage_errors import DamagedValue
from attendance.data.stored.instants import UtcDateTime
from attendance.data.upgrade import MIGRATIONS
from attendance.errors.storage import StorageError
from tests.unit.data.conftest import MODEL, check_in, unit_vector

DIALECT = sqlite.dialect()


def test_that_the_migrations_make_the_declared_tables(database: Database, path: Path) -> None:
    engine = build_engine(path, "reader", busy_timeout_ms=1000)
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "render_as_batch": True})
        differences = compare_metadata(context, Base.metadata)
        checks = connection.exec_driver_sql("SELECT sql FROM sqlite_master WHERE type = 'table'").scalars().all()
    engine.dispose()
    assert differences == []
    for table in Base.metadata.tables.values():
        for constraint in (c for c in table.constraints if isinstance(c, CheckConstraint)):  # not compared by Alembic
            assert any(f"CONSTRAINT {constraint.name} " in sql for sql in checks if sql), constraint.name


def test_that_the_known_revision_is_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [SCHEMA_REVISION]


def test_that_instants_are_stored_as_utc() -> None:
    stored = UtcDateTime().process_bind_param(datetime(2026, 7, 1, 9, 0, tzinfo=ZoneInfo("Europe/Berlin")), DIALECT)
    assert stored == "2026-07-01 07:00:00.000000"
    assert UtcDateTime().process_result_value(stored, DIALECT) == datetime(2026, 7, 1, 7, 0, tzinfo=UTC)


def test_that_a_naive_instant_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        UtcDateTime().process_bind_param(datetime(2026, 7, 1, 9, 0), DIALECT)  # noqa: DTZ001


@pytest.mark.parametrize("stored", ["", "yesterday", 5, b"\x00"])
def test_that_a_damaged_instant_is_noticed(stored: object) -> None:
    with pytest.raises(DamagedValue):
        UtcDateTime().process_result_value(stored, DIALECT)  # type: ignore[arg-type]


def test_that_both_hours_of_the_autumn_clock_change_stay_apart(log: SqlCheckInLog) -> None:
    zone = ZoneInfo("America/New_York")
    first = datetime(2026, 11, 1, 1, 30, tzinfo=zone)
    second = first.replace(fold=1)
    for number, instant in enumerate((second, first)):
        log.append(check_in(f"e{number}", at_utc=instant.astimezone(UTC))).result()
    stored = [
        event.at_utc for event, _ in log.between(datetime(2026, 1, 1, tzinfo=UTC), datetime.max.replace(tzinfo=UTC))
    ]
    assert stored == [datetime(2026, 11, 1, 5, 30, tzinfo=UTC), datetime(2026, 11, 1, 6, 30, tzinfo=UTC)]
    assert [instant.utcoffset() for instant in stored] == [timedelta(0)] * 2


@pytest.mark.parametrize(
    "statement",
    [
        "DELETE FROM check_in",
        "UPDATE check_in SET direction = 'out'",
        "UPDATE check_in SET at_utc = '2020-01-01 00:00:00.000000'",
        "UPDATE check_in SET similarity = NULL",
        "UPDATE check_in SET method = 'pin'",
        "UPDATE check_in SET person_id = NULL, made_by = 'me'",
        "UPDATE check_in SET person_id = 2",
        "UPDATE check_in SET event_id = 'other'",
        "DELETE FROM person WHERE code = 'a'",
    ],
)
def test_that_the_database_itself_keeps_check_ins(
    database: Database, roster: SqlRoster, log: SqlCheckInLog, statement: str
) -> None:
    people = [
        roster.enrol(code=code, name=code, templates=[(unit_vector(1), None)], model_id=MODEL) for code in ("a", "b")
    ]
    database.write(lambda session: session.execute(text("DELETE FROM template")))
    event = log.append(check_in("e", people[0].id)).result()
    with pytest.raises(StorageError):
        database.write(lambda session: session.execute(text(statement)))
    assert log.last_for_person(people[0].id) == event


def test_that_the_link_to_an_erased_person_may_be_cleared(
    database: Database, roster: SqlRoster, log: SqlCheckInLog
) -> None:
    person = roster.enrol(code="a", name="a", templates=[], model_id=MODEL)
    log.append(check_in("e", person.id)).result()
    database.write(lambda session: session.execute(text("UPDATE check_in SET person_id = NULL")))
    assert log.last_for_person(person.id) is None
    assert log.count() == 1
