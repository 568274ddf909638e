"""The base of files that stand in for a camera: each picture at its time, or all as fast as they are asked for."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from datetime import timedelta
from pathlib import Path
from typing import Literal

from attendance.core.ports.clock import Clock
from attendance.core.types import Frame, ImageBgr
from attendance.errors import Reason
from attendance.errors.pictures import ImageUnreadable

Pace = Literal["realtime", "fast"]
"""realtime: each frame when it is due, with the time of the clock. fast: no waiting; the times advance by 1 / fps."""


class RecordedSource(ABC):
    """Base of video files and picture folders (port FrameSource).

    Args:
        path: the file or folder.
        pace: see Pace.
        clock: gives the first or every frame its time.
    """

    def __init__(self, path: Path, *, pace: Pace, clock: Clock) -> None:
        self._path = path
        self._pace = pace
        self._clock = clock
        self._closed = threading.Event()
        self._closed.set()
        # close() may come from another thread to end a wait; it must not release what read() is decoding from.
        self._decoding = threading.Lock()
        self._first: ImageBgr | None = None
        self._index = 0
        self._fps = 1.0
        self._start_mono_s = 0.0

    @property
    def is_live(self) -> bool:
        """Always False."""
        return False

    def describe(self) -> str:
        """Return the name of the file or folder."""
        return self._path.name or str(self._path)

    def open(self) -> None:
        """Go to the first picture, which is decoded to prove that there is one.

        Raises:
            SourceNotFound: the file or folder has gone.
            ImageUnreadable: nothing in it can be shown.
        """
        self.close()
        with self._decoding:
            self._fps = self._rewind()
            self._first = self._next_picture()
            if self._first is None:
                self._release()
                raise ImageUnreadable(path=self._path, reason=self._nothing_to_show)
            self._closed.clear()
        self._index = 0
        self._start_mono_s = self._clock.mono_s()
        self._start_utc = self._clock.now_utc()

    def read(self) -> Frame | None:
        """Return the next frame; None after the last one or after close(), which also ends the wait for a frame."""
        with self._decoding:
            if self._closed.is_set():
                return None
            image, self._first = self._first, None
            if image is None:
                image = self._next_picture()
        if image is None:
            return None
        offset_s = self._index / self._fps
        if self._pace == "fast":
            captured_utc = self._start_utc + timedelta(seconds=offset_s)
            mono_s = self._start_mono_s + offset_s
        else:
            wait_s = self._start_mono_s + offset_s - self._clock.mono_s()
            if wait_s > 0 and self._closed.wait(min(wait_s, 1.0 / self._fps)):
                return None
            captured_utc, mono_s = self._clock.now_utc(), self._clock.mono_s()
        frame = Frame(image, captured_utc, mono_s, self._index)
        self._index += 1
        return frame

    def close(self) -> None:
        """Release the file; harmless when not open. The one method that another thread may call, to end a wait."""
        self._closed.set()
        with self._decoding:
            self._first = None
            self._release()

    @property
    @abstractmethod
    def _nothing_to_show(self) -> Reason:
        """Why open() fails when there is no first picture."""

    @abstractmethod
    def _rewind(self) -> float:
        """Start at the first picture; return frames per second."""

    @abstractmethod
    def _next_picture(self) -> ImageBgr | None:
        """Return the next picture, None at the end."""

    @abstractmethod
    def _release(self) -> None:
        """Let go of everything; harmless when there is nothing."""
