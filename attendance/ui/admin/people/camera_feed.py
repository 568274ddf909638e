"""The camera of the enrolment page: opened, read and closed in its own thread, newest picture wins."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from attendance.core.ports.vision import FrameSource
from attendance.core.types import Frame
from attendance.services.door.mailbox import LatestFrame

_log = logging.getLogger(__name__)


class CameraFeed(QObject):
    """One run of a frame source. Make another one to open the camera again.

    Pictures do not travel in signals: `frame_ready` only wakes the window, and only when the slot was empty. A file
    source waits for the window instead of dropping pictures.

    Signals:
        frame_ready: a picture waits in the slot.
        opened: this feed; the source delivers from now on.
        failed: this feed and the error; the source is closed.
        ended: this feed; a file source came to its end.
    """

    frame_ready = Signal(object)
    opened = Signal(object)
    failed = Signal(object, object)
    ended = Signal(object)

    def __init__(
        self, open_camera: Callable[[], FrameSource], *, after: CameraFeed | None = None, parent: QObject
    ) -> None:
        # With a parent: the camera thread may be the last to drop this object, and must not destroy it.
        super().__init__(parent)
        self._open_camera = open_camera
        self._after = after
        self._slot: LatestFrame[Frame] = LatestFrame()
        self._stop = threading.Event()
        # A daemon: a driver stuck in read() must not keep the program alive.
        self._thread = threading.Thread(target=self._run, name="enrolment-camera", daemon=True)

    def start(self) -> None:
        """Open the source in the camera thread."""
        self._thread.start()

    def stop(self) -> None:
        """Ask the camera thread to end; returns at once."""
        self._stop.set()
        self._slot.close()

    def wait(self, timeout_s: float) -> bool:
        """Wait for the camera thread; True when it has ended."""
        if self._thread.ident is not None:
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def take(self) -> Frame | None:
        """Return the newest picture, None when there is none."""
        return self._slot.take(0)

    def _run(self) -> None:
        if self._after is not None:
            # The device is free only after the feed before has closed it.
            self._after.wait(timeout_s=10.0)
            self._after = None
        try:
            source = self._open_camera()
            try:
                source.open()
                self._read(source)
            finally:
                source.close()
        except Exception as err:  # noqa: BLE001 - the boundary of the camera thread
            if not self._stop.is_set():
                _log.warning("the enrolment camera failed", exc_info=True)
                self.failed.emit(self, err)
        else:
            if not self._stop.is_set():
                self.ended.emit(self)

    def _read(self, source: FrameSource) -> None:
        if not self._stop.is_set():
            self.opened.emit(self)
        while not self._stop.is_set():
            frame = source.read()
            if frame is None:
                return
            if self._slot.put(frame, block=not source.is_live):
                self.frame_ready.emit(self)
