"""Thresholds of photographs against people's means: counted slowly, and no stranger more than was aimed at."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from attendance_training.evaluation.calibration import calibrate, measure
from attendance_training.evaluation.embeddings import LabelledEmbeddings
from attendance_training.evaluation.person_calibration import CHOICES, calibrate_people, score_people
from tests.unit.training.evaluation.made_up import make_people

DATA = make_people([4, 3, 1] * 40, seed=3, spread=1.0)
TARGETS = (1e-1, 1e-2)


def draw_false_matches(data: LabelledEmbeddings, enrolled: int, threshold: float, draws: int = 30) -> float:
    """Share of photographs of others that reach the threshold with a person's mean, the slow way."""
    rng = np.random.default_rng(9)
    reached = compared = 0
    for _ in range(draws):
        for person in range(data.people):
            own = np.flatnonzero(data.person == person)
            if len(own) < enrolled:
                continue
            mean = data.vectors[rng.choice(own, enrolled, replace=False)].sum(axis=0)
            cosines = data.vectors[data.person != person] @ (mean / np.linalg.norm(mean))
            reached += int((cosines >= threshold).sum())
            compared += len(cosines)
    return reached / compared


@pytest.mark.parametrize("enrolled", [1, 3])
def test_that_as_many_strangers_match_a_person_as_aimed_at(enrolled: int) -> None:
    found = calibrate_people(DATA, enrolled=enrolled, targets=TARGETS, rounds=20)
    assert found.photos_per_person == enrolled
    assert [point.fmr for point in found.points] == list(TARGETS)
    for point in found.points:
        assert draw_false_matches(DATA, enrolled, point.threshold) == pytest.approx(point.fmr, rel=0.15)
        assert point.low <= point.threshold <= point.high


def test_that_a_drawn_person_counts_as_often_as_drawn_on_both_sides() -> None:
    counts = np.bincount(DATA.person)
    cosines = DATA.vectors @ DATA.vectors.T
    cosines[DATA.person[:, None] == DATA.person[None, :]] = -1.0
    times = np.ones(DATA.people, np.int64)
    times[DATA.person[np.argsort(-cosines.max(axis=1))[:40]]] = 6  # those who resemble each other most
    weighted = times * counts  # every one has a mean
    pairs = CHOICES * int(weighted.sum() * times.sum() - (weighted * times).sum())
    (threshold,), _ = measure(score_people(DATA, enrolled=1, keep=0.8, seed=1), times, pairs, [1e-2])
    weights = (times / counts)[DATA.person][:, None] * times[DATA.person][None, :] * (cosines > -1.0)
    assert float(weights[cosines >= threshold].sum() / weights.sum()) == pytest.approx(1e-2, rel=0.1)
    one_sided = weights / times[DATA.person][:, None]
    assert float(one_sided[cosines >= threshold].sum() / one_sided.sum()) < 0.8e-2


def test_that_comparisons_are_counted_once() -> None:
    found = calibrate_people(DATA, enrolled=3, targets=TARGETS, rounds=5)
    # 40 people with 4 photographs and 40 with 3 have a mean; each meets the photographs of all others.
    photos = 40 * (4 + 3 + 1)
    assert found.impostor_pairs == 40 * (photos - 4) + 40 * (photos - 3)
    assert found.genuine_pairs == 40  # the fourth photograph of those who have four


def test_that_a_mean_refuses_fewer_people_than_a_single_photograph() -> None:
    pairs = calibrate(DATA, targets=TARGETS, rounds=5).points
    people = calibrate_people(DATA, enrolled=3, targets=TARGETS, rounds=5).points
    for pair, person in zip(pairs, people, strict=True):
        assert person.tar > pair.tar


def test_that_the_same_seed_gives_the_same_points() -> None:
    one, two = (calibrate_people(DATA, targets=TARGETS, rounds=5, seed=4) for _ in range(2))
    assert one == two


def test_that_nobody_with_enough_photographs_gives_no_points() -> None:
    found = calibrate_people(make_people([2] * 10), enrolled=3, rounds=5)
    assert (found.points, found.impostor_pairs) == ((), 0)


def test_that_all_cosines_are_never_held_at_once() -> None:
    data = make_people([4] * 2500)
    tracemalloc.start()
    score_people(data, enrolled=3, keep=1e-4, seed=1)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4 * len(data.person) * data.people / 2
