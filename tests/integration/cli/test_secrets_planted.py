"""Secrets planted wherever one can be kept; no command shows any, and no file for reading holds one."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer
from PySide6.QtWidgets import QApplication

from attendance.cli import app
from attendance.composition.application import Application
from attendance.composition.links import MAIL_PASSWORD
from attendance.composition.paths import AppPaths
from attendance.log_file import configure_logging
from tests.command_line import Outcome, call

SECRET = "geheim"
CONFIG = f"""
[camera]
source = "rtsp://admin:{SECRET}1@127.0.0.1:9/user=u_password={SECRET}2?token={SECRET}3"
[attendance]
zone = "Europe/Berlin"
[storage]
key_store = "file"
[mail]
host = "127.0.0.1"
port = 9
security = "none"
user = "office"
sender = "office@example.org"
"""
RELAYS = {
    "http": f'kind = "http"\naddress = "http://127.0.0.1:9/open?key={SECRET}4"\nbody = "{SECRET}5"',
    "command": f'kind = "command"\ncommand = "/nowhere/open --password {SECRET}6"',
}
NOT_RUN = {"kiosk", "admin", "demo", "bench", "reports"}
"""Windows, and measures of speed."""


KNOWN = {"--direction": "in", "--from": "2026-03-02", "--to": "2026-03-02", "--every": "day", "kind": "daily"}
"""What is given for what takes no text of any kind."""


def leaves(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Yield the names of every command with the command."""
    for name, one in getattr(command, "commands", {}).items():
        if name not in NOT_RUN:
            yield from leaves(one, (*path, name))
    if not getattr(command, "commands", {}):
        yield path, command


def arguments_of(command: Any) -> list[str]:
    """Return something for whatever a command asks for: addresses with a secret, days and words."""
    given: list[str] = []
    for parameter in command.params:
        if parameter.required:
            value = KNOWN.get(parameter.opts[0], f"rtsp://u:{SECRET}7@127.0.0.1:9/x")
            given += [value] if parameter.param_type_name == "argument" else [parameter.opts[0], value]
    return given


COMMANDS = dict(leaves(typer.main.get_command(app)))


@pytest.fixture(params=RELAYS)
def home(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "config.toml").write_text(f"{CONFIG}[relay]\n{RELAYS[request.param]}\n", encoding="utf-8")
    with Application(folder) as application:
        application.storage.secrets.put(MAIL_PASSWORD, f"{SECRET}8")
        application.links.webhook.set(f"http://127.0.0.1:9/{SECRET}9/hook?token={SECRET}10", f"{SECRET}11-long-enough")
    return folder


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    before = logging.getLogger().handlers[:]
    yield
    for handler in logging.getLogger().handlers[:]:
        if handler not in before:
            logging.getLogger().removeHandler(handler)
            handler.close()


def test_that_most_commands_are_tried() -> None:
    assert len(COMMANDS) > 45
    assert ("doctor",) in COMMANDS
    assert ("webhook", "status") in COMMANDS


def test_that_no_command_shows_a_planted_secret(
    home: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    qapp: QApplication,
) -> None:
    monkeypatch.setattr("attendance.vision.cameras.network_stream._TIMEOUT_MS", 300)

    def run(*arguments: str) -> Outcome:
        # What it asks on the standard input is answered with nothing.
        return call("--data", home, *arguments, monkeypatch=monkeypatch, capsys=capsys)

    shown: dict[tuple[str, ...], str] = {}
    for path, command in COMMANDS.items():
        options = {option for one in command.params for option in one.opts}
        switches = [["--json"]] if "--json" in options else []
        for more in ([], *switches):
            outcome = run(*path, *arguments_of(command), *more, *(["--stdin"] if "--stdin" in options else []))
            said = outcome.out + outcome.err
            assert "Traceback" not in said, path
            # What was typed for an option that does not take it is told to who typed it, by the parser.
            if outcome.code != 2:
                shown[(*path, *more)] = said
    assert len(shown) > 40
    assert {path: said for path, said in shown.items() if SECRET in said} == {}


def test_that_neither_log_nor_audit_log_holds_a_planted_secret(
    home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    configure_logging(AppPaths(home).logs, "debug")
    for arguments in (["webhook", "test"], ["webhook", "status"], ["relay", "test"], ["mail", "test", "a@b"]):
        call("--data", home, *arguments, monkeypatch=monkeypatch, capsys=capsys)
    logging.getLogger("attendance").error("camera rtsp://u:%s@cam/x\nsecond line", SECRET)
    try:
        raise ValueError(f"http://h/?t={SECRET}")
    except ValueError:
        logging.getLogger("attendance").exception("a bug")
    audit = call("--data", home, "audit", "show", monkeypatch=monkeypatch, capsys=capsys).out
    log = (AppPaths(home).logs / "attendance.log").read_text(encoding="utf-8")
    assert "setting.changed" in audit
    assert "rtsp://cam/x\\nsecond line" in log
    assert "ValueError: http://h/" in log
    assert SECRET not in audit + log


def test_that_the_database_holds_no_planted_secret_in_the_open(home: Path) -> None:
    content = b"".join(path.read_bytes() for path in home.glob("attendance.db*"))
    assert SECRET.encode() not in content
