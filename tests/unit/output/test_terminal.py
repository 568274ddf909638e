"""What commands print, in every encoding and onto everything that takes no more."""

from __future__ import annotations

import ast
import io
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from attendance import terminal
from attendance.errors.reports import OutputFailed
from tests.reasons_in_code import ROOT, SOURCES

NAMES = ("Zoë Müller", "李娜", "Łukasz", "👩‍💻")
ENCODINGS = ("utf-8", "cp1252", "gbk", "ascii", "latin-1", "utf-16", "shift_jis")


def printed(monkeypatch: pytest.MonkeyPatch, encoding: str) -> tuple[io.BytesIO, io.TextIOWrapper]:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding=encoding, newline="")
    monkeypatch.setattr(sys, "stdout", stream)
    return raw, stream


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_that_every_name_is_printed_in_every_encoding(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    raw, _ = printed(monkeypatch, encoding)
    for name in NAMES:
        terminal.say(name)
    lines = raw.getvalue().decode(encoding).splitlines()
    assert [line.encode("ascii", "backslashreplace").decode() for line in lines] == [
        name.encode("ascii", "backslashreplace").decode() for name in NAMES
    ]


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_that_json_is_json_in_every_encoding(monkeypatch: pytest.MonkeyPatch, encoding: str) -> None:
    raw, _ = printed(monkeypatch, encoding)
    terminal.say_json({"names": NAMES, "at": Path("x")}, default=str)
    assert json.loads(raw.getvalue().decode(encoding)) == {"names": list(NAMES), "at": "x"}


def test_that_json_brings_nothing_that_a_terminal_obeys(capsys: pytest.CaptureFixture[str]) -> None:
    value = ["\x9b2J", "\x7f", "a\u202eb", "\u2028", "\x1b[2J", "李\ufeff"]
    terminal.say_json(value, default=str)
    printed = capsys.readouterr().out
    assert json.loads(printed) == value
    assert printed.removesuffix("\n").isprintable()


def test_that_a_line_stays_one_and_a_table_keeps_its_lines(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.say("Ann\nwhole: 12 entries\x1b[1A")
    terminal.say_lines("a\n\x1b[2Jb")
    assert capsys.readouterr().out == "Ann\\nwhole: 12 entries\\x1b[1A\na\n\\x1b[2Jb\n"


def test_that_no_output_shows_the_secret_of_an_address(capsys: pytest.CaptureFixture[str]) -> None:
    terminal.say("camera rtsp://u:geheim@cam/x", err=True)
    terminal.say_json({"rtsp://u:geheim@cam/x": [{"to": "http://h/?t=geheim"}]}, default=str)
    out = capsys.readouterr()
    assert "geheim" not in out.out + out.err


class Full(io.StringIO):
    """A disk that has no space, as it answers to flush."""

    def flush(self) -> None:
        raise OSError(28, "No space left on device")


def test_that_an_output_that_takes_no_more_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", Full())
    with pytest.raises(OutputFailed, match="The output cannot be written: No space left on device"):
        terminal.say("x")
    closed = io.StringIO()
    closed.close()
    monkeypatch.setattr(sys, "stdout", closed)
    with pytest.raises(OutputFailed, match="it is closed"):
        terminal.say("x")


class Unread(io.StringIO):
    """A pipe whose reader has gone."""

    def flush(self) -> None:
        raise BrokenPipeError(32, "Broken pipe")


def test_that_a_reader_that_has_enough_is_told_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", Unread())
    with pytest.raises(SystemExit) as stopped:
        terminal.say("x")
    assert stopped.value.code == terminal.EXIT_UNREAD
    assert capsys.readouterr().err == ""


def test_that_nothing_is_said_where_there_is_no_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "stderr", Full())
    terminal.say("x")
    terminal.say("x", err=True)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has it")
@pytest.mark.parametrize("arguments", [["models", "list", "--json"], ["--version"], ["audit", "verify"]])
def test_that_a_full_disk_is_one_sentence(tmp_path: Path, arguments: list[str]) -> None:
    (tmp_path / "config.toml").write_text('[storage]\nkey_store = "file"\n', encoding="utf-8")
    command = [sys.executable, "-m", "attendance", "--data", str(tmp_path), *arguments]
    with Path("/dev/full").open("wb") as full:
        done = subprocess.run(
            command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, cwd=ROOT, env=dict(os.environ)
        )
    assert done.returncode == 1
    assert "error REP-04: The output cannot be written: No space left on device." in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_that_nothing_is_printed_past_the_one_place() -> None:
    """A rule for code to come: ``print`` and typer's ``echo`` know neither secrets nor encodings."""
    found = []
    for folder in SOURCES:
        for path in folder.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Call) and ast.unparse(node.func) in {"print", "typer.echo", "click.echo"}:
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert found == []
