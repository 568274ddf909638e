"""Labels of a reference detector: faces of photographs and of aligned crops, found once and kept in a file.

Every picture is shown to the reference detector as it is and mirrored; a face's box, landmarks and score are the
means of both views, so a face that only one view shows has half its score.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from attendance.core.recognition.boxes import anchor_centres, distance_to_box, distance_to_landmarks, iou, nms
from attendance.errors import Reason
from attendance_training.detector.anchors import ANCHORS_PER_CELL, STRIDES
from attendance_training.errors import TrainingDataUnusable
from attendance_training.packs.onnx_session import ORT_REFUSALS, open_session

MIRRORED_ORDER = (1, 0, 2, 4, 3)
"""Landmarks of a mirrored face: the eyes and the corners of the mouth change places."""
LEAST_SCORE = 0.1
_SIDE_PX = 640
_NMS_IOU = 0.4
_SAME_FACE_IOU = 0.6
Floats = NDArray[np.float32]
Picture = NDArray[np.uint8]


@dataclass(frozen=True, slots=True, eq=False)
class Faces:
    """Faces of one picture, in its pixels.

    Attributes:
        boxes: (N, 4) float32 left, top, right, bottom.
        landmarks: (N, 5, 2) float32.
        scores: (N,) float32, 0..1.
    """

    boxes: Floats
    landmarks: Floats
    scores: Floats

    def pick(self, rows: NDArray[np.intp] | NDArray[np.bool_]) -> Faces:
        """Return some of the faces."""
        return Faces(self.boxes[rows], self.landmarks[rows], self.scores[rows])

    def moved(self, scale: float, shift: tuple[float, float]) -> Faces:
        """Return the faces in a picture where (x, y) lies at (x, y) * scale + shift."""
        by = np.array(shift, np.float32)
        boxes = self.boxes * np.float32(scale) + np.tile(by, 2)
        return Faces(boxes, self.landmarks * np.float32(scale) + by, self.scores)

    def mirrored(self, width: float) -> Faces:
        """Return the faces of the mirrored picture of that width in pixels."""
        boxes, landmarks = self.boxes.copy(), self.landmarks[:, MIRRORED_ORDER].copy()
        boxes[:, [0, 2]] = width - self.boxes[:, [2, 0]]
        landmarks[..., 0] = width - landmarks[..., 0]
        return Faces(boxes, landmarks, self.scores)


def no_faces() -> Faces:
    """Return the faces of an empty picture."""
    return Faces(np.empty((0, 4), np.float32), np.empty((0, 5, 2), np.float32), np.empty(0, np.float32))


class ReferenceDetector:
    """An SCRFD file with nine outputs, run on one thread.

    Args:
        path: one float32 input 1x3xHxW RGB, (x - 127.5) / 128.
        size_wh: width and height of the input for files that leave them open; multiples of 32.
        least_score: of the faces it gives.

    Raises:
        TrainingDataUnusable: not such a network.
    """

    def __init__(
        self, path: Path, *, size_wh: tuple[int, int] = (_SIDE_PX, _SIDE_PX), least_score: float = LEAST_SCORE
    ) -> None:
        self.path = path
        self._least_score = least_score
        try:
            self._session = open_session(str(path), threads=1)
            self._input = self._session.get_inputs()[0].name
            self.size_wh = _fixed_size(self._session.get_inputs()[0].shape) or size_wh
            answers = self._run(np.zeros((*self.size_wh[::-1], 3), np.uint8))
        except (*ORT_REFUSALS, IndexError) as err:
            raise TrainingDataUnusable(
                path=path,
                reason=Reason(
                    "it is not an ONNX detector that takes 1x3x{height}x{width}", height=size_wh[1], width=size_wh[0]
                ),
            ) from err
        self._centres = [anchor_centres(self.size_wh, stride, ANCHORS_PER_CELL) for stride in STRIDES]
        sizes = [answer.size for answer in answers]
        if sizes != [len(points) * values for values in (1, 4, 10) for points in self._centres]:
            raise TrainingDataUnusable(path=path, reason=Reason("its outputs are not the nine of SCRFD"))

    def detect(self, picture_bgr: Picture, *, scale: float = 1.0) -> Faces:
        """Return the faces with at least the score asked for, best first.

        Args:
            picture_bgr: (H, W, 3) uint8.
            scale: how much larger the network sees the picture; it must fit into the input.
        """
        resized = cv2.resize(picture_bgr, None, fx=scale, fy=scale, interpolation=cv2.INTER_LINEAR)
        canvas = np.zeros((*self.size_wh[::-1], 3), np.uint8)
        canvas[: resized.shape[0], : resized.shape[1]] = resized
        return self._decode(self._run(canvas)).moved(1.0 / scale, (0.0, 0.0))

    def fit(self, picture_bgr: Picture) -> Faces:
        """Return the faces of a picture of any size, scaled to fill the input as far as its proportions allow."""
        return self.detect(
            picture_bgr, scale=min(a / b for a, b in zip(self.size_wh, picture_bgr.shape[1::-1], strict=True))
        )

    def detect_twice(self, picture_bgr: Picture, *, scale: float = 1.0) -> Faces:
        """Return the faces of the picture and its mirror image together, see the module."""
        first = self.detect(picture_bgr, scale=scale)
        mirror = np.ascontiguousarray(picture_bgr[:, ::-1])
        return mean_of_views(first, self.detect(mirror, scale=scale).mirrored(picture_bgr.shape[1]))

    def _run(self, canvas_bgr: Picture) -> list[Floats]:
        blob = ((canvas_bgr[..., ::-1].astype(np.float32) - 127.5) / 128.0).transpose(2, 0, 1)[None]
        return [np.asarray(a) for a in self._session.run(None, {self._input: np.ascontiguousarray(blob)})]

    def _decode(self, answers: list[Floats]) -> Faces:
        boxes, landmarks, scores = [], [], []
        for level, (stride, centres) in enumerate(zip(STRIDES, self._centres, strict=True)):
            score = answers[level].reshape(-1)
            hits = np.flatnonzero(score >= self._least_score)
            boxes.append(distance_to_box(centres[hits], answers[level + 3].reshape(-1, 4)[hits] * np.float32(stride)))
            points = answers[level + 6].reshape(-1, 10)[hits] * np.float32(stride)
            landmarks.append(distance_to_landmarks(centres[hits], points))
            scores.append(score[hits])
        found = Faces(np.concatenate(boxes), np.concatenate(landmarks), np.concatenate(scores))
        return found.pick(nms(found.boxes, found.scores, _NMS_IOU))


def _fixed_size(shape: list[object]) -> tuple[int, int] | None:
    """Return width and height of an input that has them fixed."""
    height, width = shape[2:4] if len(shape) == 4 else (None, None)
    return (width, height) if isinstance(width, int) and isinstance(height, int) else None


def mean_of_views(first: Faces, second: Faces) -> Faces:
    """Return the union of two answers about one picture, see the module."""
    overlap = iou(first.boxes, second.boxes)
    boxes, landmarks, scores = [], [], []
    taken: set[int] = set()
    for row in range(len(first.scores)):
        column = int(overlap[row].argmax()) if overlap.shape[1] else -1
        if column >= 0 and column not in taken and overlap[row, column] >= _SAME_FACE_IOU:
            taken.add(column)
            boxes.append((first.boxes[row] + second.boxes[column]) / 2)
            landmarks.append((first.landmarks[row] + second.landmarks[column]) / 2)
            scores.append((first.scores[row] + second.scores[column]) / 2)
        else:
            boxes.append(first.boxes[row])
            landmarks.append(first.landmarks[row])
            scores.append(first.scores[row] / 2)
    for column in set(range(len(second.scores))) - taken:
        boxes.append(second.boxes[column])
        landmarks.append(second.landmarks[column])
        scores.append(second.scores[column] / 2)
    if not scores:
        return no_faces()
    return Faces(np.stack(boxes), np.stack(landmarks), np.array(scores, np.float32))
