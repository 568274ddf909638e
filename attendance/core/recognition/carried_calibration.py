"""Operating points of a recognizer that was never measured, from one that was and the site's own photographs.

A site has too few people to measure a false match rate of one in ten thousand. What it can measure is where the cosines
of different people lie: their mean and their spread. Both recognizers see the same photographs of the same people, so a
threshold that stands z spreads above the mean with the one is taken to have the same rate at z spreads above the mean
with the other. The spread is the larger of two: the standard deviation, and one that looks at the nearest strangers
(the eighth root of the mean eighth power of what lies above the mean), because recognizers differ most in their tails.
docs/results/carried-calibration.md says how far that holds.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from attendance.core.recognition.matching import person_means
from attendance.core.types import FloatArray, FmrPoint

LEAST_PEOPLE = 10
"""Fewer say next to nothing about a spread: with 10 people there are 45 pairs."""
ENOUGH_PEOPLE = 60
"""With fewer, thresholds are those of a several times smaller rate (docs/results/carried-calibration.md)."""
MOST_PEOPLE = 1000
"""Of more, as many are drawn: the sums of all pairs are held at once (16 MB)."""
_ROUNDS = 300
_HIGH_PERCENT = 97.5
_LOW_PERCENT = 2.5
_NORMAL_95 = 1.96
_LEAST_SPREAD = 1e-3
_TAIL_POWER = 8


class ScoresTooFlat(ValueError):
    """The cosines of different people are all the same: this is no recognizer."""


def carry_over(
    points: Sequence[FmrPoint],
    measured: FloatArray,
    other: FloatArray,
    people: NDArray[np.int64],
    *,
    seed: int = 20261128,
) -> tuple[FmrPoint, ...]:
    """Return the operating points of the other recognizer.

    A score is the cosine of one photograph to the mean of another person's. The threshold is the upper end of the 95 %
    interval that comes from drawing people with replacement, so that chance in few photographs makes a door stricter,
    never looser. How well the given points are known is in the interval of the new ones, not in their thresholds: it
    is the same doubt for both recognizers, and would add up where one is derived from the other again and again.

    Args:
        points: of the measured recognizer.
        measured: (N, D) float32 unit rows of the measured recognizer.
        other: (N, E) float32 unit rows of the other one, of the same photographs in the same order.
        people: (N,) whose photographs they are; at least ``LEAST_PEOPLE``.
        seed: of the draws.

    Returns:
        As many points with the same rates.

    Raises:
        ScoresTooFlat: the other recognizer answers nearly the same for everybody.
        ValueError: too few people, or arrays of different lengths.
    """
    if not len(measured) == len(other) == len(people):
        raise ValueError(f"{len(measured)}, {len(other)} and {len(people)} rows are not of the same photographs")
    rng = np.random.default_rng(seed)
    names = np.unique(people)
    if len(names) < LEAST_PEOPLE:
        raise ValueError(f"{len(names)} people are fewer than {LEAST_PEOPLE}")
    if len(names) > MOST_PEOPLE:
        names = rng.choice(names, MOST_PEOPLE, replace=False)
        is_drawn = np.isin(people, names)
        measured, other, people = measured[is_drawn], other[is_drawn], people[is_drawn]
    from_scores, to_scores = _PairSums(measured, people), _PairSums(other, people)
    thresholds = np.array([point.threshold for point in points])
    spreads = np.array([(point.high - point.low) / (2 * _NORMAL_95) for point in points])
    for scores in (from_scores, to_scores):
        flatness = scores.spread(np.ones(len(names)))[1]
        if not flatness >= _LEAST_SPREAD:
            raise ScoresTooFlat(f"the cosines of different people spread by {flatness:.5f}")
    carried, doubted = [], []
    for _ in range(_ROUNDS):
        times = np.bincount(rng.integers(0, len(names), len(names)), minlength=len(names)).astype(np.float64)
        from_mean, *from_spreads = from_scores.spread(times)
        to_mean, *to_spreads = to_scores.spread(times)
        ratio = max(to / max(own, _LEAST_SPREAD) for to, own in zip(to_spreads, from_spreads, strict=True))
        carried.append(to_mean + ratio * (thresholds - from_mean))
        doubted.append(carried[-1] + ratio * spreads * rng.normal())
    upper = np.percentile(carried, _HIGH_PERCENT, axis=0).clip(-1.0, 1.0)
    if not np.isfinite(upper).all():
        raise ScoresTooFlat("its thresholds would not be numbers")
    low, high = np.percentile(doubted, (_LOW_PERCENT, _HIGH_PERCENT), axis=0).clip(-1.0, 1.0)
    return tuple(
        FmrPoint(point.fmr, *(float(value) for value in values))
        for point, *values in zip(points, upper, low, np.maximum(high, upper), strict=True)
    )


class _PairSums:
    """Sums of the cosines of each person's photographs to each other person's mean."""

    def __init__(self, rows: FloatArray, people: NDArray[np.int64]) -> None:
        order = np.argsort(people, kind="stable")
        rows, people = rows[order], people[order]
        means, names = person_means(rows, people)
        starts = np.searchsorted(people, names)
        cosines = rows.astype(np.float64) @ means.T.astype(np.float64)
        self._counts = np.bincount(np.searchsorted(names, people)).astype(np.float64)
        self._sums = np.add.reduceat(cosines, starts, axis=0)
        np.fill_diagonal(self._sums, 0.0)
        everybody = np.ones(len(names))
        self._middle = float(everybody @ self._sums @ everybody) / self._number(everybody)
        above = np.maximum(cosines - self._middle, 0.0)
        self._squares = np.add.reduceat((cosines - self._middle) ** 2, starts, axis=0)
        self._tails = np.add.reduceat(above**_TAIL_POWER, starts, axis=0)
        np.fill_diagonal(self._squares, 0.0)
        np.fill_diagonal(self._tails, 0.0)

    def _number(self, times: NDArray[np.float64]) -> float:
        photographs = times * self._counts
        return max(float(photographs.sum() * times.sum() - (photographs * times).sum()), 1.0)

    def spread(self, times: NDArray[np.float64]) -> tuple[float, float, float]:
        """Return mean, standard deviation and spread of the tail when each person counts (P,) ``times``."""
        number = self._number(times)
        mean = float(times @ self._sums @ times) / number
        variance = float(times @ self._squares @ times) / number - (mean - self._middle) ** 2
        tail = (float(times @ self._tails @ times) / number) ** (1.0 / _TAIL_POWER)
        return mean, float(np.sqrt(max(variance, 0.0))), tail
