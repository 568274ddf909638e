"""Engine calls arrive in the window's thread, in order, and cost the engine nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, QThread, Slot
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from attendance.core.types import DecisionKind, FrameResult, StreamState
from attendance.errors.storage import DiskFull
from attendance.services.door.listener import EngineListener
from attendance.ui.bridge import EngineBridge
from tests.ui.kiosk_scenes import NOW, notice


class Receiver(QObject):
    """Notes every call with the thread it ran in."""

    def __init__(self, bridge: EngineBridge) -> None:
        super().__init__()
        self.calls: list[tuple[object, ...]] = []
        self.threads: set[QThread] = set()
        bridge.preview_ready.connect(self._on_preview_ready)
        bridge.result_ready.connect(self._on_result_ready)
        bridge.decision_made.connect(self._on_decision_made)
        bridge.check_in_failed.connect(self._on_check_in_failed)
        bridge.stream_changed.connect(self._on_stream_changed)
        bridge.crashed.connect(self._on_crashed)

    def _note(self, *call: object) -> None:
        self.calls.append(call)
        self.threads.add(QThread.currentThread())

    @Slot()
    def _on_preview_ready(self) -> None:
        self._note("preview")

    @Slot(object)
    def _on_result_ready(self, result: FrameResult) -> None:
        self._note("result", result)

    @Slot(object)
    def _on_decision_made(self, made: object) -> None:
        self._note("decision", made)

    @Slot(object, object)
    def _on_check_in_failed(self, made: object, error: object) -> None:
        self._note("failed", made, error)

    @Slot(object, object)
    def _on_stream_changed(self, state: object, text: object) -> None:
        self._note("stream", state, text)

    @Slot(object)
    def _on_crashed(self, error: object) -> None:
        self._note("crashed", error)


def in_thread(work: Callable[[], None]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()


def test_that_the_bridge_passes_every_call_to_the_windows_thread(qapp: QApplication, qtbot: QtBot) -> None:
    bridge = EngineBridge()
    listener: EngineListener = bridge  # the type checker compares it with the protocol
    receiver = Receiver(bridge)
    result, made = FrameResult(0, NOW, (640, 480)), notice(DecisionKind.UNKNOWN)
    full, bug = DiskFull(path="a.db"), RuntimeError("bug")

    def engine() -> None:
        listener.on_preview_ready()
        listener.on_result(result)
        listener.on_decision(made)
        listener.on_check_in_failed(made, full)
        listener.on_stream_state(StreamState.LOST, "gone")
        listener.on_crashed(bug)

    in_thread(engine)
    assert receiver.calls == []  # queued: nothing ran in the engine's thread
    qtbot.waitUntil(lambda: len(receiver.calls) == 6)

    assert receiver.calls == [
        ("preview",),
        ("result", result),
        ("decision", made),
        ("failed", made, full),
        ("stream", StreamState.LOST, "gone"),
        ("crashed", bug),
    ]
    assert receiver.threads == {qapp.thread()}


def test_that_a_preview_signal_carries_no_pixels() -> None:
    signal = EngineBridge.staticMetaObject.method(EngineBridge.staticMetaObject.indexOfSignal("preview_ready()"))

    assert signal.parameterCount() == 0


def test_that_five_thousand_signals_survive(qapp: QApplication, qtbot: QtBot) -> None:
    # PySide6 6.12.0 loses a reference to True at each emit on Python 3.11 and aborts after some 570 of them.
    bridge = EngineBridge()
    receiver = Receiver(bridge)

    def engine() -> None:
        for _ in range(5_000):
            bridge.on_preview_ready()

    in_thread(engine)
    for _ in range(5_000):
        bridge.on_stream_state(StreamState.LIVE, "")
    qtbot.waitUntil(lambda: len(receiver.calls) == 10_000)

    assert sum(call == ("preview",) for call in receiver.calls) == 5_000
