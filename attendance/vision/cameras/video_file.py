"""A video file in place of a camera."""

from __future__ import annotations

import logging
from pathlib import Path

import cv2

from attendance.core.ports.clock import Clock
from attendance.core.types import ImageBgr
from attendance.errors import Reason
from attendance.errors.cameras import SourceNotFound
from attendance.errors.pictures import ImageUnreadable
from attendance.vision.cameras.recorded_source import Pace, RecordedSource
from attendance.vision.cameras.video_capture import Capture, CaptureFactory, open_capture, read_bgr

_log = logging.getLogger(__name__)

# Faster than any camera that looks at faces: containers without a frame rate report their time base, such as 90000.
_HIGHEST_FPS = 240.0

# FFmpeg plays a text file as a film of a text terminal, with this codec.
_TEXT_CODEC = cv2.VideoWriter.fourcc(*"ansi")


class VideoFile(RecordedSource):
    """A video file, read by FFmpeg from its first to its last frame.

    Args:
        path: the file.
        fps: frames per second when the file does not tell.
        pace: see recorded_source.Pace.
        clock: gives the frames their time.
        capture_factory: opens the capture.
    """

    def __init__(
        self, path: Path, *, fps: float, pace: Pace, clock: Clock, capture_factory: CaptureFactory = open_capture
    ) -> None:
        super().__init__(path, pace=pace, clock=clock)
        self._fallback_fps = fps
        self._capture_factory = capture_factory
        self._capture: Capture | None = None

    @property
    def _nothing_to_show(self) -> Reason:
        return Reason("it is not a readable video")

    def _rewind(self) -> float:
        if not self._path.is_file():
            raise SourceNotFound(source=str(self._path))
        # Absolute, because FFmpeg takes a name such as "door:1.avi" for an address.
        capture = self._capture_factory(str(self._path.absolute()), cv2.CAP_FFMPEG, ())
        if not capture.isOpened() or capture.get(cv2.CAP_PROP_FOURCC) == _TEXT_CODEC:
            capture.release()
            raise ImageUnreadable(path=self._path, reason=self._nothing_to_show)
        self._capture = capture
        told = capture.get(cv2.CAP_PROP_FPS)
        fps = told if 0 < told <= _HIGHEST_FPS else self._fallback_fps
        _log.info("video %s: %g frames a second", self._path, fps)
        return fps

    def _next_picture(self) -> ImageBgr | None:
        return None if self._capture is None else read_bgr(self._capture)

    def _release(self) -> None:
        capture, self._capture = self._capture, None
        if capture is not None:
            capture.release()
