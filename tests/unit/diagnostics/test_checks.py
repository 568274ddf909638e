"""The doctor only looks."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from attendance.composition.application import Application
from attendance.data.upgrade import prepare_file
from attendance.diagnostics.checks import examine
from attendance.diagnostics.finding import Level
from attendance.errors import Reason
from attendance.errors.models import ModelMissing


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text('[storage]\nkey_store = "file"\n', encoding="utf-8")
    return tmp_path


def contents(home: Path) -> dict[Path, bytes]:
    """What is in every file, without those that SQLite makes for whoever reads and uses up with the next start."""
    paths = (path for path in home.rglob("*") if path.is_file() and not path.name.endswith(("-shm", "-wal")))
    return {path: path.read_bytes() for path in paths}


def test_that_a_database_of_an_earlier_version_is_left_as_it_is(home: Path, qapp: QApplication) -> None:
    prepare_file(home / "attendance.db", busy_timeout_ms=1000, revision="0003")
    before = contents(home)
    with Application(home) as application:
        (found,) = [finding for finding in examine(application) if finding.check == "database"]
    assert found.level is Level.WARNING
    assert "of an earlier version" in found.text
    assert contents(home) == before


def test_that_a_folder_without_anything_stays_so(home: Path, qapp: QApplication) -> None:
    before = contents(home)
    with Application(home) as application:
        found = list(examine(application))
    assert {"models", "provider", "database", "key"} <= {finding.check for finding in found}
    assert contents(home) == before


def test_that_a_pack_that_cannot_be_loaded_is_a_finding(
    home: Path, qapp: QApplication, monkeypatch: pytest.MonkeyPatch
) -> None:
    def load(_pack_id: str) -> None:
        raise ModelMissing(pack="bundled", reason=Reason("gone"))

    with Application(home) as application:
        monkeypatch.setattr(application.packs, "load", load)
        (found,) = [finding for finding in examine(application) if finding.check == "provider"]
    assert found.level is Level.ERROR
