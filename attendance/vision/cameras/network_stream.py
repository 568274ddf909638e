"""Cameras in the network, over RTSP or HTTP."""

from __future__ import annotations

import cv2

from attendance.core.ports.clock import Clock
from attendance.errors import Reason
from attendance.errors.cameras import CameraError, CameraNotFound, CameraRefused
from attendance.shown_text import shown_address
from attendance.vision.cameras.stream_address import NoStream, read_address, why_no_stream
from attendance.vision.cameras.video_capture import Capture, CaptureFactory, LiveSource, open_capture

SCHEMES = ("rtsp://", "rtsps://", "http://", "https://")
"""How an address begins, in lower case."""

# Long enough for a camera that wakes up, short enough for a person who waits at the door. FFmpeg's own limit is 30 s.
_TIMEOUT_MS = 5_000


class NetworkStream(LiveSource):
    """A stream read by FFmpeg.

    Args:
        address: rtsp://, rtsps://, http:// or https://, may hold user and password; see ``read_address``.
        clock: gives the frames their time.
        capture_factory: opens the capture.
    """

    def __init__(self, address: str, *, clock: Clock, capture_factory: CaptureFactory = open_capture) -> None:
        super().__init__(shown_address(address), clock)
        self._address = read_address(address)
        self._capture_factory = capture_factory

    def _connect(self) -> Capture:
        limits = (cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, _TIMEOUT_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, _TIMEOUT_MS)
        capture = self._capture_factory(self._address.escaped, cv2.CAP_FFMPEG, limits)
        if capture.isOpened():
            return capture
        capture.release()
        match why_no_stream(self._address, _TIMEOUT_MS / 1000):
            case NoStream.REFUSED:
                raise CameraRefused(source=self._name)
            case NoStream.OTHER:
                raise CameraError(source=self._name, reason=Reason("it answers, but gives no stream at this address"))
        raise CameraNotFound(source=self._name)
