"""Tells others of check-ins that are on disk, beside the listener of an engine."""

from __future__ import annotations

from attendance.core.ports.door import CheckInSaved
from attendance.core.types import FrameResult, StreamState
from attendance.errors import AttendanceError
from attendance.services.door.capture import StreamDetail
from attendance.services.door.engine import DecisionNotice, EngineListener


class SavedListener:
    """Hands everything on to another listener, and each saved check-in to a function as well.

    Args:
        listener: hears everything first.
        on_saved: called after the commit, from the writer thread; must return at once.
    """

    def __init__(self, listener: EngineListener, on_saved: CheckInSaved) -> None:
        self._listener = listener
        self._on_saved = on_saved

    def on_preview_ready(self) -> None:
        """Hand on."""
        self._listener.on_preview_ready()

    def on_result(self, result: FrameResult) -> None:
        """Hand on."""
        self._listener.on_result(result)

    def on_decision(self, notice: DecisionNotice) -> None:
        """Hand on, then tell of the check-in if it is one."""
        self._listener.on_decision(notice)
        if notice.check_in is not None:
            self._on_saved(notice.check_in)

    def on_check_in_failed(self, notice: DecisionNotice, error: AttendanceError) -> None:
        """Hand on."""
        self._listener.on_check_in_failed(notice, error)

    def on_stream_state(self, state: StreamState, detail: StreamDetail) -> None:
        """Hand on."""
        self._listener.on_stream_state(state, detail)

    def on_crashed(self, error: Exception) -> None:
        """Hand on."""
        self._listener.on_crashed(error)
