"""Which anchor is asked to find which face: the targets of one scene.

Grid and order of anchors are those of ``attendance.core.recognition.boxes.anchor_centres``, the base sizes those of
SCRFD-500M (Guo et al. 2021, arXiv:2105.04714). An anchor is positive where the face has its size, within
``SIZE_BAND`` octaves, and its point lies near the middle of the face; nearest face first where two compete.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from attendance.core.recognition.boxes import anchor_centres

STRIDES = (8, 16, 32)
BASE_SIZES_PX = ((16, 32), (64, 128), (256, 512))
"""Side of the two anchors of a cell, for each stride."""
ANCHORS_PER_CELL = 2
SIZE_BAND = 0.6
"""Half width in octaves; the bases are one octave apart, so every size has one or two of them."""
_IGNORED_BAND = 1.5
_CENTRE_SHARE = 0.15
_CENTRE_STRIDES = 0.75
"""An anchor's point is near the middle within this share of the face's side, or of the stride if that is more."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class SceneLabels:
    """Faces of one scene, in pixels of the scene.

    Attributes:
        boxes: (N, 4) float32 left, top, right, bottom.
        landmarks: (N, 5, 2) float32.
        ignored: (M, 4) float32 boxes in which an answer is neither right nor wrong.
    """

    boxes: Floats
    landmarks: Floats
    ignored: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Targets:
    """What the anchors of one scene should answer; all strides end to end.

    Attributes:
        face: (K,) int64 index of the face, -1 background, -2 not judged.
    """

    face: NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class AnchorGrid:
    """All anchors of an input size; strides end to end.

    Attributes:
        centres: (K, 2) float32 pixels.
        sizes: (K,) float32 base side in pixels.
        strides: (K,) float32.
    """

    centres: Floats
    sizes: Floats
    strides: Floats


@cache
def anchor_grid(size_wh: tuple[int, int]) -> AnchorGrid:
    """Return the anchors of an input of this width and height (multiples of 32)."""
    centres, sizes, strides = [], [], []
    for stride, bases in zip(STRIDES, BASE_SIZES_PX, strict=True):
        points = anchor_centres(size_wh, stride, ANCHORS_PER_CELL)
        centres.append(points)
        sizes.append(np.tile(np.array(bases, np.float32), len(points) // ANCHORS_PER_CELL))
        strides.append(np.full(len(points), stride, np.float32))
    return AnchorGrid(np.concatenate(centres), np.concatenate(sizes), np.concatenate(strides))


def assign(labels: SceneLabels, size_wh: tuple[int, int]) -> Targets:
    """Return the targets of one scene.

    Args:
        labels: faces and regions that are not judged.
        size_wh: of the scene, multiples of 32.
    """
    grid = anchor_grid(size_wh)
    face = np.full(len(grid.sizes), -1, np.int64)
    for box in labels.ignored:
        inside = ((grid.centres >= box[:2]) & (grid.centres <= box[2:])).all(axis=1)
        face[inside & (_octaves(grid.sizes, _side(box)) <= _IGNORED_BAND)] = -2
    nearest = np.full(len(grid.sizes), np.inf, np.float32)
    for index, box in enumerate(labels.boxes):
        side = _side(box)
        distance = np.abs(grid.centres - (box[:2] + box[2:]) / 2).max(axis=1)
        reach = np.maximum(_CENTRE_SHARE * side, _CENTRE_STRIDES * grid.strides)
        near = distance / side
        won = (distance <= reach) & (_octaves(grid.sizes, side) <= SIZE_BAND) & (near < nearest)
        face[won] = index
        nearest[won] = near[won]
    return Targets(face)


def _side(box: Floats) -> float:
    """Return the geometric mean of width and height, at least a pixel."""
    width, height = np.maximum(box[2:] - box[:2], 1.0)
    return float(np.sqrt(width * height))


def _octaves(sizes: Floats, side: float) -> Floats:
    """Return how far each anchor's size is from a side, which counts as no smaller or larger than any anchor."""
    bounded = min(max(side, BASE_SIZES_PX[0][0]), BASE_SIZES_PX[-1][-1])
    return np.asarray(np.abs(np.log2(sizes / np.float32(bounded))), np.float32)
