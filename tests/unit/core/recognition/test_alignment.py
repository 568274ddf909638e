"""The similarity transform, against a slow oracle and against InsightFace."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attendance.core.recognition.alignment import TEMPLATE_112, align_matrix, similarity_transform

# Landmarks of a real detection (a portrait photograph), pixels.
PORTRAIT = np.array([[96.1, 114.3], [140.8, 110.2], [121.7, 138.0], [104.9, 163.2], [141.6, 159.8]], dtype=np.float32)


def _apply(matrix: np.ndarray, points: np.ndarray) -> np.ndarray:
    return points @ matrix[:, :2].T + matrix[:, 2]


def _matrix(scale: float, angle_rad: float, shift: tuple[float, float]) -> np.ndarray:
    c, s = scale * math.cos(angle_rad), scale * math.sin(angle_rad)
    return np.array([[c, -s, shift[0]], [s, c, shift[1]]])


def _least_squares_oracle(source: np.ndarray, target: np.ndarray) -> np.ndarray:
    """The same problem written as linear equations in a, b, tx, ty."""
    rows, values = [], []
    for (x, y), (u, v) in zip(source, target, strict=True):
        rows += [[x, -y, 1, 0], [y, x, 0, 1]]
        values += [u, v]
    a, b, tx, ty = np.linalg.lstsq(np.array(rows, float), np.array(values, float), rcond=None)[0]
    return np.array([[a, -b, tx], [b, a, ty]])


@given(
    scale=st.floats(0.05, 20),
    angle=st.floats(-math.pi, math.pi),
    shift=st.tuples(st.floats(-2000, 2000), st.floats(-2000, 2000)),
)
def test_that_an_exact_similarity_is_recovered(scale: float, angle: float, shift: tuple[float, float]) -> None:
    wanted = _matrix(scale, angle, shift)
    found = similarity_transform(TEMPLATE_112, _apply(wanted, TEMPLATE_112.astype(float)))
    np.testing.assert_allclose(found, wanted, atol=1e-6)


@settings(max_examples=50)
@given(seed=st.integers(0, 2**31))
def test_that_noisy_landmarks_give_the_least_squares_solution(seed: int) -> None:
    rng = np.random.default_rng(seed)
    moved = _apply(_matrix(rng.uniform(0.5, 4), rng.uniform(-0.7, 0.7), (30, 80)), TEMPLATE_112.astype(float))
    noisy = moved + rng.normal(0, 2, (5, 2))
    np.testing.assert_allclose(align_matrix(noisy), _least_squares_oracle(noisy, TEMPLATE_112), atol=1e-8)


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_that_the_matrix_is_the_one_of_insightface() -> None:
    face_align = pytest.importorskip("insightface.utils.face_align")
    np.testing.assert_array_equal(TEMPLATE_112, face_align.arcface_dst)
    rng = np.random.default_rng(7)
    for _ in range(20):
        landmarks = (PORTRAIT * rng.uniform(0.5, 8) + rng.normal(0, 3, (5, 2))).astype(np.float32)
        np.testing.assert_allclose(align_matrix(landmarks), face_align.estimate_norm(landmarks), atol=1e-4)


def test_that_the_template_aligns_to_itself() -> None:
    np.testing.assert_allclose(align_matrix(TEMPLATE_112), [[1, 0, 0], [0, 1, 0]], atol=1e-6)


def test_that_the_template_cannot_be_written() -> None:
    with pytest.raises(ValueError, match="read-only"):
        TEMPLATE_112[0, 0] = 0


def test_that_the_determinant_is_positive() -> None:
    matrix = align_matrix(PORTRAIT)
    assert matrix.dtype == np.float64
    assert np.linalg.det(matrix[:, :2]) > 0


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_that_a_landmark_that_is_not_finite_is_refused(value: float) -> None:
    broken = PORTRAIT.copy()
    broken[3, 1] = value
    with pytest.raises(ValueError, match="finite"):
        align_matrix(broken)
    with pytest.raises(ValueError, match="finite"):
        similarity_transform(PORTRAIT, broken)


@pytest.mark.parametrize(
    "points",
    [
        np.zeros((5, 2)),
        np.full((5, 2), 77.3),
        np.outer(np.arange(5.0), [3.0, 1.0]) + 10,
    ],
    ids=["all at the origin", "all in one place", "on one line"],
)
def test_that_degenerate_landmarks_are_refused(points: np.ndarray) -> None:
    with pytest.raises(ValueError, match="coincide"):
        align_matrix(points)


def test_that_a_mirrored_face_is_refused() -> None:
    mirrored = PORTRAIT * np.array([-1, 1], dtype=np.float32) + np.array([300, 0], dtype=np.float32)
    with pytest.raises(ValueError, match="mirrored"):
        align_matrix(mirrored)


def test_that_an_upside_down_face_is_not_taken_for_a_mirrored_one() -> None:
    matrix = align_matrix(300 - PORTRAIT)
    assert abs(math.degrees(math.atan2(matrix[1, 0], matrix[0, 0]))) > 170


@pytest.mark.parametrize("factor", [0.001, 2000.0])
def test_that_landmarks_of_an_impossible_size_are_refused(factor: float) -> None:
    with pytest.raises(ValueError, match="scaled"):
        align_matrix(PORTRAIT * np.float32(factor))


@pytest.mark.parametrize(
    ("source", "target"),
    [
        (np.zeros((5, 3)), np.zeros((5, 3))),
        (np.zeros((2, 2)), np.zeros((2, 2))),
        (np.zeros((4, 2)), np.zeros((5, 2))),
        (np.zeros(10), np.zeros(10)),
    ],
)
def test_that_point_sets_of_the_wrong_shape_are_refused(source: np.ndarray, target: np.ndarray) -> None:
    with pytest.raises(ValueError, match="same shape"):
        similarity_transform(source, target)


def test_that_other_than_five_landmarks_are_refused() -> None:
    with pytest.raises(ValueError, match="same shape"):
        align_matrix(PORTRAIT[:4])
