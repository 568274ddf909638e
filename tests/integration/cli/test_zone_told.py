"""A computer whose zone has no name: times are right, and doctor and both windows say what to set."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from attendance.composition.application import Application
from attendance.diagnostics.checks import examine
from attendance.diagnostics.finding import Level
from attendance.ui.i18n import LanguageSwitch
from attendance.ui.kiosk.window import KioskWindow
from attendance.ui.window_end import end_window
from attendance.windows.admin import build_admin_window
from attendance.windows.kiosk import build_kiosk_window
from tests.fake_door import FakeSource

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="TZ means nothing there"),
    pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints", extend=True),
]
SETTINGS = '[storage]\nkey_store = "file"\n'


@pytest.fixture
def application(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Application]:
    (tmp_path / "config.toml").write_text(SETTINGS, encoding="utf-8")
    with monkeypatch.context() as patch:
        patch.setenv("TZ", "XYZ-5:30")
        time.tzset()
        with Application(tmp_path) as made:
            yield made
    time.tzset()


def test_that_times_follow_the_clock_and_the_doctor_warns(application: Application, qapp: QApplication) -> None:
    noon = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
    assert noon.astimezone(application.site.zone).strftime("%H:%M %z") == "17:30 +0530"

    (clock,) = [finding for finding in examine(application) if finding.check == "clock"]

    assert clock.level is Level.WARNING
    assert "+05:30" in clock.text
    assert "attendance.zone" in clock.hint


def test_that_a_zone_in_the_settings_is_not_talked_about(
    application: Application, tmp_path: Path, qapp: QApplication
) -> None:
    (tmp_path / "config.toml").write_text('[attendance]\nzone = "Asia/Kolkata"\n' + SETTINGS, encoding="utf-8")
    with Application(tmp_path) as named:
        assert named.site.zone_trouble is None
        assert named.site.zone.key == "Asia/Kolkata"


@pytest.mark.parametrize(("language", "words"), [("en", "has no name"), ("zh_CN", "没有名称")])
def test_that_the_kiosk_says_that_the_zone_must_be_set(
    application: Application, qtbot: QtBot, language: str, words: str
) -> None:
    camera = FakeSource(is_live=True)
    window = build_kiosk_window(
        application,
        lambda listener: application.door.build_engine(application.recognizer, listener, source_factory=lambda: camera),
    )
    window.show()
    with qtbot.waitSignal(window.engine_ready):
        pass
    LanguageSwitch.instance().set_language(language)

    assert any(words in line for line in _health_lines(window))

    end_window(window)
    LanguageSwitch.instance().set_language("en")


def _health_lines(window: KioskWindow) -> list[str]:
    return window.watch._health().lines("")


@pytest.mark.parametrize(("language", "words"), [("en", "has no name"), ("zh_CN", "没有名称")])
def test_that_the_admin_window_says_that_the_zone_must_be_set(
    application: Application, qtbot: QtBot, language: str, words: str
) -> None:
    window = build_admin_window(application)
    window.show()
    with qtbot.waitSignal(window.ready):
        pass
    LanguageSwitch.instance().set_language(language)
    qtbot.waitUntil(lambda: any(words in banner.label.text() for banner in window.banners.notices))

    end_window(window)
    LanguageSwitch.instance().set_language("en")
