"""Whether one setting is better than another, or whether no difference can be told."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from attendance_training.evaluation.intervals import Estimate, from_draws
from attendance_training.sweep.measure import TarDraws, mean_of_seeds

_UPPER_PROBABILITY = 0.975


@dataclass(frozen=True, slots=True)
class Spread:
    """One number over the seeds.

    Attributes:
        mean: nan when a run diverged.
        deviation: standard deviation of a sample (n - 1).
        seeds: how many.
    """

    mean: float
    deviation: float
    seeds: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two settings on the same people and the same seeds; differences are the first's minus the second's.

    Attributes:
        first: label of the one.
        second: label of the other.
        by_seed: mean difference with Student's 95 % interval over the seeds.
        by_people: the same mean with the interval of draws of people.
    """

    first: str
    second: str
    by_seed: Estimate
    by_people: Estimate

    @property
    def is_told(self) -> bool:
        """Whether both intervals leave out 0 on the same side: neither luck of seeds nor of people explains it."""
        ends = (self.by_seed.low, self.by_seed.high, self.by_people.low, self.by_people.high)
        return all(end > 0 for end in ends) or all(end < 0 for end in ends)

    @property
    def sentence(self) -> str:
        """Return what may be said, for a table."""
        if not self.is_told:
            return f"No difference can be told between {self.first} and {self.second}"
        better, worse = (self.first, self.second) if self.by_seed.value > 0 else (self.second, self.first)
        return f"{better} is better than {worse} on these people, by {abs(self.by_seed.value) * 100:.1f} points"


def spread(values: Sequence[float]) -> Spread:
    """Return mean and standard deviation; the deviation of one value is nan."""
    deviation = float(np.std(values, ddof=1)) if len(values) > 1 else math.nan
    return Spread(float(np.mean(values)), deviation, len(values))


def paired(differences: Sequence[float]) -> Estimate:
    """Return the mean of paired differences with Student's 95 % interval.

    Source: Student, Biometrika 6 (1908) 1-25, n - 1 degrees of freedom; with three seeds the factor is 4.30.

    Args:
        differences: one a seed; with fewer than two the interval is everything.
    """
    of_seeds = spread(differences)
    if of_seeds.seeds < 2:
        return Estimate(of_seeds.mean, -math.inf, math.inf, of_seeds.seeds)
    factor = float(stdtrit(of_seeds.seeds - 1, _UPPER_PROBABILITY))
    half = factor * of_seeds.deviation / math.sqrt(of_seeds.seeds)
    return Estimate(of_seeds.mean, of_seeds.mean - half, of_seeds.mean + half, of_seeds.seeds)


def people_interval(of_seeds: Sequence[TarDraws]) -> Estimate:
    """Return the mean over the seeds with the interval of draws of people."""
    mean = mean_of_seeds(of_seeds)
    return from_draws(mean.value, mean.draws, mean.pairs)


def compare(first: str, of_first: Sequence[TarDraws], second: str, of_second: Sequence[TarDraws]) -> Comparison:
    """Compare two settings seed by seed and draw by draw.

    Args:
        first: label.
        of_first: of each seed.
        second: label.
        of_second: of the same seeds in the same order, measured on the same people with the same draws.
    """
    pairs = list(zip(of_first, of_second, strict=True))
    one, other = mean_of_seeds(of_first), mean_of_seeds(of_second)
    return Comparison(
        first,
        second,
        paired([a.value - b.value for a, b in pairs]),
        from_draws(one.value - other.value, one.draws - other.draws, one.pairs),
    )
