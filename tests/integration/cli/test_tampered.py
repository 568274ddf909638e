"""What was changed past the program is told by the doctor and by the windows, not only by ``audit verify``."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from attendance.composition.application import Application
from attendance.diagnostics.checks import examine
from attendance.diagnostics.finding import Level
from attendance.errors.storage import LogNotContinued


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "config.toml").write_text('[storage]\nkey_store = "file"\n', encoding="utf-8")
    with Application(folder) as application:
        application.storage.roster.enrol(code="k1", name="Ann", templates=[], model_id="m")
        assert application.storage.looked_for_troubles(deep=True) == ()
    return folder


def change(home: Path, statement: str) -> None:
    with closing(sqlite3.connect(home / "attendance.db")) as connection, connection:
        connection.execute(statement)


def test_that_the_doctor_tells_of_a_row_that_was_changed(home: Path) -> None:
    change(home, "UPDATE person SET name = 'Bob'")
    with Application(home) as application:
        found = [one for one in examine(application) if one.check == "database" and one.level is Level.ERROR]
    assert len(found) == 1
    assert "in the table person, row 1 was changed past the log" in found[0].text


def test_that_a_start_of_a_window_tells_of_seals_that_were_taken_away(home: Path) -> None:
    change(home, "DELETE FROM seal_state")
    with Application(home) as application:
        assert len(application.storage.roster.list_people()) == 1
        (trouble,) = application.storage.troubles
        assert isinstance(trouble, LogNotContinued)
        assert [str(one) for one in application.storage.looked_for_troubles(deep=False)] == [str(trouble)]


def test_that_without_the_key_nothing_is_said_of_the_seals(home: Path) -> None:
    (home / "attendance.key").unlink()
    with Application(home) as application:
        assert application.storage.looked_for_troubles(deep=True) == ()


def test_that_a_folder_with_a_key_and_nothing_else_is_no_new_one(home: Path) -> None:
    for name in ("attendance.db", "audit-head.json"):
        (home / name).unlink()
    for _ in range(2):
        with Application(home) as application:
            assert application.storage.roster.list_people() == []
            (trouble,) = application.storage.looked_for_troubles(deep=False)
            assert "audit-head.json is missing" in trouble.user_text


def test_that_an_empty_folder_is_a_new_one(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text('[storage]\nkey_store = "file"\n', encoding="utf-8")
    for _ in range(2):
        with Application(tmp_path) as application:
            assert application.storage.looked_for_troubles(deep=True) == ()
