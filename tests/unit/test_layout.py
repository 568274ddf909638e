"""Rooms stay small: what is too large to be read at once is divided."""

from __future__ import annotations

from collections import Counter

from tests.reasons_in_code import ROOT, SOURCES

MOST_LINES = 400
MOST_MODULES = 20
MODULES = [path for folder in (*SOURCES, ROOT / "scripts") for path in sorted(folder.rglob("*.py"))]
TESTS = sorted((ROOT / "tests").rglob("*.py"))


def test_that_no_module_is_longer_than_can_be_read_at_once() -> None:
    long = {
        path.relative_to(ROOT).as_posix(): lines
        for path in MODULES
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > MOST_LINES
    }
    assert len(MODULES) > 300
    assert long == {}


def test_that_no_folder_holds_more_modules_than_can_be_looked_over() -> None:
    counted = Counter(path.parent.relative_to(ROOT).as_posix() for path in (*MODULES, *TESTS))
    assert counted["tests/unit"] > 10
    assert {folder: count for folder, count in counted.items() if count > MOST_MODULES} == {}
