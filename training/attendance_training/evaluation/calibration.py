"""From embeddings to operating points: which cosine gives which false match rate.

A false match is a pair of photographs of two different people whose cosine reaches the threshold. The false
match rate (FMR) is its share of all such pairs; the true accept rate (TAR) is the share of pairs of one person
that reach it (ISO/IEC 19795-1 calls them FMR and 1 - FNMR).

Pairs that share a person are not independent, so intervals come from drawing people, not pairs, with
replacement: a person drawn twice counts twice in every pair with others (Poh, Martin, Bengio, IEEE PAMI 2007,
"Performance generalization in biometric authentication using joint user-specific and sample bootstraps").
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attendance_training.evaluation.embeddings import LabelledEmbeddings

FMR_TARGETS = (1e-2, 3e-3, 1e-3, 3e-4, 1e-4, 3e-5, 1e-5)
BOOTSTRAP_ROUNDS = 1000
CONFIDENCE_PERCENT = (2.5, 97.5)
_MIN_PAIRS = 20
_MIN_FALSE_MATCHES = 10
"""Fewer false matches at a target say next to nothing about it."""
TAIL_FACTOR = 4
"""The bootstrap keeps this many times the pairs above the loosest target, so that a draw rarely runs out."""
ROWS_AT_ONCE = 256
"""Photographs that are compared with all others at once."""


@dataclass(frozen=True, slots=True)
class OperatingPoint:
    """One threshold; a pair is accepted when its cosine is at least as large.

    Attributes:
        fmr: false match rate aimed at; the measured one is not above it.
        threshold: cosine.
        low: lower end of the 95 % interval of the threshold.
        high: upper end.
        tar: true accept rate at ``threshold``, nan without pairs of one person.
        tar_low: lower end of the 95 % interval of the TAR; each draw uses its own threshold.
        tar_high: upper end.
    """

    fmr: float
    threshold: float
    low: float
    high: float
    tar: float
    tar_low: float
    tar_high: float


@dataclass(frozen=True, slots=True)
class Calibration:
    """Everything measured on one set of photographs.

    Attributes:
        people: different people.
        photos: photographs used.
        impostor_pairs: pairs of two people.
        genuine_pairs: pairs of one person.
        points: by falling fmr; targets that the data cannot support are absent.
        photos_per_person: how many photographs, as their mean, stood for a person; 1 for pairs of photographs.
    """

    people: int
    photos: int
    impostor_pairs: int
    genuine_pairs: int
    points: tuple[OperatingPoint, ...]
    photos_per_person: int = 1


@dataclass(frozen=True, slots=True, eq=False)
class PairScores:
    """Cosines of all pairs, as far as the operating points need them.

    Attributes:
        impostor: (m,) float32 cosines of the most similar cross-person pairs, falling.
        impostor_people: (m, 2) int64 the two people of each.
        impostor_pairs: number of all cross-person pairs.
        genuine: (g,) float32 cosines of all same-person pairs.
        genuine_person: (g,) int64.
    """

    impostor: NDArray[np.float32]
    impostor_people: NDArray[np.int64]
    impostor_pairs: int
    genuine: NDArray[np.float32]
    genuine_person: NDArray[np.int64]


def is_supported(fmr: float, impostor_pairs: int) -> bool:
    """Return whether so many pairs can say anything about this false match rate."""
    return impostor_pairs >= needed_trials(fmr)


def needed_trials(rate: float) -> int:
    """Return how many trials an error rate in (0, 1) needs before it can be aimed at: ten expected errors."""
    return max(_MIN_PAIRS, math.ceil(_MIN_FALSE_MATCHES / rate - 1e-6))


def usable_targets(targets: Iterable[float], impostor_pairs: int) -> list[float]:
    """Return the false match rates that so many pairs support, falling."""
    return sorted((target for target in targets if is_supported(target, impostor_pairs)), reverse=True)


def calibrate(
    data: LabelledEmbeddings,
    *,
    targets: tuple[float, ...] = FMR_TARGETS,
    rounds: int = BOOTSTRAP_ROUNDS,
    seed: int = 20260101,
) -> Calibration:
    """Measure the thresholds of every target that the data supports.

    Args:
        data: labelled unit vectors.
        targets: false match rates, each in (0, 1).
        rounds: draws of the bootstrap.
        seed: of the draws.
    """
    counts = np.bincount(data.person, minlength=data.people).astype(np.int64)
    pairs = count_cross_pairs(counts)
    usable = usable_targets(targets, pairs)
    scores = score_pairs(data, keep=min(1.0, TAIL_FACTOR * usable[0]) if usable else 0.0)
    points = operating_points(
        scores, lambda times: count_cross_pairs(times * counts), data.people, usable, rounds=rounds, seed=seed
    )
    return Calibration(data.people, len(data.person), pairs, len(scores.genuine), points)


def operating_points(
    scores: PairScores,
    count_pairs: Callable[[NDArray[np.int64]], int],
    people: int,
    targets: list[float],
    *,
    rounds: int,
    seed: int,
) -> tuple[OperatingPoint, ...]:
    """Return a threshold with its intervals for each target.

    Args:
        scores: of all pairs that an operating point may depend on.
        count_pairs: number of cross-person pairs when each person counts (people,) ``times``.
        people: different people.
        targets: false match rates by fall, each supported by the data.
        rounds: draws of people for the intervals.
        seed: of the draws.
    """
    if not targets:
        return ()
    rng = np.random.default_rng(seed)
    everybody = np.ones(people, np.int64)
    thresholds, tars = measure(scores, everybody, count_pairs(everybody), targets)
    drawn = []
    for _ in range(rounds):
        times = np.bincount(rng.integers(0, people, people), minlength=people)
        drawn.append(measure(scores, times, count_pairs(times), targets))
    low, high = np.percentile([one for one, _ in drawn], CONFIDENCE_PERCENT, axis=0)
    tar_low, tar_high = _percentiles([one for _, one in drawn])
    return tuple(
        OperatingPoint(fmr, *(float(value) for value in values))
        for fmr, *values in zip(targets, thresholds, low, high, tars, tar_low, tar_high, strict=True)
    )


def measure(
    scores: PairScores, times: NDArray[np.int64], pairs: int, targets: list[float]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return (targets,) thresholds and TARs when each person counts (people,) ``times``; TARs nan without a pair.

    Args:
        scores: of the pairs.
        times: how often each person counts.
        pairs: number of all cross-person pairs then.
        targets: false match rates.
    """
    first, second = scores.impostor_people.T
    weights = times[first] * times[second]
    thresholds = np.array([threshold_at(scores.impostor, weights, pairs, fmr) for fmr in targets])
    of_genuine = times[scores.genuine_person]
    if not of_genuine.any():
        return thresholds, np.full(len(targets), np.nan)
    return thresholds, np.array([np.average(scores.genuine >= at, weights=of_genuine) for at in thresholds])


def _percentiles(drawn: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the interval of each column, nan where no draw held a pair of one person."""
    rows = np.array(drawn)
    held = ~np.isnan(rows).any(axis=1)
    if not held.any():
        return np.full((2, rows.shape[1]), np.nan)
    found: NDArray[np.float64] = np.percentile(rows[held], CONFIDENCE_PERCENT, axis=0)
    return found


class Tail:
    """The most similar cross-person pairs of those that were added, twice as many at most held at once.

    Args:
        wanted: how many.

    Attributes:
        floor: a pair below this cosine need not be added.
    """

    def __init__(self, wanted: int) -> None:
        self.floor = -math.inf if wanted else math.inf
        self._wanted = wanted
        self._cosines, self._people = [np.empty(0, np.float32)], [np.empty((0, 2), np.int64)]
        self._held = 0

    def add(self, cosines: NDArray[np.float32], people: NDArray[np.int64]) -> None:
        """Add (k,) cosines and the (k, 2) people of each."""
        self._cosines.append(cosines)
        self._people.append(people)
        self._held += len(cosines)
        if self._held > 2 * self._wanted:
            self._drop()

    def falling(self) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Return the (m,) cosines, falling, and the (m, 2) people of each."""
        cosines, people = self._drop()
        order = np.argsort(-cosines, kind="stable")
        return cosines[order], people[order]

    def _drop(self) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Leave no more than are wanted."""
        cosines, people = np.concatenate(self._cosines), np.concatenate(self._people)
        if len(cosines) > self._wanted:
            least = len(cosines) - self._wanted
            top = np.argpartition(cosines, least)[least:] if self._wanted else np.empty(0, np.intp)
            cosines, people = cosines[top], people[top]
            self.floor = float(cosines.min(initial=math.inf))
        self._cosines, self._people, self._held = [cosines], [people], len(cosines)
        return cosines, people


def score_pairs(data: LabelledEmbeddings, *, keep: float) -> PairScores:
    """Compute the cosines of all pairs; of two people's pairs only the most similar ones are kept.

    Args:
        data: labelled unit vectors.
        keep: share of the cross-person pairs to keep, 0..1.
    """
    counts = np.bincount(data.person, minlength=data.people).astype(np.int64)
    total = count_cross_pairs(counts)
    tail = Tail(int(np.ceil(keep * total)))
    genuine, genuine_person = [np.empty(0, np.float32)], [np.empty(0, np.int64)]
    for first, second, cosine in pair_blocks(data):
        is_same = first == second
        genuine.append(cosine[is_same])
        genuine_person.append(first[is_same])
        near = ~is_same & (cosine >= tail.floor)
        tail.add(cosine[near], np.stack([first[near], second[near]], axis=1))
    return PairScores(*tail.falling(), total, np.concatenate(genuine), np.concatenate(genuine_person))


def pair_blocks(
    data: LabelledEmbeddings,
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]]:
    """Yield every pair of photographs once, in blocks that fit into memory.

    Yields:
        (k,) person of the one photograph, (k,) person of the other, (k,) cosine.
    """
    columns = np.arange(len(data.person))
    for start in range(0, len(data.person), ROWS_AT_ONCE):
        rows = columns[start : start + ROWS_AT_ONCE]
        cosines = data.vectors[rows] @ data.vectors.T
        row, column = np.nonzero(columns[None, :] > rows[:, None])
        yield data.person[rows[row]], data.person[column], cosines[row, column]


def count_cross_pairs(weights: NDArray[np.int64]) -> int:
    """Return the number of pairs of photographs of two people: half of (sum^2 - sum of squares).

    Args:
        weights: (people,) photographs of each.
    """
    return int((weights.sum() ** 2 - (weights**2).sum()) // 2)


def threshold_at(falling: NDArray[np.float32], weights: NDArray[np.int64] | None, pairs: int, fmr: float) -> float:
    """Return the smallest cosine that at most ``fmr * pairs`` (weighted) pairs reach.

    It lies one float32 step above the first pair that must be refused, so equal cosines fall on one side.

    Args:
        falling: (m,) the largest cosines, falling; at least one.
        weights: (m,) how often each counts; None: once.
        pairs: sum of the weights of all pairs, with those below ``falling``.
        fmr: share that may reach the threshold.
    """
    allowed = fmr * pairs
    if weights is None:
        refused = int(np.floor(allowed + 1e-9))
    else:
        refused = int(np.searchsorted(np.cumsum(weights), allowed + 1e-9, side="right"))
    if refused >= len(falling):  # every kept pair may pass: the true threshold is at most the last one
        return float(falling[-1])
    return float(np.nextafter(falling[refused], np.float32(2.0)))
