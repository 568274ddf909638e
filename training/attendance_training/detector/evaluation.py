"""Measures a detector: held-back scenes, faces that fill the frame, empty pictures, photographs.

Everything takes a ``Detector``, so that detectors of any kind can stand side by side.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from attendance.core.types import Detection
from attendance_training.detector.anchors import SceneLabels
from attendance_training.detector.labels import Picture, ReferenceDetector
from attendance_training.detector.matching import Tally
from attendance_training.detector.pictures import LabelledPicture, PictureSet
from attendance_training.detector.scenes import HARD, SceneMaker, SceneStyle
from attendance_training.evaluation.intervals import Estimate, wilson

SCENE_SIZE_WH = (640, 480)
BANDS_PX = ((24, 40), (40, 60), (60, 120), (120, 240), (240, 420))
"""Sides of faces: root of width times height."""
LEAST_PX = 60
FRAME_SHARE = 0.8
_SCENE_STREAM, _FRAME_STREAM = 1, 2


class Detector(Protocol):
    """Finds faces."""

    def detect(self, image_bgr: Picture) -> list[Detection]:
        """Return the faces of a (H, W, 3) uint8 picture."""


class FileDetector:
    """A ``Detector`` over an ONNX file in SCRFD's layout, as the product runs it: threshold 0.5, best first.

    Args:
        session: takes pictures of any size.
    """

    def __init__(self, session: ReferenceDetector) -> None:
        self._session = session

    def detect(self, image_bgr: Picture) -> list[Detection]:
        """Return the faces of a (H, W, 3) uint8 picture."""
        faces = self._session.fit(image_bgr)
        return [
            Detection(box, points, float(score))
            for box, points, score in zip(faces.boxes, faces.landmarks, faces.scores, strict=True)
        ]


@dataclass(frozen=True, slots=True)
class Errors:
    """Landmark errors: mean distance of a face's five landmarks from the labels, in eye distances.

    Attributes:
        faces: that were found; the rest are nan when there are none.
        mean: over faces.
        median: likewise.
        p95: 95th percentile.
    """

    faces: int
    mean: float
    median: float
    p95: float


@dataclass(frozen=True, slots=True)
class Band:
    """Faces of some sides.

    Attributes:
        name: for people.
        recall: share of the labelled faces that were found.
        errors: of those.
    """

    name: str
    recall: Estimate
    errors: Errors


@dataclass(frozen=True, slots=True)
class SceneReport:
    """What was found in scenes.

    Attributes:
        scenes: how many.
        bands: by side, then all from LEAST_PX on.
        precision: share of the found faces of at least LEAST_PX that are faces.
        precision_all: of any side.
    """

    scenes: int
    bands: list[Band]
    precision: Estimate
    precision_all: Estimate


@dataclass(frozen=True, slots=True)
class EmptyReport:
    """False faces in pictures without any.

    Attributes:
        kind: of picture.
        pictures: how many.
        with_face: in how many of them something was found.
        false_faces: how many in all.
    """

    kind: str
    pictures: int
    with_face: int
    false_faces: int


def measure_scenes(
    detector: Detector, pictures: PictureSet, *, style: SceneStyle, count: int, seed: int
) -> SceneReport:
    """Return what a detector finds in composed scenes of 640x480.

    Args:
        detector: any.
        pictures: held back from training.
        style: how hard.
        count: scenes.
        seed: scene i depends on the seed and i only.
    """
    maker, tally = SceneMaker(pictures, style), Tally()
    for index in range(count):
        picture, labels = maker.make(np.random.default_rng((seed, _SCENE_STREAM, index)), SCENE_SIZE_WH)
        _add(tally, detector.detect(picture), labels)
    bands = [_band(tally, f"{low}-{high} px", low, high) for low, high in BANDS_PX]
    bands.append(_band(tally, f">= {LEAST_PX} px", LEAST_PX, np.inf))
    return SceneReport(count, bands, wilson(*tally.precision(LEAST_PX)), wilson(*tally.precision()))


def measure_full_frame(detector: Detector, pictures: PictureSet, *, count: int, seed: int) -> Band:
    """Return how many faces are found whose box is as high as ``FRAME_SHARE`` of a frame of 640x480."""
    maker, tally = SceneMaker(pictures, HARD), Tally()
    for index in range(count):
        rng = np.random.default_rng((seed, _FRAME_STREAM, index))
        picture, labels = maker.portrait(rng, SCENE_SIZE_WH, FRAME_SHARE)
        _add(tally, detector.detect(picture), labels)
    return _band(tally, f"{100 * FRAME_SHARE:.0f} % of the frame", 0, np.inf)


def measure_empty(detector: Detector, pictures: Iterable[tuple[str, Picture]]) -> list[EmptyReport]:
    """Count the false faces in pictures without any, by kind of picture."""
    found: dict[str, list[int]] = {}
    for kind, picture in pictures:
        found.setdefault(kind, []).append(len(detector.detect(picture)))
    return [
        EmptyReport(kind, len(counts), sum(count > 0 for count in counts), sum(counts))
        for kind, counts in found.items()
    ]


def failure_to_acquire(detector: Detector, photos: Sequence[LabelledPicture]) -> Estimate:
    """Return the share of photographs in which no face is found at all."""
    return wilson(sum(not detector.detect(photo.picture_bgr) for photo in photos), len(photos))


def _add(tally: Tally, found: list[Detection], labels: SceneLabels) -> None:
    best_first = sorted(found, key=lambda face: -face.score)
    tally.add(
        np.array([face.box_xyxy_px for face in best_first], np.float32).reshape(-1, 4),
        np.array([face.landmarks_px for face in best_first], np.float32).reshape(-1, 5, 2),
        labels,
    )


def _band(tally: Tally, name: str, low: float, high: float) -> Band:
    errors = tally.landmark_errors(low, high)
    measured = (math.nan, math.nan, math.nan)
    if len(errors):
        measured = (float(errors.mean()), float(np.median(errors)), float(np.percentile(errors, 95)))
    return Band(name, wilson(*tally.recall(low, high)), Errors(len(errors), *measured))
