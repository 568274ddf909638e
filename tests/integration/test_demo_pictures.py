"""The demo's pictures of the real windows, taken while another thread collects garbage."""

from __future__ import annotations

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
