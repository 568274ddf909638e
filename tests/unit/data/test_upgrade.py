from __future__ import annotations

import ast
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text

from attendance.core.types import Direction
from attendance.data.audit.head import AuditHead
from attendance.data.audit.repository import SqlAuditLog
from attendance.data.check_in_repository import SqlCheckInLog
from attendance.data.database import Database
from attendance.data.keys.encryption import Cipher
from attendance.data.roster.repository import SqlRoster
from attendance.data.schema import SCHEMA_REVISION
from attendance.data.upgrade import MIGRATIONS, integrity_problems, is_due, prepare_file, remove_backups
from attendance.errors.storage import DatabaseCorrupt, SchemaTooNew, StorageError
from tests.patience import PATIENCE_S
from tests.unit.data.conftest import KEY, MODEL, check_in, noise_crop, unit_vector

NEXT = f'''
"""The next version, for tests."""
import sqlalchemy as sa
from alembic import op
revision = "next"
down_revision = "{SCHEMA_REVISION}"
def upgrade():
    {{body}}
'''
ADD_COLUMN = """
    with op.batch_alter_table("person", recreate="always") as batch:
        batch.add_column(sa.Column("badge", sa.String(20), nullable=True))
"""


@pytest.fixture
def filled(path: Path, open_database: Callable[..., Database]) -> Path:
    """A closed database with two people, four templates, two crops and three check-ins."""
    database = open_database()
    roster, log = SqlRoster(database, Cipher(KEY), keep_crops=lambda: True), SqlCheckInLog(database)
    for code in ("a", "b"):
        templates = [(unit_vector(1), noise_crop(1)), (unit_vector(2), None)]
        person = roster.enrol(code=code, name=code, templates=templates, model_id=MODEL)
        log.append(check_in(f"e{code}", person.id)).result()
    log.append(check_in("anonymous")).result()
    database.close()
    return path


def counts(path: Path) -> dict[str, int]:
    with closing(sqlite3.connect(path)) as connection:
        return {
            table: connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
            for table in ("person", "template", "crop", "check_in")
        }


def migrations_with(folder: Path, body: str) -> Path:
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    (folder / "versions" / "v9999_next.py").write_text(NEXT.format(body=body.strip()), encoding="utf-8")
    return folder


def revision_of(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def test_that_a_new_file_is_made_with_its_folder_for_this_user_only(path: Path) -> None:
    prepare_file(path, busy_timeout_ms=1000)
    assert revision_of(path) == SCHEMA_REVISION
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_that_a_current_file_is_opened_without_alembic(filled: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from attendance.data.database import Database\n"
        f"d = Database(Path({str(filled)!r})); d.open(); d.close(); sys.exit('alembic' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_that_an_upgrade_keeps_every_row_and_a_copy_of_the_old_file(filled: Path, tmp_path: Path) -> None:
    before = counts(filled)
    assert before == {"person": 2, "template": 4, "crop": 2, "check_in": 3}
    prepare_file(filled, busy_timeout_ms=1000, migrations=migrations_with(tmp_path / "m", ADD_COLUMN), revision="next")
    assert revision_of(filled) == "next"
    assert counts(filled) == before
    copy = filled.with_name(f"attendance.db.before-{SCHEMA_REVISION}")
    assert revision_of(copy) == SCHEMA_REVISION
    assert counts(copy) == before
    if os.name == "posix":
        assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    remove_backups(filled)
    assert not copy.exists()
    assert filled.exists()


FIRST_ROWS = """
INSERT INTO person VALUES (7, 'a', 'Ann', '', '', 1, '2026-03-02 08:00:00.000000');
INSERT INTO crop VALUES (1, 7, x'00');
INSERT INTO template VALUES (1, 7, 1, 'pack:0123456789ab', 128, '<f4', x'00');
INSERT INTO check_in VALUES (1, 'e1', 7, '2026-03-02 08:00:00.000000', 0, 'in', 0.5, 0.2, 'door', 'm', 'kiosk');
INSERT INTO setting VALUES ('company', 'ACME');
"""


@pytest.fixture
def first_version(path: Path) -> Path:
    """A database as the first version of the program left it, one row a table."""
    prepare_file(path, busy_timeout_ms=1000, revision="0001")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FIRST_ROWS)
    return path


def test_that_the_first_version_is_upgraded_with_every_row(first_version: Path) -> None:
    before = counts(first_version)
    prepare_file(first_version, busy_timeout_ms=1000)
    assert revision_of(first_version) == SCHEMA_REVISION
    assert counts(first_version) == before == {"person": 1, "template": 1, "crop": 1, "check_in": 1}
    with closing(sqlite3.connect(first_version)) as connection:
        assert connection.execute("SELECT id, name, may_train FROM person").fetchall() == [(7, "Ann", 0)]
        assert connection.execute("SELECT value FROM setting WHERE key = 'company'").fetchone() == ("ACME",)
        assert connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'person'").fetchone() == (7,)
        for statement in ("DELETE FROM check_in", "UPDATE check_in SET direction = 'out'"):
            with pytest.raises(sqlite3.IntegrityError, match="never"):
                connection.execute(statement)
    assert revision_of(first_version.with_name("attendance.db.before-0001")) == "0001"


FOURTH_ROWS = """
INSERT INTO correction VALUES (1, 'c', 'void', NULL, NULL, 'e', NULL, NULL, NULL, NULL, '', 0, 'x', 'me', '2026-03-02');
INSERT INTO correction_step VALUES (1, 1, 'requested', 'desk', '2026-03-02 08:00:00.000000');
INSERT INTO work_plan VALUES (1, '2026-03-02 08:00:00.000000', 'desk', '');
INSERT INTO outbox VALUES (1, 'e1', 'k', '{}', '2026-03-02 08:00:00.000000', 3, '2026-03-02 08:00:00.000000', NULL, '');
"""


def test_that_what_was_done_before_accounts_were_written_down_names_none(path: Path) -> None:
    prepare_file(path, busy_timeout_ms=1000, revision="0004")
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript(FOURTH_ROWS)
    prepare_file(path, busy_timeout_ms=1000)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT made_by, account FROM correction_step").fetchall() == [("desk", "")]
        assert connection.execute("SELECT saved_by, account FROM work_plan").fetchall() == [("desk", "")]
        assert connection.execute("SELECT attempts, refused_utc FROM outbox").fetchall() == [(3, None)]
        with pytest.raises(sqlite3.IntegrityError, match="never"):
            connection.execute("UPDATE correction_step SET account = 'me'")


def test_that_nobody_has_agreed_to_training_after_the_upgrade(
    first_version: Path, open_database: Callable[..., Database]
) -> None:
    roster = SqlRoster(open_database(first_version), Cipher(KEY), keep_crops=lambda: True)
    assert [(person.code, person.may_train) for person in roster.list_people()] == [("a", False)]
    assert list(roster.iter_training_crops()) == []
    assert roster.update("a", may_train=True).may_train
    assert not roster.update("a", may_train=False).may_train


def test_that_check_ins_of_the_first_version_are_chained_and_breaks_may_follow(
    first_version: Path, tmp_path: Path
) -> None:
    with closing(sqlite3.connect(first_version)) as connection:
        values = "'2026-03-02 09:00:00.000000', 0, 'out', NULL, NULL, 'door', 'm', 'kiosk'"
        connection.execute(f"INSERT INTO check_in VALUES (3, 'e3', NULL, {values})")  # of somebody who was erased
        connection.execute(f"INSERT INTO check_in VALUES (5, 'e5', 7, {values})")
        connection.commit()
        rows = connection.execute("SELECT * FROM check_in ORDER BY id").fetchall()
    head = AuditHead(tmp_path / "head.json", lambda: KEY)
    database = Database(first_version, head=head, actor="desk")
    database.open()
    audit, log = SqlAuditLog(database, head), SqlCheckInLog(database)
    finding = audit.verify(deep=True).finding
    assert finding is not None
    assert "is missing" in str(finding.what)  # nobody can tell this from a head that was taken away
    audit.accept(by="boss", reason="upgraded from the first version")
    check = audit.verify(deep=True)
    assert (check.finding, check.entries, check.compared) == (None, 5, 3)
    ever = (datetime(1971, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC))
    found = [(e.actor, e.action, e.subject, e.person_id) for e in audit.entries(*ever)]
    assert found == [
        ("import", "audit.started", "audit", None),
        ("import", "check_in", "e1", 7),
        ("import", "check_in", "e3", None),
        ("import", "check_in", "e5", 7),
        ("desk", "audit.accepted", "audit", None),
    ]
    log.append(replace(check_in("pause"), direction=Direction.BREAK_END)).result()
    with pytest.raises(StorageError):
        database.write(lambda session: session.execute(text("UPDATE check_in SET direction = 'in'")))
    database.close()
    with closing(sqlite3.connect(first_version)) as connection:
        kept = connection.execute("SELECT * FROM check_in WHERE id < 6 ORDER BY id").fetchall()
        assert [row[: len(rows[0])] for row in kept] == rows
        indexes = connection.execute("SELECT name FROM sqlite_master WHERE type = 'index' AND tbl_name = 'check_in'")
        assert {"ix_check_in_at_utc_id", "ix_check_in_person_id_at_utc"} <= {name for (name,) in indexes}
        assert connection.execute("PRAGMA foreign_key_list(check_in)").fetchone()[2] == "person"


@pytest.mark.parametrize(
    "body",
    [
        'op.execute("DELETE FROM template")',
        'op.execute("UPDATE template SET person_id = 99")',
        'op.execute("CREATE TABLE more (id INTEGER)"); op.execute("nonsense")',
    ],
)
def test_that_an_upgrade_that_goes_wrong_changes_nothing(filled: Path, tmp_path: Path, body: str) -> None:
    before = counts(filled)
    with pytest.raises(StorageError):
        prepare_file(filled, busy_timeout_ms=1000, migrations=migrations_with(tmp_path / "m", body), revision="next")
    assert revision_of(filled) == SCHEMA_REVISION
    assert counts(filled) == before
    with closing(sqlite3.connect(filled)) as connection:
        assert connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'more'").fetchone() == (0,)
    prepare_file(filled, busy_timeout_ms=1000)


def test_that_a_newer_file_is_refused_and_not_touched(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '0900'")
        connection.commit()
    before = filled.read_bytes()
    with pytest.raises(SchemaTooNew, match="0900") as caught:
        Database(filled).open()
    assert SCHEMA_REVISION in caught.value.user_text
    assert filled.read_bytes() == before
    assert not list(filled.parent.glob("*.before-*"))


def test_that_the_database_of_another_program_is_refused_and_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "attendance.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("CREATE TABLE notes (body TEXT)")
    before = path.read_bytes()
    with pytest.raises(StorageError, match="another program"):
        Database(path).open()
    assert path.read_bytes() == before


def test_that_a_file_without_version_is_reported(filled: Path) -> None:
    with closing(sqlite3.connect(filled)) as connection:
        connection.execute("DELETE FROM alembic_version")
        connection.commit()
    with pytest.raises(DatabaseCorrupt, match="version"):
        Database(filled).open()


def test_that_a_network_share_is_refused(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="network share"):
        prepare_file(Path("\\\\server\\share\\attendance.db"), busy_timeout_ms=1000)
    assert not list(tmp_path.iterdir())


def test_that_a_sound_file_has_no_problems_and_a_dangling_row_is_one(filled: Path) -> None:
    assert integrity_problems(filled, busy_timeout_ms=1000) == []
    with closing(sqlite3.connect(filled)) as connection:
        connection.execute("UPDATE template SET person_id = 99 WHERE id = 1")
        connection.commit()
    assert integrity_problems(filled, busy_timeout_ms=1000) == ["dangling reference in template"]


def test_that_programs_starting_together_make_one_database(path: Path) -> None:
    barrier = threading.Barrier(4)
    errors: list[Exception] = []

    def start() -> None:
        database = Database(path)
        try:
            barrier.wait(PATIENCE_S)
            database.open()
            SqlCheckInLog(database).append(check_in(threading.current_thread().name)).result()
        except Exception as err:  # noqa: BLE001 - the assertion below shows it
            errors.append(err)
        finally:
            database.close()

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_S)
    assert errors == []
    assert counts(path)["check_in"] == 4


def test_that_migrations_import_nothing_from_the_application() -> None:
    files = list(Path(MIGRATIONS).rglob("*.py"))
    assert len(files) > 4
    for path in files:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom):
                names = [node.module or "", "." * node.level]
            assert not [name for name in names if name.startswith(("attendance", "."))], path.name


@pytest.mark.parametrize(("found", "due"), [("0003", True), (SCHEMA_REVISION, False), ("9999", False)])
def test_that_only_a_file_of_an_earlier_version_is_due_for_an_upgrade(filled: Path, found: str, due: bool) -> None:
    with closing(sqlite3.connect(filled)) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (found,))
    before = filled.read_bytes()
    assert is_due(filled, busy_timeout_ms=1000) is due
    assert filled.read_bytes() == before


def test_that_an_empty_file_is_not_due_but_refused(tmp_path: Path) -> None:
    path = tmp_path / "attendance.db"
    path.touch()
    assert not is_due(path, busy_timeout_ms=1000)
