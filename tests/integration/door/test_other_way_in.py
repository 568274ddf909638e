"""PIN and badge with everything real but the camera: window, recognizer, database, Argon2id and QR codes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import cv2
import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from attendance.composition.application import Application
from attendance.core.check_in_method import CheckInMethod
from attendance.core.types import CheckIn, ImageBgr
from attendance.services.door.engine import KioskEngine
from attendance.services.door.listener import EngineListener
from attendance.ui.kiosk.entry.steps import Step
from attendance.ui.kiosk.window import KioskWindow
from attendance.ui.window_end import end_window
from attendance.vision.qr_codes import qr_modules
from attendance.windows.kiosk import build_kiosk_window
from tests.fake_door import Block, FakeSource

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support propagateSizeHints", extend=True)
EVER = (datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC))
CONFIG = '[attendance]\nzone = "Europe/Berlin"\n[storage]\nkey_store = "file"\n'


def held_up(text: str) -> ImageBgr:
    """Return a picture with a badge in it."""
    wall = np.random.default_rng(3).integers(90, 140, (480, 640, 3), dtype=np.uint8)
    card = np.kron(np.pad(~qr_modules(text), 4, constant_values=True), np.ones((6, 6))).astype(np.uint8) * 230
    wall[100 : 100 + len(card), 200 : 200 + len(card)] = cv2.cvtColor(card, cv2.COLOR_GRAY2BGR)
    return wall


class Kiosk:
    """The window of one data folder; its camera shows what a test wants."""

    def __init__(self, qtbot: QtBot, folder: Path) -> None:
        self._qtbot = qtbot
        folder.mkdir(exist_ok=True)
        (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
        self.application = Application(folder)
        self.steps: list[ImageBgr | Block] = [np.full((480, 640, 3), 120, np.uint8), Block()]
        self.window: KioskWindow | None = None
        self._source: FakeSource | None = None

    def open(self) -> KioskWindow:
        self.window = build_kiosk_window(self.application, self._load)
        self.window.show()
        self._qtbot.waitUntil(lambda: self.window is not None and self.window._phase == "running")
        return self.window

    def _load(self, listener: EngineListener) -> KioskEngine:
        self._source = FakeSource(list(self.steps), is_live=True)
        source = self._source
        return self.application.door.build_engine(
            self.application.recognizer, listener, source_factory=lambda: source, lossless=True
        )

    def type(self, text: str, then: Step | None) -> None:
        assert self.window is not None
        view = self.window.view
        QTest.keyClicks(self.window, text)
        QTest.keyClick(self.window, Qt.Key.Key_Return)
        if then is None:
            self._qtbot.waitUntil(lambda: not view.is_entry_open)
        else:
            self._qtbot.waitUntil(lambda: view.is_entry_open and view.entry.step is then)

    def events(self) -> list[CheckIn]:
        return [event for event, _ in self.application.storage.check_in_log.between(*EVER)]

    def close(self) -> None:
        if self._source is not None:
            self._source.unblock()
        if self.window is not None:
            end_window(self.window)
        self.application.close()


@pytest.fixture
def kiosk(qapp: QApplication, qtbot: QtBot, tmp_path: Path) -> Iterator[Kiosk]:
    made = Kiosk(qtbot, tmp_path / "data")
    yield made
    made.close()


def test_that_somebody_without_a_photo_checks_in_by_pin_and_by_badge(
    kiosk: Kiosk, qtbot: QtBot, tmp_path: Path
) -> None:
    app = kiosk.application
    for code in ("1007", "1008"):
        app.storage.roster.enrol(code=code, name=f"Person {code}", templates=[], model_id="")
    temporary = app.credentials.pins.set_temporary("1007")
    app.credentials.pins.set_temporary("1008", "9713")
    printed: list[str] = []
    app.credentials.badges._sheet = lambda badges, _path: printed.extend(one.text for one in badges)
    app.credentials.badges.print(["1008"], tmp_path / "badges.pdf")
    kiosk.steps.insert(1, held_up(printed[0]))
    window = kiosk.open()

    # The badge is in the picture: the panel opened by itself and names who it is.
    qtbot.waitUntil(lambda: window.view.is_entry_open and window.view.entry.step is Step.PIN)
    assert window.view.entry.field_text() == "Person 1008"
    kiosk.type("9713", Step.NEW)
    kiosk.type("4826", Step.AGAIN)
    kiosk.type("4826", None)
    qtbot.waitUntil(lambda: len(kiosk.events()) == 1)

    kiosk.type("1007", Step.PIN)
    kiosk.type(temporary, Step.NEW)
    kiosk.type("2580", Step.AGAIN)
    kiosk.type("2580", None)
    qtbot.waitUntil(lambda: len(kiosk.events()) == 2)

    methods = [event.method for event in kiosk.events()]
    assert methods == [CheckInMethod.BADGE_PIN, CheckInMethod.PIN]
    assert [event.model_id for event in kiosk.events()] == ["", ""]
    qtbot.waitUntil(lambda: len(window.view.column.cards) >= 1)
    assert app.storage.audit_log.verify(deep=True).finding is None


def test_that_five_wrong_pins_are_paused_and_stay_so_after_a_restart(kiosk: Kiosk, qtbot: QtBot) -> None:
    app = kiosk.application
    app.storage.roster.enrol(code="1007", name="Ann", templates=[], model_id="")
    pin = app.credentials.pins.set_temporary("1007")
    window = kiosk.open()
    for number in range(5):
        kiosk.type("1007", Step.PIN)
        kiosk.type("9999", Step.NAME if number < 4 else Step.SAID)
    assert window.view.entry.sentence() == "Try again in 1 min"
    window.view.entry.close_button.click()
    again = app.credentials.door_entry(lambda _: False)
    claim = again.claim("1007")
    assert claim is not None
    assert again.check_pin(claim, pin).verdict == "blocked"
    assert kiosk.events() == []
