"""Where the tests of a marker stand: pytest reads all 5,000 tests, torch included, to find 300 by their marker."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def paths_with(marker: str) -> list[str]:
    """Return the files that name a marker, relative to the project; a conftest.py stands for its folder."""
    found = [path for path in sorted((ROOT / "tests").rglob("*.py")) if marker in path.read_text(encoding="utf-8")]
    return [str((path.parent if path.name == "conftest.py" else path).relative_to(ROOT)) for path in found]
