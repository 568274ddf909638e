"""Operating points of a door: one photograph against a person, who is the mean of several photographs.

A false match is a probe of one person whose cosine to the mean of another person's enrolled photographs reaches the
threshold. Means match strangers a little more often than single photographs do at the same cosine, so thresholds of
pairs would let too many of them in.

Intervals come from drawing people with replacement, as in ``calibration``; a drawn person counts as enrolled person
and as probe.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from attendance.core.recognition.matching import person_means
from attendance_training.evaluation.calibration import (
    BOOTSTRAP_ROUNDS,
    FMR_TARGETS,
    ROWS_AT_ONCE,
    TAIL_FACTOR,
    Calibration,
    OperatingPoint,
    PairScores,
    Tail,
    operating_points,
    usable_targets,
)
from attendance_training.evaluation.embeddings import LabelledEmbeddings

ENROLLED = 3
"""Photographs enrolled of each person: what the enrolment asks for."""
CHOICES = 5
"""How often the enrolled photographs are chosen anew: the tail of the scores becomes smoother, not wider."""


def calibrate_people(
    data: LabelledEmbeddings,
    *,
    enrolled: int = ENROLLED,
    targets: tuple[float, ...] = FMR_TARGETS,
    rounds: int = BOOTSTRAP_ROUNDS,
    seed: int = 20260101,
) -> Calibration:
    """Measure the thresholds of every target that the data supports.

    Args:
        data: labelled unit vectors.
        enrolled: photographs that make one person's mean, at least 1. Who has fewer is a probe only.
        targets: false match rates, each in (0, 1).
        rounds: draws of people for the intervals.
        seed: of the choices and draws.

    Returns:
        Pairs are those of a person and a photograph, counted once however often the enrolled ones are chosen anew.
    """
    counts = np.bincount(data.person, minlength=data.people).astype(np.int64)
    pairs = _cross_pairs(counts, counts >= enrolled, np.ones(data.people, np.int64))
    usable = usable_targets(targets, pairs)
    points: tuple[OperatingPoint, ...] = ()
    if usable:
        scores = score_people(data, enrolled=enrolled, keep=min(1.0, TAIL_FACTOR * usable[0]), seed=seed)
        points = operating_points(
            scores,
            lambda times: CHOICES * _cross_pairs(counts, counts >= enrolled, times),
            data.people,
            usable,
            rounds=rounds,
            seed=seed,
        )
    genuine_pairs = int(np.maximum(counts - enrolled, 0).sum())
    return Calibration(data.people, len(data.person), pairs, genuine_pairs, points, enrolled)


def score_people(data: LabelledEmbeddings, *, enrolled: int, keep: float, seed: int) -> PairScores:
    """Compute the cosines of photographs to people's means; of strangers only the most similar ones are kept.

    Args:
        data: labelled unit vectors.
        enrolled: photographs that make one person's mean, chosen anew ``CHOICES`` times.
        keep: share of the pairs of a photograph and another person's mean to keep, 0..1.
        seed: of the choices.
    """
    counts = np.bincount(data.person, minlength=data.people).astype(np.int64)
    pairs = _cross_pairs(counts, counts >= enrolled, np.ones(data.people, np.int64))
    tails = [Tail(int(np.ceil(keep * pairs))) for _ in range(CHOICES)]
    genuine, genuine_person = [np.empty(0, np.float32)], [np.empty(0, np.int64)]
    rng = np.random.default_rng(seed)
    for tail in tails:
        chosen = _choose(data.person, counts, enrolled, rng)
        means, people = person_means(data.vectors[chosen], data.person[chosen])
        for start in range(0, len(data.person), ROWS_AT_ONCE):
            rows = slice(start, start + ROWS_AT_ONCE)
            person = data.person[rows]
            cosines = data.vectors[rows] @ means.T
            is_own = person[:, None] == people[None, :]
            row, column = np.nonzero(~is_own & (cosines >= tail.floor))
            tail.add(cosines[row, column], np.stack([person[row], people[column]], axis=1))
            row, column = np.nonzero(~chosen[rows][:, None] & is_own)
            genuine.append(cosines[row, column])
            genuine_person.append(people[column])
    kept = [tail.falling() for tail in tails]
    impostor = np.concatenate([cosines for cosines, _ in kept])
    order = np.argsort(-impostor, kind="stable")
    return PairScores(
        impostor[order],
        np.concatenate([pairs_of for _, pairs_of in kept])[order],
        CHOICES * pairs,
        np.concatenate(genuine),
        np.concatenate(genuine_person),
    )


def _cross_pairs(counts: NDArray[np.int64], has_mean: NDArray[np.bool_], times: NDArray[np.int64]) -> int:
    """Return the number of (enrolled person, photograph of somebody else) when people count ``times``."""
    probes, enrolled = times * counts, times * has_mean
    return int(probes.sum() * enrolled.sum() - (probes * enrolled).sum())


def _choose(
    person: NDArray[np.int64], counts: NDArray[np.int64], enrolled: int, rng: np.random.Generator
) -> NDArray[np.bool_]:
    """Choose ``enrolled`` photographs of everybody who has as many; the rows of one person are together."""
    shuffled = np.lexsort((rng.random(len(person)), person))
    place = np.empty(len(person), np.int64)
    place[shuffled] = np.arange(len(person)) - np.repeat(np.cumsum(counts) - counts, counts)
    chosen: NDArray[np.bool_] = (place < enrolled) & (counts >= enrolled)[person]
    return chosen
