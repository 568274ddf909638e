"""Two programs on one data folder: the second door says who has it, everything else works beside the first.

And no command opens the database by hand: that would take the first one's locks away (see test_posix_locks).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from attendance.composition.application import Application
from attendance.errors.storage import DoorTaken
from attendance.ui.i18n import LanguageSwitch
from attendance.ui.window_end import end_window
from attendance.windows.kiosk import build_kiosk_window, load_kiosk_engine
from tests.command_line import Cli, Outcome, call
from tests.unit.data.loss.test_process_lock import end, hold

SETTINGS = '[attendance]\nzone = "Europe/Berlin"\n[storage]\nkey_store = "file"\n'
_ears: list[list[str]] = []
"""The list that takes the names of opened files, while somebody listens."""


def _listen(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open":
        for opened in _ears:
            opened.append(str(arguments[0]))


sys.addaudithook(_listen)  # it cannot be taken away again, so it is told when to listen


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "config.toml").write_text(SETTINGS, encoding="utf-8")
    with Application(folder) as application:
        application.storage.roster.enrol(code="k1", name="Ann Example", templates=[], model_id="m")
    return folder


@pytest.fixture
def cli(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    monkeypatch.setattr("attendance.cli.session.configure_logging", lambda *_: None)

    def run(*arguments: object) -> Outcome:
        return call("--data", home, *arguments, monkeypatch=monkeypatch, capsys=capsys)

    return run


@pytest.fixture
def first(home: Path) -> Iterator[int]:
    """Another process that runs the door; its number."""
    process = hold(home / "door.lock")
    yield process.pid
    end(process)


def test_that_a_second_door_on_the_command_line_says_who_has_it(cli: Cli, first: int) -> None:
    outcome = cli("run", "--source", "none.mp4")
    assert outcome.code == 1
    sentence = outcome.error_line()
    assert sentence.startswith("error STO-08: ")
    assert f"attendance kiosk, process {first}, since 2" in sentence
    assert "book everybody twice" in outcome.err


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints", extend=True)
def test_that_a_second_kiosk_window_says_who_has_it(home: Path, first: int, qtbot: QtBot, language: str) -> None:
    with Application(home) as application:
        window = build_kiosk_window(application, lambda listener: load_kiosk_engine(application, listener, source=None))
        LanguageSwitch.instance().set_language(language)
        window.show()
        qtbot.waitUntil(lambda: window.state_panel.state == "error")
        title = window.state_panel.title()
        with qtbot.waitSignal(window.closed):
            window.close()
        end_window(window)
    LanguageSwitch.instance().set_language("en")
    assert str(first) in title
    assert "attendance kiosk" in title
    assert ("进程" in title) == (language == "zh_CN")


def test_that_what_starts_no_door_works_beside_one_and_opens_no_database_by_hand(
    cli: Cli, first: int, tmp_path: Path
) -> None:
    opened: list[str] = []
    _ears.append(opened)
    try:
        for command in (
            ("people", "list"),
            ("people", "deactivate", "k1"),
            ("audit", "verify", "--deep"),
            ("report", "daily", "--from", "2026-03-02", "--to", "2026-03-02", "-o", str(tmp_path / "day.csv")),
            ("doctor",),
            ("people", "erase", "k1", "--yes"),
        ):
            outcome = cli(*command)
            assert outcome.code == 0 or command == ("doctor",), outcome.err
    finally:
        _ears.clear()
    assert opened, "the hook heard nothing"
    assert [path for path in opened if Path(path).name.startswith("attendance.db")] == []


def test_that_one_program_may_build_one_engine_after_the_other_and_gives_the_door_back(home: Path) -> None:
    with Application(home) as application, Application(home) as other:
        application.door.claim()
        application.door.claim()
        with pytest.raises(DoorTaken):
            other.door.claim()
        application.close()
        other.door.claim()
