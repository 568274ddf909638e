"""The developers' cases after public reports: each has a script that succeeds when the product behaves right."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

CHECKOUT = Path(__file__).resolve().parents[2]
CASES = (
    "01-config-with-bom",
    "02-two-calendars-in-one-file",
    "06-photo-names-of-another-system",
    "07-semicolons-and-commas-in-heading",
    "09-doctor-shows-camera-password",
    "14-close-up-not-found-by-scrfd",
    "15-time-zone-silently-utc",
    "17-codes-that-nearly-agree",
)


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project folder as the scripts expect it, whose commands run this checkout with this interpreter."""
    commands = tmp_path / "project" / ".venv" / "bin"
    commands.mkdir(parents=True)
    for name, words in (("python", ""), ("attendance", " -m attendance")):
        path = commands / name
        path.write_text(f'#!/bin/sh\nPYTHONPATH="{CHECKOUT}" exec "{sys.executable}"{words} "$@"\n', encoding="utf-8")
        path.chmod(0o755)
    return tmp_path / "project"


@pytest.mark.needs_shared
@pytest.mark.skipif(sys.platform == "win32", reason="the scripts need a POSIX shell")
@pytest.mark.parametrize("case", CASES)
def test_that_the_case_comes_out_right(shared: Path, project: Path, case: str) -> None:
    script = shared / "cases" / case / "run.sh"
    if not script.is_file():
        pytest.skip("the developers' cases are not beside the checkout")
    done = subprocess.run(
        ["bash", script, project],
        env={**os.environ, "TMPDIR": str(project)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
