"""A camera that a measurement can rely on: one face, at a steady rate."""

from __future__ import annotations

import time

import numpy as np

from attendance.core.ports.clock import Clock
from attendance.core.types import Frame, ImageBgr

_SEED = 20261122


class FaceStream:
    """One face standing before a plain wall, with sensor noise, at a steady rate.

    Args:
        size_wh: picture size in pixels.
        clock: time of the frames.
        fps: frames per second; 0 never waits.
    """

    is_live = True

    def __init__(self, size_wh: tuple[int, int], clock: Clock, *, fps: int = 0) -> None:
        from skimage import data

        width, height = size_wh
        self._clock = clock
        self._interval_s = 1.0 / fps if fps else 0.0
        self._rng = np.random.default_rng(_SEED)
        astronaut: ImageBgr = data.astronaut()[..., ::-1]  # type: ignore[no-untyped-call]
        portrait = astronaut[:448, :448]
        side = min(height, portrait.shape[0])
        canvas = np.full((height, width, 3), 120, np.uint8)
        left = (width - side) // 2
        canvas[height - side :, left : left + side] = portrait[:side, :side]
        self._picture: ImageBgr = canvas
        # A few noise fields in turn: drawing fresh noise for every frame would be the slowest stage.
        self._noise = [self._rng.integers(0, 6, canvas.shape, dtype=np.uint8) for _ in range(7)]
        self._index = 0
        self._due_s = 0.0

    def describe(self) -> str:
        """Name of the source."""
        return "bench"

    def open(self) -> None:
        """Start now."""
        self._due_s = self._clock.mono_s()

    def read(self) -> Frame:
        """Return the next frame, waiting until it is due."""
        if self._interval_s:
            self._due_s += self._interval_s
            time.sleep(max(0.0, self._due_s - self._clock.mono_s()))
        image = self._picture + self._noise[self._index % len(self._noise)]
        # Shifting by the index keeps two pictures of one noise field different.
        image[0, self._index % image.shape[1]] = 255
        frame = Frame(image, self._clock.now_utc(), self._clock.mono_s(), self._index)
        self._index += 1
        return frame

    def close(self) -> None:
        """Nothing to release."""
