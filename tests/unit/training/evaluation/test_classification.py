"""Accuracy, precision, recall, F1 against a slow count with sets, and published examples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance_training.evaluation.classification import UNKNOWN, answers, classify, score_classes
from attendance_training.evaluation.open_set import OpenSetProbes, look_at_all
from tests.unit.training.evaluation.made_up import make_people

LABELS = st.lists(st.tuples(st.integers(-1, 5), st.integers(-1, 5)), min_size=1, max_size=40)


def slow_scores(true: Sequence[int], given: Sequence[int]) -> tuple[float, float, float, float]:
    precisions, recalls, f1s = [], [], []
    for label in set(true) | set(given):
        relevant = {place for place, value in enumerate(true) if value == label}
        answered = {place for place, value in enumerate(given) if value == label}
        precision = len(relevant & answered) / len(answered) if answered else 0.0
        recall = len(relevant & answered) / len(relevant) if relevant else 0.0
        precisions.append(precision)
        recalls.append(recall)
        f1s.append(2 * precision * recall / (precision + recall) if precision + recall else 0.0)
    accuracy = sum(a == b for a, b in zip(true, given, strict=True)) / len(true)
    classes = len(precisions)
    return accuracy, sum(precisions) / classes, sum(recalls) / classes, sum(f1s) / classes


@given(labels=LABELS)
def test_that_scores_are_those_of_the_slow_count(labels: list[tuple[int, int]]) -> None:
    true, answered = zip(*labels, strict=True)
    found = score_classes(np.array(true), np.array(answered))
    expected = slow_scores(true, answered)
    assert (found.accuracy, found.precision, found.recall, found.f1) == pytest.approx(expected)


@given(labels=LABELS, seed=st.integers(0, 99))
def test_that_the_order_of_the_probes_does_not_matter(labels: list[tuple[int, int]], seed: int) -> None:
    true, answered = (np.array(column) for column in zip(*labels, strict=True))
    order = np.random.default_rng(seed).permutation(len(true))
    first, mixed = score_classes(true, answered), score_classes(true[order], answered[order])
    assert (first.accuracy, first.precision, first.f1) == pytest.approx((mixed.accuracy, mixed.precision, mixed.f1))


def test_that_scores_match_an_example_by_hand() -> None:
    # Class 0: TP 2, FP 0, FN 0. Class 1: TP 0, FP 1, FN 2. Class 2: TP 0, FP 2, FN 1.
    found = score_classes(np.array([0, 1, 2, 0, 1]), np.array([0, 2, 1, 0, 2]))
    assert found.accuracy == pytest.approx(2 / 5)
    assert (found.precision, found.recall, found.f1) == pytest.approx((1 / 3, 1 / 3, 1 / 3))


def test_that_macro_f1_is_the_mean_of_f1_and_not_the_f1_of_means() -> None:
    # Class 0: P 1, R 1/2, F1 2/3. Class 1: P 1/3, R 1, F1 1/2.
    found = score_classes(np.array([0, 0, 0, 0, 1]), np.array([0, 0, 1, 1, 1]))
    assert found.f1 == pytest.approx((2 / 3 + 1 / 2) / 2)
    assert found.f1 != pytest.approx(2 * found.precision * found.recall / (found.precision + found.recall))


def make_probes() -> OpenSetProbes:
    """Two enrolled people; probes: one right, one refused, one misnamed; strangers: two refused, one named."""
    return OpenSetProbes(
        enrolled=np.array([3, 5]),
        templates=1,
        mated_person=np.array([3, 3, 5]),
        mated_named=np.array([3, 3, 3]),
        mated_similarity=np.array([0.9, 0.2, 0.8], np.float32),
        mated_rank=np.array([1, 1, 2]),
        stranger_person=np.array([0, 1, 2]),
        stranger_named=np.array([5, 3, 3]),
        stranger_similarity=np.array([0.1, 0.7, 0.5], np.float32),
    )


def test_that_answers_below_the_threshold_are_unknown() -> None:
    true, answered = answers(make_probes(), 0.71)
    assert true.tolist() == [3, 3, 5, UNKNOWN, UNKNOWN, UNKNOWN]
    assert answered.tolist() == [3, UNKNOWN, 3, UNKNOWN, UNKNOWN, UNKNOWN]
    at_least = float(np.float32(0.7))
    assert answers(make_probes(), at_least)[1].tolist() == [3, UNKNOWN, 3, UNKNOWN, 3, UNKNOWN]


def test_that_probes_are_counted_by_what_became_of_them() -> None:
    found = classify(make_probes(), 0.6, rounds=100)
    assert found.probes == 6
    assert found.classes == 3
    assert (found.named.value, found.misnamed.value, found.refused.value) == pytest.approx((1 / 3,) * 3)
    assert found.named.trials == 3
    assert found.strangers_named.value == pytest.approx(1 / 3)
    assert found.accuracy.value == pytest.approx(3 / 6)
    # Class 3: TP 1, FP 2, FN 1; class 5: nothing right; unknown: TP 2, FP 1, FN 1.
    assert found.precision.value == pytest.approx((1 / 3 + 0 + 2 / 3) / 3)
    assert found.recall.value == pytest.approx((1 / 2 + 0 + 2 / 3) / 3)
    assert found.f1.value == pytest.approx((2 / 5 + 0 + 4 / 6) / 3)
    assert found.unknown_precision.value == pytest.approx(2 / 3)
    assert found.unknown_precision.trials == 3


def test_that_intervals_hold_the_values_and_are_not_biased() -> None:
    probes = look_at_all(make_people([4, 2, 1] * 60, spread=0.9), enrolled=2)
    assert probes is not None
    found = classify(probes, 0.55, rounds=300)
    for estimate in (found.accuracy, found.precision, found.recall, found.f1, found.named, found.strangers_named):
        assert 0 < estimate.low < estimate.value < estimate.high < 1
        middle = (estimate.low + estimate.high) / 2
        assert abs(middle - estimate.value) < 0.35 * (estimate.high - estimate.low)


def test_that_a_threshold_above_all_names_nobody() -> None:
    found = classify(make_probes(), 1.1, rounds=20)
    assert (found.named.value, found.refused.value, found.strangers_named.value) == (0.0, 1.0, 0.0)
    assert found.unknown_precision.value == 0.5
    everybody = classify(make_probes(), -1.0, rounds=20)
    assert np.isnan(everybody.unknown_precision.value)
