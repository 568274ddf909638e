"""Hits, misses, false faces and landmark errors."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from attendance_training.detector.anchors import SceneLabels
from attendance_training.detector.matching import Tally, landmark_error
from tests.unit.training.detector.made_up import faces_at

NOTHING = np.empty((0, 4), np.float32)


def labels(*middles: tuple[float, float], ignored: NDArray[np.float32] = NOTHING) -> SceneLabels:
    faces = faces_at(*middles)
    return SceneLabels(faces.boxes, faces.landmarks, ignored)


def test_that_a_face_found_twice_is_one_hit_and_one_false_face() -> None:
    found = faces_at((100, 100), (104, 100), (400, 100))
    tally = Tally()

    tally.add(found.boxes, found.landmarks, labels((100, 100), (250, 100)))

    assert tally.recall() == (1, 2)
    assert tally.precision() == (1, 3)


def test_that_an_answer_in_a_region_not_judged_is_neither_hit_nor_false() -> None:
    found = faces_at((100, 100))
    tally = Tally()

    tally.add(found.boxes, found.landmarks, labels(ignored=found.boxes + np.float32(3)))

    assert tally.recall() == (0, 0)
    assert tally.precision() == (0, 0)


def test_that_recall_and_errors_are_counted_by_side() -> None:
    small, large = faces_at((100, 100), side=30), faces_at((300, 200), side=100)
    both = SceneLabels(
        *(np.concatenate([getattr(f, k) for f in (small, large)]) for k in ("boxes", "landmarks")), NOTHING
    )
    tally = Tally()

    tally.add(large.boxes, large.landmarks + np.float32(2), both)

    assert tally.recall(60) == (1, 1)
    assert tally.recall(0, 60) == (0, 1)
    assert tally.precision(60) == (1, 1)
    eyes = 0.8 * 100 * np.sqrt(0.8) / 2
    assert tally.landmark_errors(60).tolist() == pytest.approx([np.sqrt(8) / eyes], rel=1e-5)
    assert tally.landmark_errors(0, 60).size == 0


def test_that_the_landmark_error_is_a_share_of_the_wanted_eyes_distance() -> None:
    wanted = faces_at((0, 0)).landmarks[0]
    eyes = float(wanted[1, 0] - wanted[0, 0])

    assert landmark_error(wanted + np.array([eyes, 0], np.float32), wanted, 80.0) == pytest.approx(1.0)


def test_that_the_eyes_of_a_profile_count_as_a_fifth_of_the_face() -> None:
    wanted = faces_at((0, 0)).landmarks[0]
    wanted[:2] = wanted[:2].mean(axis=0)

    assert landmark_error(wanted + np.array([4, 0], np.float32), wanted, 80.0) == pytest.approx(4 / 16)


def test_that_a_better_overlap_wins_over_the_order_of_labels() -> None:
    found = faces_at((130, 100))
    tally = Tally()

    tally.add(found.boxes, found.landmarks, labels((110, 100), (131, 100)))

    assert tally.is_found == [False, True]
