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
from collections.abc import Iterator
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
_ROWS_AT_ONCE = 256


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
    usable = sorted((t for t in targets if is_supported(t, pairs)), reverse=True)
    scores = score_pairs(data, keep=min(1.0, TAIL_FACTOR * usable[0]) if usable else 0.0)
    points: tuple[OperatingPoint, ...] = ()
    if usable:
        thresholds = np.array([threshold_at(scores.impostor, None, pairs, fmr) for fmr in usable])
        drawn, drawn_tar = _bootstrap(scores, counts, usable, rounds=rounds, seed=seed)
        low, high = np.percentile(drawn, CONFIDENCE_PERCENT, axis=0)
        tar_low, tar_high = np.percentile(drawn_tar, CONFIDENCE_PERCENT, axis=0)
        tar = [float((scores.genuine >= t).mean()) if len(scores.genuine) else float("nan") for t in thresholds]
        points = tuple(
            OperatingPoint(fmr, *(float(v) for v in values))
            for fmr, *values in zip(usable, thresholds, low, high, tar, tar_low, tar_high, strict=True)
        )
    return Calibration(data.people, len(data.person), pairs, len(scores.genuine), points)


def score_pairs(data: LabelledEmbeddings, *, keep: float) -> PairScores:
    """Compute the cosines of all pairs; of two people's pairs only the most similar ones are kept.

    Args:
        data: labelled unit vectors.
        keep: share of the cross-person pairs to keep, 0..1.
    """
    counts = np.bincount(data.person, minlength=data.people).astype(np.int64)
    total = count_cross_pairs(counts)
    wanted = int(np.ceil(keep * total))
    best, best_people = np.empty(0, np.float32), np.empty((0, 2), np.int64)
    genuine, genuine_person = [np.empty(0, np.float32)], [np.empty(0, np.int64)]
    for first, second, cosine in pair_blocks(data):
        is_same = first == second
        genuine.append(cosine[is_same])
        genuine_person.append(first[is_same])
        people = np.stack([first[~is_same], second[~is_same]], axis=1)
        best, best_people = np.concatenate([best, cosine[~is_same]]), np.concatenate([best_people, people])
        if len(best) > wanted:
            top = np.argpartition(best, len(best) - wanted)[len(best) - wanted :] if wanted else np.empty(0, np.intp)
            best, best_people = best[top], best_people[top]
    order = np.argsort(-best, kind="stable")
    return PairScores(best[order], best_people[order], total, np.concatenate(genuine), np.concatenate(genuine_person))


def pair_blocks(
    data: LabelledEmbeddings,
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]]:
    """Yield every pair of photographs once, in blocks that fit into memory.

    Yields:
        (k,) person of the one photograph, (k,) person of the other, (k,) cosine.
    """
    columns = np.arange(len(data.person))
    for start in range(0, len(data.person), _ROWS_AT_ONCE):
        rows = columns[start : start + _ROWS_AT_ONCE]
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


def _bootstrap(
    scores: PairScores, counts: NDArray[np.int64], targets: list[float], *, rounds: int, seed: int
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Draw people with replacement; return (rounds, targets) thresholds and TARs."""
    rng = np.random.default_rng(seed)
    people = len(counts)
    thresholds = np.empty((rounds, len(targets)))
    tars = np.full((rounds, len(targets)), np.nan)
    first, second = scores.impostor_people.T
    for index in range(rounds):
        times = np.bincount(rng.integers(0, people, people), minlength=people)
        weights = times[first] * times[second]
        pairs = count_cross_pairs(times * counts)
        genuine_weights = times[scores.genuine_person]
        for column, fmr in enumerate(targets):
            threshold = threshold_at(scores.impostor, weights, pairs, fmr)
            thresholds[index, column] = threshold
            if genuine_weights.any():
                tars[index, column] = np.average(scores.genuine >= threshold, weights=genuine_weights)
    return thresholds, tars
