"""Arithmetic on boxes: overlap, suppression of doubles, and decoding of anchor-free detector outputs.

Boxes are left, top, right, bottom in pixels with exclusive right and bottom edges, so a width is
``right - left``; there is no "+ 1 pixel" anywhere.
"""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from attendance.core.types import FloatArray

Floats = NDArray[np.floating[Any]]


def _areas(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Areas of (N, 4) boxes; a box turned inside out has none."""
    sides: NDArray[np.float64] = np.maximum(boxes[:, 2:] - boxes[:, :2], 0.0)
    return sides[:, 0] * sides[:, 1]


def _intersections(a: NDArray[np.float64], b: NDArray[np.float64]) -> NDArray[np.float64]:
    """(N, M) areas shared by each pair."""
    low = np.maximum(a[:, None, :2], b[None, :, :2])
    high = np.minimum(a[:, None, 2:], b[None, :, 2:])
    sides: NDArray[np.float64] = np.maximum(high - low, 0.0)
    return sides[..., 0] * sides[..., 1]


def _ratio(part: NDArray[np.float64], whole: NDArray[np.float64]) -> NDArray[np.float64]:
    """Divide, giving 0 where the whole is 0."""
    return np.divide(part, whole, out=np.zeros_like(part), where=whole > 0)


def iou(a: Floats, b: Floats) -> NDArray[np.float64]:
    """Return intersection over union of every pair.

    Args:
        a: (N, 4) boxes.
        b: (M, 4) boxes.

    Returns:
        (N, M) float64, 0..1; 0 where both boxes are empty.
    """
    first, second = np.asarray(a, np.float64).reshape(-1, 4), np.asarray(b, np.float64).reshape(-1, 4)
    shared = _intersections(first, second)
    return _ratio(shared, _areas(first)[:, None] + _areas(second)[None, :] - shared)


def nms(
    boxes: Floats, scores: Floats, iou_threshold: float, *, mode: Literal["union", "min"] = "union"
) -> NDArray[np.intp]:
    """Keep the best box of every heap of overlapping boxes (greedy non-maximum suppression).

    Args:
        boxes: (N, 4).
        scores: (N,), higher is better.
        iou_threshold: a box goes when it overlaps a kept one by more than this, 0..1.
        mode: "union" divides the overlap by the union; "min" by the smaller box, which also removes a small
            box inside a large one (last stage of MTCNN, Zhang et al. 2016).

    Returns:
        (K,) indices of the kept boxes, best score first; equal scores in the order given.

    Raises:
        ValueError: as many scores as boxes are needed, or ``mode`` is unknown.
    """
    if mode not in ("union", "min"):
        raise ValueError(f"mode must be 'union' or 'min', not {mode!r}")
    box = np.asarray(boxes, np.float64).reshape(-1, 4)
    score = np.asarray(scores, np.float64)
    if score.shape != (len(box),):
        raise ValueError(f"{len(box)} boxes need as many scores, got shape {score.shape}")
    area = _areas(box)
    waiting = np.argsort(-score, kind="stable")
    kept: list[int] = []
    while waiting.size:
        best, waiting = int(waiting[0]), waiting[1:]
        kept.append(best)
        shared = _intersections(box[best : best + 1], box[waiting])[0]
        smaller, both = np.minimum(area[best], area[waiting]), area[best] + area[waiting] - shared
        whole = both if mode == "union" else smaller
        waiting = waiting[_ratio(shared, whole) <= iou_threshold]
    return np.array(kept, dtype=np.intp)


def clip(boxes: Floats, size_wh: tuple[float, float]) -> FloatArray:
    """Cut boxes at the edges of the picture.

    Args:
        boxes: (N, 4).
        size_wh: width and height of the picture in pixels.

    Returns:
        (N, 4) float32; a box that lies outside comes back with no area.
    """
    limit = np.array([size_wh[0], size_wh[1], size_wh[0], size_wh[1]], dtype=np.float32)
    clipped: FloatArray = np.clip(np.asarray(boxes, np.float32).reshape(-1, 4), np.float32(0.0), limit)
    return clipped


def anchor_centres(size_wh: tuple[int, int], stride: int, anchors_per_cell: int) -> FloatArray:
    """Return the points that an anchor-free detector measures its distances from.

    Source: the grid of SCRFD (Guo et al. 2021, arXiv:2105.04714; insightface model_zoo/scrfd.py): cell
    (column, row) has its point at (column * stride, row * stride), rows outermost, every point repeated for
    the anchors of its cell.

    Args:
        size_wh: width and height of the network's input in pixels.
        stride: pixels of input per cell.
        anchors_per_cell: how many predictions a cell makes.

    Returns:
        (K, 2) float32 x, y with K = (width // stride) * (height // stride) * anchors_per_cell.
    """
    columns, rows = size_wh[0] // stride, size_wh[1] // stride
    y, x = np.mgrid[:rows, :columns]
    points = np.stack([x, y], axis=-1).reshape(-1, 2).astype(np.float32) * np.float32(stride)
    return np.repeat(points, anchors_per_cell, axis=0)


def distance_to_box(centres: FloatArray, distances: FloatArray) -> FloatArray:
    """Turn distances from a point to the four edges into boxes.

    Args:
        centres: (K, 2) x, y in pixels.
        distances: (K, 4) to the left, top, right and bottom edge, in pixels (network output times stride).

    Returns:
        (K, 4) float32 boxes.
    """
    corners = np.concatenate([centres - distances[:, :2], centres + distances[:, 2:4]], axis=1)
    return corners.astype(np.float32, copy=False)


def distance_to_landmarks(centres: FloatArray, distances: FloatArray) -> FloatArray:
    """Turn offsets from a point into five landmarks.

    Args:
        centres: (K, 2) x, y in pixels.
        distances: (K, 10) x, y offsets of the five landmarks in turn, in pixels.

    Returns:
        (K, 5, 2) float32 landmarks.
    """
    points = centres[:, None, :] + distances.reshape(-1, 5, 2)
    return points.astype(np.float32, copy=False)
