"""What a camera does to a whole scene: light, colour, blur, noise, low resolution, JPEG."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Picture = NDArray[np.uint8]
_BLUR_SHARE = 0.035
"""Largest blur as a share of the smallest face's side: a face that cannot be seen must not be asked for."""
_LEAST_FACE_PX = 20.0
"""Side of the smallest face after a loss of resolution."""
_NOISE_SIDE = 1400
_NOISE = np.random.default_rng(20260101).standard_normal((_NOISE_SIDE, _NOISE_SIDE), np.float32)


def degrade(picture: Picture, rng: np.random.Generator, smallest_face_px: float) -> Picture:
    """Return the scene as a camera may give it.

    Args:
        picture: (H, W, 3) uint8 BGR.
        rng: source of randomness.
        smallest_face_px: side of the smallest face to be found; infinite without one.
    """
    out = _tone(picture, rng)
    if rng.random() < 0.15:
        out = _side_light(out, rng)
    if rng.random() < 0.12:
        out = _low_resolution(out, rng, smallest_face_px)
    if rng.random() < 0.18:
        sigma = min(rng.uniform(0.5, 2.5), smallest_face_px * _BLUR_SHARE)
        out = cv2.GaussianBlur(out, (0, 0), max(sigma, 0.3)).astype(np.uint8, copy=False)
    elif rng.random() < 0.1:
        out = _motion(out, rng, smallest_face_px)
    if rng.random() < 0.3:
        out = _grain(out, rng)
    if rng.random() < 0.3:
        out = _jpeg(out, rng)
    return out


def _tone(picture: Picture, rng: np.random.Generator) -> Picture:
    """Gamma, contrast, brightness and colour temperature in one table; sometimes grey."""
    if rng.random() < 0.08:
        picture = cv2.cvtColor(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR).astype(np.uint8)
    ramp = np.linspace(0, 1, 256) ** np.exp(rng.uniform(-0.5, 0.5))
    ramp = (ramp - 0.5) * rng.uniform(0.55, 1.3) + 0.5 + rng.uniform(-0.18, 0.18)
    table = np.clip(ramp[:, None] * rng.uniform(0.88, 1.12, 3) * 255, 0, 255).astype(np.uint8)
    return cv2.LUT(picture, table[None]).astype(np.uint8, copy=False)


def _side_light(picture: Picture, rng: np.random.Generator) -> Picture:
    gain = rng.uniform(0.45, 1.5, (2, 2)).astype(np.float32)
    field = cv2.resize(gain, (picture.shape[1], picture.shape[0]), interpolation=cv2.INTER_LINEAR)
    lit: Picture = np.clip(picture * field[..., None], 0, 255).astype(np.uint8)
    return lit


def _low_resolution(picture: Picture, rng: np.random.Generator, smallest_face_px: float) -> Picture:
    share = min(1.0, max(rng.uniform(0.25, 0.8), _LEAST_FACE_PX / smallest_face_px))
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (max(8, int(width * share)), max(8, int(height * share))), interpolation=cv2.INTER_AREA)
    return cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def _motion(picture: Picture, rng: np.random.Generator, smallest_face_px: float) -> Picture:
    length = int(min(float(rng.integers(3, 12)), max(2.0, 3.5 * smallest_face_px * _BLUR_SHARE)))
    kernel = np.zeros((length, length), np.float32)
    kernel[length // 2] = 1.0
    middle = ((length - 1) / 2, (length - 1) / 2)
    turn = cv2.getRotationMatrix2D(middle, rng.uniform(0, 180), 1.0)
    kernel = cv2.warpAffine(kernel, turn, (length, length)).astype(np.float32)
    return cv2.filter2D(picture, -1, kernel / max(float(kernel.sum()), 1e-6)).astype(np.uint8, copy=False)


def _grain(picture: Picture, rng: np.random.Generator) -> Picture:
    height, width = picture.shape[:2]
    channels = []
    sigma = rng.uniform(2, 16)
    shared = rng.random() < 0.5
    y, x = rng.integers(0, _NOISE_SIDE - height), rng.integers(0, _NOISE_SIDE - width)
    for channel in cv2.split(picture):
        channels.append(cv2.addWeighted(channel, 1.0, _NOISE[y : y + height, x : x + width], sigma, 0, dtype=cv2.CV_8U))
        if not shared:
            y, x = rng.integers(0, _NOISE_SIDE - height), rng.integers(0, _NOISE_SIDE - width)
    return cv2.merge(channels).astype(np.uint8, copy=False)


def _jpeg(picture: Picture, rng: np.random.Generator) -> Picture:
    _, data = cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, int(rng.integers(25, 95))])
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR)
    if decoded is None:
        raise AssertionError("OpenCV could not read its own JPEG")
    return decoded.astype(np.uint8, copy=False)
