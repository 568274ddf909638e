"""Finds pictures that are the same, byte for byte or nearly, by hashes of their pixels.

The near hash is the sign pattern of low frequencies: grey, 64x64, cosine transform, the 16x16 lowest terms without the
mean, each above the median or not: 255 bits (the idea of pHash: Zauner, "Implementation and Benchmarking of Perceptual
Image Hash Functions", 2010, section 3.2.1, with 16x16 terms instead of 8x8, because aligned faces are all alike).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from attendance_training.data.face_source import Crop

NEAR_BITS = 40
"""Most differing bits of two pictures that are called the same. Measured: see docs/training-data.md."""
_SIDE = 64
_TERMS = 16
_FLAT_DEVIATION = 2.0
"""Grey levels. A picture of one colour has no pattern; its signs are rounding errors."""
_ROWS = 2048
"""Of the table of distances, at a time."""


def exact_hash(crop_bgr: Crop) -> bytes:
    """Return a hash of the pixels: the same for files that decode to the same picture."""
    return hashlib.sha256(np.ascontiguousarray(crop_bgr).tobytes()).digest()


def near_hash(crop_bgr: Crop) -> NDArray[np.bool_] | None:
    """Return the sign pattern of a picture, (255,) bool; None for a picture of one colour.

    Args:
        crop_bgr: (H, W, 3) uint8 BGR.
    """
    grey = cv2.cvtColor(crop_bgr, cv2.COLOR_BGR2GRAY).astype(np.float32)
    if grey.std() < _FLAT_DEVIATION:
        return None
    low = cv2.dct(cv2.resize(grey, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA))[:_TERMS, :_TERMS]
    terms = low.reshape(-1)[1:]
    return np.asarray(terms > np.median(terms), dtype=np.bool_)


def near_pairs(hashes: NDArray[np.bool_], *, at_most: int = NEAR_BITS) -> Iterator[tuple[int, int, int]]:
    """Yield (row, later row, differing bits) of all pairs of near hashes that differ in few bits.

    Args:
        hashes: (n, 255) bool.
        at_most: largest number of differing bits.
    """
    # With signs +1 and -1 the product of two rows is bits - 2 * differences: matrix products find all pairs.
    signs = np.where(hashes, np.float32(1), np.float32(-1))
    for start in range(0, len(signs), _ROWS):
        block = signs[start : start + _ROWS]
        differing = (hashes.shape[1] - block @ signs[start:].T) / 2
        for row, column in np.argwhere(differing <= at_most).tolist():
            if row < column:
                yield start + row, start + column, round(float(differing[row, column]))
