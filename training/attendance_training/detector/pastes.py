"""One face on its way into a scene: turned, scaled, cut out softly."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from attendance_training.detector.labels import Faces, Picture
from attendance_training.detector.pictures import FACE_SCORE, LabelledPicture

MAX_TURN_DEG = 30.0
_WHOLE_PHOTO = 0.35
"""Share of photographs that are pasted whole, with the surroundings they were taken in."""


@dataclass(frozen=True, slots=True, eq=False)
class Paste:
    """A piece of picture for one place of a scene.

    Attributes:
        picture: (h, w, 3) uint8.
        alpha: (h, w) float32, 0..1.
        corner: x, y of its top left corner in the scene.
        faces: in pixels of the scene, also those that the mask cuts off.
        main: index of the face it was cut out for.
    """

    picture: Picture
    alpha: NDArray[np.float32]
    corner: tuple[int, int]
    faces: Faces
    main: int

    def seen(self, box: NDArray[np.float32]) -> float:
        """Return the mean of the mask over a box of the scene, 0..1."""
        left, top, right, bottom = (round(float(v)) for v in box)
        x, y = self.corner
        part = self.alpha[max(0, top - y) : max(0, bottom - y), max(0, left - x) : max(0, right - x)]
        return float(part.sum()) / max(1, (right - left) * (bottom - top))


def turn_faces(faces: Faces, matrix: NDArray[np.float64]) -> Faces:
    """Return the faces after a similarity transform.

    A face fills about the ellipse in its box; the new box is the one around the turned ellipse, which for a turned
    face is nearer to a detector's answer than the box around the turned corners.

    Args:
        faces: in pixels of the source.
        matrix: (2, 3) similarity from the source to the target.
    """
    linear, shift = matrix[:, :2], matrix[:, 2]
    middles = (faces.boxes[:, :2] + faces.boxes[:, 2:]) / 2 @ linear.T + shift
    halves = (faces.boxes[:, 2:] - faces.boxes[:, :2]) / 2
    reach = np.sqrt(np.square(halves) @ np.square(linear).T)
    boxes = np.concatenate([middles - reach, middles + reach], axis=1).astype(np.float32)
    return Faces(boxes, (faces.landmarks @ linear.T + shift).astype(np.float32), faces.scores)


def draw_paste(
    rng: np.random.Generator,
    source: LabelledPicture,
    side: float,
    centre: tuple[float, float],
    size_wh: tuple[int, int],
) -> Paste | None:
    """Turn, mirror and cut one face; None when nothing of it lies in the scene.

    Args:
        rng: source of randomness.
        source: its best face, or in a third of the cases another certain one, becomes the main face.
        side: of the main face in the scene, root of width times height, pixels.
        centre: of the main face in the scene.
        size_wh: of the scene.
    """
    picture, faces = source.picture_bgr, source.faces
    certain = np.flatnonzero(faces.scores >= FACE_SCORE)
    main = int(certain[0] if rng.random() < 0.67 else rng.choice(certain))
    if rng.random() < 0.5:
        picture, faces = np.ascontiguousarray(picture[:, ::-1]), faces.mirrored(picture.shape[1])
    box = faces.boxes[main]
    wide, tall = (float(v) for v in box[2:] - box[:2])
    scale = side / max(1.0, np.sqrt(wide * tall))
    angle = rng.uniform(-MAX_TURN_DEG, MAX_TURN_DEG) if rng.random() < 0.5 else rng.normal(0, 5)
    middle = ((box[:2] + box[2:]) / 2).astype(float)
    matrix = _similarity(scale, angle, middle, centre)
    is_whole = not source.is_crop and rng.random() < _WHOLE_PHOTO
    corners = np.array([[0, 0], [1, 0], [1, 1], [0, 1]]) * picture.shape[1::-1]
    outline = corners @ matrix[:, :2].T + matrix[:, 2]
    margin = rng.uniform(1.05, 1.3) if source.is_crop else rng.uniform(1.3, 2.3)
    reach = np.array([wide, tall]) * scale / 2 * margin
    if is_whole:
        low, high = outline.min(axis=0), outline.max(axis=0)
    else:
        low, high = np.array(centre) - reach.max(), np.array(centre) + reach.max()
    x0, y0 = np.maximum(0, np.floor(low)).astype(int)
    x1, y1 = np.minimum(size_wh, np.ceil(high)).astype(int)
    if x1 - x0 < 4 or y1 - y0 < 4:
        return None
    alpha = np.zeros((y1 - y0, x1 - x0), np.float32)
    cv2.fillConvexPoly(alpha, np.round((outline - (x0, y0)) * 16).astype(np.int32), 1.0, cv2.LINE_AA, 4)
    feather = rng.uniform(0.0, 0.06) * side if is_whole else rng.uniform(0.05, 0.3) * side
    if not is_whole:
        oval = np.zeros_like(alpha)
        at = (round(centre[0] - x0), round(centre[1] - y0))
        inner = np.maximum(1, reach - feather / 2).astype(int)
        cv2.ellipse(oval, at, (int(inner[0]), int(inner[1])), angle, 0, 360, 1.0, -1, cv2.LINE_AA)
        alpha = np.minimum(alpha, oval)
    width = 2 * int(feather / 2) + 1
    if width > 1:
        alpha = np.asarray(cv2.blur(alpha, (width, width), borderType=cv2.BORDER_REPLICATE), np.float32)
    piece = _warp(picture, matrix, scale, (x0, y0), (x1 - x0, y1 - y0), is_crop=source.is_crop)
    if rng.random() < 0.4:
        gains = rng.uniform(0.75, 1.2) * rng.uniform(0.93, 1.07, 3)
        table = np.clip(np.arange(256)[:, None] * gains, 0, 255).astype(np.uint8)
        piece = cv2.LUT(piece, table[None]).astype(np.uint8, copy=False)
    return Paste(piece, np.clip(alpha, 0.0, 1.0), (int(x0), int(y0)), turn_faces(faces, matrix), main)


def _similarity(
    scale: float, angle_deg: float, middle: NDArray[np.float64], centre: tuple[float, float]
) -> NDArray[np.float64]:
    """Return the matrix that turns clockwise on the screen and moves ``middle`` to ``centre``."""
    cosine, sine = scale * np.cos(np.radians(angle_deg)), scale * np.sin(np.radians(angle_deg))
    linear = np.array([[cosine, -sine], [sine, cosine]])
    return np.column_stack([linear, np.array(centre) - linear @ middle])


def _warp(
    picture: Picture,
    matrix: NDArray[np.float64],
    scale: float,
    corner: tuple[int, int],
    size_wh: tuple[int, int],
    *,
    is_crop: bool,
) -> Picture:
    """Return the part of the scene from ``corner`` on; shrinks by area first, since a warp reads single pixels."""
    moved = matrix.copy()
    moved[:, 2] -= corner
    if scale < 0.6:
        share = max(scale * 1.2, 0.05)
        small = cv2.resize(picture, None, fx=share, fy=share, interpolation=cv2.INTER_AREA)
        # Pixel centres: (x + 0.5) * share - 0.5.
        real = np.array([small.shape[1] / picture.shape[1], small.shape[0] / picture.shape[0]])
        moved[:, 2] += moved[:, :2] @ (0.5 / real - 0.5)
        moved[:, :2] /= real
        picture = small.astype(np.uint8, copy=False)
    border = cv2.BORDER_REFLECT_101 if is_crop else cv2.BORDER_REPLICATE
    size = (int(size_wh[0]), int(size_wh[1]))
    return cv2.warpAffine(picture, moved, size, flags=cv2.INTER_LINEAR, borderMode=border).astype(np.uint8, copy=False)
