"""Identification against cases counted by hand and a slow search."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attendance_training.evaluation.embeddings import LabelledEmbeddings
from attendance_training.evaluation.intervals import wilson
from attendance_training.evaluation.open_set import (
    OpenSetProbes,
    fnir_at_fpir,
    identification_curve,
    look_at_all,
    match_characteristic,
)
from tests.unit.training.evaluation.made_up import make_people, plane

# Two people with a template and a probe, at 0 and 90 degrees; that of the second is nearer to the first. A stranger.
DATA = plane([0, 10, 90, 40, 200], [0, 0, 1, 1, 2])


def looks_of(data: LabelledEmbeddings, **options: int) -> OpenSetProbes:
    probes = look_at_all(data, **options)
    assert probes is not None
    return probes


def many(seed: int = 1, spread: float = 1.0) -> OpenSetProbes:
    return looks_of(make_people([4, 2, 1] * 60, seed=seed, spread=spread), enrolled=2)


def test_that_everybody_is_compared_with_everybody_enrolled() -> None:
    probes = looks_of(DATA, enrolled=1, roster=2)
    assert probes.enrolled.tolist() == [0, 1]
    assert probes.mated_person.tolist() == [0, 1]
    assert probes.mated_named.tolist() == [0, 0]
    np.testing.assert_allclose(probes.mated_similarity, np.cos(np.radians([10, 40])), atol=1e-6)
    assert probes.mated_rank.tolist() == [1, 2]
    assert probes.stranger_person.tolist() == [2]
    assert probes.stranger_named.tolist() == [1]
    np.testing.assert_allclose(probes.stranger_similarity, np.cos(np.radians([110])), atol=1e-6)


def test_that_a_person_is_the_mean_of_the_templates() -> None:
    data = plane([0, 60, 55, 180, 240, 235, 100], [0, 0, 0, 1, 1, 1, 2])
    probes = looks_of(data, enrolled=2, roster=2)
    np.testing.assert_allclose(probes.mated_similarity, np.cos(np.radians([25, 25])), atol=1e-6)
    np.testing.assert_allclose(probes.stranger_similarity, np.cos(np.radians([70])), atol=1e-6)


def test_that_equal_similarities_count_against_the_own_person() -> None:
    probes = looks_of(plane([0, 20, 0, 20, 200], [0, 0, 1, 1, 2]), enrolled=1, roster=2)
    assert probes.mated_rank.tolist() == [2, 2]


def test_that_at_most_half_of_the_people_are_enrolled() -> None:
    probes = looks_of(make_people([4] * 10), enrolled=3)
    assert len(probes.enrolled) == 5
    assert len(probes.mated_person) == 5
    assert len(probes.stranger_person) == 20
    assert set(probes.enrolled) & set(probes.stranger_person.tolist()) == set()
    other = looks_of(make_people([4] * 10), enrolled=3, seed=2)
    assert probes.enrolled.tolist() != other.enrolled.tolist()


def test_that_nobody_left_to_look_is_no_identification() -> None:
    assert look_at_all(make_people([3] * 10), enrolled=3) is None
    with pytest.raises(ValueError, match="roster of 11"):
        look_at_all(make_people([4] * 10), enrolled=3, roster=11)
    with pytest.raises(ValueError, match="a stranger"):
        look_at_all(make_people([4] * 10), enrolled=3, roster=10)


def test_that_the_search_is_that_of_a_slow_one() -> None:
    data = make_people([4, 2, 1] * 30, spread=1.2)
    probes = looks_of(data, enrolled=2)
    rows = {person: np.flatnonzero(data.person == person) for person in range(data.people)}
    expected = []
    for person in probes.enrolled.tolist():
        for row in rows[person][2:]:
            best = {
                other: float(data.vectors[row] @ mean) / float(np.sqrt(mean @ mean))
                for other in probes.enrolled.tolist()
                for mean in [data.vectors[rows[other][0]] + data.vectors[rows[other][1]]]
            }
            ranking = sorted(best, key=lambda other: -best[other])
            expected.append((person, ranking[0], best[ranking[0]], ranking.index(person) + 1))
    assert probes.mated_person.tolist() == [e[0] for e in expected]
    assert probes.mated_named.tolist() == [e[1] for e in expected]
    np.testing.assert_allclose(probes.mated_similarity, [e[2] for e in expected], atol=1e-6)
    assert probes.mated_rank.tolist() == [e[3] for e in expected]
    assert max(probes.mated_rank) > 2  # else the ranks would say nothing


def test_that_fnir_counts_refused_and_misnamed_probes_at_the_measured_fpir() -> None:
    probes = many()
    points = fnir_at_fpir(probes, targets=(0.05, 0.1), rounds=50)
    assert [point.fpir for point in points] == [0.1, 0.05]
    wide = points[0]
    assert wide.threshold is not None
    assert wide.fnir is not None
    accepted = sum(value >= wide.threshold for value in probes.stranger_similarity.tolist())
    assert accepted == int(0.1 * len(probes.stranger_similarity))
    missed = sum(
        not (rank == 1 and value >= wide.threshold)
        for rank, value in zip(probes.mated_rank.tolist(), probes.mated_similarity.tolist(), strict=True)
    )
    assert wide.fnir.value == pytest.approx(missed / len(probes.mated_rank))
    assert wide.fnir.trials == len(probes.mated_rank) == 120
    counted = wilson(missed, 120)
    assert wide.fnir.low <= counted.low + 1e-12
    assert wide.fnir.high >= counted.high - 1e-12
    assert 0 < missed < 120


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 999))
def test_that_fnir_falls_as_fpir_rises(seed: int) -> None:
    probes = many(seed)
    points = fnir_at_fpir(probes, targets=(0.3, 0.2, 0.1, 0.06), rounds=2)
    rates = [point.fnir.value for point in points if point.fnir]
    assert len(rates) == 4
    assert rates == sorted(rates)
    curve = identification_curve(probes)
    assert (np.diff(curve.threshold) > 0).all()
    assert (np.diff(curve.fpir) < 0).all()
    assert (np.diff(curve.fnir) >= 0).all()
    assert (curve.fpir[0], curve.fpir[-1]) == (1.0, 0.0)


def test_that_the_curve_counts_at_its_thresholds() -> None:
    probes = many()
    curve = identification_curve(probes)
    place = len(curve.threshold) // 2
    threshold = curve.threshold[place]
    assert curve.fpir[place] == pytest.approx(np.mean(probes.stranger_similarity >= threshold))
    found = (probes.mated_rank == 1) & (probes.mated_similarity >= threshold)
    assert curve.fnir[place] == pytest.approx(1 - np.mean(found))


def test_that_too_few_strangers_are_said() -> None:
    probes = many()  # 180 probes of strangers
    refused = fnir_at_fpir(probes, targets=(0.01,), rounds=5)[0]
    assert (refused.threshold, refused.fnir, refused.needed_probes) == (None, None, 1000)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 99))
def test_that_the_order_of_the_people_does_not_matter(seed: int) -> None:
    data = make_people([4, 2, 1] * 40, spread=1.0)
    order = np.random.default_rng(seed).permutation(data.people)
    rows = np.concatenate([np.flatnonzero(data.person == person) for person in order])
    number = np.empty(data.people, np.int64)
    number[order] = np.arange(data.people)
    mixed = LabelledEmbeddings(data.vectors[rows], number[data.person[rows]], data.people, data.photos, 0)
    points = [fnir_at_fpir(looks_of(d, enrolled=2), targets=(0.1,), rounds=2)[0] for d in (data, mixed)]
    assert points[0].fnir is not None
    assert points[1].fnir is not None
    assert points[0].fnir.value == points[1].fnir.value
    assert points[0].threshold == pytest.approx(points[1].threshold, abs=1e-6)


def test_that_the_cmc_rises_from_rank_one() -> None:
    probes = many(spread=1.5)
    shares = match_characteristic(probes, ranks=5, rounds=20)
    values = [share.value for share in shares]
    assert values == sorted(values)
    assert values == pytest.approx([np.mean(probes.mated_rank <= rank) for rank in range(1, 6)])
    assert values[0] < values[-1]
    assert all(share.low <= share.value <= share.high for share in shares)
    assert len(match_characteristic(looks_of(DATA, enrolled=1, roster=2), ranks=20, rounds=2)) == 2


def test_that_people_with_many_probes_widen_the_interval() -> None:
    # 10 people with 20 equal probes each: 5 always found, 5 never. Wilson over 200 probes would be far narrower.
    mated = np.repeat(np.arange(10), 20)
    found = mated < 5
    probes = OpenSetProbes(
        enrolled=np.arange(10),
        templates=1,
        mated_person=mated,
        mated_named=np.where(found, mated, 9 - mated),
        mated_similarity=np.full(200, 0.9, np.float32),
        mated_rank=np.where(found, 1, 2),
        stranger_person=np.arange(10, 110),
        stranger_named=np.zeros(100, np.int64),
        stranger_similarity=np.linspace(0, 0.5, 100, dtype=np.float32),
    )
    (point,) = fnir_at_fpir(probes, targets=(0.1,), rounds=300)
    assert point.fnir is not None
    assert point.fnir.value == 0.5
    counted = wilson(100, 200)
    assert point.fnir.high - point.fnir.low > 2 * (counted.high - counted.low)
