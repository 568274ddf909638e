"""People cut out of photographs: outline, clothes below the edge of the picture, soft alpha."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from attendance.core.types import ImageBgr

Points = tuple[tuple[int, int], ...]
Bgr = tuple[int, int, int]

_SCALE = 2
"""Cut-outs are kept at twice the size of the photograph: shown near, they are about that large."""
_EDGE_PX = 1.2
"""Standard deviation of the soft edge in pixels of the photograph: that of the photographs' own edges."""
_HEM_PX = 36
"""Height over which the photograph fades into the drawn clothes, in pixels of the photograph."""
_BELOW_HEM_PX = 12
"""Rows of nothing but clothes at the bottom of a cut-out, in pixels of the photograph; a scene repeats the last one."""


@dataclass(frozen=True, slots=True)
class Outline:
    """Where a person is in a photograph; all in its pixels.

    Attributes:
        contour: (x, y) around what is visible of the person.
        body: (x, y) around clothes to draw behind and below it; reaches below ``hem_y``.
        cloth_bgr: colour of these.
        face_xyxy_px: box of the face.
        hem_y: the photograph fades out above this row; below it stand other things.
    """

    contour: Points
    body: Points
    cloth_bgr: Bgr
    face_xyxy_px: tuple[int, int, int, int]
    hem_y: int


@dataclass(frozen=True, slots=True, eq=False)
class Cutout:
    """A person without surroundings.

    Attributes:
        image_bgra: (H, W, 4) float32, 0..255, colours already multiplied by alpha / 255: it can be scaled and turned
            without dark seams. The last row may be repeated downwards without end: it shows clothes only.
        face_centre: x, y in it.
        face_height_px: height of the face in it.
    """

    image_bgra: NDArray[np.float32]
    face_centre: tuple[float, float]
    face_height_px: float


def cut_out(photo_bgr: ImageBgr, outline: Outline) -> Cutout:
    """Cut one person out of a photograph.

    Args:
        photo_bgr: (H, W, 3) uint8 BGR.
        outline: see Outline.
    """
    left, top, right, bottom = outline.face_xyxy_px
    points = np.array(outline.contour + outline.body)
    x0, y0 = points.min(axis=0) - 8
    x1 = points[:, 0].max() + 8
    y1 = outline.hem_y + _BELOW_HEM_PX
    size_wh = (int(x1 - x0), int(y1 - y0))
    placed = cv2.warpAffine(
        photo_bgr, np.array([[1, 0, -x0], [0, 1, -y0]], np.float32), size_wh, borderMode=cv2.BORDER_REPLICATE
    )
    large = cv2.resize(placed, None, fx=_SCALE, fy=_SCALE, interpolation=cv2.INTER_CUBIC).astype(np.float32)
    photo_alpha = _filled(outline.contour, (x0, y0), large.shape[:2])
    rows = np.arange(large.shape[0], dtype=np.float32) / _SCALE + y0
    photo_alpha *= np.clip((outline.hem_y - rows) / _HEM_PX, 0.0, 1.0)[:, None]
    body_alpha = _filled(outline.body, (x0, y0), large.shape[:2])
    clothes = _cloth(body_alpha, outline.cloth_bgr)
    share = photo_alpha[:, :, None]
    colours = large * share + clothes * body_alpha[:, :, None] * (1.0 - share)
    alpha = photo_alpha + body_alpha * (1.0 - photo_alpha)
    return Cutout(
        np.dstack([colours, alpha * 255.0]).astype(np.float32),
        face_centre=(((left + right) / 2 - float(x0)) * _SCALE, ((top + bottom) / 2 - float(y0)) * _SCALE),
        face_height_px=float((bottom - top) * _SCALE),
    )


def _filled(points: Points, origin: tuple[int, int], shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Return the soft mask of a polygon, (H, W) float32, 0..1."""
    mask = np.zeros(shape, np.uint8)
    polygon = ((np.array(points) - origin) * _SCALE).astype(np.int32)
    cv2.fillPoly(mask, [polygon], 255, lineType=cv2.LINE_AA)
    soft = cv2.GaussianBlur(mask, (0, 0), _EDGE_PX * _SCALE)
    return soft.astype(np.float32) / np.float32(255.0)


def _cloth(body_alpha: NDArray[np.float32], colour_bgr: Bgr) -> NDArray[np.float32]:
    """Return shaded cloth, (H, W, 3) float32: darker towards the sides of the body, with soft upright folds."""
    height, width = body_alpha.shape
    # A wide blur is the same on a small picture, and a hundred times as fast.
    small = cv2.resize(body_alpha, (width // 8, height // 8), interpolation=cv2.INTER_AREA)
    depth = cv2.resize(cv2.GaussianBlur(small, (0, 0), width / 96), (width, height), interpolation=cv2.INTER_LINEAR)
    folds = np.random.default_rng(7).normal(0.0, 1.0, (8, 24)).astype(np.float32)
    wide = cv2.resize(folds, (width, height), interpolation=cv2.INTER_CUBIC)
    light = np.clip(0.35 + 0.65 * depth, 0.0, 1.0) * (1.0 + 0.06 * wide)
    shaded: NDArray[np.float32] = light[:, :, None] * np.array(colour_bgr, np.float32)
    return shaded
