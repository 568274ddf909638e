"""Groups of faces against a slow average-link and a count of all pairs."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from attendance_training.evaluation import clustering
from attendance_training.evaluation.clustering import cluster, judge_clusters
from attendance_training.evaluation.embeddings import LabelledEmbeddings
from tests.unit.training.evaluation.made_up import make_people, plane


def slow_average_link(vectors: NDArray[np.float32], threshold: float) -> set[frozenset[int]]:
    groups = [[row] for row in range(len(vectors))]
    cosines = vectors.astype(np.float64) @ vectors.T.astype(np.float64)
    while len(groups) > 1:
        means = {
            (a, b): float(np.mean([cosines[i, j] for i in groups[a] for j in groups[b]]))
            for a, b in itertools.combinations(range(len(groups)), 2)
        }
        (a, b), best = max(means.items(), key=lambda item: item[1])
        if best < threshold:
            break
        groups[a] += groups.pop(b)
    return {frozenset(group) for group in groups}


def slow_pairs(group: NDArray[np.int64], person: NDArray[np.int64]) -> tuple[float, float, float]:
    joined = same = both = 0
    for i, j in itertools.combinations(range(len(group)), 2):
        joined += group[i] == group[j]
        same += person[i] == person[j]
        both += group[i] == group[j] and person[i] == person[j]
    precision = both / joined if joined else 1.0
    recall = both / same
    return precision, recall, 2 * both / (joined + same)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 999), threshold=st.sampled_from([0.2, 0.5, 0.8]))
def test_that_groups_are_those_of_the_slow_average_link(seed: int, threshold: float) -> None:
    data = make_people([3, 2, 4, 1, 3], seed=seed, spread=0.8)
    (group,) = cluster(data.vectors, (threshold,))
    found = {frozenset(np.flatnonzero(group == number).tolist()) for number in np.unique(group)}
    assert found == slow_average_link(data.vectors, threshold)


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 999), threshold=st.sampled_from([0.1, 0.4, 0.7, 0.99]))
def test_that_scores_are_those_of_all_pairs(seed: int, threshold: float) -> None:
    data = make_people([3, 2, 4, 1, 3], seed=seed, spread=0.8)
    (found,) = judge_clusters(data, (threshold,), rounds=5)
    (group,) = cluster(data.vectors, (threshold,))
    values = (found.precision.value, found.recall.value, found.f1.value)
    assert values == pytest.approx(slow_pairs(group, data.person))
    assert found.clusters == len(np.unique(group))
    assert (found.photos, found.people) == (13, 5)


def test_that_clear_people_are_sorted_without_a_mistake() -> None:
    (found,) = judge_clusters(plane([0, 2, 100, 103, 200], [0, 0, 1, 1, 2]), (0.9,), rounds=5)
    assert (found.precision.value, found.recall.value, found.f1.value) == (1.0, 1.0, 1.0)
    assert found.clusters == 3


def test_that_the_threshold_decides_between_one_group_and_many() -> None:
    data = make_people([3] * 5)
    loose, strict = judge_clusters(data, (-1.0, 0.9999), rounds=5)
    assert (loose.clusters, strict.clusters) == (1, 15)
    assert loose.recall.value == 1.0
    assert loose.precision.value == pytest.approx(15 / 105)
    assert (strict.precision.value, strict.recall.value, strict.f1.value) == (1.0, 0.0, 0.0)


def test_that_people_with_one_photograph_have_no_recall() -> None:
    (found,) = judge_clusters(make_people([1] * 6), (0.5,), rounds=5)
    assert math.isnan(found.recall.value)
    assert math.isnan(found.f1.value)


def test_that_the_interval_holds_the_value_and_shrinks_with_more_people() -> None:
    few, many = (judge_clusters(make_people([3] * n, spread=0.9), (0.5,), rounds=200)[0] for n in (15, 150))
    for found in (few, many):
        assert found.f1.low <= found.f1.value <= found.f1.high
    assert many.f1.high - many.f1.low < 0.6 * (few.f1.high - few.f1.low)


def test_that_the_order_of_the_faces_does_not_matter() -> None:
    data = make_people([3, 2, 4, 1, 3] * 3, spread=0.8)
    order = np.random.default_rng(3).permutation(data.people)
    rows = np.concatenate([np.flatnonzero(data.person == person) for person in order])
    number = np.empty(data.people, np.int64)
    number[order] = np.arange(data.people)
    mixed = LabelledEmbeddings(data.vectors[rows], number[data.person[rows]], data.people, data.photos, 0)
    first, other = (judge_clusters(d, (0.5,), rounds=2)[0] for d in (data, mixed))
    assert (first.clusters, first.f1.value) == pytest.approx((other.clusters, other.f1.value))


def test_that_people_are_drawn_when_there_are_too_many_photographs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clustering, "MAX_PHOTOS", 20)
    (found,) = judge_clusters(make_people([3] * 20), (0.5,), rounds=2)
    assert (found.photos, found.people) == (18, 6)
    with pytest.raises(ValueError, match="60 faces"):
        cluster(make_people([3] * 20).vectors, (0.5,))
