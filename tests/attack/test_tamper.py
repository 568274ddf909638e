"""Every edit of the database that was made without the key is found by ``attendance audit verify --deep``."""

from __future__ import annotations

import hashlib
import random
import shutil
import sqlite3
from collections.abc import Callable
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
from tests.attack.folder import Attack, attacks_on, carry_out, fill_every_table, found_by_verify, leave_work, opened

WAYS = [
    {},
    {"rehash": True},
    {"gone": ("head",)},
    {"rehash": True, "gone": ("head",)},
    {"rehash": True, "gone": ("head", "state")},
]
RANDOM_EDITS = 1000


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("attacked") / "data"
    fill_every_table(folder)
    return folder


def missed(template: Path, tmp_path: Path, attack: Attack) -> str | None:
    """Carry an attack out on a copy; returns what it was when nothing was found."""
    folder = tmp_path / "copy"
    shutil.copytree(template, folder)
    try:
        try:
            if not carry_out(folder, attack):
                return None
        except sqlite3.DatabaseError:
            return "refused"  # by SQLite itself
        found = found_by_verify(folder)
        return None if found is not None else f"{attack.what} {attack.statements} {attack.rehash} {attack.gone}"
    finally:
        shutil.rmtree(folder)


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
    outcomes = [missed(template, tmp_path, replace(a, **WAYS[n % 2])) for n, a in enumerate(attacks)]
    assert "\n".join(outcome for outcome in outcomes if outcome not in (None, "refused")) == ""
    assert outcomes.count("refused") < len(outcomes) // 20
    assert len(outcomes) > 100


def test_that_edits_of_pending_work_are_found(template: Path, tmp_path: Path) -> None:
    waiting = Path(shutil.copytree(template, tmp_path / "waiting"))
    leave_work(waiting)
    read = Path(shutil.copytree(waiting, tmp_path / "read"))
    attacks = [one for one in attacks_on(read, random.Random(14)) if one.what.startswith("pending_work")]
    assert len(attacks) > 4
    assert [missed(waiting, tmp_path, attack) for attack in attacks] == [None] * len(attacks)


@pytest.mark.parametrize("way", WAYS[2:])
def test_that_forged_check_ins_are_found_also_when_the_head_is_gone(
    template: Path, tmp_path: Path, way: dict[str, object]
) -> None:
    erase = ("DELETE FROM check_in WHERE event_id IN ('e0', 'e3')", ())
    hours = ("UPDATE check_in SET at_utc = '2026-03-02 05:00:00.000000' WHERE event_id = 'e4'", ())
    for statement in (erase, hours):
        attack = Attack("check_in", (statement,), **way)  # type: ignore[arg-type]
        assert missed(template, tmp_path, attack) is None


@pytest.mark.heavy
@pytest.mark.timeout(3600)
def test_that_a_thousand_random_edits_are_found(
    template: Path, tmp_path: Path, record_property: Callable[[str, object], None]
) -> None:
    chance = random.Random(1014)
    done, lost, refused = 0, [], 0
    while done < RANDOM_EDITS:
        shutil.copytree(template, tmp_path / "read")
        attacks = attacks_on(tmp_path / "read", chance)
        shutil.rmtree(tmp_path / "read")
        chance.shuffle(attacks)
        for attack in attacks[: RANDOM_EDITS - done]:
            outcome = missed(template, tmp_path, replace(attack, **chance.choice(WAYS)))  # type: ignore[arg-type]
            refused += outcome == "refused"
            done += outcome != "refused"
            if outcome not in (None, "refused"):
                lost.append(outcome)
    record_property("edits", done)
    record_property("found", done - len(lost))
    record_property("refused by SQLite besides", refused)
    assert lost == []


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
