"""The measurements, with detectors whose answers are known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from attendance.core.types import Detection
from attendance_training.detector import evaluation
from attendance_training.detector.anchors import SceneLabels
from attendance_training.detector.empties import SAMPLES, empty_pictures, sample_folder
from attendance_training.detector.evaluation import (
    failure_to_acquire,
    measure_empty,
    measure_full_frame,
    measure_scenes,
)
from attendance_training.detector.scenes import CLEAR, HARD, SceneMaker
from tests.unit.training.detector import made_up

pytestmark = pytest.mark.needs_torch
COUNT = 12


class Knowing:
    """Is told the labels of each scene before it is asked; moves landmarks by ``off`` pixels."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, *, off: float = 0.0) -> None:
        self._labels: SceneLabels | None = None
        self._off = np.float32(off)
        for name in ("make", "portrait"):
            monkeypatch.setattr(SceneMaker, name, self._telling(getattr(SceneMaker, name)))

    def _telling(self, method):  # type: ignore[no-untyped-def]
        def told(maker: SceneMaker, *arguments: object) -> tuple[NDArray[np.uint8], SceneLabels]:
            picture, self._labels = method(maker, *arguments)
            return picture, self._labels

        return told

    def detect(self, image_bgr: NDArray[np.uint8]) -> list[Detection]:
        assert self._labels is not None
        pairs = zip(self._labels.boxes, self._labels.landmarks, strict=True)
        return [Detection(box, points + self._off, 0.9) for box, points in pairs]


class Blind:
    def detect(self, image_bgr: NDArray[np.uint8]) -> list[Detection]:
        return []


class Inventive:
    def detect(self, image_bgr: NDArray[np.uint8]) -> list[Detection]:
        faces = made_up.faces_at((30, 30), (60, 30))
        return [Detection(*row, 0.9) for row in zip(faces.boxes, faces.landmarks, strict=True)]


def test_that_knowing_everything_is_full_marks(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = measure_scenes(Knowing(monkeypatch), made_up.picture_set(), style=HARD, count=COUNT, seed=1)

    overall = measured.bands[-1]
    assert overall.name == ">= 60 px"
    assert overall.recall.value == 1.0
    assert overall.recall.trials > 5
    assert overall.errors.p95 == 0.0
    assert measured.precision.value == 1.0


def test_that_landmarks_aside_are_counted_in_eye_distances(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = measure_full_frame(Knowing(monkeypatch, off=3.0), made_up.picture_set(), count=4, seed=1)

    eyes = 0.8 * 0.8 * 480 * 0.8 / 2  # of the drawn faces: 0.8 of half the width, which is 0.8 of the height
    assert measured.errors.mean == pytest.approx(np.sqrt(18) / eyes, rel=0.08)
    assert measured.recall.trials == 4


def test_that_finding_nothing_is_no_recall_and_no_precision() -> None:
    measured = measure_scenes(Blind(), made_up.picture_set(), style=CLEAR, count=COUNT, seed=1)

    assert measured.bands[-1].recall.value == 0.0
    assert np.isnan(measured.bands[-1].errors.mean)
    assert np.isnan(measured.precision.value)
    assert failure_to_acquire(Blind(), made_up.picture_set().photos).value == 1.0


def test_that_false_faces_are_counted_by_kind_of_picture() -> None:
    black = np.zeros((60, 80, 3), np.uint8)

    measured = measure_empty(Inventive(), [("walls", black), ("text", black), ("walls", black)])

    assert [(r.kind, r.pictures, r.with_face, r.false_faces) for r in measured] == [
        ("walls", 2, 2, 4),
        ("text", 1, 1, 2),
    ]


def test_that_empty_pictures_are_the_same_for_the_same_seed_and_of_every_kind() -> None:
    maker = SceneMaker(made_up.picture_set(), HARD)

    first, again = (list(empty_pictures(maker, each=2, seed=3, samples=None)) for _ in range(2))

    assert [kind for kind, _ in first].count("walls") == 2
    assert len({kind for kind, _ in first}) == 7
    assert all(np.array_equal(a, b) for (_, a), (_, b) in zip(first, again, strict=True))


def test_that_sample_pictures_are_shown_whole_and_in_parts() -> None:
    pytest.importorskip("skimage")
    maker = SceneMaker(made_up.picture_set(), HARD)

    shown = [
        p for kind, p in empty_pictures(maker, each=1, seed=3, samples=sample_folder()) if kind.startswith("scikit")
    ]

    assert len(shown) % 10 == 0
    assert len(shown) >= 10 * (len(SAMPLES) // 2)


def test_that_scenes_are_the_same_for_every_detector() -> None:
    seen: list[list[NDArray[np.uint8]]] = [[], []]

    class Watching(Blind):
        def __init__(self, index: int) -> None:
            self.index = index

        def detect(self, image_bgr: NDArray[np.uint8]) -> list[Detection]:
            seen[self.index].append(image_bgr.copy())
            return []

    for index in range(2):
        measure_scenes(Watching(index), made_up.picture_set(), style=HARD, count=3, seed=8)

    assert all(np.array_equal(a, b) for a, b in zip(*seen, strict=True))
    assert seen[0][0].shape == (*evaluation.SCENE_SIZE_WH[::-1], 3)
