"""Every edit of the database that was made without the key is found by ``attendance audit verify --deep``."""

from __future__ import annotations

import hashlib
import random
import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from attendance.core.audit import AuditFinding
from attendance.data.audit.covered import COVERED, EXEMPT
from attendance.data.audit.known_programs import KNOWN_PROGRAMS
from attendance.data.schema import Base
from attendance.data.upgrade import prepare_file
from attendance.errors.storage import DatabaseCorrupt
from tests.attack.folder import Attack, attacks_on, fill_every_table, found_by_verify, leave_work, opened
from tests.attack.tamper import WAYS, Way, carried_out, tamper


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("attacked") / "data"
    fill_every_table(folder)
    return folder


def test_that_the_folder_that_is_attacked_is_whole_and_has_rows_everywhere(template: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    shutil.copytree(template, folder)
    with opened(folder) as connection:
        for table in set(Base.metadata.tables) - {"pending_work"}:
            assert connection.execute(f'SELECT count(*) FROM "{table}"').fetchone()[0] > 0, table
    assert found_by_verify(folder) is None


def test_that_an_edit_of_every_column_of_every_table_is_found(template: Path, tmp_path: Path) -> None:
    shutil.copytree(template, tmp_path / "read")
    attacks = attacks_on(tmp_path / "read", random.Random(14))
    names = {attack.what.partition(".")[0].partition(":")[0] for attack in attacks}
    assert names >= set(Base.metadata.tables) - {"pending_work"}
    found = [(a, carried_out(template, tmp_path, replace(a, **WAYS[n % 2]))) for n, a in enumerate(attacks)]
    assert [attack for attack, is_found in found if is_found is False] == []
    assert sum(is_found is None for _, is_found in found) < len(found) // 20  # refused by SQLite itself
    assert len(found) > 100


def test_that_edits_of_pending_work_are_found(template: Path, tmp_path: Path) -> None:
    waiting = Path(shutil.copytree(template, tmp_path / "waiting"))
    leave_work(waiting)
    read = Path(shutil.copytree(waiting, tmp_path / "read"))
    attacks = [one for one in attacks_on(read, random.Random(14)) if one.what.startswith("pending_work")]
    assert len(attacks) > 4
    assert [carried_out(waiting, tmp_path, attack) for attack in attacks] == [True] * len(attacks)


@pytest.mark.parametrize("way", WAYS[2:])
def test_that_forged_check_ins_are_found_also_when_the_head_is_gone(template: Path, tmp_path: Path, way: Way) -> None:
    erase = ("DELETE FROM check_in WHERE event_id IN ('e0', 'e3')", ())
    hours = ("UPDATE check_in SET at_utc = '2026-03-02 05:00:00.000000' WHERE event_id = 'e4'", ())
    for statement in (erase, hours):
        assert carried_out(template, tmp_path, Attack("check_in", (statement,), **way))


@pytest.mark.heavy
@pytest.mark.timeout(3600)
def test_that_a_thousand_random_edits_are_found(template: Path, tmp_path: Path) -> None:
    outcome = tamper(template, tmp_path, 1000)
    print(outcome)
    assert outcome.missed == []
    assert min(outcome.by_way) > 100


# --- what is covered ----------------------------------------------------------------------------------


def test_that_every_table_is_sealed_or_says_why_not(tmp_path: Path) -> None:
    prepare_file(tmp_path / "attendance.db", busy_timeout_ms=1000)
    with opened(tmp_path) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    outside = {"alembic_version", "sqlite_sequence"}
    assert set(Base.metadata.tables) == tables - outside
    assert set(COVERED) | set(EXEMPT) == set(Base.metadata.tables)
    assert not set(COVERED) & set(EXEMPT)
    for name, how in COVERED.items():
        table = Base.metadata.tables[name]
        assert [column.name for column in table.primary_key] == [how.key]
        assert bool(table.dialect_options["sqlite"]["autoincrement"]) == how.counts_up, name


def test_that_every_trigger_of_the_migrations_is_known_and_no_other(tmp_path: Path) -> None:
    prepare_file(tmp_path / "attendance.db", busy_timeout_ms=1000)
    with closing(sqlite3.connect(tmp_path / "attendance.db")) as connection:
        found = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type IN ('trigger', 'view')"))
    assert set(found) == set(KNOWN_PROGRAMS)
    for name, sql in found.items():
        assert hashlib.sha256(sql.encode()).hexdigest() in KNOWN_PROGRAMS[name]


@pytest.mark.parametrize(
    "planted",
    [
        "CREATE TRIGGER helper AFTER INSERT ON check_in BEGIN UPDATE setting SET value = '0'; END",
        "CREATE TRIGGER check_in_never_deleted AFTER INSERT ON check_in BEGIN UPDATE setting SET value = '0'; END",
        "CREATE VIEW helper AS SELECT 1",
    ],
)
def test_that_a_trigger_somebody_planted_is_refused_before_it_acts(
    template: Path, tmp_path: Path, planted: str
) -> None:
    folder = Path(shutil.copytree(template, tmp_path / "copy"))
    with opened(folder) as connection:  # without the triggers of the program
        connection.execute(planted)
    found = found_by_verify(folder)
    assert isinstance(found, DatabaseCorrupt)
    assert "is not of this program" in found.user_text


def test_that_a_reference_that_was_made_to_take_rows_along_is_found(template: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(template, tmp_path / "copy"))
    with opened(folder) as connection:
        connection.execute("PRAGMA writable_schema=ON")
        changed = "UPDATE sqlite_master SET sql = replace(sql, 'RESTRICT', 'CASCADE') WHERE name = 'check_in'"
        assert connection.execute(changed).rowcount == 1
    found = found_by_verify(folder)
    assert isinstance(found, AuditFinding)
    assert "structure" in str(found.what)
