"""Thresholds against a slow count of all pairs, the guard against too little data, the intervals."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from numpy.typing import NDArray

from attendance_training.evaluation.calibration import calibrate, is_supported, score_pairs
from attendance_training.evaluation.embeddings import LabelledEmbeddings

TARGETS = (1e-1, 1e-2, 1e-3)


def make_people(people: int, photos: int, *, spread: float, seed: int = 1) -> LabelledEmbeddings:
    rng = np.random.default_rng(seed)
    centres = rng.normal(size=(people, 1, 16))
    vectors = (centres + spread * rng.normal(size=(people, photos, 16))).reshape(-1, 16).astype(np.float32)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return LabelledEmbeddings(vectors, np.repeat(np.arange(people), photos), people, people * photos, 0)


def all_cosines(data: LabelledEmbeddings) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Every pair by a plain loop: (impostor, genuine)."""
    impostor, genuine = [], []
    for i, j in itertools.combinations(range(len(data.person)), 2):
        cosine = np.float32(data.vectors[i] @ data.vectors[j])
        (genuine if data.person[i] == data.person[j] else impostor).append(cosine)
    return np.array(impostor), np.array(genuine)


def test_that_calibrate_thresholds_give_the_wanted_share_of_false_matches() -> None:
    data = make_people(40, 5, spread=0.6)
    impostor, genuine = all_cosines(data)
    result = calibrate(data, targets=TARGETS, rounds=20)
    assert result.impostor_pairs == len(impostor) == 19500
    assert result.genuine_pairs == len(genuine) == 400
    assert [point.fmr for point in result.points] == list(TARGETS)
    for point in result.points:
        allowed = int(point.fmr * len(impostor))
        # Blocked and single products round differently, so leave the last bit of the loop's cosines out.
        assert np.count_nonzero(impostor >= point.threshold + 1e-6) <= allowed
        assert np.count_nonzero(impostor >= point.threshold - 1e-4) >= allowed
        assert point.tar == pytest.approx(np.mean(genuine >= point.threshold), abs=0.003)


def test_that_calibrate_thresholds_rise_as_the_false_match_rate_falls() -> None:
    points = calibrate(make_people(40, 5, spread=0.6), targets=TARGETS, rounds=20).points
    thresholds = [point.threshold for point in points]
    assert thresholds == sorted(thresholds)
    assert thresholds[0] < thresholds[-1]


def test_that_calibrate_refuses_equal_cosines_together() -> None:
    # Two directions only: every cross-person pair scores exactly 1 or 0, half of them 1.
    vectors = np.zeros((40, 2), np.float32)
    vectors[:, 0] = np.arange(40) % 2
    vectors[:, 1] = 1 - vectors[:, 0]
    data = LabelledEmbeddings(vectors, np.arange(40), 40, 40, 0)
    (point,) = calibrate(data, targets=(0.1,), rounds=5).points
    assert point.threshold > 1.0  # accepting any of the ties would accept them all


@pytest.mark.parametrize(
    ("fmr", "pairs", "expected"),
    [(1e-2, 999, False), (1e-2, 1000, True), (0.9, 19, False), (0.9, 20, True), (1e-5, 1_000_000, True)],
)
def test_that_a_false_match_rate_needs_ten_expected_false_matches(fmr: float, pairs: int, expected: bool) -> None:
    assert is_supported(fmr, pairs) is expected


def test_that_calibrate_leaves_out_unsupported_targets() -> None:
    data = make_people(10, 5, spread=0.6)  # 1,125 cross-person pairs
    assert [point.fmr for point in calibrate(data, rounds=5).points] == [1e-2]
    assert calibrate(make_people(3, 1, spread=0.6), rounds=5).points == ()


def test_that_calibrate_intervals_hold_the_threshold_and_shrink_with_more_people() -> None:
    few = calibrate(make_people(20, 4, spread=0.6), targets=(1e-2,), rounds=200).points[0]
    many = calibrate(make_people(160, 4, spread=0.6), targets=(1e-2,), rounds=200).points[0]
    assert few.low <= few.threshold <= few.high
    assert many.low <= many.threshold <= many.high
    assert many.high - many.low < 0.6 * (few.high - few.low)
    assert many.tar_low <= many.tar <= many.tar_high


def test_that_calibrate_intervals_come_from_people_not_pairs() -> None:
    # One pair of probe-alikes makes 25 of the false matches: without them the threshold is far lower.
    data = make_people(30, 5, spread=0.3)
    vectors = data.vectors.copy()
    vectors[5:10] = vectors[0:5]
    twins = LabelledEmbeddings(vectors, data.person, data.people, data.photos, 0)
    point = calibrate(twins, targets=(2.4e-3,), rounds=400).points[0]
    rng = np.random.default_rng(0)
    impostor = score_pairs(twins, keep=1.0).impostor
    by_pairs = [np.quantile(rng.choice(impostor, len(impostor)), 1 - 2.4e-3) for _ in range(100)]
    assert point.high - point.low > 1.3 * (np.percentile(by_pairs, 97.5) - np.percentile(by_pairs, 2.5))


def test_that_calibrate_without_genuine_pairs_has_no_true_accept_rate() -> None:
    point = calibrate(make_people(60, 1, spread=0.6), targets=(1e-2,), rounds=5).points[0]
    assert np.isnan(point.tar)


def test_that_calibrate_repeats_exactly() -> None:
    data = make_people(20, 4, spread=0.6)
    assert calibrate(data, targets=(1e-2,), rounds=10) == calibrate(data, targets=(1e-2,), rounds=10)


def test_that_score_pairs_keeps_the_most_similar_pairs() -> None:
    data = make_people(90, 4, spread=0.6)  # more rows than one block
    impostor, genuine = all_cosines(data)
    scores = score_pairs(data, keep=0.01)
    expected = np.sort(impostor)[::-1][: len(scores.impostor)]
    assert len(scores.impostor) == int(np.ceil(0.01 * len(impostor)))
    np.testing.assert_allclose(scores.impostor, expected, atol=1e-6)
    np.testing.assert_allclose(np.sort(scores.genuine), np.sort(genuine), atol=1e-6)
    assert (scores.impostor_people[:, 0] != scores.impostor_people[:, 1]).all()
