"""What an engine reports, and to whom."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from attendance.core.hours.next_step import DoorNote
from attendance.core.types import CheckIn, Decision, FrameResult, ImageBgr, Person, StreamState
from attendance.errors import AttendanceError
from attendance.services.door.capture import StreamDetail


@dataclass(frozen=True, slots=True, eq=False)
class DecisionNotice:
    """One decision with what a window shows of it.

    Attributes:
        person: for WELCOME and ALREADY_IN, unless the roster could not be read.
        check_in: the saved event, for a WELCOME after its commit only.
        crop_bgr: (112, 112, 3) uint8 aligned crop; None for a WELCOME whose write was delayed (a long queue must not
            keep pictures).
        timings_ms: of the deciding frame, see FrameResult.
        note: hours of a known person, and what to ask.
    """

    decision: Decision
    person: Person | None = None
    check_in: CheckIn | None = None
    crop_bgr: ImageBgr | None = None
    timings_ms: Mapping[str, float] = field(default_factory=dict)
    note: DoorNote = field(default_factory=DoorNote)


class RecognitionStopped(RuntimeError):
    """Recognition crashed too often; the engine has ended. A bug, not the environment."""


class RecognitionHung(RuntimeError):
    """One picture has kept recognition for too long; only another engine helps, since a thread cannot be ended."""


class EngineListener(Protocol):
    """Who hears from the engine. Called from its threads; every method must return at once and raise nothing."""

    def on_preview_ready(self) -> None:
        """A picture waits in ``KioskEngine.preview``; called only when none waited before."""

    def on_result(self, result: FrameResult) -> None:
        """One frame has been recognised."""

    def on_decision(self, notice: DecisionNotice) -> None:
        """A decision stands; a WELCOME is on disk."""

    def on_badge(self, text: str) -> None:
        """A badge was held into the picture; told again only after it was out of the picture."""

    def on_check_in_failed(self, notice: DecisionNotice, error: AttendanceError) -> None:
        """A check-in could not be written.

        It is retried, and on_decision follows when it is saved; only when the queue is full it is refused.
        """

    def on_stream_state(self, state: StreamState, detail: StreamDetail) -> None:
        """The stream is in a new state; text is the error sentence for LOST, else the source's name."""

    def on_crashed(self, error: Exception) -> None:
        """A thread met an error and goes on; after RecognitionStopped nothing goes on."""
