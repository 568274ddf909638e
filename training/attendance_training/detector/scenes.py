"""Composes scenes: faces of labelled pictures, pasted softly onto backgrounds, with their labels."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import cv2
import numpy as np
from numpy.typing import NDArray

from attendance_training.detector import backgrounds
from attendance_training.detector.anchors import SceneLabels
from attendance_training.detector.labels import Picture
from attendance_training.detector.pastes import Paste, draw_paste
from attendance_training.detector.pictures import FACE_SCORE, LabelledPicture, PictureSet
from attendance_training.detector.weather import degrade

LEAST_FACE_PX = 16.0
"""Smaller faces are not judged."""
_VISIBLE = 0.8
"""Share of a face's box that must be seen for the face to be asked for; with less it is not judged."""
_GONE = 0.15
_DOUBTFUL = 0.2
"""What the reference detector gave a lower score is background: a lamp, a rose, a knot."""
_TRIES = 6


@dataclass(frozen=True, slots=True)
class SceneStyle:
    """How scenes are made.

    Attributes:
        empty: share of scenes without a face.
        smallest_px: side of the smallest face (root of width times height).
        largest_share: side of the largest face as a share of the scene's shorter side.
        occluded: share of faces with something in front.
        crops: share of the faces that come from aligned crops.
        single: share of scenes with one large face only.
        most_faces: in the other scenes.
        covered: share of such a scene that faces cover at most.
        is_clear: the camera spoils nothing.
    """

    empty: float = 0.15
    smallest_px: float = 17.0
    largest_share: float = 0.8
    occluded: float = 0.12
    crops: float = 0.25
    single: float = 0.3
    most_faces: int = 6
    covered: float = 0.3
    is_clear: bool = False


HARD = SceneStyle()
"""As in training: things in front, faces cut out of their surroundings, spoilt by the camera."""
CLEAR = SceneStyle(occluded=0.0, crops=0.0, is_clear=True)
"""Faces of photographs only, whole and unspoilt; turned by up to 30 degrees as well."""


@dataclass(slots=True)
class _Scene:
    picture: Picture
    boxes: list[NDArray[np.float32]] = field(default_factory=list)
    landmarks: list[NDArray[np.float32]] = field(default_factory=list)
    ignored: list[NDArray[np.float32]] = field(default_factory=list)


class SceneMaker:
    """Makes scenes from a set of pictures; the same random state gives the same scene.

    Args:
        pictures: at least one photograph.
        style: see there.
    """

    def __init__(self, pictures: PictureSet, style: SceneStyle) -> None:
        self._pictures = pictures
        self._style = style

    def make(self, rng: np.random.Generator, size_wh: tuple[int, int]) -> tuple[Picture, SceneLabels]:
        """Return a (H, W, 3) uint8 BGR scene of that width and height, and its labels."""
        scene = _Scene(self.background(rng, size_wh))
        if rng.random() < 0.3:
            self._distract(rng, scene)
        if rng.random() >= self._style.empty:
            for side in self._sides(rng, min(size_wh)):
                self._add(rng, scene, side)
            self._occlude(rng, scene)
        return self._finished(rng, scene)

    def _finished(self, rng: np.random.Generator, scene: _Scene) -> tuple[Picture, SceneLabels]:
        sides = [float(np.sqrt(np.prod(box[2:] - box[:2]))) for box in scene.boxes]
        picture = scene.picture if self._style.is_clear else degrade(scene.picture, rng, min(sides, default=np.inf))
        return picture, SceneLabels(
            np.array(scene.boxes, np.float32).reshape(-1, 4),
            np.array(scene.landmarks, np.float32).reshape(-1, 5, 2),
            np.array(scene.ignored, np.float32).reshape(-1, 4),
        )

    def portrait(
        self, rng: np.random.Generator, size_wh: tuple[int, int], height_share: float
    ) -> tuple[Picture, SceneLabels]:
        """Return a scene with one whole face whose box is about as high as that share of the scene."""
        scene = _Scene(self.background(rng, size_wh))
        source = self._photo(rng)
        left, top, right, bottom = source.faces.boxes[0]
        side = height_share * size_wh[1] * float(np.sqrt((right - left) / (bottom - top)))
        room = (1 - height_share) / 2 * size_wh[1]
        middle = np.array(size_wh) / 2 + rng.uniform(-0.8, 0.8, 2) * (size_wh[0] / 5, room)
        self._paste(rng, scene, source, side, (float(middle[0]), float(middle[1])))
        return self._finished(rng, scene)

    def background(self, rng: np.random.Generator, size_wh: tuple[int, int]) -> Picture:
        """Return a picture without a face."""
        if rng.random() < 0.55:
            return self.photo_background(rng, size_wh)
        return backgrounds.procedural(rng, size_wh)

    def photo_background(self, rng: np.random.Generator, size_wh: tuple[int, int]) -> Picture:
        """Return one blurred strip of a photograph, or several sharper ones side by side."""
        across, down = (1, 1) if rng.random() < 0.3 else (int(rng.integers(1, 4)), int(rng.integers(1, 4)))
        picture = np.empty((size_wh[1], size_wh[0], 3), np.uint8)
        columns, rows = (
            np.linspace(0, length, n + 1).astype(int) for length, n in zip(size_wh, (across, down), strict=True)
        )
        for left, right in pairwise(columns):
            for top, bottom in pairwise(rows):
                size = (int(right - left), int(bottom - top))
                strip = backgrounds.strip_of_photo(rng, self._photo(rng), size)
                picture[top:bottom, left:right] = backgrounds.procedural(rng, size) if strip is None else strip
        return picture

    def _photo(self, rng: np.random.Generator) -> LabelledPicture:
        return self._pictures.photos[int(rng.integers(len(self._pictures.photos)))]

    def _sides(self, rng: np.random.Generator, shorter_px: int) -> list[float]:
        """Return the sides of the faces to paste, largest first; the scene is never more than about half covered."""
        low, high = self._style.smallest_px, self._style.largest_share * shorter_px
        if rng.random() < self._style.single:  # one person before the camera
            return [float(rng.uniform(0.25 * shorter_px, high))]
        wanted, left = int(rng.integers(1, self._style.most_faces + 1)), self._style.covered * shorter_px**2
        sides = []
        for _ in range(wanted):
            side = float(np.exp(rng.uniform(np.log(low), np.log(high))))
            if side**2 <= left:
                sides.append(side)
                left -= side**2
        return sorted(sides, reverse=True) or [low * 2]

    def _add(self, rng: np.random.Generator, scene: _Scene, side: float) -> None:
        is_crop = bool(self._pictures.crops) and rng.random() < self._style.crops
        source = self._pictures.crops[int(rng.integers(len(self._pictures.crops)))] if is_crop else self._photo(rng)
        height, width = scene.picture.shape[:2]
        for _ in range(_TRIES):
            reach = 0.5 * side * (0.2 if rng.random() < 0.08 else 1.1)  # some are cut by the edge
            centre = tuple(
                rng.uniform(reach, length - reach) if length > 2 * reach else length / 2 for length in (width, height)
            )
            spot = np.array([*centre, *centre], np.float32) + np.float32(side) * np.array(
                [-0.7, -0.8, 0.7, 0.8], np.float32
            )
            if not _meets(spot, scene.boxes + scene.ignored):
                break
        else:
            return
        self._paste(rng, scene, source, side, (float(centre[0]), float(centre[1])))

    def _paste(
        self, rng: np.random.Generator, scene: _Scene, source: LabelledPicture, side: float, centre: tuple[float, float]
    ) -> None:
        height, width = scene.picture.shape[:2]
        paste = draw_paste(rng, source, side, centre, (width, height))
        if paste is None:
            return
        _hide(scene, paste)
        x, y = paste.corner
        h, w = paste.alpha.shape
        below = scene.picture[y : y + h, x : x + w]
        scene.picture[y : y + h, x : x + w] = cv2.blendLinear(paste.picture, below, paste.alpha, 1.0 - paste.alpha)
        self._label(scene, paste)

    def _label(self, scene: _Scene, paste: Paste) -> None:
        height, width = scene.picture.shape[:2]
        for index, (box, landmarks) in enumerate(zip(paste.faces.boxes, paste.faces.landmarks, strict=True)):
            inside = np.clip(box, 0, np.array([width, height, width, height], np.float32))
            area = float(np.prod(box[2:] - box[:2]))
            in_scene = float(np.prod(np.maximum(inside[2:] - inside[:2], 0))) / max(area, 1e-6)
            # The pasted face itself is under the whole mask; neighbours in its photograph may be cut by it.
            seen = in_scene * (1.0 if index == paste.main else paste.seen(inside))
            if seen < _GONE or (index != paste.main and paste.faces.scores[index] < _DOUBTFUL):
                continue
            is_asked = seen >= _VISIBLE and paste.faces.scores[index] >= FACE_SCORE and area >= LEAST_FACE_PX**2
            if is_asked:
                scene.boxes.append(inside)
                scene.landmarks.append(landmarks)
            else:
                scene.ignored.append(inside)

    def _occlude(self, rng: np.random.Generator, scene: _Scene) -> None:
        """Put something in front of some faces: a mask, dark glasses, a hand's size of anything."""
        for box in scene.boxes:
            if rng.random() >= self._style.occluded:
                continue
            wide, tall = box[2:] - box[:2]
            share = rng.uniform(0.15, 0.38)
            kind = rng.random()
            if kind < 0.35:  # lower part
                part = (box[0], box[3] - tall * share, box[2], box[3] + 2)
            elif kind < 0.55:  # over the eyes
                y = box[1] + tall * rng.uniform(0.25, 0.4)
                part = (box[0], y, box[2], y + tall * rng.uniform(0.1, 0.2))
            elif kind < 0.75:  # one side
                part = (box[0], box[1], box[0] + wide * share, box[3])
            else:
                x, y = box[:2] + rng.uniform(0, 0.6, 2) * (wide, tall)
                part = (x, y, x + wide * 0.4, y + tall * 0.4)
            x0, y0, x1, y1 = (int(v) for v in part)
            if x1 - x0 < 2 or y1 - y0 < 2:
                continue
            colour = [int(v) for v in rng.integers(0, 256, 3)] if rng.random() < 0.7 else [20, 20, 20]
            if rng.random() < 0.6:
                cv2.rectangle(scene.picture, (x0, y0), (x1, y1), colour, -1)
            else:
                middle, axes = ((x0 + x1) // 2, (y0 + y1) // 2), ((x1 - x0) // 2, (y1 - y0) // 2)
                cv2.ellipse(scene.picture, middle, axes, 0, 0, 360, colour, -1, cv2.LINE_AA)

    def _distract(self, rng: np.random.Generator, scene: _Scene) -> None:
        """Paste bits of skin that are not a face: a cheek, a forehead, a chin, at any angle."""
        height, width = scene.picture.shape[:2]
        for _ in range(int(rng.integers(1, 4))):
            photo = self._photo(rng)
            left, top, right, bottom = photo.faces.boxes[0]
            wide, tall = (right - left) * rng.uniform(0.2, 0.45), (bottom - top) * rng.uniform(0.15, 0.3)
            x = int(np.clip(rng.uniform(left, right - wide), 0, photo.picture_bgr.shape[1] - 8))
            y = int(np.clip(rng.choice([top, bottom - tall]), 0, photo.picture_bgr.shape[0] - 8))
            bit = np.ascontiguousarray(photo.picture_bgr[y : y + max(8, int(tall)), x : x + max(8, int(wide))])
            bit = np.ascontiguousarray(np.rot90(bit, int(rng.integers(4))))
            w = int(np.exp(rng.uniform(np.log(12), np.log(min(width, height) * 0.5))))
            h = max(8, min(int(w * rng.uniform(0.6, 1.6)), height - 1))
            at_x, at_y = int(rng.integers(0, width - w)), int(rng.integers(0, height - h))
            alpha = np.zeros((h, w), np.float32)
            cv2.ellipse(alpha, (w // 2, h // 2), (max(1, w // 2 - 2), max(1, h // 2 - 2)), 0, 0, 360, 1.0, -1)
            alpha = cv2.blur(alpha, (5, 5)).astype(np.float32, copy=False)
            below = scene.picture[at_y : at_y + h, at_x : at_x + w]
            scene.picture[at_y : at_y + h, at_x : at_x + w] = cv2.blendLinear(
                cv2.resize(bit, (w, h)), np.ascontiguousarray(below), alpha, 1.0 - alpha
            )


def _meets(spot: NDArray[np.float32], boxes: list[NDArray[np.float32]]) -> bool:
    return any((spot[:2] < box[2:]).all() and (spot[2:] > box[:2]).all() for box in boxes)


def _hide(scene: _Scene, paste: Paste) -> None:
    """Take back the labels that the paste covers."""
    kept_boxes, kept_landmarks, kept_ignored = [], [], []
    for box, landmarks in zip(scene.boxes, scene.landmarks, strict=True):
        covered = paste.seen(box)
        if covered <= 1 - _VISIBLE:
            kept_boxes.append(box)
            kept_landmarks.append(landmarks)
        elif covered < 1 - _GONE:
            kept_ignored.append(box)
    kept_ignored += [box for box in scene.ignored if paste.seen(box) < 1 - _GONE]
    scene.boxes, scene.landmarks, scene.ignored = kept_boxes, kept_landmarks, kept_ignored
