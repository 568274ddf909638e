"""When the pictures of a file are due, and which times they carry."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Literal

from attendance.core.ports import Clock
from attendance.core.types import Frame, ImageBgr

Pace = Literal["realtime", "fast"]


class Pacing:
    """Stamps the pictures of a file and, in real time, holds each back until it is due. Belongs to one thread.

    - fast: no waiting. Picture i carries start + i / fps, so that cool-downs and time-outs behave as if it had been
      played in real time.
    - realtime: picture i is held back until start + i / fps and carries the clock's time. A reader that is late is
      never made to wait; nothing is skipped.

    Args:
        clock: start time; in real time also the time of each picture.
        fps: pictures a second, over 0.
        pace: see above.
        wait: waits so many seconds; the default ends at once when ``cancel`` is called.
    """

    def __init__(self, clock: Clock, *, fps: float, pace: Pace, wait: Callable[[float], object] | None = None) -> None:
        if not fps > 0:
            raise ValueError(f"fps must be positive, not {fps}")
        self._clock = clock
        self._fps = fps
        self._pace = pace
        self._cancelled = threading.Event()
        self._wait = wait or self._cancelled.wait
        self._start_utc: datetime = clock.now_utc()
        self._start_s = clock.mono_s()

    def frame(self, image_bgr: ImageBgr, index: int) -> Frame:
        """Return the frame of picture ``index``, when it is due.

        Args:
            image_bgr: (H, W, 3) uint8 BGR; now owned by the frame.
            index: running number from 0.
        """
        offset_s = index / self._fps
        if self._pace == "fast":
            return Frame(image_bgr, self._start_utc + timedelta(seconds=offset_s), self._start_s + offset_s, index)
        early_s = self._start_s + offset_s - self._clock.mono_s()
        if early_s > 0:
            self._wait(early_s)
        return Frame(image_bgr, self._clock.now_utc(), self._clock.mono_s(), index)

    def cancel(self) -> None:
        """End the present wait and all later ones; safe from any thread."""
        self._cancelled.set()
