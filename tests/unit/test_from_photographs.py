"""The page and the script from photographs to the door say the same, and every option on them is there."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
import typer

from attendance.cli import app

ROOT = Path(__file__).resolve().parents[2]
PAGE, SCRIPT = ROOT / "docs" / "from-photographs-to-the-door.md", ROOT / "scripts" / "from_photographs.sh"
_MADE = ("attendance", "attendance-train")


def commands(text: str) -> list[list[str]]:
    """Return the commands of a text, without the places that the script puts before its files."""
    joined = text.replace("\\\n", " ").replace("$work/", "").replace("$photographs", "photographs")
    words = (shlex.split(line, comments=True) for line in joined.splitlines() if line.startswith(_MADE))
    # What the script does where a step refuses is its own.
    return [line[: line.index("||")] if "||" in line else line for line in words if not line[0].endswith("()")]


def of_page() -> list[list[str]]:
    block = re.search(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert block is not None
    return commands(block[1])


def test_that_the_script_does_what_the_page_shows() -> None:
    shown = of_page()
    assert len(shown) == 11
    assert commands(SCRIPT.read_text(encoding="utf-8")) == [*shown, ["attendance", "models", "list"]]


def test_that_every_option_of_the_page_exists() -> None:
    pytest.importorskip("attendance_training")
    from attendance_training.cli import app as training_app

    groups = {"attendance": typer.main.get_command(app), "attendance-train": typer.main.get_command(training_app)}
    for program, *words in of_page():
        command = groups[program]
        while hasattr(command, "commands"):
            command = command.commands[words.pop(0)]
        known = {name for parameter in command.params for name in parameter.opts}
        given = {word for word in words if word.startswith("-")}
        assert given <= known, (program, command.name, given - known)
