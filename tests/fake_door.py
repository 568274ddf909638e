"""What stands at a door without one: a camera that plays a script, and a listener that notes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from attendance.core.types import Frame, FrameResult, ImageBgr, StreamState
from attendance.errors import AttendanceError
from attendance.errors.cameras import CameraLost
from tests.fakes import WAIT_S, FakeClock, ScriptedFace, picture

if TYPE_CHECKING:
    from attendance.services.door.listener import DecisionNotice

# --- frame source ------------------------------------------------------------------------------------


class Block:
    """Script step: read() does not return until the source is told to unblock, as a stuck driver does."""


Step = ImageBgr | ScriptedFace | Sequence[ScriptedFace] | Exception | Block
"""One read(): a picture, faces on fresh noise, an exception to raise, or a read that blocks."""


class FakeSource:
    """Scripted frame source (port FrameSource).

    Args:
        *sessions: what each open() plays: steps for read(), or an exception that open() raises. The last session is
            played again by later opens.
        is_live: as in the port. A live source whose script has run out raises CameraLost, a file ends.
        clock: moved on by ``frame_s`` at each frame; frames carry its times.
        is_paced: True makes every read() wait for a ``release()``.
        name: what describe() says.
    """

    def __init__(
        self,
        *sessions: Sequence[Step] | Exception,
        is_live: bool = False,
        clock: FakeClock | None = None,
        frame_s: float = 0.1,
        is_paced: bool = False,
        name: str = "fake camera",
    ) -> None:
        self.clock = clock or FakeClock()
        self.opened = 0
        self.closed = 0
        self.frames = 0
        self.blocked = threading.Event()
        self.threads: set[str] = set()
        self._sessions: tuple[Sequence[Step] | Exception, ...] = sessions or ((),)
        self._is_live = is_live
        self._frame_s = frame_s
        self._name = name
        self._unblock = threading.Event()
        self._permits = threading.Semaphore(0) if is_paced else None
        self._steps: Iterator[Step] = iter(())

    @property
    def is_live(self) -> bool:
        return self._is_live

    def describe(self) -> str:
        return self._name

    def release(self, count: int = 1) -> None:
        """Let a paced source deliver this many more steps."""
        assert self._permits is not None, "the source is not paced"
        self._permits.release(count)

    def unblock(self) -> None:
        """End every Block step, now and later."""
        self._unblock.set()

    def open(self) -> None:
        self.threads.add(threading.current_thread().name)
        session = self._sessions[min(self.opened, len(self._sessions) - 1)]
        self.opened += 1
        if isinstance(session, Exception):
            raise session
        self._steps = iter(session)

    def read(self) -> Frame | None:
        self.threads.add(threading.current_thread().name)
        if self._permits is not None:
            assert self._permits.acquire(timeout=WAIT_S), "the test released too few frames"
        step = next(self._steps, None)
        while isinstance(step, Block):
            self.blocked.set()
            assert self._unblock.wait(WAIT_S), "the test never unblocked the source"
            step = next(self._steps, None)
        if isinstance(step, Exception):
            raise step
        if step is None:
            if self._is_live:
                raise CameraLost(source=self._name)
            return None
        return self._frame(step)

    def close(self) -> None:
        self.threads.add(threading.current_thread().name)
        self.closed += 1

    def _frame(self, step: ImageBgr | ScriptedFace | Sequence[ScriptedFace]) -> Frame:
        if isinstance(step, np.ndarray):
            image = step
        else:
            faces = (step,) if isinstance(step, ScriptedFace) else tuple(step)
            image = picture(*faces, seed=self.frames)
        self.clock.advance(self._frame_s)
        frame = Frame(image, self.clock.now_utc(), self.clock.mono_s(), self.frames)
        self.frames += 1
        return frame


# --- engine listener ---------------------------------------------------------------------------------


class RecordingListener:
    """Keeps everything an engine reports (protocol EngineListener); safe from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition(threading.RLock())
        self.previews = 0
        self.results: list[FrameResult] = []
        self.notices: list[DecisionNotice] = []
        self.failures: list[tuple[DecisionNotice, AttendanceError]] = []
        self.states: list[tuple[StreamState, str]] = []
        self.crashes: list[Exception] = []
        self.badges: list[str] = []

    def on_preview_ready(self) -> None:
        with self._changed:
            self.previews += 1
            self._changed.notify_all()

    def on_result(self, result: FrameResult) -> None:
        self._keep(self.results, result)

    def on_decision(self, notice: DecisionNotice) -> None:
        self._keep(self.notices, notice)

    def on_badge(self, text: str) -> None:
        self._keep(self.badges, text)

    def on_check_in_failed(self, notice: DecisionNotice, error: AttendanceError) -> None:
        self._keep(self.failures, (notice, error))

    def on_stream_state(self, state: StreamState, detail: AttendanceError | str) -> None:
        self._keep(self.states, (state, str(detail)))

    def on_crashed(self, error: Exception) -> None:
        self._keep(self.crashes, error)

    @property
    def kinds(self) -> list[str]:
        """The kinds of the decisions so far, in order."""
        with self._changed:
            return [notice.decision.kind.value for notice in self.notices]

    @property
    def stream_states(self) -> list[StreamState]:
        """The stream states so far, in order."""
        with self._changed:
            return [state for state, _ in self.states]

    def wait_for(self, predicate: Callable[[RecordingListener], bool], timeout_s: float = WAIT_S) -> bool:
        """Wait until the predicate holds; it is looked at after every report."""
        with self._changed:
            return self._changed.wait_for(lambda: predicate(self), timeout_s)

    def _keep(self, store: list[Any], item: object) -> None:
        with self._changed:
            store.append(item)
            self._changed.notify_all()
