"""Compares found faces with labels: hits, misses, false faces and landmark errors."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from attendance.core.recognition.boxes import iou
from attendance_training.detector.anchors import SceneLabels

MATCH_IOU = 0.5
LEAST_EYES = 0.2
"""Seen from the front, the eyes are 0.4 to 0.45 of the face's side apart."""

Floats = NDArray[np.float32]


@dataclass(slots=True)
class Tally:
    """What was found in any number of scenes.

    Attributes:
        sides: side (root of width times height, pixels) of every labelled face.
        is_found: whether it was found.
        errors: mean distance of the five landmarks in eye distances, nan where it was not found.
        false_sides: side of every found face that is none and lies in no region that is not judged.
        hit_sides: side of every found face that is one.
    """

    sides: list[float] = field(default_factory=list)
    is_found: list[bool] = field(default_factory=list)
    errors: list[float] = field(default_factory=list)
    false_sides: list[float] = field(default_factory=list)
    hit_sides: list[float] = field(default_factory=list)

    def add(self, boxes: Floats, landmarks: Floats, labels: SceneLabels) -> None:
        """Match one scene, best answer first; each label takes one answer, a second one is a false face.

        Args:
            boxes: (N, 4) found, best first, pixels.
            landmarks: (N, 5, 2) found.
            labels: of the scene.
        """
        overlap = iou(boxes, labels.boxes)
        ignored = _share_inside(boxes, labels.ignored)
        taken: dict[int, int] = {}
        for row in range(len(boxes)):
            free = [c for c in range(len(labels.boxes)) if c not in taken and overlap[row, c] >= MATCH_IOU]
            if free:
                taken[max(free, key=lambda c, r=row: overlap[r, c])] = row  # type: ignore[misc]
                self.hit_sides.append(side(boxes[row]))
            elif ignored[row] < MATCH_IOU:
                self.false_sides.append(side(boxes[row]))
        for column, box in enumerate(labels.boxes):
            self.sides.append(side(box))
            self.is_found.append(column in taken)
            error = np.nan
            if column in taken:
                error = landmark_error(landmarks[taken[column]], labels.landmarks[column], side(box))
            self.errors.append(error)

    def recall(self, least: float = 0.0, most: float = np.inf) -> tuple[int, int]:
        """Return how many of the labelled faces of these sides were found, and how many there are."""
        rows = [found for found, size in zip(self.is_found, self.sides, strict=True) if least <= size < most]
        return sum(rows), len(rows)

    def precision(self, least: float = 0.0) -> tuple[int, int]:
        """Return how many of the found faces of at least this side are faces, and how many were found."""
        hits = sum(size >= least for size in self.hit_sides)
        return hits, hits + sum(size >= least for size in self.false_sides)

    def landmark_errors(self, least: float = 0.0, most: float = np.inf) -> NDArray[np.float64]:
        """Return the errors of the faces found, of these sides, in eye distances."""
        sides, errors = np.array(self.sides), np.array(self.errors)
        return np.asarray(errors[(sides >= least) & (sides < most) & np.isfinite(errors)])


def side(box: Floats) -> float:
    """Return the root of width times height."""
    return float(np.sqrt(max(0.0, float(box[2] - box[0])) * max(0.0, float(box[3] - box[1]))))


def landmark_error(found: Floats, wanted: Floats, face_side: float) -> float:
    """Return the mean distance of five landmarks, as a share of the wanted eyes' distance.

    The eyes of a face in profile nearly coincide; their distance counts as ``LEAST_EYES`` of the face's side then.

    Args:
        found: (5, 2).
        wanted: (5, 2).
        face_side: root of width times height of the wanted box; more than 0.
    """
    eyes = max(LEAST_EYES * face_side, float(np.linalg.norm(wanted[0] - wanted[1])))
    return float(np.linalg.norm(found - wanted, axis=1).mean()) / eyes


def _share_inside(boxes: Floats, regions: Floats) -> NDArray[np.float64]:
    """Return for each box the largest share of it that lies in one region."""
    if not len(boxes) or not len(regions):
        return np.zeros(len(boxes))
    low = np.maximum(boxes[:, None, :2], regions[None, :, :2])
    high = np.minimum(boxes[:, None, 2:], regions[None, :, 2:])
    shared = np.prod(np.maximum(high - low, 0.0), axis=2)
    areas = np.maximum(np.prod(boxes[:, 2:] - boxes[:, :2], axis=1), 1e-6)
    return np.asarray((shared / areas[:, None]).max(axis=1), np.float64)
