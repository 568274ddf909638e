"""The command ``attendance`` called in this process, as a user types it."""

from __future__ import annotations

import io
import json
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

from attendance.cli import main


@dataclass
class Outcome:
    """What a call came to."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, object]:
        """What it printed with ``--json``."""
        found: dict[str, object] = json.loads(self.out)
        return found

    def error_line(self) -> str:
        """Return the one line that begins with "error"."""
        lines = [line for line in self.err.splitlines() if line.startswith("error")]
        assert len(lines) == 1, self.err
        return lines[0]


Cli = Callable[..., Outcome]
"""Takes the arguments of a call."""


def call(
    *arguments: object, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], stdin: str = ""
) -> Outcome:
    """Run ``attendance`` with ``arguments``; what was printed before does not count."""
    monkeypatch.setattr(sys, "argv", ["attendance", *map(str, arguments)])
    monkeypatch.setattr(sys, "stdin", io.StringIO(stdin))
    capsys.readouterr()
    try:
        main()
        code = 0
    except SystemExit as stop:
        code = int(stop.code or 0)
    captured = capsys.readouterr()
    return Outcome(code, captured.out, captured.err)
