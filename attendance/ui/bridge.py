"""The one crossing from the engine's threads to the window's thread."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, SignalInstance

from attendance.core.types import FrameResult, StreamState
from attendance.errors import AttendanceError

if TYPE_CHECKING:
    from attendance.services.door.capture import StreamDetail
    from attendance.services.door.listener import DecisionNotice


class EngineBridge(QObject):
    """Engine listener that re-emits every call as a signal.

    The engine calls from its own threads. Connect only to ``@Slot`` methods of objects that live in the window's
    thread: Qt then queues the call, and the engine's thread goes on at once. A preview signal carries no pixels;
    the receiver takes the newest frame from the engine's one-slot mailbox.

    Signals:
        preview_ready: a frame waits in the preview mailbox, which was empty before.
        result_ready: FrameResult.
        decision_made: DecisionNotice; a WELCOME comes after its commit.
        badge_seen: text of a badge that came into the picture.
        check_in_failed: DecisionNotice and AttendanceError; the check-in waits and is tried again.
        stream_changed: StreamState, and the error for LOST, else the name of the source.
        crashed: Exception, a bug in an engine thread.
    """

    preview_ready = Signal()
    result_ready = Signal(object)
    decision_made = Signal(object)
    badge_seen = Signal(str)
    check_in_failed = Signal(object, object)
    stream_changed = Signal(object, object)
    crashed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        # Reentrant: a call in the window's own thread runs what is connected before it returns.
        self._turn = threading.RLock()
        self._has_ended = False

    def end(self) -> None:
        """Pass on nothing more: a thread of the engine that hangs may call when this object is destroyed already."""
        with self._turn:
            self._has_ended = True

    def on_preview_ready(self) -> None:
        """Wake the window."""
        self._emit(self.preview_ready)

    def on_result(self, result: FrameResult) -> None:
        """Pass on what recognition found in one frame."""
        self._emit(self.result_ready, result)

    def on_decision(self, notice: DecisionNotice) -> None:
        """Pass on one decision."""
        self._emit(self.decision_made, notice)

    def on_badge(self, text: str) -> None:
        """Pass on what a badge holds."""
        self._emit(self.badge_seen, text)

    def on_check_in_failed(self, notice: DecisionNotice, error: AttendanceError) -> None:
        """Pass on that a check-in is not saved yet."""
        self._emit(self.check_in_failed, notice, error)

    def on_stream_state(self, state: StreamState, detail: StreamDetail) -> None:
        """Pass on how the camera is."""
        self._emit(self.stream_changed, state, detail)

    def on_crashed(self, error: Exception) -> None:
        """Pass on an unexpected failure."""
        self._emit(self.crashed, error)

    def _emit(self, signal: SignalInstance, *values: object) -> None:
        with self._turn:
            if not self._has_ended:
                signal.emit(*values)
