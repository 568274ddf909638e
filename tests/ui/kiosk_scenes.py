"""Drives a kiosk window with a scripted engine into each of its states, for tests and for looking at."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast
from zoneinfo import ZoneInfo

import numpy as np
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from attendance.core.check_in_method import CheckInMethod
from attendance.core.hours.next_step import DoorNote, MissingCheckOut
from attendance.core.types import (
    CheckIn,
    Decision,
    DecisionKind,
    Direction,
    FaceView,
    Frame,
    FrameResult,
    ImageBgr,
    Person,
    StreamState,
)
from attendance.errors import AttendanceError, Reason
from attendance.errors.cameras import CameraLost, CameraNotFound
from attendance.errors.storage import CheckInsUnsaved, DiskFull
from attendance.services.door.engine import KioskEngine
from attendance.services.door.listener import DecisionNotice, EngineListener
from attendance.services.door.mailbox import LatestFrame
from attendance.services.door.recognition import Expected
from attendance.ui.kiosk.cards.welcome_card import WelcomeCard
from attendance.ui.kiosk.computer.voice import Voice
from attendance.ui.kiosk.entry.talk import Entry
from attendance.ui.kiosk.window import KioskWindow
from attendance.ui.theme import SPACE_3
from attendance.ui.window_end import end_window
from tests.patience import PATIENCE_S

ZONE = ZoneInfo("Asia/Shanghai")
NOW = datetime(2026, 11, 22, 0, 57, tzinfo=UTC)  # 08:57 in Shanghai
LONG_NAME = "Maximiliane Alexandra Schwarzenberg-Wolf"
SIZES = ((1280, 800), (800, 480), (1366, 768), (3840, 2160), (1080, 1920), (600, 1024))
FORGOTTEN = MissingCheckOut(
    person_id=1,
    day=datetime(2026, 11, 18, tzinfo=UTC).date(),
    event_id="before",
    since_utc=datetime(2026, 11, 18, 0, 57, tzinfo=UTC),
    earliest_utc=datetime(2026, 11, 18, 0, 57, tzinfo=UTC),
    latest_utc=datetime(2026, 11, 18, 15, 57, tzinfo=UTC),
    suggested_utc=datetime(2026, 11, 18, 9, 30, tzinfo=UTC),  # 17:30 in Shanghai
)

"""A Wednesday without a check-out."""


NO_NOTE = DoorNote()


class FakeAnswers:
    """Notes what was answered; ``error`` lets the next answers fail."""

    def __init__(self) -> None:
        self.calls: list[tuple[object, ...]] = []
        self.error: AttendanceError | None = None

    def _note(self, *call: object) -> None:
        if self.error is not None:
            raise self.error
        self.calls.append(call)

    def undo(self, check_in: CheckIn) -> None:
        self._note("undo", check_in.event_id)

    def dispute(self, check_in: CheckIn) -> None:
        self._note("dispute", check_in.event_id)

    def keep_picture(self, check_in: CheckIn, crop_bgr: ImageBgr) -> None:
        self._note("keep", check_in.event_id, crop_bgr.shape)

    def left(self, missing: MissingCheckOut, left_utc: datetime) -> None:
        self._note("left", missing.event_id, left_utc)


class ScriptedEngine:
    """Stands in for KioskEngine: reports what a test tells it to, from a thread of its own."""

    def __init__(self, listener: EngineListener) -> None:
        self.listener = listener
        self.preview: LatestFrame[Frame] = LatestFrame()
        self.is_started = False
        self.people = 3
        self.stops = 0
        self.may_stop = threading.Event()
        self.may_stop.set()
        self.chosen: list[tuple[int | None, Direction]] = []
        self.picture_at_start: ImageBgr | None = None
        self.admitted: list[tuple[str, CheckInMethod]] = []
        self.admit_error: AttendanceError | None = None
        self.expected: Expected | None = None
        self.is_reading_badges = False
        self.left: CheckInsUnsaved | None = None

    def unsaved(self) -> CheckInsUnsaved | None:
        return self.left

    def choose(self, decided: DecisionNotice, direction: Direction) -> None:
        self.chosen.append((decided.decision.person_id, direction))

    def admit(self, person: Person, method: CheckInMethod) -> None:
        if self.admit_error is not None:
            raise self.admit_error
        self.admitted.append((person.code, method))
        said = notice(DecisionKind.WELCOME, person_id=person.id, name=person.name, has_crop=False)
        self.listener.on_decision(replace(said, decision=replace(said.decision, track_id=0, method=method)))

    def expect(self, expected: Expected | None) -> None:
        self.expected = expected

    def read_badges(self, is_wanted: bool) -> None:
        self.is_reading_badges = is_wanted

    def start(self) -> None:
        self.is_started = True
        if self.picture_at_start is not None and self.preview.put(Frame(self.picture_at_start, NOW, 0.0, 0)):
            self.listener.on_preview_ready()

    def stop(self, timeout_s: float = 3.0) -> bool:
        self.stops += 1
        return self.may_stop.wait(timeout_s)

    def call(self, report: Callable[[], None]) -> None:
        """Run a report in another thread, as the engine does, and wait until it has returned."""
        thread = threading.Thread(target=report)
        thread.start()
        thread.join()

    def show(self, image_bgr: ImageBgr, *faces: FaceView, guidance: DecisionKind | None = None) -> None:
        """Report a frame and what was found in it."""
        height, width = image_bgr.shape[:2]

        def report() -> None:
            if self.preview.put(Frame(image_bgr, NOW, 0.0, 0)):
                self.listener.on_preview_ready()
            self.listener.on_result(FrameResult(0, NOW, (width, height), faces=faces, guidance=guidance))

        self.call(report)

    def decide(self, decided: DecisionNotice) -> None:
        self.call(lambda: self.listener.on_decision(decided))

    def stream(self, state: StreamState, text: AttendanceError | str = "") -> None:
        self.call(lambda: self.listener.on_stream_state(state, text))


def picture(width: int = 1280, height: int = 720) -> ImageBgr:
    """Return a drawn head and shoulders before a wall."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    wall = 120 + 70 * y / height + 25 * np.sin(x / 90)
    image = np.stack([wall * 1.02, wall * 0.97, wall * 0.9], axis=-1)
    cx, cy = width * 0.45, height * 0.42
    image[((x - cx) / (width * 0.22)) ** 2 + ((y - height * 1.08) / (height * 0.42)) ** 2 < 1] = (120, 72, 44)
    head = ((x - cx) / (width * 0.085)) ** 2 + ((y - cy) / (height * 0.21)) ** 2 < 1
    image[head] = (150, 180, 222)
    image[head & (y < cy - height * 0.09)] = (40, 50, 62)
    for side in (-1, 1):
        image[(x - cx - side * width * 0.033) ** 2 + (y - cy + height * 0.02) ** 2 < (width * 0.007) ** 2] = 30
    image[head & (np.abs(y - cy - height * 0.1) < 3) & (np.abs(x - cx) < width * 0.028)] = (90, 90, 190)
    return np.clip(image, 0, 255).astype(np.uint8)


def face(state: DecisionKind | None = None, progress: float = 0.0, track_id: int = 1, dx: int = 0) -> FaceView:
    box = np.array([470 + dx, 160, 680 + dx, 450], np.float32)
    return FaceView(track_id, box, state, progress)


def crop() -> ImageBgr:
    return np.ascontiguousarray(picture()[158:446:3, 432:720:3][:112, :112])


def notice(
    kind: DecisionKind,
    *,
    person_id: int = 1,
    name: str = "Li Na",
    direction: Direction | None = Direction.IN,
    since: datetime | None = None,
    has_crop: bool = True,
    note: DoorNote = NO_NOTE,
) -> DecisionNotice:
    is_known = kind in {DecisionKind.WELCOME, DecisionKind.ALREADY_IN, DecisionKind.CHOOSE}
    decision = Decision(
        kind,
        track_id=person_id,
        at_utc=NOW,
        mono_s=float(person_id),
        person_id=person_id if is_known else None,
        direction=direction if is_known else None,
        since_utc=since,
    )
    saved = None
    if kind is DecisionKind.WELCOME and direction is not None:
        saved = CheckIn(f"e{person_id}", person_id, NOW, 28800, direction, 0.7, 0.3, "door", "m", "kiosk")
    person = Person(person_id, f"A{person_id}", name) if is_known else None
    return DecisionNotice(decision, person=person, check_in=saved, crop_bgr=crop() if has_crop else None, note=note)


class Scene:
    """A kiosk window with its scripted engine.

    Args:
        is_blocked: loading waits until ``may_load`` is set.
        error: raised by loading.
        answers: books what people answer; None offers nothing to answer.
        entry: looks at codes, badges and PINs; None offers no other way in.
        picture_at_start: what the camera delivers before the window knows that the engine runs.
    """

    def __init__(
        self,
        *,
        is_blocked: bool = False,
        error: Exception | None = None,
        language: str = "en",
        theme: str = "light",
        size: tuple[int, int] = SIZES[0],
        welcome_s: float = 3.0,
        dim_after_s: float = 60.0,
        nobody_s: float = 30.0,
        voice: Voice | None = None,
        answers: FakeAnswers | None = None,
        can_break: bool = False,
        picture_at_start: ImageBgr | None = None,
        entry: Entry | None = None,
        looks_first: bool = True,
    ) -> None:
        self._picture_at_start = picture_at_start
        self.may_load = threading.Event()
        if not is_blocked:
            self.may_load.set()
        self.error = error
        self.answers = answers
        self.engines: list[ScriptedEngine] = []
        self.troubles: list[AttendanceError] = []
        self.window = KioskWindow(
            self._load,
            company="Nordlicht Instrumente GmbH",
            door="Main entrance",
            welcome_s=welcome_s,
            zone=ZONE,
            language=language,
            theme=theme,
            status=lambda: (Reason("CPUExecutionProvider: no GPU found"), Reason("Bundled pack")),
            troubles=lambda: self.troubles,
            nobody_s=nobody_s,
            voice=voice,
            answers=None if answers is None else lambda: answers,
            can_break=can_break,
            entry=None if entry is None else lambda: entry,
            looks_first=looks_first,
            now=lambda: NOW,
            dim_after_s=dim_after_s,
        )
        self.window.resize(*size)
        self.window.show()

    @property
    def engine(self) -> ScriptedEngine:
        return self.engines[-1]

    def _load(self, listener: EngineListener) -> KioskEngine:
        assert self.may_load.wait(PATIENCE_S)
        if self.error is not None:
            raise self.error
        engine = ScriptedEngine(listener)
        engine.picture_at_start = self._picture_at_start
        self.engines.append(engine)
        return cast(KioskEngine, engine)

    def wait(self, condition: Callable[[], bool]) -> None:
        deadline_s = time.monotonic() + PATIENCE_S
        while not condition():
            assert time.monotonic() < deadline_s, "the window did not reach the state"
            QTest.qWait(5)

    def run(self) -> Scene:
        """Wait for the engine and let the camera deliver."""
        self.wait(lambda: self.window._phase == "running")
        self.engine.stream(StreamState.LIVE)
        self.engine.show(picture())
        self.wait(lambda: self.window.view.area.camera.has_picture)
        return self

    def see(self, *faces: FaceView, guidance: DecisionKind | None = None) -> None:
        for _ in range(6):  # outlines glide
            self.engine.show(picture(), *faces, guidance=guidance)
            QApplication.processEvents()

    def answer(self, decided: DecisionNotice) -> None:
        """Report a decision and wait for its card."""
        before = self.window.view.column.cards
        self.engine.decide(decided)
        self.wait(lambda: self.window.view.column.cards != before)

    def close(self) -> None:
        self.may_load.set()
        for engine in self.engines:
            engine.may_stop.set()
        end_window(self.window)


def _guided(scene: Scene) -> None:
    scene.see(face(DecisionKind.TOO_FAR), guidance=DecisionKind.TOO_FAR)


def _collecting(scene: Scene) -> None:
    scene.see(face(None, 0.6))


def _welcome(scene: Scene) -> None:
    scene.see(face(DecisionKind.WELCOME, 1.0))
    scene.answer(notice(DecisionKind.WELCOME))


def _long_name(scene: Scene) -> None:
    scene.see(face(DecisionKind.WELCOME, 1.0))
    scene.answer(notice(DecisionKind.WELCOME, name=LONG_NAME, direction=Direction.OUT))


def _three_cards(scene: Scene) -> None:
    scene.see(face(DecisionKind.WELCOME, 1.0, 1, -150), face(None, 0.4, 2, 220))
    scene.answer(notice(DecisionKind.WELCOME, name="王小明", person_id=3))
    scene.answer(notice(DecisionKind.WELCOME, name=LONG_NAME, person_id=2, has_crop=False))
    scene.answer(notice(DecisionKind.WELCOME, name="Li Na", person_id=1, direction=Direction.OUT))


def _already_in(scene: Scene) -> None:
    scene.see(face(DecisionKind.ALREADY_IN, 1.0))
    scene.answer(notice(DecisionKind.ALREADY_IN, since=NOW - timedelta(minutes=3)))


def _unknown(scene: Scene) -> None:
    scene.see(face(DecisionKind.UNKNOWN, 1.0), guidance=DecisionKind.UNKNOWN)
    scene.answer(notice(DecisionKind.UNKNOWN))


def _camera_lost(scene: Scene) -> None:
    scene.engine.stream(StreamState.LOST, CameraLost(source="0"))
    scene.wait(lambda: scene.window.view.stream is StreamState.LOST)


def _not_saved(scene: Scene) -> None:
    scene.see(face(DecisionKind.WELCOME, 1.0))
    failed = notice(DecisionKind.WELCOME)
    scene.engine.call(lambda: scene.engine.listener.on_check_in_failed(failed, DiskFull(path="attendance.db")))
    scene.wait(scene.window.alarm.isVisible)
    scene.window.bar.health_button.click()


def _press(scene: Scene, key: str, state: str) -> None:
    card = scene.window.view.column.cards[0]
    assert isinstance(card, WelcomeCard)
    card.row.buttons[key].click()
    scene.wait(lambda: card.state == state)


def _late(scene: Scene) -> None:
    scene.see(face(DecisionKind.WELCOME, 1.0))
    scene.answer(notice(DecisionKind.WELCOME, note=DoorNote(worked_s=0, late_by_s=12 * 60)))


def _leaving(scene: Scene) -> None:
    scene.see(face(DecisionKind.WELCOME, 1.0))
    note = DoorNote(worked_s=7 * 3600 + 42 * 60)
    scene.answer(notice(DecisionKind.WELCOME, name=LONG_NAME, direction=Direction.OUT, note=note))


def _undone(scene: Scene) -> None:
    _late(scene)
    _press(scene, "undo", "undone")


def _disputed(scene: Scene) -> None:
    _late(scene)
    _press(scene, "dispute", "disputed")


def _refused(scene: Scene) -> None:
    _late(scene)
    assert scene.answers is not None
    scene.answers.error = DiskFull(path="attendance.db")
    _press(scene, "undo", "refused")


def _choose(scene: Scene) -> None:
    scene.see(face(DecisionKind.CHOOSE, 1.0))
    choices = (Direction.OUT, Direction.BREAK_START)
    decided = notice(DecisionKind.CHOOSE, name=LONG_NAME, direction=Direction.OUT, note=DoorNote(choices=choices))
    scene.engine.decide(decided)
    scene.wait(lambda: scene.window.view.is_asking)


def _missing(scene: Scene) -> None:
    scene.see(face(DecisionKind.WELCOME, 1.0))
    scene.answer(notice(DecisionKind.WELCOME, note=DoorNote(worked_s=0, missing=FORGOTTEN)))
    scene.window.talk._on_ask_later()
    scene.wait(lambda: scene.window.view.is_asking)


def _answered(scene: Scene) -> None:
    _missing(scene)
    scene.window.view.left.answers.buttons["confirm"].click()
    scene.wait(lambda: scene.window.view.left.question().startswith(("Thank", "谢谢")))


def _three_open(scene: Scene) -> None:
    scene.see(face(DecisionKind.WELCOME, 1.0, 1, -260), face(DecisionKind.WELCOME, 1.0, 2, 220))
    for person_id, name in ((3, "王小明"), (2, LONG_NAME), (1, "Li Na")):
        scene.answer(notice(DecisionKind.WELCOME, name=name, person_id=person_id, direction=Direction.OUT))


def _three_disputed(scene: Scene) -> None:
    _three_open(scene)
    _press(scene, "dispute", "disputed")
    scene.wait(lambda: len(scene.window.view.column.cards) == 3)


def _stranger_beside(scene: Scene) -> None:
    """A colleague was welcomed, and a stranger stands beside them."""
    scene.see(face(DecisionKind.WELCOME, 1.0, 1, -260), face(DecisionKind.UNKNOWN, 0.0, 9, 220))
    scene.answer(notice(DecisionKind.WELCOME))
    scene.answer(notice(DecisionKind.UNKNOWN, person_id=9))


def _stranger_after(scene: Scene) -> None:
    """A colleague was welcomed and has left, and a stranger stands there."""
    scene.answer(notice(DecisionKind.WELCOME))
    scene.see(face(DecisionKind.UNKNOWN, 0.0, 9))
    scene.answer(notice(DecisionKind.UNKNOWN, person_id=9))


def _night(scene: Scene) -> None:
    """The forgotten check-out of somebody with a long name, in the night after."""
    scene.see(face(DecisionKind.WELCOME, 1.0))
    late = replace(FORGOTTEN, suggested_utc=datetime(2026, 11, 18, 15, 50, tzinfo=UTC) + timedelta(hours=3))
    late = replace(late, latest_utc=late.latest_utc + timedelta(hours=6))
    scene.answer(notice(DecisionKind.WELCOME, name=LONG_NAME, note=DoorNote(worked_s=0, missing=late)))
    scene.window.talk._on_ask_later()
    scene.wait(lambda: scene.window.view.is_asking)


def _nobody_enrolled(scene: Scene) -> None:
    scene.engine.people = 0
    scene.see()
    scene.wait(lambda: bool(scene.window.view.idle.advice()))


STATES: dict[str, Callable[[Scene], None]] = {
    "idle": lambda scene: None,
    "guidance": _guided,
    "collecting": _collecting,
    "welcome": _welcome,
    "long-name": _long_name,
    "three-cards": _three_cards,
    "already-in": _already_in,
    "unknown": _unknown,
    "camera-lost": _camera_lost,
    "not-saved": _not_saved,
    "late": _late,
    "leaving": _leaving,
    "undone": _undone,
    "disputed": _disputed,
    "refused": _refused,
    "choose": _choose,
    "missing": _missing,
    "answered": _answered,
    "nobody-enrolled": _nobody_enrolled,
    "three-open": _three_open,
    "three-disputed": _three_disputed,
    "stranger-beside": _stranger_beside,
    "stranger-after": _stranger_after,
    "night": _night,
}
_WITHOUT_ANSWERS = frozenset(list(STATES)[:10])
"""States of a kiosk that offers nothing to answer."""
WITHOUT_CAMERA = ("starting", "error", "no-camera")
"""States before a camera has delivered."""


def build_state(state: str, *, language: str, theme: str, size: tuple[int, int]) -> Scene:
    """Return a scene that has settled in one of STATES or WITHOUT_CAMERA."""
    if state == "no-camera":
        scene = Scene(language=language, theme=theme, size=size)
        scene.wait(lambda: scene.window._phase == "running")
        scene.engine.stream(
            StreamState.LOST, CameraNotFound(source="/dev/v4l/by-id/usb-Example_HD_Camera-video-index0")
        )
        scene.wait(lambda: scene.window.view.stream is StreamState.LOST)
        settle()
        return scene
    if state == "starting":
        return Scene(is_blocked=True, language=language, theme=theme, size=size)
    if state == "error":
        scene = Scene(error=CameraNotFound(source="/dev/video0"), language=language, theme=theme, size=size)
        scene.wait(lambda: scene.window.state_panel.state == "error")
        settle()
        return scene
    answers = None if state in _WITHOUT_ANSWERS else FakeAnswers()
    can_break = answers is not None
    scene = Scene(language=language, theme=theme, size=size, welcome_s=30.0, answers=answers, can_break=can_break).run()
    STATES[state](scene)
    guidance = scene.window.view.area.guidance
    scene.wait(lambda: not guidance._change.isActive())
    scene.wait(lambda: all(card.x() == SPACE_3 for card in scene.window.view.column.cards))
    settle()
    return scene


def settle() -> None:
    """Let layouts, texts and posted events come to rest."""
    for _ in range(3):  # layouts settle in events that other layouts post
        QApplication.sendPostedEvents()
        QTest.qWait(1)


def render_states(folder: Path, *, language: str, theme: str, size: tuple[int, int]) -> list[Path]:
    """Write a PNG of every state; for looking at."""
    written = []
    for state in (*WITHOUT_CAMERA, *STATES):
        scene = build_state(state, language=language, theme=theme, size=size)
        path = folder / f"{state}-{size[0]}x{size[1]}-{language}-{theme}.png"
        assert scene.window.grab().save(str(path))
        written.append(path)
        scene.close()
    return written
