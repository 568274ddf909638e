"""When a difference may be told, and when it may not."""

from __future__ import annotations

import math

import numpy as np
import pytest

pytest.importorskip("torch")

from attendance_training.evaluation.calibration import calibrate
from attendance_training.sweep.measure import TarDraws
from attendance_training.sweep.statistics import compare, paired, people_interval, spread
from tests.unit.training.evaluation.made_up import make_people


def draws(values: list[float], *, people_noise: float, shared: float = 0.0) -> list[TarDraws]:
    """Networks of three seeds; ``shared`` moves every draw of every network alike, as hard people do."""
    rng = np.random.default_rng(1)
    common = shared * rng.normal(size=500)
    return [TarDraws(v, v + common + people_noise * rng.normal(size=500), 100) for v in values]


def test_that_spread_is_mean_and_sample_deviation() -> None:
    found = spread([0.1, 0.2, 0.6])
    assert found.mean == pytest.approx(0.3)
    assert found.seeds == 3
    assert found.deviation == pytest.approx(math.sqrt((0.04 + 0.01 + 0.09) / 2))
    assert math.isnan(spread([0.5]).deviation)


def test_that_paired_is_students_interval() -> None:
    found = paired([0.01, 0.02, 0.03])
    half = 4.302653 * 0.01 / math.sqrt(3)  # t of 2 degrees of freedom at 0.975
    assert (found.value, found.low, found.high) == pytest.approx((0.02, 0.02 - half, 0.02 + half), abs=1e-7)
    assert paired([0.5]).low == -math.inf


def test_that_a_steady_difference_is_told() -> None:
    found = compare(
        "a", draws([0.6, 0.61, 0.62], people_noise=0.002), "b", draws([0.5, 0.51, 0.52], people_noise=0.002)
    )
    assert found.is_told
    assert found.by_seed.value == pytest.approx(0.1)
    assert found.sentence == "a is better than b on these people, by 10.0 points"
    turned = compare(
        "b", draws([0.5, 0.51, 0.52], people_noise=0.002), "a", draws([0.6, 0.61, 0.62], people_noise=0.002)
    )
    assert turned.sentence == found.sentence


def test_that_luck_of_the_seeds_is_no_difference() -> None:
    found = compare("a", draws([0.6, 0.5, 0.7], people_noise=0.002), "b", draws([0.5, 0.55, 0.52], people_noise=0.002))
    assert found.by_people.low > 0
    assert not found.is_told
    assert found.sentence == "No difference can be told between a and b"


def test_that_luck_of_the_people_is_no_difference() -> None:
    found = compare("a", draws([0.51, 0.52, 0.53], people_noise=0.2), "b", draws([0.5, 0.51, 0.52], people_noise=0.3))
    assert found.by_seed.low > 0
    assert not found.is_told


def test_that_people_who_are_hard_for_both_do_not_hide_a_difference() -> None:
    first, second = (draws(v, people_noise=0.001, shared=0.2) for v in ([0.6, 0.6, 0.61], [0.5, 0.5, 0.51]))
    assert people_interval(first).low < people_interval(second).high  # alone they overlap
    assert compare("a", first, "b", second).is_told


def test_that_the_tar_and_its_interval_are_those_of_calibrate() -> None:
    data = make_people([3] * 60, spread=0.9)
    found = TarDraws.of(data, 0.01, rounds=400, seed=5)
    point = calibrate(data, targets=(0.01,), rounds=400, seed=5).points[0]
    assert found.value == point.tar
    low, high = np.percentile(found.draws, [2.5, 97.5])
    assert (low, high) == pytest.approx((point.tar_low, point.tar_high))
    assert found.pairs == 180


def test_that_the_same_draws_are_of_the_same_people() -> None:
    data = make_people([3] * 30, spread=0.9)
    np.testing.assert_array_equal(TarDraws.of(data, 0.05).draws, TarDraws.of(data, 0.05).draws)
    same = [TarDraws.of(data, 0.05)] * 3
    nothing = compare("a", same, "a again", same)
    assert (nothing.by_people.low, nothing.by_people.high) == (0.0, 0.0)
    assert not nothing.is_told


def test_that_people_without_pairs_have_no_rate() -> None:
    assert math.isnan(TarDraws.of(make_people([1] * 30), 0.05, rounds=3).value)
