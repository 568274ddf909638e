"""Who walks past a camera when, and the picture it then sees: photographs of people before a plain wall."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from attendance.core.types import ImageBgr

SIZE_WH = (640, 480)
FRAMES_PER_S = 15
GAP_S = 1.1
"""Least pause between two people: longer than the second for which the tracker waits for a face to come back."""
_EYES_TO_CHIN = 0.27
"""Height from the eyes to the chin as a share of the photograph's side, in deep-funneled photographs of LFW."""
_FACE_XY = (0.5, 0.55)
"""Where the middle of the face lies in these photographs, as shares of width and height."""
_STILL_PX = (65.0, 105.0)
_PAIR_PX = (62.0, 85.0)
_WALK_PX = (60.0, 200.0)
"""From the eyes to the chin. People who stand: drawn from this range, alone or in pairs. Walking: first and last."""
_LIGHT = (0.4, 1.4)
"""Factors on all colours, first and last frame of a changing light."""
_CUT_EVERY = 2
"""Frames after which another photograph is shown of somebody who turns the head."""
_LEAST_BLUR_PX = 0.3
_SOFT_EDGE = 0.06
_WALL_BGR = (172, 168, 160)
_NOISE_LEVELS = 3.0
_NOISE_TILES = 8
_NOISE_SPARE_PX = 32

KINDS = ("still", "walk", "turn", "light")


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who comes to the door once.

    Attributes:
        name: of the folder.
        photos: shown one after the other; one photograph is shown all the time.
        code: the person's key at the door, "" for a stranger.
    """

    name: str
    photos: tuple[Path, ...]
    code: str = ""


@dataclass(frozen=True, slots=True)
class Visit:
    """When and where a visitor is in the picture.

    Attributes:
        number: running number, from 0; the visitor's chances (place, light, blur) are drawn from it.
        first: number of the first frame.
        frames: how many frames long.
        span_px: left and right end of the part of the picture that is the visitor's.
        kind: one of ``KINDS``.
    """

    visitor: Visitor
    number: int
    first: int
    frames: int
    span_px: tuple[int, int]
    kind: str = "still"

    def has(self, frame: int) -> bool:
        """Whether the visitor is in the picture of this number."""
        return self.first <= frame < self.first + self.frames

    def photo(self, step: int) -> Path:
        """Return the photograph shown in a frame of the visit, counted from 0."""
        photos = self.visitor.photos
        if self.kind == "turn":
            return photos[step // _CUT_EVERY % len(photos)]
        return photos[step * len(photos) // self.frames]


def timetable(
    visitors: Sequence[Visitor], *, frames: int, every_s: float, kind: str = "still", at_once: int = 1
) -> list[Visit]:
    """Send people past the camera, each for some frames.

    Args:
        visitors: in the order of their coming.
        frames: how long each is seen.
        every_s: seconds from one coming to the next; more when ``frames`` and the pause would not fit.
        kind: how they move, one of ``KINDS``.
        at_once: how many stand side by side.

    Raises:
        ValueError: an unknown kind.
    """
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}, not {kind!r}")
    every = max(every_s * FRAMES_PER_S, frames - 1 + GAP_S * FRAMES_PER_S)
    width = SIZE_WH[0] // at_once
    visits = []
    for number, visitor in enumerate(visitors):
        turn, place = divmod(number, at_once)
        first = FRAMES_PER_S + int(turn * every)
        visits.append(Visit(visitor, number, first, frames, (place * width, (place + 1) * width), kind))
    return visits


def present(visits: Sequence[Visit]) -> Iterator[tuple[int, list[Visit]]]:
    """Yield each frame's number, and who is in it, from the first to some empty ones after the last visit."""
    waiting = sorted(visits, key=lambda visit: visit.first)
    here: list[Visit] = []
    last = max(visit.first + visit.frames for visit in visits) + FRAMES_PER_S
    for frame in range(last):
        while waiting and waiting[0].first <= frame:
            here.append(waiting.pop(0))
        here = [visit for visit in here if visit.has(frame)]
        yield frame, here


@dataclass(frozen=True, slots=True)
class _Look:
    """How one photograph is shown in one frame: eyes to chin, centre of the face, roll, light and blur."""

    eyes_to_chin_px: float
    xy_px: tuple[float, float]
    roll_deg: float
    gain: float
    warmth: float
    blur_px: float
    smear_px: int


class LanePictures:
    """Composes the frames. Deterministic: a frame depends on seed and number alone, whatever was asked for before.

    Args:
        seed: of places, light, blur and noise.
        read: reads one photograph, (H, W, 3) uint8 BGR.
    """

    def __init__(self, seed: int, read: Callable[[Path], ImageBgr]) -> None:
        self._seed = seed
        self._read = read
        self._kept: dict[Path, ImageBgr] = {}
        width, height = SIZE_WH
        shape = (height + _NOISE_SPARE_PX, width + _NOISE_SPARE_PX, 3)
        rng = np.random.default_rng([seed, 1])
        self._noise = [rng.normal(0.0, _NOISE_LEVELS, shape).astype(np.float32) for _ in range(_NOISE_TILES)]
        shade = np.linspace(1.06, 0.9, height, dtype=np.float32)[:, None, None]
        self._wall = np.broadcast_to(np.array(_WALL_BGR, np.float32) * shade, (height, width, 3))

    def picture(self, frame: int, visits: Sequence[Visit]) -> ImageBgr:
        """Return one frame.

        Args:
            frame: its number.
            visits: who is in it.

        Returns:
            (480, 640, 3) uint8 BGR.
        """
        canvas = self._wall.copy()
        for visit in visits:
            self._paste(canvas, visit, frame - visit.first)
        rng = np.random.default_rng([self._seed, 2, frame])
        tile = self._noise[int(rng.integers(_NOISE_TILES))]
        x, y = (int(v) for v in rng.integers(0, _NOISE_SPARE_PX, 2))
        canvas += tile[y : y + SIZE_WH[1], x : x + SIZE_WH[0]]
        return np.clip(canvas + 0.5, 0.0, 255.0, out=canvas).astype(np.uint8)

    def _paste(self, canvas: NDArray[np.float32], visit: Visit, step: int) -> None:
        photo, look = self._photo(visit.photo(step)), self._look(visit, step)
        height, width = photo.shape[:2]
        x, y = width * _FACE_XY[0], height * _FACE_XY[1]
        place = cv2.getRotationMatrix2D((x, y), look.roll_deg, look.eyes_to_chin_px / (_EYES_TO_CHIN * height))
        place[:, 2] += (look.xy_px[0] - x, look.xy_px[1] - y)
        corners = place @ np.array([[0, width, 0, width], [0, 0, height, height], [1, 1, 1, 1]])
        left, top = (max(least, int(v)) for least, v in zip((visit.span_px[0], 0), corners.min(axis=1), strict=True))
        right, bottom = (
            min(most, int(v) + 1) for most, v in zip((visit.span_px[1], SIZE_WH[1]), corners.max(axis=1), strict=True)
        )
        place[:, 2] -= (left, top)
        size = (right - left, bottom - top)
        alpha = cv2.warpAffine(_soft_edged(height, width), place, size)[:, :, None]
        warped = cv2.warpAffine(photo, place, size, borderMode=cv2.BORDER_REPLICATE)
        part = canvas[top:bottom, left:right]
        part += alpha * (_shown(np.asarray(warped, np.uint8), look) - part)

    def _look(self, visit: Visit, step: int) -> _Look:
        of_visit = np.random.default_rng([self._seed, 3, visit.number])
        of_frame = np.random.default_rng([self._seed, 4, visit.number, step])
        left, right = visit.span_px
        is_alone = right - left == SIZE_WH[0]
        size = of_visit.uniform(*(_STILL_PX if is_alone else _PAIR_PX))
        x = (left + right) / 2 + of_visit.uniform(-60, 60) * is_alone
        y = 0.5 * SIZE_WH[1] + of_visit.uniform(-20, 20)
        gain, warmth = of_visit.uniform(0.7, 1.15), of_visit.uniform(-0.1, 0.1)
        roll = of_visit.normal(0, 2)
        share = step / max(1, visit.frames - 1)
        if visit.kind == "walk":
            size = _WALK_PX[0] * (_WALK_PX[1] / _WALK_PX[0]) ** share
        if visit.kind == "light":
            gain = _LIGHT[0] + (_LIGHT[1] - _LIGHT[0]) * share
        x, y = x + of_frame.normal(0, 3), y + of_frame.normal(0, 3)
        return _Look(
            eyes_to_chin_px=size * of_frame.normal(1, 0.015),
            xy_px=(x, y),
            roll_deg=roll + of_frame.normal(0, 2),
            gain=gain * of_frame.normal(1, 0.05),
            warmth=warmth,
            blur_px=abs(of_frame.normal(0, 0.8)),
            smear_px=int(of_frame.integers(1, 8)),
        )

    def _photo(self, path: Path) -> ImageBgr:
        if path not in self._kept:
            if len(self._kept) > 64:
                self._kept.clear()
            self._kept[path] = self._read(path)
        return self._kept[path]


def _shown(image_bgr: ImageBgr, look: _Look) -> NDArray[np.float32]:
    """Return a picture, (H, W, 3) float32, in the light and with the blur of a frame."""
    if look.blur_px > _LEAST_BLUR_PX:
        image_bgr = np.asarray(cv2.GaussianBlur(image_bgr, (0, 0), look.blur_px), np.uint8)
    if look.smear_px > 1:
        image_bgr = np.asarray(cv2.blur(image_bgr, (look.smear_px, 1)), np.uint8)
    colour = np.array([1.0 - look.warmth, 1.0, 1.0 + look.warmth], np.float32) * np.float32(look.gain)
    return image_bgr * colour


@lru_cache(maxsize=8)
def _soft_edged(height: int, width: int) -> NDArray[np.float32]:
    """Return (H, W) float32: 1 inside a photograph, falling to 0 towards its edges, so that it has no frame."""
    rows = np.minimum(np.arange(height), np.arange(height)[::-1]) / (_SOFT_EDGE * height)
    columns = np.minimum(np.arange(width), np.arange(width)[::-1]) / (_SOFT_EDGE * width)
    return np.asarray(np.minimum.outer(np.clip(rows, 0, 1), np.clip(columns, 0, 1)), np.float32)
