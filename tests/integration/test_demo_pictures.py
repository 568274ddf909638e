"""The demo's pictures of the real windows, taken while another thread collects garbage."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication

from attendance.composition.application import Application
from attendance.demo.people import load_people, write_photos
from attendance.demo.screenshots import take_screenshots
from tests.collection_storm import collection_storm

_KEY_IN_FILE = '[kiosk]\nlanguage = "en"\n\n[storage]\nkey_store = "file"\n'
_PICTURES = [
    "kiosk-waiting.png",
    "kiosk-welcome.png",
    "kiosk-welcome-zh.png",
    "kiosk-stranger.png",
    "admin-people.png",
    "admin-today.png",
    "admin-today-zh.png",
]


@pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints", extend=True)
def test_that_the_demo_takes_its_pictures_while_another_thread_collects(qapp: QApplication, tmp_path: Path) -> None:
    people = load_people()
    enrolled = [person for person in people if person.is_enrolled]
    write_photos(tmp_path / "photos")
    data = tmp_path / "data"
    data.mkdir()
    (data / "config.toml").write_text(_KEY_IN_FILE, encoding="utf-8")

    with Application(data) as application:
        results = list(application.recognizer.importer.run(application.recognizer.importer.plan(tmp_path / "photos")))
        assert [result.status for result in results] == ["enrolled"] * len(enrolled)
        with collection_storm():
            written = list(take_screenshots(application, application, people, tmp_path / "pictures"))

    assert [path.name for path in written] == _PICTURES
    assert QApplication.topLevelWidgets() == []


# A demo of two people that instead of its pictures stops a timer in another thread than its own.
_CARELESS_PICTURES = """
import threading
from PySide6.QtCore import QTimer
from attendance.cli import main
from attendance.demo import run, screenshots
from attendance.windows.qt import qt_application

everybody = run.load_people()
first = next(person for person in everybody if person.is_enrolled)
stranger = next(person for person in everybody if not person.is_enrolled)
run.load_people = lambda: [first, stranger]

def take_screenshots(*_):
    timer = QTimer(qt_application())
    timer.start(1_000_000)
    thread = threading.Thread(target=timer.stop)
    thread.start()
    thread.join()
    timer.stop()
    return []

screenshots.take_screenshots = take_screenshots
main()
"""


def test_that_a_message_of_qt_about_another_thread_alone_fails_the_demo(tmp_path: Path) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-c", _CARELESS_PICTURES, "demo", "--output", str(tmp_path / "demo")]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=300, check=False)

    failures = [line for line in done.stdout.splitlines() if line.startswith("FAILED: ")]
    assert len(failures) == 1, done.stdout + done.stderr
    assert "Qt reports a fault" in failures[0]
    assert "another thread" in failures[0]
    assert done.returncode == 1
