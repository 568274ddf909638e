"""ROC, area, equal error rate and TAR against slow counts of every pair."""

from __future__ import annotations

import itertools
import math
import tracemalloc

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from attendance_training.evaluation import verification
from attendance_training.evaluation.calibration import calibrate, score_pairs
from attendance_training.evaluation.embeddings import LabelledEmbeddings
from attendance_training.evaluation.verification import crossing, equal_error, far_points, roc_curve
from tests.unit.training.evaluation.made_up import make_people, plane

PEOPLE = st.lists(st.integers(1, 4), min_size=2, max_size=8).filter(lambda counts: max(counts) > 1)


def cosines(data: LabelledEmbeddings) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Every pair: (impostor, genuine)."""
    scores = score_pairs(data, keep=1.0)
    return scores.impostor, scores.genuine


def slow_equal_error(impostor: NDArray[np.float32], genuine: NDArray[np.float32]) -> tuple[float, float, float]:
    """Try every cosine, and one above all, as the threshold."""
    best: tuple[float, float, float] | None = None
    candidates = sorted({*impostor.tolist(), *genuine.tolist()})
    for threshold in [*candidates, 2.0]:
        far = sum(value >= threshold for value in impostor.tolist()) / len(impostor)
        frr = sum(value < threshold for value in genuine.tolist()) / len(genuine)
        if best is None or abs(far - frr) < abs(best[0] - best[1]):
            best = far, frr, threshold
    assert best is not None
    return best


def test_that_the_roc_counts_every_pair() -> None:
    data = make_people([4] * 20)
    impostor, genuine = cosines(data)
    curve = roc_curve(data)
    assert (curve.impostor_pairs, curve.genuine_pairs) == (len(impostor), len(genuine)) == (3040, 120)
    for place in (0, 5000, 10000, 13000, 16000, 20000):
        threshold = curve.threshold[place]
        assert curve.far[place] == pytest.approx(np.mean(impostor >= threshold), abs=1e-9)
        assert curve.tar[place] == pytest.approx(np.mean(genuine >= threshold), abs=1e-9)


def test_that_the_roc_of_many_pictures_counts_every_pair_in_little_memory() -> None:
    data = make_people([5] * 700)  # several tiles, the last one cut
    tracemalloc.start()
    try:
        curve = roc_curve(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 60e6, "all pairs at once are more than 100 MB"
    impostor, genuine = cosines(data)
    assert (curve.impostor_pairs, curve.genuine_pairs) == (len(impostor), len(genuine)) == (6_116_250, 7_000)
    for place in (5000, 10000, 13000, 16000):
        threshold = curve.threshold[place]
        assert curve.far[place] == pytest.approx(np.mean(impostor >= threshold), abs=1e-6)
        assert curve.tar[place] == pytest.approx(np.mean(genuine >= threshold), abs=1e-9)


def test_that_the_roc_of_altered_copies_counts_each_pair_with_either_side_altered(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(verification, "_TILE", 16)  # several tiles, the last one cut
    data = make_people([3, 4, 1, 5] * 3)
    altered = np.roll(data.vectors, 2, axis=1)
    curve = roc_curve(data, altered)
    is_same = data.person[:, None] == data.person[None, :]
    values = data.vectors @ altered.T
    impostor, genuine = values[~is_same], values[is_same & ~np.eye(len(values), dtype=np.bool_)]
    assert (curve.impostor_pairs, curve.genuine_pairs) == (len(impostor), len(genuine)) == (1368, 114)
    for place in (0, 5000, 10000, 13000, 16000, 20000):
        threshold = curve.threshold[place]
        assert curve.far[place] == pytest.approx(np.mean(impostor >= threshold), abs=1e-9)
        assert curve.tar[place] == pytest.approx(np.mean(genuine >= threshold), abs=1e-9)


@pytest.mark.parametrize("spread", [0.4, 1.5, 4.0])
def test_that_the_crossing_of_the_roc_is_the_equal_error_rate_to_a_step(spread: float) -> None:
    data = make_people([4] * 60, spread=spread)
    found = equal_error(data, rounds=1)
    assert found is not None
    assert crossing(roc_curve(data)) == pytest.approx(found.rate.value, abs=3e-3)


@settings(max_examples=30)
@given(counts=PEOPLE, seed=st.integers(0, 99))
def test_that_the_roc_never_rises_with_the_threshold(counts: list[int], seed: int) -> None:
    curve = roc_curve(make_people(counts, seed=seed))
    assert (np.diff(curve.threshold) > 0).all()
    assert (np.diff(curve.far) <= 0).all()
    assert (np.diff(curve.tar) <= 0).all()
    assert (curve.far[0], curve.tar[0], curve.far[-1], curve.tar[-1]) == (1, 1, 0, 0)
    assert 0 <= curve.auc <= 1


def test_that_the_area_is_the_share_of_ordered_pairs() -> None:
    data = make_people([3] * 15, spread=1.0)
    impostor, genuine = cosines(data)
    wins = [(g > i) + 0.5 * (g == i) for g, i in itertools.product(genuine.tolist(), impostor.tolist())]
    assert roc_curve(data).auc == pytest.approx(np.mean(wins), abs=1e-3)


@pytest.mark.parametrize("spread", [0.4, 0.8, 1.5, 4.0])
def test_that_the_equal_error_rate_is_that_of_the_slow_search(spread: float) -> None:
    data = make_people([1, 2, 3, 4] * 8, spread=spread)
    far, frr, threshold = slow_equal_error(*cosines(data))
    found = equal_error(data, rounds=20)
    assert found is not None
    assert (found.far, found.frr) == pytest.approx((far, frr))
    assert found.threshold == pytest.approx(threshold)
    assert found.rate.value == pytest.approx((far + frr) / 2)
    assert found.rate.low <= found.rate.value <= found.rate.high


@settings(max_examples=30, deadline=None)
@given(counts=PEOPLE, seed=st.integers(0, 99), spread=st.sampled_from([0.3, 1.0, 3.0]))
def test_that_the_equal_error_rate_lies_between_both_rates(counts: list[int], seed: int, spread: float) -> None:
    data = make_people(counts, seed=seed, spread=spread)
    found = equal_error(data, rounds=3)
    assert found is not None
    assert min(found.far, found.frr) <= found.rate.value <= max(found.far, found.frr)
    far, frr, _ = slow_equal_error(*cosines(data))
    assert abs(found.far - found.frr) == pytest.approx(abs(far - frr))


def test_that_equal_cosines_pass_or_fail_together() -> None:
    # All photographs are the same: nothing can be told apart, at any threshold.
    found = equal_error(plane([0.0] * 6, [0, 0, 1, 1, 2, 2]), rounds=5)
    assert found is not None
    assert {found.far, found.frr} == {0.0, 1.0}
    assert found.rate.value == 0.5


def test_that_people_far_apart_have_no_error() -> None:
    found = equal_error(plane([0, 1, 90, 91, 180, 181], [0, 0, 1, 1, 2, 2]), rounds=5)
    assert found is not None
    assert found.rate.value == 0.0
    assert math.cos(math.radians(89)) < found.threshold <= math.cos(math.radians(0.9))


def test_that_without_pairs_of_one_person_there_is_no_equal_error_rate() -> None:
    data = make_people([1] * 5)
    assert equal_error(data) is None
    assert math.isnan(roc_curve(data).auc)


def test_that_the_interval_of_the_equal_error_rate_shrinks_with_more_people() -> None:
    few, many = (equal_error(make_people([3] * people, spread=1.0), rounds=100) for people in (12, 120))
    assert few is not None
    assert many is not None
    assert many.rate.high - many.rate.low < 0.6 * (few.rate.high - few.rate.low)


def test_that_tar_is_counted_and_too_few_pairs_are_said() -> None:
    data = make_people([3] * 30)  # 3,915 pairs of two people
    targets = (1e-3, 1e-2)
    points = far_points(calibrate(data, targets=targets, rounds=50), targets)
    assert [point.far for point in points] == [1e-2, 1e-3]
    supported, refused = points
    assert (refused.threshold, refused.tar, refused.needed_pairs) == (None, None, 10_000)
    impostor, genuine = cosines(data)
    assert supported.threshold is not None
    assert supported.tar is not None
    assert np.mean(impostor >= supported.threshold) <= 0.01
    assert supported.tar.value == pytest.approx(np.mean(genuine >= supported.threshold))
    assert supported.tar.trials == 90
    assert supported.tar.low < supported.tar.value <= supported.tar.high


def test_that_tar_without_pairs_of_one_person_is_not_measured() -> None:
    targets = (1e-2,)
    (point,) = far_points(calibrate(make_people([1] * 60), targets=targets, rounds=5), targets)
    assert point.threshold is not None
    assert point.tar is None
