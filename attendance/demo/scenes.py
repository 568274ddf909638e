"""Pictures of a door as its camera sees them: background, people, light, motion blur and sensor noise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from attendance.core.types import ImageBgr
from attendance.demo.cutouts import Cutout

SIZE_WH = (1280, 720)
_COUNTER_Y = 588
"""Upper edge of the counter at the bottom of the picture, which people stand behind."""
_NOISE_LEVELS = 2.2
"""Standard deviation of the sensor noise in grey levels: a webcam in office light."""
_NOISE_TILES = 8
_SHUTTER_SHARE = 0.5
"""Share of the time between two frames in which the shutter is open: the 180 degrees of film cameras."""
_LEAST_BLUR_PX = 1.5
_SMEAR_PX = 24
"""How far motion blur may reach over the edge of a cut-out."""

Picture = NDArray[np.float32]
"""(H, W, 3) float32, BGR, 0..255."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where somebody is in one frame.

    Attributes:
        face_xy_px: centre of the face in the picture.
        face_height_px: height of the face; grows as the person comes nearer.
        lean_deg: tilt, positive to the image right.
        speed_xy_px: movement since the frame before.
    """

    face_xy_px: tuple[float, float]
    face_height_px: float
    lean_deg: float = 0.0
    speed_xy_px: tuple[float, float] = (0.0, 0.0)


@dataclass(frozen=True, slots=True)
class Light:
    """How bright and how warm a frame is.

    Attributes:
        gain: factor on all colours, 1 = as photographed.
        warmth: -1 (bluish daylight) .. 1 (yellowish lamps).
    """

    gain: float = 1.0
    warmth: float = 0.0


class DoorScene:
    """Composes the frames of one door. Deterministic: the same calls give the same pictures.

    Args:
        seed: of the noise.
    """

    def __init__(self, seed: int) -> None:
        self._rng = np.random.default_rng(seed)
        self._room = _room()
        self._counter, alpha = _counter()
        # All planes written out, as in ``picture``: numpy is three times slower when it repeats one for the colours.
        self._behind_counter = np.repeat(np.float32(1.0) - alpha, 3, axis=2)
        width, height = SIZE_WH
        # Fresh noise for every frame would take longer than the rest: a shifted tile never repeats a picture either.
        self._noise = [
            self._rng.normal(0.0, _NOISE_LEVELS, (height + 64, width + 64, 3)).astype(np.float32)
            for _ in range(_NOISE_TILES)
        ]

    def picture(self, people: Sequence[tuple[Cutout, Place]], light: Light) -> ImageBgr:
        """Return one frame.

        Args:
            people: who stands where; the later ones stand before the earlier ones.
            light: of this frame.

        Returns:
            (720, 1280, 3) uint8 BGR in memory of its own.
        """
        canvas = self._room.copy()
        for cutout, place in people:
            _paste(canvas, cutout, place)
        lower = canvas[_COUNTER_Y - 8 :]
        lower *= self._behind_counter
        lower += self._counter
        warm = np.array([1.0 - 0.10 * light.warmth, 1.0, 1.0 + 0.07 * light.warmth], np.float32)
        rows = canvas.reshape(SIZE_WH[1], -1)
        rows *= np.tile(warm * np.float32(light.gain), SIZE_WH[0])
        canvas += self._grain()
        canvas += np.float32(0.5)
        np.clip(canvas, 0.0, 255.0, out=canvas)
        return canvas.astype(np.uint8)

    def _grain(self) -> Picture:
        width, height = SIZE_WH
        tile = self._noise[int(self._rng.integers(_NOISE_TILES))]
        x, y = (int(v) for v in self._rng.integers(0, 65, 2))
        return tile[y : y + height, x : x + width]


def _paste(canvas: Picture, cutout: Cutout, place: Place) -> None:
    image = cutout.image_bgra
    scale = place.face_height_px / cutout.face_height_px
    x, y = cutout.face_centre
    if scale < 0.5:
        # Warping takes single pixels; the ones between would flicker.
        image = np.asarray(cv2.resize(image, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA), np.float32)
        scale, x, y = 2.0 * scale, x / 2.0, y / 2.0
    turn = _similarity((x, y), place.face_xy_px, scale, place.lean_deg)
    left, top, right, bottom = _bounds(turn, image.shape)
    if left >= right or top >= bottom:
        return
    turn[:, 2] -= (left, top)
    # The border repeats the last row, clothes, down to the counter; the other three sides are transparent.
    warped = cv2.warpAffine(
        image, turn, (right - left, bottom - top), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    layer = _blurred(np.asarray(warped, np.float32), place.speed_xy_px)
    target = canvas[top:bottom, left:right]
    through = np.float32(1.0) - cv2.extractChannel(layer, 3) / np.float32(255.0)
    target *= cv2.merge([through, through, through])
    target += cv2.cvtColor(layer, cv2.COLOR_BGRA2BGR)


def _similarity(
    from_xy: tuple[float, float], to_xy: tuple[float, float], scale: float, lean_deg: float
) -> NDArray[np.float64]:
    """Return the (2, 3) matrix that scales and turns about a point and puts that point elsewhere."""
    lean = np.radians(lean_deg)
    linear = scale * np.array([[np.cos(lean), -np.sin(lean)], [np.sin(lean), np.cos(lean)]])
    moved = np.array(to_xy) - linear @ np.array(from_xy)
    return np.column_stack([linear, moved])


def _bounds(turn: NDArray[np.float64], shape: tuple[int, ...]) -> tuple[int, int, int, int]:
    """Return left, top, right, bottom of what a turned cut-out covers of the scene; the bottom is the scene's."""
    height, width = shape[:2]
    corners = np.array([[0, 0, 1], [width, 0, 1], [0, height, 1], [width, height, 1]]) @ turn.T
    left, top = np.maximum(np.floor(corners.min(axis=0)).astype(int) - _SMEAR_PX, 0)
    right = min(int(np.ceil(corners[:, 0].max())) + _SMEAR_PX, SIZE_WH[0])
    return int(left), int(top), right, SIZE_WH[1]


def _blurred(layer: NDArray[np.float32], speed_xy_px: tuple[float, float]) -> NDArray[np.float32]:
    """Smear a layer along its movement while the shutter is open."""
    x, y = (v * _SHUTTER_SHARE for v in speed_xy_px)
    length = float(np.hypot(x, y))
    if length < _LEAST_BLUR_PX:
        return layer
    size = 2 * int(np.ceil(length / 2)) + 3
    kernel = np.zeros((size, size), np.float32)
    middle = size // 2
    # Shift: 4 fractional bits, so that slow movements differ too.
    ends = [(round((middle + sign * x / 2) * 16), round((middle + sign * y / 2) * 16)) for sign in (-1, 1)]
    cv2.line(kernel, ends[0], ends[1], 1.0, 1, cv2.LINE_AA, 4)
    return np.asarray(cv2.filter2D(layer, -1, kernel / max(float(kernel.sum()), 1e-6)), dtype=np.float32)


# --- the room ----------------------------------------------------------------------------------------


def _room() -> Picture:
    """Paint a wall with a door to a corridor, out of focus as for a camera that looks at faces."""
    width, height = SIZE_WH
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    wall = np.array([206, 212, 214], np.float32) * (
        1.02 - 0.22 * (rows / height)[:, :, None] - 0.12 * (np.abs(columns / width - 0.42) ** 1.5)[:, :, None]
    )
    canvas: Picture = wall.astype(np.float32)
    _fill(canvas, (0, 560, width, height), (132, 138, 140))  # floor
    _fill(canvas, (0, 548, width, 562), (176, 182, 184))  # skirting
    _fill(canvas, (470, 60, 820, 600), (150, 158, 160))  # door frame
    _fill(canvas, (490, 80, 800, 600), (120, 116, 104))  # corridor
    corridor = canvas[80:600, 490:800]
    corridor *= np.linspace(1.35, 0.75, 520, dtype=np.float32)[:, None, None]
    cv2.fillPoly(canvas, [np.array([(560, 80), (730, 80), (690, 130), (600, 130)])], (232, 240, 244))  # lamp
    _fill(canvas, (600, 150, 690, 420), (150, 150, 138))  # end of the corridor
    _fill(canvas, (618, 180, 672, 420), (176, 186, 186))
    _fill(canvas, (60, 150, 330, 350), (96, 84, 70))  # picture on the wall
    _fill(canvas, (72, 162, 318, 338), (196, 190, 176))
    cv2.circle(canvas, (150, 240), 46, (120, 170, 200), -1)
    cv2.fillPoly(canvas, [np.array([(72, 338), (200, 230), (318, 338)])], (150, 150, 110))
    _plant(canvas)
    _fill(canvas, (905, 300, 945, 372), (226, 230, 232))  # light switch
    return cv2.GaussianBlur(canvas, (0, 0), 3.2).astype(np.float32)


def _plant(canvas: Picture) -> None:
    cv2.fillPoly(canvas, [np.array([(1085, 470), (1205, 470), (1190, 590), (1100, 590)])], (92, 104, 128))
    for angle in range(-70, 71, 20):
        length = 190 - abs(angle)
        tip = (1145 + int(length * np.sin(np.radians(angle))), 470 - int(length * np.cos(np.radians(angle))))
        centre = ((1145 + tip[0]) // 2, (470 + tip[1]) // 2)
        shade = 1.0 - abs(angle) / 200
        cv2.ellipse(canvas, centre, (length // 2, 15), angle - 90, 0, 360, (70 * shade, 118 * shade, 78 * shade), -1)


def _counter() -> tuple[Picture, Picture]:
    """Return the counter, colours multiplied by alpha, and its alpha, (H, W, 1); both from 8 rows above it."""
    width, height = SIZE_WH
    rows = height - _COUNTER_Y + 8
    wood = np.zeros((rows, width, 3), np.float32)
    grain = np.random.default_rng(3).normal(0.0, 1.0, (rows // 2, 12)).astype(np.float32)
    stripes = cv2.resize(grain, (width, rows), interpolation=cv2.INTER_CUBIC)[:, :, None]
    wood[:] = np.array([98, 128, 160], np.float32) * (1.0 + 0.035 * stripes)
    wood *= np.linspace(1.0, 0.62, rows, dtype=np.float32)[:, None, None]
    wood[8:22] *= 1.22  # the edge catches the light
    wood[22:30] *= 0.72  # and throws a shadow
    alpha = np.ones((rows, width, 1), np.float32)
    alpha[:8] = 0.0
    wood[:8] = wood[8]
    soft = cv2.GaussianBlur(alpha, (0, 0), 1.8)[:, :, None].astype(np.float32)
    return cv2.GaussianBlur(wood, (0, 0), 1.8).astype(np.float32) * soft, soft


def _fill(canvas: Picture, box: tuple[int, int, int, int], colour_bgr: tuple[int, int, int]) -> None:
    left, top, right, bottom = box
    canvas[top:bottom, left:right] = colour_bgr
