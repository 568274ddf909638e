"""A database that is gone or cut, or a wrong clock, is an alarm: in the doctor, in commands and in both windows."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QLabel
from pytestqt.qtbot import QtBot

from attendance.composition.application import Application
from attendance.core.types import CheckIn, Direction
from attendance.system_clock import SystemClock
from attendance.ui.i18n import LanguageSwitch
from attendance.ui.window_end import end_window
from attendance.windows.admin import build_admin_window
from attendance.windows.kiosk import build_kiosk_window, load_kiosk_engine
from tests.command_line import Cli, Outcome, call

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints", extend=True)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "config.toml").write_text(
        '[attendance]\nzone = "Europe/Berlin"\n[storage]\nkey_store = "file"\n', encoding="utf-8"
    )
    with Application(folder) as application:
        application.storage.roster.enrol(code="k1", name="Ann Example", templates=[], model_id="m")
        add_event(application, "e1")
    return folder


def add_event(application: Application, event_id: str) -> None:
    at = datetime(2026, 11, 2, 7, tzinfo=UTC)
    event = CheckIn(event_id, 1, at, 3600, Direction.IN, 0.6, 0.2, "door", "m", "kiosk")
    application.storage.check_in_log.append(event).result()


@pytest.fixture
def cli(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    monkeypatch.setattr("attendance.cli.session.configure_logging", lambda *_: None)

    def run(*arguments: object) -> Outcome:
        return call("--data", home, *arguments, monkeypatch=monkeypatch, capsys=capsys)

    return run


def findings(cli: Cli, check: str) -> list[dict[str, str]]:
    report = json.loads(cli("doctor", "--json").out)
    return [finding for finding in report["findings"] if finding["check"] == check]


def test_that_a_database_that_is_gone_is_an_alarm_and_put_back_with_one_command(
    cli: Cli, home: Path, tmp_path: Path, qapp: QApplication
) -> None:
    kept = tmp_path / "kept.db"
    (home / "attendance.db").rename(kept)
    (found,) = [finding for finding in findings(cli, "database") if finding["level"] != "ok"]
    assert found["level"] == "error"
    assert "is gone: the head of its audit log knows" in found["text"]
    assert "attendance restore FILE" in found["hint"]
    for command in (["people", "list"], ["audit", "verify"], ["run"]):
        outcome = cli(*command)
        assert outcome.code == 1
        assert outcome.error_line().startswith("error STO-12")
    assert not (home / "attendance.db").exists()

    outcome = cli("restore", kept)
    assert outcome.code == 0, outcome.err
    assert "1 person, 1 check-in" in outcome.out
    assert cli("audit", "verify", "--deep").code == 0
    assert cli("restore", kept).code == 1


def test_that_an_older_copy_is_told_by_every_command_and_the_doctor(
    cli: Cli, home: Path, tmp_path: Path, qapp: QApplication
) -> None:
    shutil.copy(home / "attendance.db", tmp_path / "old.db")
    with Application(home) as application:
        add_event(application, "e2")
    shutil.copy(tmp_path / "old.db", home / "attendance.db")
    listed = cli("people", "list")
    assert listed.code == 0
    assert "warning STO-13" in listed.err
    assert "the last 1 entries are gone" in listed.err
    assert any("entries are gone" in finding["text"] for finding in findings(cli, "database"))


@pytest.mark.parametrize(("language", "words"), [("en", "is gone"), ("zh_CN", "不见了")])
def test_that_both_windows_say_that_the_database_is_gone(home: Path, qtbot: QtBot, language: str, words: str) -> None:
    (home / "attendance.db").unlink()
    with Application(home) as application:
        kiosk = build_kiosk_window(application, lambda listener: load_kiosk_engine(application, listener, source=None))
        LanguageSwitch.instance().set_language(language)
        kiosk.show()
        qtbot.waitUntil(lambda: kiosk.state_panel.state == "error")
        assert words in kiosk.state_panel.title()
        with qtbot.waitSignal(kiosk.closed):
            kiosk.close()
        end_window(kiosk)
    with Application(home) as application:
        admin = build_admin_window(application)
        admin.show()
        qtbot.waitUntil(lambda: words in "".join(label.text() for label in admin.findChildren(QLabel)))
        end_window(admin)
    LanguageSwitch.instance().set_language("en")
    assert not (home / "attendance.db").exists()


@pytest.mark.parametrize(
    ("now_utc", "words"),
    [
        (datetime(1971, 1, 1, tzinfo=UTC), "1971-01-01 01:00; the newest check-in is of 2026-11-02 08:00"),
        (datetime(2107, 12, 31, tzinfo=UTC), "2107-12-31 01:00; no clock can show that"),
        (datetime(2026, 11, 2, 6, tzinfo=UTC), "2026-11-02 07:00; the newest check-in is of 2026-11-02 08:00"),
    ],
)
def test_that_a_clock_that_cannot_be_right_is_told_by_the_doctor(
    cli: Cli, qapp: QApplication, monkeypatch: pytest.MonkeyPatch, now_utc: datetime, words: str
) -> None:
    monkeypatch.setattr(SystemClock, "now_utc", lambda _clock: now_utc)
    (found,) = findings(cli, "clock")
    assert found["level"] == "error"
    assert words in found["text"]
