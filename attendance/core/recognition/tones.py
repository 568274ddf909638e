"""Shades of grey: what tells a photograph from a picture of two tones, dithered or not.

A one-bit portrait looks like the person from afar, but a recognizer sees its dots: the median cosine to the photograph
that it was made of was 0.22 to 0.39; more once resampled (docs/results/detection.md).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from attendance.core.types import ImageBgr

# Variance of the 4-neighbour Laplacian of white noise, in variances of the noise: 1 + 1 + 1 + 1 + 4 * 4.
_WHITE_NOISE = 20.0
# bincount makes eight bytes of each pixel: of a face in a picture of 50 megapixels 400 MB.
_ROWS_AT_ONCE = 128


def tone_split(pixels_bgr: ImageBgr) -> float:
    """Return how much of the variance of the levels lies between two groups of them.

    That is the greatest ratio of Otsu's criterion (IEEE Transactions on Systems, Man, and Cybernetics 9(1), 1979): 1
    when every pixel has one of two levels, 0.75 when all levels are equally frequent, 0.64 for a normal distribution.
    JPEG spreads the two levels but keeps them apart.

    Args:
        pixels_bgr: (H, W, 3) uint8 BGR, not resampled, because that mixes two levels to many.

    Returns:
        0..1, of the colour with the least; 0 without pixels, and for a colour of one level.
    """
    return min(_otsu_ratio(_levels(pixels_bgr[..., channel])) for channel in range(3))


def grain(sharpness: float, variance: float) -> float:
    """Return how much of a picture changes from pixel to pixel: near 0 for a photograph, 1 for white noise.

    Unlike the split it shows dots that were resampled to shades of grey.

    Args:
        sharpness: variance of the Laplacian, as in ``FaceQuality``.
        variance: of the same grey levels.

    Returns:
        0 for an even picture.
    """
    return sharpness / (_WHITE_NOISE * variance) if variance > 0 else 0.0


def _levels(pixels: NDArray[np.uint8]) -> NDArray[np.int64]:
    """Return how many of the (H, W) pixels have each of the 256 levels."""
    counts = np.zeros(256, np.int64)
    for row in range(0, len(pixels), _ROWS_AT_ONCE):
        counts += np.bincount(pixels[row : row + _ROWS_AT_ONCE].ravel(), minlength=256)
    return counts


def _otsu_ratio(counts: np.ndarray) -> float:
    """Return the share of the variance between the best two groups of a histogram of 256 levels."""
    total = float(counts.sum())
    if total == 0:
        return 0.0
    levels = np.arange(256.0)
    below = np.cumsum(counts)[:-1] / total
    mean_below = np.cumsum(counts * levels)[:-1] / total
    mean = float(counts @ levels) / total
    variance = float(counts @ (levels - mean) ** 2) / total
    parted = (below > 0) & (below < 1)
    if not parted.any():
        return 0.0
    between = (mean * below - mean_below)[parted] ** 2 / (below * (1 - below))[parted]
    return min(float(between.max()) / variance, 1.0)
