"""Pictures of the real windows: the kiosk with the real engine in front of the photograph stream, and the admin one."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

from attendance.composition.application import Application
from attendance.core.types import DecisionKind, FrameResult, StreamState
from attendance.demo.people import DemoPerson
from attendance.demo.stream import PhotographStream
from attendance.errors import AttendanceError
from attendance.errors.storage import ReadOnlyStorage
from attendance.services.door.capture import StreamDetail
from attendance.services.door.engine import KioskEngine
from attendance.services.door.listener import DecisionNotice, EngineListener
from attendance.ui.i18n import LanguageSwitch
from attendance.ui.theme import apply_theme
from attendance.ui.window_end import end_window, run_events
from attendance.windows.admin import build_admin_window
from attendance.windows.kiosk import build_kiosk_window
from attendance.windows.qt import qt_application

KIOSK_SIZE_WH = (1280, 800)
ADMIN_SIZE_WH = (1280, 800)
_PATIENCE_S = 90.0
# Cards slide in within 200 ms (the design's limit on motion); a picture before that shows them half-way.
_SETTLE_MS = 600
# A sentence stays readable for a while before the next one takes its place: "Starting the camera" comes first.
_SENTENCE_MS = 900
_WORDS_MS = 100
_LOOK_MS = 15
_TODAY = 1
"""Place in the navigation of the admin window."""
_ENGLISH, _CHINESE = "en", "zh_CN"


class Tee:
    """Passes everything on to the window and remembers what has happened.

    Args:
        window: the window's own listener.
    """

    def __init__(self, window: EngineListener) -> None:
        self._window = window
        self._seen: set[DecisionKind] = set()
        self.empty_frames = 0
        self.failure: Exception | None = None

    def has_seen(self, *kinds: DecisionKind) -> bool:
        """Return whether one of these decisions was made."""
        return not self._seen.isdisjoint(kinds)

    def on_preview_ready(self) -> None:
        """Pass on."""
        self._window.on_preview_ready()

    def on_result(self, result: FrameResult) -> None:
        """Count frames without a face."""
        self.empty_frames += not result.faces
        self._window.on_result(result)

    def on_decision(self, notice: DecisionNotice) -> None:
        """Remember the kind."""
        self._seen.add(notice.decision.kind)
        self._window.on_decision(notice)

    def on_badge(self, text: str) -> None:
        """Pass on."""
        self._window.on_badge(text)

    def on_check_in_failed(self, notice: DecisionNotice, error: AttendanceError) -> None:
        """Pass on."""
        self._window.on_check_in_failed(notice, error)

    def on_stream_state(self, state: StreamState, detail: StreamDetail) -> None:
        """Pass on."""
        self._window.on_stream_state(state, detail)

    def on_crashed(self, error: Exception) -> None:
        """Remember; the pictures then fail."""
        self.failure = error
        self._window.on_crashed(error)


def wait_until(condition: Callable[[], bool], what: str) -> None:
    """Run the event loop until the condition holds.

    Args:
        condition: asked every few milliseconds in the window thread.
        what: named in the error.

    Raises:
        TimeoutError: it did not come true in a minute and a half.
    """
    deadline_s = time.monotonic() + _PATIENCE_S
    while not condition():
        if time.monotonic() > deadline_s:
            raise TimeoutError(f"{what} did not appear within {_PATIENCE_S:.0f} s")
        run_events(_LOOK_MS)


def grab(widget: QWidget, path: Path) -> Path:
    """Save a picture of one window.

    Raises:
        ReadOnlyStorage: the file cannot be written.
    """
    if not widget.grab().save(str(path)):
        raise ReadOnlyStorage(path=path)
    return path


def picture_kiosk(application: Application, people: Sequence[DemoPerson], folder: Path) -> Iterator[Path]:
    """Picture the kiosk waiting, welcoming and refusing; the check-ins go to this application's data folder.

    Args:
        application: an opened data folder with the people enrolled and without check-ins.
        people: an enrolled person, then a stranger.
        folder: where the pictures go.

    Yields:
        Paths as they are written.

    Raises:
        TimeoutError: a state did not come.
    """
    tees: list[Tee] = []

    def load_engine(listener: EngineListener) -> KioskEngine:
        tees.append(Tee(listener))
        stream = PhotographStream(people, clock=application.site.clock, pace="realtime")
        return application.door.build_engine(application.recognizer, tees[-1], source_factory=lambda: stream)

    window = build_kiosk_window(application, load_engine)
    window.resize(*KIOSK_SIZE_WH)
    window.show()
    try:
        wait_until(lambda: bool(tees) and tees[-1].empty_frames > 0, "the waiting kiosk")
        run_events(_SENTENCE_MS)
        yield grab(window, folder / "kiosk-waiting.png")
        wait_until(lambda: tees[-1].has_seen(DecisionKind.WELCOME), "a welcome")
        run_events(_SETTLE_MS)
        yield grab(window, folder / "kiosk-welcome.png")
        LanguageSwitch.instance().set_language(_CHINESE)
        run_events(_WORDS_MS)
        yield grab(window, folder / "kiosk-welcome-zh.png")
        LanguageSwitch.instance().set_language(_ENGLISH)
        wait_until(lambda: tees[-1].has_seen(DecisionKind.UNKNOWN, DecisionKind.UNSURE), "a refused stranger")
        run_events(_SETTLE_MS)
        yield grab(window, folder / "kiosk-stranger.png")
    finally:
        end_window(window)


def picture_admin(application: Application, qt: QApplication, folder: Path) -> Iterator[Path]:
    """Picture the admin window: roster and today's check-ins.

    Args:
        application: an opened data folder with people and check-ins.
        qt: the Qt application.
        folder: where the pictures go.

    Yields:
        Paths as they are written.

    Raises:
        TimeoutError: the window did not load.
    """
    apply_theme(qt, "light")
    window = build_admin_window(application)
    window.resize(*ADMIN_SIZE_WH)
    window.show()
    try:
        wait_until(lambda: window.pages.count() > 0, "the admin window")
        run_events(_SETTLE_MS)
        yield grab(window, folder / "admin-people.png")
        window.navigation.setCurrentRow(_TODAY)
        run_events(_SETTLE_MS)
        yield grab(window, folder / "admin-today.png")
        LanguageSwitch.instance().set_language(_CHINESE)
        run_events(_SETTLE_MS)
        yield grab(window, folder / "admin-today-zh.png")
        LanguageSwitch.instance().set_language(_ENGLISH)
    finally:
        end_window(window)


def take_screenshots(
    kiosk: Application, admin: Application, people: Sequence[DemoPerson], folder: Path
) -> Iterator[Path]:
    """Picture both windows.

    Args:
        kiosk: opened data folder with the people enrolled and no check-ins.
        admin: opened data folder with people and check-ins.
        people: everybody of the demo.
        folder: where the PNG files go; made when absent.

    Yields:
        Paths as they are written.

    Raises:
        TimeoutError: a window did not come into the wanted state.
    """
    folder.mkdir(parents=True, exist_ok=True)
    qt = qt_application()
    qt.setQuitOnLastWindowClosed(False)
    enrolled = next(person for person in people if person.is_enrolled)
    stranger = next(person for person in people if not person.is_enrolled)
    yield from picture_kiosk(kiosk, [enrolled, stranger], folder)
    yield from picture_admin(admin, qt, folder)
