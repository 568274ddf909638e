"""Commands ``models list`` and ``doctor`` on InsightFace's packs, with tiny models in their place."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command_line import Outcome, call

Cli = Callable[..., Outcome]


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    monkeypatch.setattr("attendance.cli.session.configure_logging", lambda *_: None)

    def run(*arguments: object) -> Outcome:
        return call("--data", tmp_path / "home", *arguments, monkeypatch=monkeypatch, capsys=capsys)

    return run


def test_that_the_list_names_insightfaces_packs_and_sizes_that_are_published(cli: Cli) -> None:
    lines = {line.split()[0]: line for line in cli("models", "list").out.splitlines() if line.startswith("  ")}
    assert "38 MB" in lines["raccoon_s"]
    assert "size not published" in lines["cheetah_l"]
    assert "non-commercial research only" in lines["cheetah_l"]
    assert "cheetah_s" in json.loads(cli("models", "list", "--json").out)["installable"]
