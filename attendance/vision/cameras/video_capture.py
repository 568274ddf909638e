"""What every source needs of OpenCV's VideoCapture: a seam for tests, pictures in BGR, and the base of live sources."""

from __future__ import annotations

import logging
from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from typing import Any, Protocol

import cv2
import numpy as np

from attendance.core.ports.clock import Clock
from attendance.core.types import Frame, ImageBgr
from attendance.errors.cameras import CameraLost

_log = logging.getLogger(__name__)


class Capture(Protocol):
    """The part of ``cv2.VideoCapture`` that is used; its names are OpenCV's."""

    def isOpened(self) -> bool:
        """Return whether pictures can be read."""

    def read(self) -> tuple[bool, Any]:
        """Return success and the next picture."""

    def grab(self) -> bool:
        """Take the next picture without decoding it; return success."""

    def get(self, propId: int, /) -> float:  # noqa: N803
        """Return a property, 0 or -1 when unknown."""

    def set(self, propId: int, value: float, /) -> bool:  # noqa: N803
        """Ask for a property."""

    def getBackendName(self) -> str:
        """Return the name of the driver in use."""

    def release(self) -> None:
        """Close; harmless when not open."""


CaptureFactory = Callable[[str | int, int, Sequence[int]], Capture]
"""(index, file or address; cv2.CAP_* backend; parameters as pairs of property and value) -> a capture."""


def open_capture(target: str | int, backend: int, parameters: Sequence[int]) -> Capture:
    """Open a ``cv2.VideoCapture``; whether that worked says its isOpened()."""
    if isinstance(target, int):
        return cv2.VideoCapture(target, backend, parameters)
    return cv2.VideoCapture(target, backend, parameters)


def read_bgr(capture: Capture) -> ImageBgr | None:
    """Return the next picture, (H, W, 3) uint8 BGR of its own memory, or None when there is none."""
    try:
        is_read, image = capture.read()
    except cv2.error as err:
        _log.warning("OpenCV failed to decode a picture: %s", err)
        return None
    if not is_read or image is None or image.size == 0:
        return None
    if image.dtype == np.uint16:  # infrared cameras
        image = (image >> 8).astype(np.uint8)
    if image.ndim == 2 or image.shape[2] == 1:
        return np.ascontiguousarray(cv2.cvtColor(image, cv2.COLOR_GRAY2BGR), dtype=np.uint8)
    if image.shape[2] == 4:
        return np.ascontiguousarray(cv2.cvtColor(image, cv2.COLOR_BGRA2BGR), dtype=np.uint8)
    return np.ascontiguousarray(image, dtype=np.uint8)


class LiveSource(ABC):
    """Base of cameras and streams: frames carry the time of their arrival (port FrameSource).

    Args:
        name: what describe() says; no password.
        clock: gives the frames their time.
    """

    def __init__(self, name: str, clock: Clock) -> None:
        self._name = name
        self._clock = clock
        self._capture: Capture | None = None
        self._index = 0
        self._has_delivered = False

    @property
    def is_live(self) -> bool:
        """Always True."""
        return True

    def describe(self) -> str:
        """Return the name."""
        return self._name

    def open(self) -> None:
        """Connect; one that is open is closed first.

        Raises:
            CameraNotFound: nothing there.
            CameraBusy: held by another program.
            CameraError: there, but it may not be used.
        """
        self.close()
        self._capture = self._connect()
        self._has_delivered = False

    def read(self) -> Frame | None:
        """Wait for the next frame; never None. The numbers go on when the source is opened again.

        Raises:
            CameraBusy: a camera at this computer has sent nothing since it was opened.
            CameraLost: no picture came, or the source is not open.
        """
        if self._capture is None:
            raise CameraLost(source=self._name)
        image = read_bgr(self._capture) if self._has_delivered else self._first_picture(self._capture)
        if image is None:
            raise CameraLost(source=self._name)
        self._has_delivered = True
        frame = Frame(image, self._clock.now_utc(), self._clock.mono_s(), self._index)
        self._index += 1
        return frame

    def skip(self) -> None:
        """Wait for the next picture and drop it: a webcam's is not decoded.

        Raises:
            CameraBusy: like ``read``.
            CameraLost: like ``read``.
        """
        if self._capture is None or not self._has_delivered:
            self.read()
        elif not self._capture.grab():
            raise CameraLost(source=self._name)

    def close(self) -> None:
        """Disconnect; harmless when not open."""
        capture, self._capture = self._capture, None
        if capture is not None:
            capture.release()

    def _first_picture(self, capture: Capture) -> ImageBgr | None:
        """Return the first picture after open()."""
        return read_bgr(capture)

    @abstractmethod
    def _connect(self) -> Capture:
        """Return an opened capture, or raise a CameraError and leave nothing open."""
