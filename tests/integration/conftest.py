"""Tests of the whole program read the computer's clock: they run on other days too (scripts/other_days.py)."""

from __future__ import annotations

from pathlib import Path

import pytest

HERE = Path(__file__).parent
_WITHOUT_DATES = frozenset(
    {
        "test_bench.py",
        "test_cases.py",
        "test_close_ups.py",
        "test_demo_pictures.py",
        "test_earlier_default.py",
        "test_go_live.py",
        "test_packs.py",
        "test_setup.py",
        "test_training_loop.py",
        "test_wheel.py",
    }
)
"""Long, and the same on every day; the pictures are taken by the demo of each day."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test here that is not known to ignore the date."""
    for item in items:
        if HERE in item.path.parents and item.path.name not in _WITHOUT_DATES:
            item.add_marker(pytest.mark.knows_date)
