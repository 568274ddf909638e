"""Lets the computer rest while nobody is at the door."""

from __future__ import annotations

import math

import numpy as np

from attendance.core.types import FloatArray, Frame, ImageBgr

# Mean brightness is compared in so many areas, from every 4th point of every 4th row: cheap, and noise averages out.
_AREAS_WH = (16, 9)
_POINT_STEP = 4
# Noise of 5 grey levels leaves 0.25 in the mean of the 400 points of an area of a 1280x720 picture.
_CHANGE_LEVELS = 6.0
# Daylight drifts; the picture that is compared with follows it.
_FOLLOW = 0.2


class Rest:
    """Says which pictures are worth looking at. Fed by the camera's thread, told of faces from recognition's.

    After a minute without a face the camera is asked for few pictures; recognition gets those on which something has
    changed, and one a second in any case. The first face ends the rest.

    Args:
        after_s: without a face for so long it rests; as long as until the screen dims.
        picture_every_s: pause between two pictures while resting: somebody is noticed within it.
        look_every_s: one picture is recognised at least so often.
        preview_every_s: one picture is shown so often.
    """

    def __init__(
        self,
        *,
        after_s: float = 60.0,
        picture_every_s: float = 0.2,
        look_every_s: float = 1.0,
        preview_every_s: float = 0.5,
    ) -> None:
        self._after_s = after_s
        self._picture_every_s = picture_every_s
        self._look_every_s = look_every_s
        self._preview_every_s = preview_every_s
        self._seen_at_s = math.nan
        self._looked_at_s = self._shown_at_s = -math.inf
        self._usual: FloatArray | None = None
        self._is_resting = False

    @property
    def pause_s(self) -> float:
        """Seconds to wait before the next picture."""
        return self._picture_every_s if self._is_resting else 0.0

    def somebody(self, mono_s: float) -> None:
        """Note that a face was found in the picture of this time."""
        self._seen_at_s = mono_s
        self._is_resting = False

    def take(self, frame: Frame) -> tuple[bool, bool]:
        """Take the next picture; return whether it is to be recognised, and whether it is to be shown."""
        now_s = frame.mono_s
        if math.isnan(self._seen_at_s) or now_s < self._seen_at_s:  # the first, or of a source with another clock
            self._seen_at_s = now_s
        self._is_resting = now_s - self._seen_at_s >= self._after_s
        if not self._is_resting:
            self._usual = None
            return True, True
        is_changed = self._has_changed(frame.image_bgr)
        looks = is_changed or now_s - self._looked_at_s >= self._look_every_s
        shows = is_changed or now_s - self._shown_at_s >= self._preview_every_s
        self._looked_at_s = now_s if looks else self._looked_at_s
        self._shown_at_s = now_s if shows else self._shown_at_s
        return looks, shows

    def _has_changed(self, image_bgr: ImageBgr) -> bool:
        now = _areas(image_bgr)
        usual = self._usual
        if usual is None or usual.shape != now.shape:
            self._usual = now
            return False
        change = float(np.abs(now - usual).max(initial=0.0))
        self._usual = usual + _FOLLOW * (now - usual)
        return change >= _CHANGE_LEVELS


def _areas(image_bgr: ImageBgr) -> FloatArray:
    """Return the mean green of each area, (rows, columns) float32."""
    points = image_bgr[::_POINT_STEP, ::_POINT_STEP, 1]
    columns, rows = (max(1, min(wanted, have)) for wanted, have in zip(_AREAS_WH, points.shape[::-1], strict=True))
    height, width = points.shape[0] // rows, points.shape[1] // columns
    blocks = points[: rows * height, : columns * width].reshape(rows, height, columns, width)
    return np.asarray(blocks.mean(axis=(1, 3)), dtype=np.float32)
