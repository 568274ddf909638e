"""A camera in the network."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit, urlunsplit

import cv2

from attendance.core.ports import Clock
from attendance.core.types import Frame
from attendance.errors import CameraLost, CameraNotFound
from attendance.vision.video_capture import CaptureFactory, VideoCapture, as_bgr, open_capture

logger = logging.getLogger(__name__)

SCHEMES = frozenset({"rtsp", "rtsps", "http", "https"})

OPEN_TIMEOUT_MS = 5_000
"""A camera in the same building answers within a second; a wrong address must not hold the kiosk for FFmpeg's 30 s."""
READ_TIMEOUT_MS = 5_000


class NetworkStream:
    """An RTSP, HTTP or HTTPS stream, read by FFmpeg (port ``FrameSource``).

    Args:
        url: address; may hold user and password.
        clock: stamps the pictures.
        capture_factory: opens the capture.
    """

    def __init__(self, url: str, *, clock: Clock, capture_factory: CaptureFactory = open_capture) -> None:
        self._url = url
        self._clock = clock
        self._capture_factory = capture_factory
        self._capture: VideoCapture | None = None
        self._index = 0

    @property
    def is_live(self) -> bool:
        """True: worth reconnecting."""
        return True

    def describe(self) -> str:
        """Return the address without user, password, query and fragment: tokens stand in all of them."""
        return public_address(self._url)

    def open(self) -> None:
        """Connect.

        Raises:
            CameraNotFound: no answer within ``OPEN_TIMEOUT_MS``, access refused, or no video there.
        """
        self.close()
        params = [
            cv2.CAP_PROP_OPEN_TIMEOUT_MSEC,
            OPEN_TIMEOUT_MS,
            cv2.CAP_PROP_READ_TIMEOUT_MSEC,
            READ_TIMEOUT_MS,
        ]
        capture = self._capture_factory(self._url, cv2.CAP_FFMPEG, params)
        if not capture.isOpened():
            capture.release()
            raise CameraNotFound(source=self.describe())
        logger.info("connected to %s", self.describe())
        self._capture = capture
        self._index = 0

    def read(self) -> Frame:
        """Return the next picture; blocks until there is one.

        Raises:
            CameraLost: the stream ended or paused for ``READ_TIMEOUT_MS``, or is not open.
        """
        is_there, picture = self._capture.read() if self._capture is not None else (False, None)
        if not is_there or picture is None:
            raise CameraLost(source=self.describe())
        frame = Frame(as_bgr(picture), self._clock.now_utc(), self._clock.mono_s(), self._index)
        self._index += 1
        return frame

    def close(self) -> None:
        """Disconnect; harmless when not connected."""
        if self._capture is not None:
            self._capture.release()
            self._capture = None


def public_address(url: str) -> str:
    """Return an address that may be shown and stored.

    Example:
        >>> public_address("rtsp://admin:secret@cam.local:554/live?token=1")
        'rtsp://cam.local:554/live'
    """
    try:
        parts = urlsplit(url)
    except ValueError:  # brackets that are no IPv6 address; nothing of it is safe to show
        return f"{url.partition('://')[0]}://..."
    return urlunsplit((parts.scheme, parts.netloc.rpartition("@")[2], parts.path, "", ""))
