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
    CONFIDENCE_PERCENT,
    FMR_TARGETS,
    TAIL_FACTOR,
    Calibration,
    OperatingPoint,
    is_supported,
    threshold_at,
)
from attendance_training.evaluation.embeddings import LabelledEmbeddings

ENROLLED = 3
"""Photographs enrolled of each person: what the enrolment asks for."""
_CHOICES = 5
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
    usable = sorted((target for target in targets if is_supported(target, pairs)), reverse=True)
    points: tuple[OperatingPoint, ...] = ()
    genuine_pairs = int(np.maximum(counts - enrolled, 0).sum())
    if usable:
        scores = _Scores(
            data, counts, enrolled, wanted=int(np.ceil(min(1.0, TAIL_FACTOR * usable[0]) * pairs)), seed=seed
        )
        thresholds, tars = scores.measure(np.ones(data.people, np.int64), usable)
        rng = np.random.default_rng(seed)
        drawn = [
            scores.measure(np.bincount(rng.integers(0, data.people, data.people), minlength=data.people), usable)
            for _ in range(rounds)
        ]
        low, high = np.percentile([one for one, _ in drawn], CONFIDENCE_PERCENT, axis=0)
        tar_low, tar_high = _percentiles([one for _, one in drawn])
        points = tuple(
            OperatingPoint(fmr, *(float(value) for value in values))
            for fmr, *values in zip(usable, thresholds, low, high, tars, tar_low, tar_high, strict=True)
        )
    return Calibration(data.people, len(data.person), pairs, genuine_pairs, points, enrolled)


def _percentiles(drawn: list[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Return the interval of each column, nan where no draw held a photograph of an enrolled person."""
    rows = np.array(drawn)
    held = ~np.isnan(rows).any(axis=1)
    if not held.any():
        return np.full((2, rows.shape[1]), np.nan)
    found: NDArray[np.float64] = np.percentile(rows[held], CONFIDENCE_PERCENT, axis=0)
    return found


class _Scores:
    """Cosines of photographs to people's means; of strangers only the tail that the thresholds need."""

    def __init__(
        self, data: LabelledEmbeddings, counts: NDArray[np.int64], enrolled: int, *, wanted: int, seed: int
    ) -> None:
        self._counts, self._has_mean = counts, counts >= enrolled
        impostor, impostor_people, genuine, genuine_person = [], [], [], []
        rng = np.random.default_rng(seed)
        for _ in range(_CHOICES):
            chosen = _choose(data.person, counts, enrolled, rng)
            means, people = person_means(data.vectors[chosen], data.person[chosen])
            cosines = data.vectors @ means.T
            is_own = data.person[:, None] == people[None, :]
            is_probe = ~chosen[:, None] & is_own
            floor = np.partition(cosines[~is_own], -wanted)[-wanted]
            row, column = np.nonzero(~is_own & (cosines >= floor))
            impostor.append(cosines[row, column])
            impostor_people.append(np.stack([data.person[row], people[column]], axis=1))
            row, column = np.nonzero(is_probe)
            genuine.append(cosines[row, column])
            genuine_person.append(people[column])
        joined = np.concatenate(impostor)
        order = np.argsort(-joined, kind="stable")
        self._impostor = joined[order]
        self._impostor_people = np.concatenate(impostor_people)[order]
        self._genuine, self._genuine_person = np.concatenate(genuine), np.concatenate(genuine_person)

    def measure(
        self, times: NDArray[np.int64], targets: list[float]
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return thresholds and TARs when each person counts (people,) ``times``."""
        first, second = self._impostor_people.T
        weights = times[first] * times[second]
        pairs = _CHOICES * _cross_pairs(self._counts, self._has_mean, times)
        thresholds = np.array([threshold_at(self._impostor, weights, pairs, fmr) for fmr in targets])
        of_genuine = times[self._genuine_person]
        if not of_genuine.any():
            return thresholds, np.full(len(targets), np.nan)
        return thresholds, np.array([np.average(self._genuine >= t, weights=of_genuine) for t in thresholds])


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
