"""Runs `make demo` and the tests of one marker in a changed environment; what `other_days` and `font_sets` share."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from pathlib import Path
from threading import Lock
from typing import TypeVar

ROOT = Path(__file__).resolve().parents[1]
_TAIL_LINES = 40
_AT_ONCE = 2  # each needs about one core
_demo_turn = Lock()  # all demos write into one folder

T = TypeVar("T")


def commands(marker: str) -> dict[str, tuple[str, ...]]:
    """Return the two commands by name; pytest reads only the files that hold such tests, not all 5,700."""
    pytest = (sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", marker)
    return {"demo": ("make", "demo"), "tests": (*pytest, *paths_with(marker))}


def paths_with(marker: str) -> list[str]:
    """Return the files that name a marker, relative to the project; a conftest.py stands for its folder."""
    found = [path for path in sorted((ROOT / "tests").rglob("*.py")) if marker in path.read_text(encoding="utf-8")]
    return [str((path.parent if path.name == "conftest.py" else path).relative_to(ROOT)) for path in found]


def run(label: str, what: str, command: tuple[str, ...], environment: Callable[[], Mapping[str, str]]) -> bool:
    """Run one command, print one line, and the end of its output when it fails; demos take turns.

    Args:
        label: what stands before the outcome.
        what: "demo" or "tests".
        command: of ``commands``.
        environment: makes the environment when the command's turn has come.

    Returns:
        Whether it passed.
    """
    with _demo_turn if what == "demo" else nullcontext():
        begun_s = time.monotonic()
        done = subprocess.run(
            command, cwd=ROOT, env=environment(), capture_output=True, text=True, errors="replace", check=False
        )
    printed = done.stdout + done.stderr
    counted = re.findall(r"^\d+ (?:passed|failed).*$|^All .* checked in.*$", printed, re.MULTILINE)
    outcome = "passed" if done.returncode == 0 else f"FAILED ({done.returncode})"
    print(f"{label}{what:6}{outcome:12}{time.monotonic() - begun_s:6.0f} s  {' '.join(counted[-1:])}", flush=True)
    if done.returncode != 0:
        print("\n".join(printed.splitlines()[-_TAIL_LINES:]), flush=True)
    return done.returncode == 0


def all_pass(variants: Iterable[T], work: Callable[[T], bool]) -> bool:
    """Work on the variants, two at a time, every one whatever becomes of the others."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        return all(list(pool.map(work, variants)))
