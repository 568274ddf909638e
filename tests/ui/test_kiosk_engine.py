"""The window with the real engine: camera, recognition and log are fakes, every thread between them is not."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from attendance.core.recognition.decision import DecisionRules
from attendance.core.recognition.quality import KioskGate
from attendance.errors.storage import DiskFull
from attendance.services.door.engine import KioskEngine
from attendance.services.door.gallery import GalleryKeeper
from attendance.services.door.listener import EngineListener
from attendance.services.door.recognition import RecognitionPipeline
from attendance.ui.kiosk.window import KioskWindow
from attendance.ui.window_end import end_window
from tests.door_parts import make_door
from tests.fake_door import FakeSource
from tests.fakes import MODEL_ID, FakeClock, FakePack, ScriptedFace
from tests.in_memory import InMemoryCheckInLog, InMemoryRoster

ADA, STRANGER = ScriptedFace(1), ScriptedFace(40)
EMPTY: tuple[ScriptedFace, ...] = ()
ZONE = ZoneInfo("Europe/Berlin")


class Door:
    """A kiosk window on a scripted source; ``source`` decides when the next picture comes."""

    def __init__(self, *steps: object) -> None:
        self.clock = FakeClock()
        self.log = InMemoryCheckInLog()
        self.roster = InMemoryRoster()
        self.roster.add("Ada", 1)
        self.source = FakeSource(list(steps), is_paced=True, clock=self.clock)  # type: ignore[arg-type]
        self.window = KioskWindow(self._load, zone=ZONE, language="en", welcome_s=30.0, now=self.clock.now_utc)
        self.window.show()

    def _load(self, listener: EngineListener) -> KioskEngine:
        door = make_door(self.log, self.clock, zone=ZONE, model_id=MODEL_ID, retry_after_s=0.01)
        pipeline = RecognitionPipeline(
            FakePack(),
            GalleryKeeper(self.roster, MODEL_ID),
            rules=lambda _count: DecisionRules(threshold=0.5, votes=3, window=5, max_attempts=6),
            gate=KioskGate(),
            classify=door.visits.classify,
        )
        return KioskEngine(lambda: self.source, pipeline, door.visits, door.queue, self.roster, listener, lossless=True)

    @property
    def titles(self) -> list[str]:
        return [card.title for card in self.window.view.column.cards]


@pytest.fixture
def doors(qapp: QApplication, qtbot: QtBot) -> Iterator[list[Door]]:
    made: list[Door] = []
    yield made
    for door in made:
        door.log.fail(0)
        door.source.release(1000)
        end_window(door.window)


def test_that_a_person_walks_up_and_is_welcomed_after_the_commit(doors: list[Door], qtbot: QtBot) -> None:
    door = Door(EMPTY, *[ADA] * 3, EMPTY)
    doors.append(door)
    guidance = door.window.view.area.guidance
    door.source.release(1)
    qtbot.waitUntil(lambda: door.window.view.area.camera.has_picture)
    qtbot.waitUntil(lambda: guidance.text() == "Look here to check in")
    door.source.release(1)
    qtbot.waitUntil(lambda: guidance.text() == "Hold still, please")
    assert door.titles == []

    door.source.release(2)
    qtbot.waitUntil(lambda: door.titles == ["Ada"])

    assert [event.person_id for event in door.log.events] == [1]
    assert door.window.view.column.cards[0].pill_text.startswith("IN ")


def test_that_a_stranger_gets_the_neutral_card_and_no_row(doors: list[Door], qtbot: QtBot) -> None:
    door = Door(*[STRANGER] * 8)
    doors.append(door)
    door.source.release(8)

    qtbot.waitUntil(lambda: door.titles == ["Please see reception"])
    assert door.log.events == []


def test_that_the_end_of_a_recording_is_said(doors: list[Door], qtbot: QtBot) -> None:
    door = Door(EMPTY)
    doors.append(door)
    door.source.release(5)

    qtbot.waitUntil(lambda: door.window.view.area.guidance.text() == "The recording has ended")


def test_that_a_full_disk_is_alarmed_until_the_row_is_written(doors: list[Door], qtbot: QtBot) -> None:
    door = Door(*[ADA] * 3, EMPTY)
    door.log.fail(1_000_000, DiskFull(path="attendance.db"))
    doors.append(door)
    door.source.release(3)
    qtbot.waitUntil(door.window.alarm.isVisible)
    assert door.titles == []

    door.log.fail(0)

    qtbot.waitUntil(lambda: door.titles == ["Ada"])
    assert not door.window.alarm.isVisible()
