"""Wilson against published values, intervals of draws, and the wider of both."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance_training.evaluation.intervals import draw_people, from_draws, proportion, wilson


@pytest.mark.parametrize(
    ("successes", "trials", "low", "high"),
    # Newcombe, Statistics in Medicine 17 (1998), table I, method 3.
    [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_that_wilson_gives_the_published_intervals(successes: int, trials: int, low: float, high: float) -> None:
    found = wilson(successes, trials)
    assert (round(found.low, 4), round(found.high, 4)) == (low, high)
    assert found.value == successes / trials
    assert found.trials == trials


@given(trials=st.integers(1, 10_000), share=st.floats(0, 1))
def test_that_wilson_holds_the_share_and_mirrors(trials: int, share: float) -> None:
    successes = round(share * trials)
    found, mirrored = wilson(successes, trials), wilson(trials - successes, trials)
    assert 0 <= found.low <= found.value <= found.high <= 1
    assert found.high - found.low > 0
    assert found.low == pytest.approx(1 - mirrored.high, abs=1e-12)


def test_that_wilson_of_nothing_is_no_number() -> None:
    assert math.isnan(wilson(0, 0).value)
    assert math.isnan(wilson(0, 0).low)
    with pytest.raises(ValueError, match="3 of 2"):
        wilson(3, 2)


def test_that_draws_give_the_middle_95_percent() -> None:
    found = from_draws(0.5, np.arange(1001) / 1000, 7)
    assert (found.value, found.low, found.high, found.trials) == (0.5, 0.025, 0.975, 7)


def test_that_draws_that_could_not_be_measured_are_left_out() -> None:
    found = from_draws(0.5, np.array([0.4, math.nan, 0.6]), 7)
    assert 0.4 <= found.low < found.high <= 0.6
    assert math.isnan(from_draws(0.5, np.array([math.nan]), 7).low)


def test_that_an_interval_always_holds_its_value() -> None:
    found = from_draws(0.9, np.array([0.1, 0.2, 0.3]), 3)
    assert found.high == 0.9


def test_that_no_error_at_all_is_no_certainty() -> None:
    # Draws say 0 - 0; Wilson 0 - 3.7 % (about the rule of three).
    found = proportion(0.0, np.zeros(100), 100)
    assert found.low == 0.0
    assert found.high == pytest.approx(wilson(0, 100).high)
    assert 0.03 < found.high < 0.04


def test_that_a_proportion_is_as_wide_as_its_draws() -> None:
    found = proportion(0.5, np.linspace(0.0, 1.0, 1001), 10_000)
    assert (found.low, found.high) == (0.025, 0.975)
    assert math.isnan(proportion(math.nan, np.zeros(3), 5).low)


@given(people=st.integers(1, 40), seed=st.integers(0, 100))
def test_that_each_draw_has_as_many_people_as_there_are(people: int, seed: int) -> None:
    draws = list(draw_people(people, rounds=3, seed=seed))
    assert [draw.sum() for draw in draws] == [people] * 3
    assert all(len(draw) == people for draw in draws)
    again = list(draw_people(people, rounds=3, seed=seed))
    assert all((a == b).all() for a, b in zip(draws, again, strict=True))
