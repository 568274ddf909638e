"""The loss: what makes it smaller and what must not change it."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from torch import Tensor

from attendance_training.detector.anchors import SceneLabels, anchor_grid
from attendance_training.detector.losses import BatchTargets, collect_targets, detection_loss, overlaps

pytestmark = pytest.mark.needs_torch
SIZE = (128, 96)
BOX = np.array([[30.0, 20.0, 80.0, 84.0]], np.float32)
POINTS = np.array([[[42.0, 44.0], [66.0, 44.0], [55.0, 55.0], [44.0, 68.0], [65.0, 68.0]]], np.float32)


def targets(ignored: list[list[float]] | None = None) -> BatchTargets:
    empty = np.empty((0, 4), np.float32)
    first = SceneLabels(BOX, POINTS, np.array(ignored or [], np.float32).reshape(-1, 4))
    second = SceneLabels(empty, np.empty((0, 5, 2), np.float32), empty)
    return collect_targets([first, second], SIZE)


def perfect() -> tuple[Tensor, Tensor, Tensor]:
    grid = anchor_grid(SIZE)
    count = len(grid.sizes)
    centres, strides = torch.from_numpy(grid.centres), torch.from_numpy(grid.strides)[:, None]
    box, points = torch.from_numpy(BOX), torch.from_numpy(POINTS.reshape(1, 10))
    distances = torch.cat([centres - box[:, :2], box[:, 2:] - centres], dim=1) / strides
    offsets = (points - centres.repeat(1, 5)) / strides
    logits = torch.full((2, count, 1), -12.0)
    rows = torch.from_numpy(targets().rows)
    logits[rows[:, 0], rows[:, 1]] = 12.0
    return logits, distances.repeat(2, 1, 1), offsets.repeat(2, 1, 1)


def test_that_the_right_answer_costs_nothing() -> None:
    score, box, points = detection_loss(perfect(), targets())

    assert float(score) < 1e-6
    assert float(box) == pytest.approx(0.0, abs=1e-5)
    assert float(points) == pytest.approx(0.0, abs=1e-5)


def test_that_a_landmark_beside_its_place_costs_in_sides_of_the_face() -> None:
    logits, distances, offsets = perfect()
    strides = torch.from_numpy(anchor_grid(SIZE).strides)[:, None]
    moved = offsets + 5.65685 / strides  # a tenth of the face's side, in x and in y

    _, _, points = detection_loss((logits, distances, moved), targets())

    assert float(points) == pytest.approx(0.1 - 0.01 / 2, abs=1e-4)


def test_that_a_false_face_costs_unless_it_is_not_judged() -> None:
    logits, distances, offsets = perfect()
    grid = anchor_grid(SIZE)
    wrong = int(np.flatnonzero((grid.sizes == 16) & (grid.centres == (104, 80)).all(axis=1))[0])
    logits[0, wrong] = 8.0

    judged, _, _ = detection_loss((logits, distances, offsets), targets())
    forgiven, _, _ = detection_loss((logits, distances, offsets), targets([[96.0, 72.0, 112.0, 88.0]]))

    assert float(judged) > 0.5
    assert float(forgiven) < 1e-6


def test_that_scenes_without_a_face_have_a_loss_and_a_gradient() -> None:
    empty = np.empty((0, 4), np.float32)
    nobody = SceneLabels(empty, np.empty((0, 5, 2), np.float32), empty)
    logits, distances, offsets = (a[:1].clone().requires_grad_() for a in perfect())

    score, box, points = detection_loss((logits, distances, offsets), collect_targets([nobody], SIZE))
    (score + box + points).backward()

    assert float(score.detach()) > 1.0  # perfect() calls some anchors a face
    assert float(box.detach()) == float(points.detach()) == 0.0
    assert logits.grad is not None
    assert bool(torch.isfinite(logits.grad).all())


def test_that_iou_and_giou_are_those_of_two_boxes_drawn_on_paper() -> None:
    first = torch.tensor([[0.0, 0.0, 2.0, 2.0], [0.0, 0.0, 1.0, 1.0], [3.0, 3.0, 1.0, 1.0]])
    second = torch.tensor([[1.0, 1.0, 3.0, 3.0], [3.0, 0.0, 4.0, 1.0], [0.0, 0.0, 1.0, 1.0]])

    overlap, generalised = overlaps(first, second)

    assert overlap.tolist() == pytest.approx([1 / 7, 0.0, 0.0])
    assert generalised.tolist()[:2] == pytest.approx([1 / 7 - 2 / 9, -0.5])
