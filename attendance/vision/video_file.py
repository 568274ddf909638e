"""A video file as a source of pictures."""

from __future__ import annotations

from pathlib import Path

import cv2

from attendance.core.ports import Clock
from attendance.core.types import Frame
from attendance.errors import ImageError
from attendance.vision.pacing import Pace, Pacing
from attendance.vision.video_capture import CaptureFactory, VideoCapture, as_bgr, open_capture

_MAX_FPS = 240.0
"""Broken headers claim 1,000 and 90,000 (the tick rate of MPEG); no camera for doors is faster than this."""


class VideoFile:
    """Plays a file once (port ``FrameSource``).

    Args:
        path: any video that FFmpeg reads.
        clock: time of the first picture, see ``Pacing``.
        pace: realtime or fast, see ``Pacing``.
        fps: speed for a file that does not say its own.
        capture_factory: opens the capture.
    """

    def __init__(
        self,
        path: Path,
        *,
        clock: Clock,
        pace: Pace,
        fps: float,
        capture_factory: CaptureFactory = open_capture,
    ) -> None:
        self._path = path
        self._clock = clock
        self._pace: Pace = pace
        self._fallback_fps = fps
        self._capture_factory = capture_factory
        self._capture: VideoCapture | None = None
        self._pacing: Pacing | None = None
        self._index = 0

    @property
    def is_live(self) -> bool:
        """False: it ends."""
        return False

    def describe(self) -> str:
        """Return the file's name."""
        return self._path.name

    def open(self) -> None:
        """Open the file at its beginning.

        Raises:
            ImageError: missing, or no video.
        """
        self.close()
        if not self._path.is_file():
            raise ImageError(path=self._path, reason="there is no such file.")
        capture = self._capture_factory(str(self._path), cv2.CAP_FFMPEG, [])
        if not capture.isOpened():
            capture.release()
            raise self._unplayable()
        fps = capture.get(cv2.CAP_PROP_FPS)
        # False for NaN, too.
        is_plausible = 0.0 < fps <= _MAX_FPS
        self._capture = capture
        self._index = 0
        self._pacing = Pacing(self._clock, fps=fps if is_plausible else self._fallback_fps, pace=self._pace)

    def read(self) -> Frame | None:
        """Return the next picture, None at the end or when not open.

        Raises:
            ImageError: not even the first picture can be decoded.
        """
        if self._capture is None or self._pacing is None:
            return None
        is_there, picture = self._capture.read()
        if not is_there or picture is None:
            if self._index == 0:
                raise self._unplayable()
            return None
        frame = self._pacing.frame(as_bgr(picture), self._index)
        self._index += 1
        return frame

    def close(self) -> None:
        """Release the file; harmless when not open."""
        if self._pacing is not None:
            self._pacing.cancel()
            self._pacing = None
        if self._capture is not None:
            self._capture.release()
            self._capture = None

    def _unplayable(self) -> ImageError:
        return ImageError(path=self._path, reason="it is not a video that can be played.")
