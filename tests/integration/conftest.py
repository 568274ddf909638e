"""Tests of the whole program read the computer's clock: they run on other days too (scripts/other_days.py)."""

from __future__ import annotations

import math
from pathlib import Path

import pytest

from attendance.services.recognizers import promotion_check

HERE = Path(__file__).parent
_WITHOUT_DATES = frozenset(
    {
        "test_bench.py",
        "test_cases.py",
        "test_close_ups.py",
        "test_demo_pictures.py",
        "test_earlier_default.py",
        "test_go_live.py",
        "test_models_cli.py",
        "test_packs.py",
        "test_secrets_shown.py",
        "test_setup.py",
        "test_training_loop.py",
        "test_wheel.py",
    }
)
"""Long, and the same on every day; the pictures are taken by the demo of each day."""
_TESTS_WITHOUT_DATES = frozenset(
    {
        "test_that_a_bad_picture_is_one_sentence_and_enrols_nobody",
        "test_that_a_locked_database_is_one_sentence_and_loses_nothing",
        "test_that_an_unusable_import_is_one_sentence",
        "test_that_an_update_with_another_recognizer_takes_everybody_along",
        "test_that_both_windows_settle_the_garbage_once_they_are_ready",
        "test_that_every_command_explains_itself",
        "test_that_no_stack_trace_reaches_the_terminal_when_the_log_cannot_be_written",
        "test_that_the_bench_measures_what_it_says",
        "test_that_the_kiosk_process_never_loads_torch_or_insightface",
    }
)
"""As long, among others that know the date."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test here that is not known to ignore the date."""
    for item in items:
        is_named = getattr(item, "originalname", item.name) in _TESTS_WITHOUT_DATES
        if HERE in item.path.parents and item.path.name not in _WITHOUT_DATES and not is_named:
            item.add_marker(pytest.mark.knows_date)


@pytest.fixture(autouse=True)
def _busy_computer(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let no recognizer be refused for the milliseconds it takes while other programs keep this computer busy."""
    monkeypatch.setattr(promotion_check, "MOST_MS", math.inf)
