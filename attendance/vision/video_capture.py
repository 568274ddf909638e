"""What the camera, stream and video-file sources share: opening OpenCV's capture and shaping its pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from attendance.core.types import ImageBgr


class VideoCapture(Protocol):
    """The part of ``cv2.VideoCapture`` in use, so that tests can put a broken camera in its place."""

    def isOpened(self) -> bool:
        """Return whether there is something to read from."""

    def read(self) -> tuple[bool, Any]:
        """Return whether there is a picture, and the picture."""

    def get(self, prop: int, /) -> float:
        """Return a property, 0 when the backend does not know it."""

    def set(self, prop: int, value: float, /) -> bool:
        """Ask for a property; what was granted is what ``get`` returns."""

    def release(self) -> None:
        """Close."""


CaptureFactory = Callable[[int | str, int, Sequence[int]], VideoCapture]
"""(index, path or address; backend, a cv2.CAP_ number; property, value, property, value ...) -> open capture."""


def open_capture(target: int | str, backend: int, params: Sequence[int]) -> VideoCapture:
    """Open with OpenCV (type ``CaptureFactory``)."""
    return cv2.VideoCapture(target, backend, list(params))


def as_bgr(picture: NDArray[Any]) -> ImageBgr:
    """Shape what a backend delivers.

    Args:
        picture: (H, W), (H, W, 1), (H, W, 3) BGR or (H, W, 4) BGRA; uint8, or uint16 with 16 used bits.

    Returns:
        (H, W, 3) uint8 BGR, contiguous, in memory of its own: a backend may write its next picture over a buffer
        that is not.

    Raises:
        ValueError: another shape or type.
    """
    if picture.dtype == np.uint16:
        picture = (picture >> 8).astype(np.uint8)
    if picture.dtype != np.uint8 or picture.ndim not in {2, 3}:
        raise ValueError(f"no picture: {picture.shape} {picture.dtype}")
    planes = picture[:, :, None] if picture.ndim == 2 else picture
    if planes.shape[2] == 1:
        planes = np.repeat(planes, 3, axis=2)
    if planes.shape[2] not in {3, 4}:
        raise ValueError(f"no picture: {picture.shape} {picture.dtype}")
    return np.array(planes[:, :, :3], order="C", copy=not planes.flags.owndata or planes.shape[2] == 4 or None)
