"""The user guide's error table names every code of the exception tree, once."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

from attendance.config import load_settings
from tests.reasons_in_code import error_classes

GUIDE = Path(__file__).resolve().parents[2] / "docs" / "user-guide.md"


def rows_of_guide() -> list[list[str]]:
    rows = [line.strip("| \n").split(" | ") for line in GUIDE.read_text(encoding="utf-8").splitlines()]
    return [row for row in rows if re.fullmatch(r"[A-Z]{3}-\d{2}", row[0])]


def test_that_the_guide_explains_every_error_code_once() -> None:
    listed = Counter(row[0] for row in rows_of_guide())
    assert set(listed) == {cls.code for cls in error_classes()}
    assert max(listed.values()) == 1


def test_that_every_row_of_the_guide_says_what_to_do() -> None:
    for row in rows_of_guide():
        assert len(row) == 3, row
        assert all(cell.strip() for cell in row), row


def test_that_the_settings_of_the_guide_are_accepted(tmp_path: Path) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", GUIDE.read_text(encoding="utf-8"), re.DOTALL)
    assert blocks
    for block in blocks:
        path = tmp_path / "config.toml"
        path.write_text(block, encoding="utf-8")
        load_settings(path)
