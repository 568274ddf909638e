"""Notices a stream that still delivers pictures but no longer shows anything."""

from __future__ import annotations

import zlib

import numpy as np
from numpy.typing import NDArray

from attendance.core.types import ImageBgr, StreamState

# The picture is looked at through about this many points a side: enough for mean and spread, cheap at any size.
_THUMBNAIL_POINTS = 64


class StreamHealth:
    """Tells a live stream from a frozen or a black one. Belongs to one thread; has no clock of its own.

    Frozen: a real sensor has noise, so two pictures are never equal bit by bit; a driver or network buffer
    that hangs repeats the same bytes. The thumbnail is compared first; only when it is equal, the checksum of
    the whole picture decides, because in a compressed stream of a still scene many points do stay equal.

    Black: the picture is dark and flat, as with a covered lens or a closed shutter. A dark room is not flat
    (lamps, windows, screens). Black is reported even when the picture is also frozen: it is the cause one can
    see and mend.

    Args:
        frozen_after_s: seconds of equal pictures until FROZEN.
        black_level: highest mean grey level, 0..255, of a black picture. Covered sensors stay below about 10
            with their gain turned up.
        black_spread: highest standard deviation of a black picture, in grey levels: sensor noise, no scene.
    """

    def __init__(self, *, frozen_after_s: float = 2.0, black_level: float = 12.0, black_spread: float = 4.0) -> None:
        self._frozen_after_s = frozen_after_s
        self._black_level = black_level
        self._black_spread = black_spread
        self._thumbnail: NDArray[np.uint8] | None = None
        self._checksum: int | None = None
        self._changed_s = 0.0

    def update(self, image_bgr: ImageBgr, mono_s: float) -> StreamState:
        """Take the next picture.

        Args:
            image_bgr: (H, W, 3) uint8 BGR.
            mono_s: monotonic capture time in seconds.

        Returns:
            LIVE, FROZEN or BLACK. The first picture that differs makes the stream LIVE again.
        """
        height, width = image_bgr.shape[:2]
        # A copy: a view would keep the whole picture in memory.
        thumbnail = image_bgr[:: max(1, height // _THUMBNAIL_POINTS), :: max(1, width // _THUMBNAIL_POINTS)].copy()
        if self._has_changed(image_bgr, thumbnail):
            self._changed_s = mono_s
        if thumbnail.mean() <= self._black_level and thumbnail.std() <= self._black_spread:
            return StreamState.BLACK
        return StreamState.FROZEN if mono_s - self._changed_s >= self._frozen_after_s else StreamState.LIVE

    def _has_changed(self, image_bgr: ImageBgr, thumbnail: NDArray[np.uint8]) -> bool:
        if self._thumbnail is None or not np.array_equal(thumbnail, self._thumbnail):
            self._thumbnail, self._checksum = thumbnail, None
            return True
        before, self._checksum = self._checksum, zlib.crc32(np.ascontiguousarray(image_bgr).data)
        # The first picture with this thumbnail had no checksum: counting from the second is one frame late,
        # and saves a pass over every picture of a stream that moves.
        return before != self._checksum
