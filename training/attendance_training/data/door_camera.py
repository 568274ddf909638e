"""Random degradations of aligned crops that model a door camera; the teacher sees the clean crop.

Ranges: rotation, scale, shift, contrast, brightness, grey, low resolution and occlusion are those of the first
recognizer's recipe; blur, noise, JPEG and colour temperature were added after it.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

SIDE_PX = 112
_CENTRE = ((SIDE_PX - 1) / 2, (SIDE_PX - 1) / 2)

Crop = NDArray[np.uint8]


def degrade(crop_bgr: Crop, rng: np.random.Generator) -> Crop:
    """Return a degraded copy of one crop.

    Args:
        crop_bgr: (112, 112, 3) uint8 BGR.
        rng: source of randomness.

    Returns:
        (112, 112, 3) uint8 BGR.
    """
    return spoil(_jitter_pose(crop_bgr, rng), rng)


def spoil(image: Crop, rng: np.random.Generator) -> Crop:
    """Return a copy with worse light, sharpness or cover, every part of the face in its old place.

    Args:
        image: (112, 112, 3) uint8 BGR.
        rng: source of randomness.

    Returns:
        (112, 112, 3) uint8 BGR.
    """
    if rng.random() < 0.18:
        image = lower_resolution(image, rng)
    if rng.random() < 0.12:
        image = _blur(image, rng)
    image = _light(image, rng)
    if rng.random() < 0.25:
        image = jpeg(image, rng)
    if rng.random() < 0.12:
        image = cover(image, rng)
    return image


def _jitter_pose(image: Crop, rng: np.random.Generator) -> Crop:
    turn = cv2.getRotationMatrix2D(_CENTRE, rng.uniform(-5, 5), rng.uniform(0.93, 1.07))
    matrix = np.array(turn, dtype=np.float64)
    matrix[:, 2] += rng.uniform(-0.04, 0.04, 2) * SIDE_PX
    warped = cv2.warpAffine(image, matrix, (SIDE_PX, SIDE_PX), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT)
    return warped.astype(np.uint8, copy=False)


def lower_resolution(image: Crop, rng: np.random.Generator) -> Crop:
    """Return the crop of a face that was 24 to 80 pixels wide, enlarged again."""
    side = int(rng.integers(24, 81))
    small = cv2.resize(image, (side, side), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def _blur(image: Crop, rng: np.random.Generator) -> Crop:
    if rng.random() < 0.5:
        return cv2.GaussianBlur(image, (0, 0), rng.uniform(0.6, 2.2)).astype(np.uint8, copy=False)
    length = int(rng.integers(3, 10))
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1.0 / length
    turn = cv2.getRotationMatrix2D(((length - 1) / 2, (length - 1) / 2), rng.uniform(0, 180), 1.0)
    kernel = cv2.warpAffine(kernel, turn, (length, length)).astype(np.float32)
    return cv2.filter2D(image, -1, kernel / max(float(kernel.sum()), 1e-6)).astype(np.uint8, copy=False)


def _light(image: Crop, rng: np.random.Generator) -> Crop:
    if rng.random() < 0.15:
        image = np.repeat(cv2.cvtColor(image, cv2.COLOR_BGR2GRAY)[:, :, None], 3, axis=2).astype(np.uint8, copy=False)
    values = image.astype(np.float32)
    contrast, brightness = rng.uniform(0.6, 1.4), rng.uniform(-0.25, 0.25) * 127.5
    gains = tint(rng)
    values = ((values - 127.5) * contrast + 127.5 + brightness) * gains
    if rng.random() < 0.25:
        values *= side_lamp(rng)
    if rng.random() < 0.3:
        values += sensor_noise(rng)
    return np.clip(values, 0, 255).astype(np.uint8)


def tint(rng: np.random.Generator) -> NDArray[np.float32]:
    """Return (3,) float32 factors of the colours, 0.92 to 1.08: light of another colour."""
    gains: NDArray[np.float32] = 1.0 + rng.uniform(-0.08, 0.08, 3).astype(np.float32)
    return gains


def side_lamp(rng: np.random.Generator) -> NDArray[np.float32]:
    """Return (112, 112, 1) float32 factors: a lamp or window at one side."""
    angle = rng.uniform(0, 2 * np.pi)
    ramp = np.linspace(-1, 1, SIDE_PX, dtype=np.float32)
    slope = np.cos(angle) * ramp[None, :] + np.sin(angle) * ramp[:, None]
    factors: NDArray[np.float32] = (1.0 + rng.uniform(0.1, 0.45) * slope)[:, :, None]
    return factors


def sensor_noise(rng: np.random.Generator) -> NDArray[np.float32]:
    """Return (112, 112, 3) float32 of normal noise, its deviation 2 to 14 grey levels."""
    noise = rng.standard_normal((SIDE_PX, SIDE_PX, 3), dtype=np.float32)
    return noise * np.float32(rng.uniform(2, 14))


def jpeg(image: Crop, rng: np.random.Generator) -> Crop:
    """Return the picture after JPEG of quality 25 to 89."""
    _, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 90))])
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR)
    if decoded is None:
        raise AssertionError("OpenCV could not read its own JPEG")
    return decoded.astype(np.uint8, copy=False)


def cover(image: Crop, rng: np.random.Generator) -> Crop:
    """Return a copy with a square of 15 to 45 pixels painted over, wherever it falls."""
    side = int(rng.integers(15, 46))
    left, top = rng.integers(0, SIDE_PX - side, 2)
    out = image.copy()
    out[top : top + side, left : left + side] = rng.integers(0, 256, 3) if rng.random() < 0.5 else 0
    return out


def blend(first_bgr: Crop, second_bgr: Crop, rng: np.random.Generator) -> Crop:
    """Return a face between two faces; both are aligned, so eyes meet eyes. The teacher must label it.

    Args:
        first_bgr: (112, 112, 3) uint8 BGR.
        second_bgr: likewise.
        rng: source of randomness.
    """
    share = rng.uniform(0.3, 0.7)
    return cv2.addWeighted(first_bgr, share, second_bgr, 1.0 - share, 0.0).astype(np.uint8, copy=False)
