"""The 10-fold protocol against a slow one."""

from __future__ import annotations

import itertools
import math
import statistics

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from attendance_training.evaluation.intervals import wilson
from attendance_training.evaluation.ten_fold import FoldedPairs, best_threshold, ten_fold

SCORED = st.lists(st.tuples(st.integers(-10, 10), st.booleans()), min_size=1, max_size=30)


def make_pairs(folds: int, pairs: int, *, seed: int = 3) -> FoldedPairs:
    rng = np.random.default_rng(seed)
    is_same = np.tile(np.arange(2 * pairs) < pairs, folds)
    similarity = (rng.normal(size=len(is_same)) * 0.2 + 0.4 * is_same).astype(np.float32)
    return FoldedPairs(similarity, is_same, np.repeat(np.arange(folds), 2 * pairs), 0, "made up")


def right_answers(similarity: NDArray[np.float32], is_same: NDArray[np.bool_], threshold: float) -> int:
    return sum((value >= threshold) == same for value, same in zip(similarity.tolist(), is_same.tolist(), strict=True))


@given(scored=SCORED)
def test_that_the_best_threshold_cannot_be_beaten(scored: list[tuple[int, bool]]) -> None:
    similarity = np.array([value / 10 for value, _ in scored], np.float32)
    is_same = np.array([same for _, same in scored])
    found = right_answers(similarity, is_same, best_threshold(similarity, is_same))
    tried = [*similarity.tolist(), *(np.nextafter(similarity, np.float32(2))).tolist()]
    assert found == max(right_answers(similarity, is_same, value) for value in tried)


def test_that_the_best_threshold_lies_in_the_middle_of_the_gap() -> None:
    threshold = best_threshold(np.array([0.8, 0.1, 0.3, 0.6], np.float32), np.array([True, False, False, True]))
    assert threshold == pytest.approx(0.45)


def test_that_the_accuracy_is_that_of_the_slow_protocol() -> None:
    pairs = make_pairs(10, 30)
    accuracies = []
    for fold in range(10):
        train, test = pairs.fold != fold, pairs.fold == fold
        candidates = sorted(pairs.similarity[train].tolist())
        middles = [(a + b) / 2 for a, b in itertools.pairwise(candidates)]
        best = max(middles, key=lambda t: right_answers(pairs.similarity[train], pairs.is_same[train], t))
        accuracies.append(right_answers(pairs.similarity[test], pairs.is_same[test], best) / test.sum())
    found = ten_fold(pairs)
    assert found.folds == pytest.approx(accuracies)
    assert found.accuracy.value == pytest.approx(statistics.mean(accuracies))
    assert found.standard_error == pytest.approx(statistics.stdev(accuracies) / math.sqrt(10))
    # Student's t with 9 degrees of freedom: 2.262.
    half = 2.262157 * found.standard_error
    counted = wilson(found.accuracy.value * 600, 600)
    assert found.accuracy.low == pytest.approx(min(found.accuracy.value - half, counted.low))
    assert found.accuracy.high == pytest.approx(max(found.accuracy.value + half, counted.high))
    assert found.accuracy.trials == 600


def test_that_the_tested_fold_has_no_say_in_its_threshold() -> None:
    # The pairs of fold 0 are easy at 0.9, those of fold 1 at 0.1: each is judged by the other's threshold.
    similarity = np.array([0.95, 0.85, 0.15, 0.05], np.float32)
    pairs = FoldedPairs(similarity, np.array([True, False, True, False]), np.array([0, 0, 1, 1]), 0, "")
    found = ten_fold(pairs)
    assert found.thresholds == pytest.approx((0.1, 0.9))
    assert found.folds == (0.5, 0.5)


@given(seed=st.integers(0, 50))
def test_that_the_order_of_the_pairs_does_not_matter(seed: int) -> None:
    pairs = make_pairs(4, 10)
    order = np.random.default_rng(seed).permutation(len(pairs.fold))
    mixed = FoldedPairs(pairs.similarity[order], pairs.is_same[order], pairs.fold[order], 0, "made up")
    assert ten_fold(mixed) == ten_fold(pairs)


def test_that_all_answers_right_is_no_certainty() -> None:
    is_same = np.tile([True, False], 20)
    found = ten_fold(FoldedPairs(is_same.astype(np.float32), is_same, np.repeat(np.arange(10), 4), 0, ""))
    assert found.accuracy.value == 1.0
    assert found.standard_error == 0.0
    assert found.accuracy.low == pytest.approx(wilson(40, 40).low)


def test_that_one_fold_or_an_empty_one_is_refused() -> None:
    one = make_pairs(1, 5)
    with pytest.raises(ValueError, match="two folds"):
        ten_fold(one)
    with pytest.raises(ValueError, match="two folds"):
        ten_fold(FoldedPairs(one.similarity, one.is_same, one.fold * 0 + np.repeat([0, 2], 5), 0, ""))
