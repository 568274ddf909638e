"""Targets: which anchor is asked to find which face."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from attendance.core.recognition.boxes import anchor_centres
from attendance_training.detector.anchors import SceneLabels, anchor_grid, assign

SIZE = (640, 480)


def scene(
    boxes: list[tuple[float, float, float, float]], ignored: list[tuple[float, ...]] | None = None
) -> SceneLabels:
    faces = np.array(boxes, np.float32).reshape(-1, 4)
    landmarks = np.repeat((faces[:, None, :2] + faces[:, None, 2:]) / 2, 5, axis=1)
    return SceneLabels(faces, landmarks, np.array(ignored or [], np.float32).reshape(-1, 4))


def square(x: float, y: float, side: float) -> tuple[float, float, float, float]:
    return x - side / 2, y - side / 2, x + side / 2, y + side / 2


def positives(labels: SceneLabels) -> NDArray[np.intp]:
    return np.flatnonzero(assign(labels, SIZE).face >= 0)


def test_that_the_grid_is_the_decoder_s() -> None:
    grid = anchor_grid(SIZE)

    wanted = np.concatenate([anchor_centres(SIZE, stride, 2) for stride in (8, 16, 32)])
    assert np.array_equal(grid.centres, wanted)
    assert grid.sizes[:4].tolist() == [16, 32, 16, 32]
    assert set(grid.sizes[grid.strides == 32]) == {256, 512}


@pytest.mark.parametrize("side", [16, 23, 32, 45, 64, 91, 128, 181, 256, 362, 470, 700])
@pytest.mark.parametrize("offset", [0.0, 3.7, 15.9])
def test_that_a_face_of_any_side_is_asked_of_anchors_of_its_size_at_its_middle(side: float, offset: float) -> None:
    labels = scene([square(320 + offset, 240 + offset, side)])

    rows = positives(labels)

    grid = anchor_grid(SIZE)
    assert rows.size
    assert (np.abs(np.log2(grid.sizes[rows] / min(side, 512))) <= 0.61).all()
    distances = np.abs(grid.centres[rows] - (320 + offset, 240 + offset)).max(axis=1)
    assert (distances <= np.maximum(0.15 * side, 0.75 * grid.strides[rows]) + 1e-3).all()


def test_that_two_faces_of_one_size_share_the_anchors_by_distance() -> None:
    labels = scene([square(300, 240, 128), square(330, 240, 128)])

    targets = assign(labels, SIZE).face

    rows = np.flatnonzero(targets >= 0)
    x = anchor_grid(SIZE).centres[rows, 0]
    assert set(targets[rows]) == {0, 1}
    assert x[targets[rows] == 0].max() <= x[targets[rows] == 1].min()


def test_that_background_is_judged_and_a_doubtful_region_is_not() -> None:
    labels = scene([], [square(320, 240, 64)])

    face = assign(labels, SIZE).face

    grid = anchor_grid(SIZE)
    in_region = (np.abs(grid.centres - (320, 240)) <= 32).all(axis=1)
    assert (face[in_region & (grid.sizes == 64)] == -2).all()
    assert (face[~in_region] == -1).all()
    assert (face[grid.sizes == 512] == -1).all()


def test_that_a_face_beats_a_doubtful_region_around_it() -> None:
    labels = scene([square(320, 240, 64)], [square(320, 240, 90)])

    assert positives(labels).size == positives(scene([square(320, 240, 64)])).size
