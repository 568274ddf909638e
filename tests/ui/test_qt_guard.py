"""The guards of the tests themselves: what a test leaves to the garbage collector fails it, or the run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
_BEGIN = """
import threading
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

def stop_elsewhere():
    timer = QTimer()
    timer.start(1_000_000)
    thread = threading.Thread(target=timer.stop)
    thread.start()
    thread.join()
    timer.stop()

"""
_PLAIN = _BEGIN + "def test_that_nothing_is_wrong(qtbot):\n    pass\n"
_DURING = _BEGIN + "def test_that_a_timer_is_stopped_elsewhere(qtbot):\n    stop_elsewhere()\n"
_IGNORED = (
    _BEGIN + "import pytest\n\n@pytest.mark.qt_log_ignore('another thread')\n"
    "def test_that_a_timer_is_stopped_elsewhere(qtbot):\n    stop_elsewhere()\n"
)
_AFTERWARDS = _PLAIN + "\nimport pytest\n\ndef pytest_sessionfinish():\n    stop_elsewhere()\n"
_LEFT = _BEGIN + "def test_that_a_window_is_left(qtbot):\n    window = QWidget()\n    window.itself = window\n"


@pytest.mark.parametrize(
    ("planted", "code", "said"),
    [
        pytest.param(_PLAIN, 0, "1 passed", id="plain"),
        pytest.param(_DURING, 1, "Timers cannot be stopped from another thread", id="during"),
        pytest.param(_IGNORED, 1, "Timers cannot be stopped from another thread", id="ignored"),
        pytest.param(_AFTERWARDS, 1, "Qt reports objects touched in a wrong thread", id="afterwards"),
        pytest.param(_LEFT, 1, "end windows with end_window", id="left"),
    ],
)
def test_that_a_fault_of_a_test_fails_the_run(tmp_path: Path, planted: str, code: int, said: str) -> None:
    (tmp_path / "test_planted.py").write_text(planted, encoding="utf-8")
    plugins = ("-p", "tests.conftest", "-p", "tests.ui.conftest", "-p", "no:cacheprovider", "-p", "no:xdist")
    if planted == _AFTERWARDS:
        plugins += ("-p", "test_planted")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-c", os.devnull, "--rootdir", str(tmp_path), *plugins, str(tmp_path)],
        cwd=tmp_path,
        env={
            **os.environ,
            "PYTHONPATH": os.pathsep.join((str(ROOT), str(tmp_path), os.environ.get("PYTHONPATH", ""))),
            "QT_QPA_PLATFORM": "offscreen",
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert said in done.stdout, done.stdout + done.stderr
    assert done.returncode == code, done.stdout + done.stderr
