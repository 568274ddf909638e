"""95 % intervals: Wilson's for independent trials, draws of people for trials that share a person."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Z_95 = 1.959963984540054
"""0.975 quantile of the standard normal distribution."""
_INTERVAL_PERCENT = (2.5, 97.5)
ROUNDS = 1000
"""Draws of people for one interval."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A measured number and its 95 % interval.

    Attributes:
        value: nan when nothing was measured.
        low: lower end; likewise.
        high: upper end; likewise.
        trials: what was counted: pairs, probes or people.
    """

    value: float
    low: float
    high: float
    trials: int


def wilson(successes: float, trials: int) -> Estimate:
    """Return a proportion with Wilson's score interval, which is right for 0 and for all successes too.

    Source: Wilson, JASA 22 (1927) 209-212; recommended for small samples by Newcombe, Statistics in Medicine 17
    (1998) 857-872, method 3.

    Args:
        successes: 0..trials.
        trials: 0 gives nan.

    Raises:
        ValueError: not 0 <= successes <= trials.
    """
    if not 0 <= successes <= trials:
        raise ValueError(f"{successes} of {trials} is not a proportion")
    if not trials:
        return Estimate(math.nan, math.nan, math.nan, 0)
    share = successes / trials
    z2 = Z_95 * Z_95 / trials
    centre = share + z2 / 2
    half = Z_95 * math.sqrt(share * (1 - share) / trials + z2 / (4 * trials))
    # Rounding may leave the exact ends 0 and 1 by 1e-17.
    low = 0.0 if successes == 0 else (centre - half) / (1 + z2)
    high = 1.0 if successes == trials else (centre + half) / (1 + z2)
    return Estimate(share, min(low, share), max(high, share), trials)


def from_draws(value: float, draws: NDArray[np.float64], trials: int) -> Estimate:
    """Return a number with the interval that holds 95 % of its bootstrap draws.

    Args:
        value: measured on all people.
        draws: (rounds,) measured on draws of people; nan where a draw could not be measured.
        trials: as in ``Estimate``.
    """
    usable = draws[np.isfinite(draws)]
    if math.isnan(value) or not len(usable):
        return Estimate(value, math.nan, math.nan, trials)
    low, high = np.percentile(usable, _INTERVAL_PERCENT)
    return Estimate(value, min(float(low), value), max(float(high), value), trials)


def proportion(value: float, draws: NDArray[np.float64], trials: int) -> Estimate:
    """Return a share of trials with the wider of both intervals at either end.

    Draws of people see that trials of one person go together, but without a single error they would claim certainty;
    Wilson's interval does the opposite.

    Args:
        value: share of ``trials``, 0..1, or nan.
        draws: as in ``from_draws``.
        trials: 0 gives nan.
    """
    if math.isnan(value) or not trials:
        return Estimate(math.nan, math.nan, math.nan, trials)
    drawn, counted = from_draws(value, draws, trials), wilson(min(value * trials, trials), trials)
    ends = [end for end in (drawn.low, drawn.high) if not math.isnan(end)]
    return Estimate(value, min([counted.low, *ends]), max([counted.high, *ends]), trials)


def draw_people(people: int, *, rounds: int, seed: int) -> Iterator[NDArray[np.int64]]:
    """Yield ``rounds`` times how often each person was drawn, with replacement.

    Source: Poh, Martin, Bengio, IEEE PAMI 2007; a person drawn twice counts twice in every pair with others.

    Yields:
        (people,) int64, sum ``people``.
    """
    rng = np.random.default_rng(seed)
    for _ in range(rounds):
        yield np.bincount(rng.integers(0, people, people), minlength=people).astype(np.int64)
