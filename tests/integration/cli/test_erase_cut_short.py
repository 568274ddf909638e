"""Whoever repeats an erasure that was cut short hears that it is finished, not only that nobody has the code."""

from __future__ import annotations

from pathlib import Path

import pytest

from attendance.composition.application import Application
from attendance.data.database import Database
from attendance.errors import Reason
from attendance.errors.storage import StorageError
from tests.command_line import call


def test_that_a_repeated_erasure_says_that_the_first_one_is_finished(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("attendance.cli.session.configure_logging", lambda *_: None)
    (tmp_path / "config.toml").write_text('[storage]\nkey_store = "file"\n', encoding="utf-8")
    with Application(tmp_path) as application:
        application.storage.roster.enrol(code="k1", name="Ann Example", templates=[], model_id="m")
    copy = tmp_path / "attendance.db.before-0004"
    copy.write_bytes(b"Ann Example")

    def erase() -> tuple[int, str]:
        outcome = call("--data", tmp_path, "people", "erase", "k1", "--yes", monkeypatch=monkeypatch, capsys=capsys)
        return outcome.code, outcome.err

    with monkeypatch.context() as patch:

        def full(_database: Database) -> bool:
            raise StorageError(path=tmp_path, reason=Reason.quoted("no space"))

        patch.setattr(Database, "compact", full)
        code, told = erase()
    assert code == 0
    assert "warning STO-09" in told
    assert "no space" in told
    assert copy.exists()

    code, told = erase()
    assert code == 1
    assert told.index("it is finished now") < told.index("error ENR-")
    assert not copy.exists()
    assert "it is finished now" not in erase()[1]
