"""Camera thread: opens, reads and closes one frame source, reconnects, and says how healthy the stream is."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from attendance.core.ports.vision import FrameSource
from attendance.core.recognition.stream_health import StreamHealth
from attendance.core.types import Frame, ImageBgr, StreamState
from attendance.errors import AttendanceError, Reason
from attendance.errors.cameras import CameraError, CameraLost, CameraNotFound

_log = logging.getLogger(__name__)

StreamDetail = AttendanceError | str
"""What goes with a stream's state: the error of LOST, else the name of the source. ``str()`` of both is text."""

_COMPARED_ROW_STEP = 8
"""Every 8th row decides whether a picture repeats the one before: the noise of a sensor touches every row, and 1/8 of
a 1280x720 picture is compared in well under a millisecond."""


_SMALLEST_WH = (160, 120)
"""In a smaller picture no face reaches the least distance between the eyes; the settings ask for no smaller one."""


@dataclass(frozen=True, slots=True)
class CaptureTiming:
    """When a source counts as lost, and how it is asked again.

    Attributes:
        backoff_s: waits before the first, second, ... reopening; the last one repeats.
            Short, so that a camera that is plugged in again is seen within five seconds.
        reopen_frozen_after_s: a live source that has been FROZEN for so long is opened anew.
        lost_after_s: a live source whose read() delivers nothing for so long is LOST.
        watch_interval_s: how often the watchdog looks, seconds of real time.
        monotonic: seconds that the watchdog compares.
    """

    backoff_s: tuple[float, ...] = (1.0, 2.0)
    lost_after_s: float = 2.0
    reopen_frozen_after_s: float = 3.0
    watch_interval_s: float = 0.25
    monotonic: Callable[[], float] = time.monotonic


class CaptureLoop:
    """One camera thread and its watchdog. Used once: start, then join.

    States are reported on change only: OPENING, then LIVE, FROZEN or BLACK with the frames, LOST, and ENDED after the
    last frame of a file; LOST anew when the cause is another one. While a live source is being asked again it stays
    LOST until a frame arrives, so that the screen does not flicker. A file that cannot be opened or read is LOST, and
    that is the end.

    Health is looked at for every source, also for files: a video of a frozen camera must check nobody in either.
    Live sources have a second rule, because a stream freezes before ``StreamHealth`` can know it: a picture that
    equals the one before it, or has none before it, is shown but is not evidence. Votes can thus never be collected
    from one repeated picture.

    A read() that blocks cannot be cancelled: the threads are daemons, the watchdog reports LOST, and a stopped loop is
    left behind until the driver returns.

    Args:
        source_factory: called once, in the camera thread.
        stop: ends everything; also interrupts the back-off.
        on_frame: gets each frame and whether recognition may use it.
        on_state: gets each new state and a detail: the error for LOST, else the name of the source.
        on_crashed: gets an exception that is not an AttendanceError; a live source is tried again afterwards.
        on_finished: called last, when no frame will follow.
        pause_s: seconds to leave a live source alone after each frame; one in a process of its own drops what it
            delivers meanwhile.
        timing: see CaptureTiming.
    """

    def __init__(
        self,
        source_factory: Callable[[], FrameSource],
        *,
        stop: threading.Event,
        on_frame: Callable[[Frame, bool], None],
        on_state: Callable[[StreamState, StreamDetail], None],
        on_crashed: Callable[[Exception], None],
        on_finished: Callable[[], None],
        pause_s: Callable[[], float] = lambda: 0.0,
        timing: CaptureTiming | None = None,
    ) -> None:
        self._source_factory = source_factory
        self._stop = stop
        self._on_frame = on_frame
        self._on_state = on_state
        self._on_crashed = on_crashed
        self._on_finished = on_finished
        self._pause_s = pause_s
        self._timing = timing or CaptureTiming()
        self._failures = 0
        self._rows_before: ImageBgr | None = None
        # Of a stream that was opened anew because it was stuck: its first picture may be the same still.
        self._frozen: StreamHealth | None = None
        # Held while on_state runs, so that two threads cannot report in the wrong order.
        self._state_lock = threading.Lock()
        self._state: StreamState | None = None
        self._told: tuple[StreamState, object] | None = None
        self._watched: tuple[FrameSource, float] | None = None
        self._finished = threading.Event()
        self._thread = threading.Thread(target=self._run, name="camera", daemon=True)
        self._watchdog = threading.Thread(target=self._watch, name="camera-watchdog", daemon=True)

    def start(self) -> None:
        """Start the camera thread and the watchdog."""
        self._thread.start()
        self._watchdog.start()

    def join(self, timeout_s: float | None = None) -> bool:
        """Wait for the camera thread; False when it is still in a blocked read()."""
        self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        source: FrameSource | None = None
        try:
            while not self._stop.is_set():
                try:
                    source = source or self._source_factory()
                    is_over = self._play(source)
                except AttendanceError as err:
                    is_over = self._give_up(source, err)
                except Exception as err:  # noqa: BLE001 - thread boundary
                    _log.error("the camera thread crashed", exc_info=err)
                    self._on_crashed(err)
                    name = source.describe() if source else "?"
                    is_over = self._give_up(source, CameraLost(source=name))
                if is_over or self._stop.wait(self._backoff_s()):
                    break
        finally:
            self._finished.set()
            self._on_finished()

    def _play(self, source: FrameSource) -> bool:
        """Open, read, close; True when a file has ended or a stop was asked for, False to open a stuck camera anew."""
        if self._state is None:
            self._report(StreamState.OPENING, source.describe())
        health, self._frozen = self._frozen or StreamHealth(), None
        frozen_since_s: float | None = None
        self._rows_before = None
        try:
            source.open()
            while not self._stop.is_set():
                frame = self._read(source)
                if frame is None:
                    if source.is_live:
                        raise CameraLost(source=source.describe())
                    self._report(StreamState.ENDED, source.describe())
                    return True
                self._check_size(source, frame.image_bgr)
                self._failures = 0
                state = health.update(frame.image_bgr, frame.mono_s)
                is_usable = state is StreamState.LIVE and not (source.is_live and self._is_repeated(frame.image_bgr))
                self._report(state, source.describe())
                self._on_frame(frame, is_usable)
                if state is not StreamState.FROZEN or not source.is_live:
                    frozen_since_s = None
                elif frozen_since_s is None:
                    frozen_since_s = frame.mono_s
                elif frame.mono_s - frozen_since_s >= self._timing.reopen_frozen_after_s:
                    _log.warning("%s is stuck and is opened anew", source.describe())
                    self._frozen = health
                    return False
                if source.is_live and (pause_s := self._pause_s()) > 0:
                    self._stop.wait(pause_s)
            return True
        finally:
            source.close()

    def _read(self, source: FrameSource) -> Frame | None:
        # Only a live source is watched: a folder may show each picture for longer than any limit.
        self._watched = (source, self._timing.monotonic()) if source.is_live else None
        try:
            return source.read()
        finally:
            self._watched = None

    @staticmethod
    def _check_size(source: FrameSource, image_bgr: ImageBgr) -> None:
        height, width = image_bgr.shape[:2]
        if source.is_live and (width < _SMALLEST_WH[0] or height < _SMALLEST_WH[1]):
            reason = Reason("it sends pictures of {width}×{height}, too small for a face", width=width, height=height)
            raise CameraError(source=source.describe(), reason=reason)

    def _is_repeated(self, image_bgr: ImageBgr) -> bool:
        before, self._rows_before = self._rows_before, image_bgr[::_COMPARED_ROW_STEP]
        return before is None or np.array_equal(before, self._rows_before)

    def _give_up(self, source: FrameSource | None, error: AttendanceError) -> bool:
        """Report LOST; True when trying again makes no sense."""
        _log.warning("frame source lost: %s", error)
        self._report(StreamState.LOST, error)
        return source is None or not source.is_live

    def _backoff_s(self) -> float:
        waits = self._timing.backoff_s
        wait_s = waits[min(self._failures, len(waits) - 1)]
        self._failures += 1
        return wait_s

    def _report(
        self, state: StreamState, detail: StreamDetail, *, read: tuple[FrameSource, float] | None = None
    ) -> None:
        """Tell a change; of a ``read`` that takes too long only while it still does: the watchdog may have slept."""
        with self._state_lock:
            if read is not None and read is not self._watched:
                return
            told = state, _cause(state, detail)
            if told != self._told:
                self._state, self._told = state, told
                self._on_state(state, detail)

    def _watch(self) -> None:
        while not self._finished.is_set() and not self._stop.wait(self._timing.watch_interval_s):
            watched = self._watched
            if watched is not None and self._timing.monotonic() - watched[1] > self._timing.lost_after_s:
                self._report(StreamState.LOST, CameraLost(source=watched[0].describe()), read=watched)


def _cause(state: StreamState, detail: StreamDetail) -> object:
    """Return what tells one LOST from another: a camera that stopped and one that is not there are both gone."""
    if state is not StreamState.LOST:
        return None
    return CameraLost if isinstance(detail, CameraNotFound) else type(detail)
