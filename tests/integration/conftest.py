"""Tests of the whole program: its command line, photographs of the demo's people, and which tests read the clock.

Those that read the computer's clock run on other days too (scripts/other_days.py).
"""

from __future__ import annotations

import logging
import math
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import cv2
import pytest

from attendance.demo.people import load_people, write_photos
from attendance.services.recognizers import promotion_check
from tests.command_line import Cli, Outcome, call

HERE = Path(__file__).parent
_WITHOUT_DATES = frozenset(
    {
        "test_bad_inputs.py",
        "test_bench.py",
        "test_cases.py",
        "test_chain.py",
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


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Iterator[Cli]:
    monkeypatch.setenv("ATTENDANCE_HOME", str(tmp_path / "home"))
    root = logging.getLogger()
    handlers, hooks = list(root.handlers), (sys.excepthook, threading.excepthook)

    def run(*arguments: object) -> Outcome:
        return call(*arguments, monkeypatch=monkeypatch, capsys=capsys)

    yield run
    for handler in [h for h in root.handlers if h not in handlers]:
        root.removeHandler(handler)
        handler.close()
    sys.excepthook, threading.excepthook = hooks


@pytest.fixture(scope="session")
def photos(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    folder = tmp_path_factory.mktemp("photos")
    write_photos(folder)
    return {child.name: sorted(child.iterdir()) for child in sorted(folder.iterdir())}


@pytest.fixture
def stranger(tmp_path: Path) -> Path:
    person = next(p for p in load_people() if not p.is_enrolled)
    path = tmp_path / "stranger.png"
    cv2.imwrite(str(path), person.image_bgr)
    return path
