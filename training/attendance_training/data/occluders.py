"""Draws what people wear over an aligned face: a mask, glasses, hair.

No augmentation library knows where the eyes are; an aligned crop does: they lie at the five points of
``attendance.core.recognition.alignment.TEMPLATE_112``. Shapes and colours are drawings, not photographs of such things.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
from numpy.typing import NDArray

from attendance.core.recognition.alignment import TEMPLATE_112
from attendance_training.data.face_source import SIDE_PX, Crop

Colour = tuple[int, int, int]

_EYES = (TEMPLATE_112[0], TEMPLATE_112[1])
_NOSE_Y = float(TEMPLATE_112[2, 1])
_MOUTH_Y = float(TEMPLATE_112[3:, 1].mean())
_MIDDLE_X = float(TEMPLATE_112[:2, 0].mean())
_EYE_Y = float(TEMPLATE_112[:2, 1].mean())

_MASKS: Sequence[Colour] = ((214, 190, 150), (240, 240, 240), (40, 40, 40), (180, 160, 205), (110, 90, 60))
"""BGR: surgical blue, white, black, pink, dark blue."""
_FRAMES: Sequence[Colour] = ((25, 25, 25), (45, 60, 95), (150, 150, 155), (60, 120, 170))
"""BGR: black, tortoise, steel, gold."""
_HAIRS: Sequence[Colour] = ((20, 18, 18), (35, 45, 65), (60, 90, 130), (110, 150, 185), (150, 150, 155))
"""BGR: black, brown, chestnut, blond, grey."""


def draw_mask(image: Crop, rng: np.random.Generator) -> Crop:
    """Return a copy with a mask over nose or mouth and chin; nothing above the nose's bridge changes.

    Args:
        image: (112, 112, 3) uint8 BGR aligned face.
        rng: source of randomness.
    """
    # Worn under the nose by some.
    top = rng.uniform(_EYE_Y + 8, _NOSE_Y - 3) if rng.random() < 0.8 else rng.uniform(_NOSE_Y + 4, _NOSE_Y + 8)
    cheek = top + rng.uniform(4, 10)
    half_width = rng.uniform(34, 44)
    half_chin = rng.uniform(16, 24)
    outline = [
        (_MIDDLE_X, top),
        (_MIDDLE_X + half_width, cheek),
        (_MIDDLE_X + half_width * 0.9, _MOUTH_Y + 6),
        (_MIDDLE_X + half_chin, SIDE_PX + 4),
        (_MIDDLE_X - half_chin, SIDE_PX + 4),
        (_MIDDLE_X - half_width * 0.9, _MOUTH_Y + 6),
        (_MIDDLE_X - half_width, cheek),
    ]
    colour = _vary(_MASKS, rng)
    shape = _filled(outline)
    for side in (-1, 1):  # a strap to each ear
        start = (_MIDDLE_X + side * half_width * 0.95, cheek + 1)
        cv2.line(shape, _point(start), _point((_MIDDLE_X + side * 60, cheek - 3)), 255, 1, cv2.LINE_AA)
    pleats = np.ones((SIDE_PX, SIDE_PX), np.float32)
    for y in np.arange(cheek + 6, SIDE_PX, rng.uniform(7, 11)):
        cv2.line(pleats, _point((_MIDDLE_X - half_width, y)), _point((_MIDDLE_X + half_width, y + 1)), 0.85, 1)
    return _paint(image, shape, colour, shade=cv2.GaussianBlur(pleats, (0, 0), 0.8))


def draw_glasses(image: Crop, rng: np.random.Generator) -> Crop:
    """Return a copy with glasses, dark ones in a quarter of the cases; nothing below the nose's tip changes.

    Args:
        image: (112, 112, 3) uint8 BGR aligned face.
        rng: source of randomness.
    """
    half = (int(rng.integers(11, 16)), int(rng.integers(8, 13)))
    is_round = rng.random() < 0.5
    drop = rng.uniform(0, 3)
    lenses, frame = (np.zeros((SIDE_PX, SIDE_PX), np.uint8) for _ in range(2))
    thickness = int(rng.integers(1, 4))
    for x, y in _EYES:
        _lens(lenses, (x, y + drop), half, is_round, -1)
        _lens(frame, (x, y + drop), half, is_round, thickness)
    (left, top), (right, _) = _EYES
    cv2.line(frame, _point((left + half[0], top + drop)), _point((right - half[0], top + drop)), 255, thickness)
    for x, side in ((left, -1), (right, 1)):
        ear = (x + side * 45, top - 3)
        cv2.line(frame, _point((x + side * half[0], top + drop - 2)), _point(ear), 255, thickness, cv2.LINE_AA)
    if rng.random() < 0.25:
        image = _paint(image, lenses, (20, 20, 20), strength=rng.uniform(0.6, 0.95))
    elif rng.random() < 0.4:  # a reflection
        image = _paint(image, lenses, (235, 235, 230), strength=rng.uniform(0.1, 0.35))
    return _paint(image, frame, _vary(_FRAMES, rng))


def draw_hair(image: Crop, rng: np.random.Generator) -> Crop:
    """Return a copy with hair over the forehead or one eye; nothing below the nose's tip changes.

    Args:
        image: (112, 112, 3) uint8 BGR aligned face.
        rng: source of randomness.
    """
    colour = _vary(_HAIRS, rng)
    shape = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
    slope = rng.uniform(-0.35, 0.35)
    end = rng.uniform(20, _EYE_Y - 4)
    for x in np.arange(-4, SIDE_PX + 4, 1.5):
        y = min(end + slope * (x - _MIDDLE_X) + rng.normal(0, 4), _NOSE_Y - 3)
        tip = (x + rng.normal(0, 3), y)
        cv2.line(shape, _point((x, -3)), _point(tip), 255, 2, cv2.LINE_AA)
    streaks = rng.uniform(0.75, 1.25, (1, SIDE_PX)).astype(np.float32).repeat(SIDE_PX, axis=0)
    return _paint(image, shape, colour, shade=cv2.GaussianBlur(streaks, (0, 0), 0.7))


def _lens(
    canvas: NDArray[np.uint8], centre: tuple[float, float], half: tuple[int, int], is_round: bool, t: int
) -> None:
    if is_round:
        cv2.ellipse(canvas, _point(centre), half, 0, 0, 360, 255, t, cv2.LINE_AA)
    else:
        first = _point((centre[0] - half[0], centre[1] - half[1]))
        cv2.rectangle(canvas, first, _point((centre[0] + half[0], centre[1] + half[1])), 255, t)


def _vary(colours: Sequence[Colour], rng: np.random.Generator) -> Colour:
    chosen = np.array(colours[int(rng.integers(len(colours)))])
    blue, green, red = np.clip(chosen * rng.uniform(0.8, 1.15) + rng.integers(-8, 9, 3), 0, 255).astype(int).tolist()
    return blue, green, red


def _filled(outline: Sequence[tuple[float, float]]) -> NDArray[np.uint8]:
    shape = np.zeros((SIDE_PX, SIDE_PX), np.uint8)
    cv2.fillPoly(shape, [np.array(outline).round().astype(np.int32)], 255, cv2.LINE_AA)
    return shape


def _point(xy: tuple[float, float]) -> tuple[int, int]:
    return round(float(xy[0])), round(float(xy[1]))


def _paint(
    image: Crop, shape: NDArray[np.uint8], colour: Colour, *, strength: float = 1.0, shade: object = None
) -> Crop:
    """Return the image with ``colour`` where ``shape`` is 255; ``shade`` multiplies the colour, (112, 112) float32."""
    share = (shape.astype(np.float32) / 255.0 * strength)[:, :, None]
    paint = np.broadcast_to(np.array(colour, np.float32), image.shape)
    if shade is not None:
        paint = paint * np.asarray(shade, np.float32)[:, :, None]
    return np.clip(image * (1.0 - share) + paint * share + 0.5, 0, 255).astype(np.uint8)
