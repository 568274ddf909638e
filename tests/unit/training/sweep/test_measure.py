"""The rates of a network are those that ``attendance-train evaluate`` gives; copies and the tiny network."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

import torch

from attendance_training.backbones import BACKBONES, INPUT_SIZE_PX
from attendance_training.backbones.cost import count_macs, count_parameters
from attendance_training.data.face_shards import to_tensor
from attendance_training.evaluation.calibration import calibrate
from attendance_training.evaluation.pairs import draw_pairs
from attendance_training.evaluation.ten_fold import ten_fold
from attendance_training.evaluation.verification import equal_error, far_points
from attendance_training.sweep.copies import CopiedFaces, make_copies
from attendance_training.sweep.measure import embed_rows, intervals, labelled, measure
from attendance_training.sweep.stopping import Stopped
from tests.unit.training.evaluation.made_up import make_people
from tests.unit.training.sweep.made_up import MadeUpFaces, Projection


def test_that_the_rates_are_those_of_an_evaluation() -> None:
    data = make_people([3] * 120, spread=0.9)
    found = measure(data, 0.01)
    (point,) = far_points(calibrate(data, targets=(0.01,), rounds=1), (0.01,))
    error, folds = equal_error(data, rounds=1), draw_pairs(data)
    assert point.tar is not None
    assert error is not None
    assert folds is not None
    assert (found.tar, found.eer, found.accuracy) == (
        point.tar.value,
        error.rate.value,
        ten_fold(folds).accuracy.value,
    )
    eer, accuracy = intervals(data, rounds=100)
    assert eer is not None
    assert accuracy is not None
    assert eer.low < found.eer < eer.high
    assert accuracy.low < found.accuracy < accuracy.high


def test_that_rows_are_embedded_in_their_order_with_unit_length() -> None:
    faces, network = MadeUpFaces(people=25), Projection(1, 0.0).eval()
    rows = np.arange(74, 0, -1)
    found = embed_rows(network, faces, rows)
    np.testing.assert_allclose(np.linalg.norm(found, axis=1), 1.0, atol=1e-6)
    with torch.inference_mode():
        alone = network(torch.from_numpy(to_tensor(faces.crop_bgr(int(rows[50]))[None]))).numpy()[0]
    np.testing.assert_allclose(found[50], alone / np.linalg.norm(alone), atol=1e-3)  # kept as float16
    with pytest.raises(Stopped):
        embed_rows(network, faces, rows, check=stopped)


def test_that_people_are_numbered_from_zero() -> None:
    data = labelled(np.eye(4, dtype=np.float32), np.array([3, 3, 8, 11]))
    assert data.person.tolist() == [0, 0, 1, 2]
    assert data.people == 3


def stopped() -> None:
    raise Stopped


def negative(crops: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return 255 - crops


def test_that_copies_are_degraded_and_half_of_them_mirrored() -> None:
    faces = MadeUpFaces(people=30)
    rows = np.arange(1, 90, 2)
    copies = make_copies(faces, rows, 2, degrade=negative, seed=3)
    assert copies.shape == (2, 45, 112, 112, 3)
    mirrored = 0
    for copy in copies:
        for place, row in enumerate(rows):
            original = 255 - faces.crop_bgr(int(row))
            is_mirrored = np.array_equal(copy[place], original[:, ::-1])
            assert is_mirrored or np.array_equal(copy[place], original)
            mirrored += is_mirrored
    assert 25 < mirrored < 65  # of 90; four deviations of a fair coin
    again = make_copies(faces, rows, 2, degrade=negative, seed=3)
    np.testing.assert_array_equal(copies, again)
    with pytest.raises(Stopped):
        make_copies(faces, rows, 2, degrade=negative, check=stopped)


def test_that_copies_are_given_in_turn_and_other_rows_as_they_are() -> None:
    faces = MadeUpFaces(people=2)
    copies = np.zeros((3, 2, 112, 112, 3), np.uint8) + np.arange(6, dtype=np.uint8).reshape(3, 2, 1, 1, 1)
    source = CopiedFaces(faces, np.array([1, 4]), copies, first=2)
    assert [int(source.crop_bgr(1)[0, 0, 0]) for _ in range(4)] == [4, 0, 2, 4]
    assert [int(source.crop_bgr(4)[0, 0, 0]) for _ in range(2)] == [5, 1]
    np.testing.assert_array_equal(source.crop_bgr(2), faces.crop_bgr(2))
    source.crop_bgr(1)[:] = 99
    assert copies.max() == 5
    assert (list(source.people), len(source)) == (faces.people, 6)


def test_that_the_tiny_network_stays_small() -> None:
    with torch.device("meta"):
        network = BACKBONES["dense112_tiny"].build()
    assert count_parameters(network) == 219_168
    assert count_macs(network, INPUT_SIZE_PX) == 21_120_192
