"""Are two photographs of one person? All pairs of the data: ROC, TAR at fixed FAR, equal error rate.

Every rate counts pairs that reach a threshold: the false accept rate (FAR, ISO's FMR) of pairs of two people, the true
accept rate (TAR, ISO's 1 - FNMR) of pairs of one. Source of the terms: ISO/IEC 19795-1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attendance_training.evaluation.calibration import (
    Calibration,
    PairScores,
    count_cross_pairs,
    needed_trials,
    score_pairs,
)
from attendance_training.evaluation.embeddings import LabelledEmbeddings
from attendance_training.evaluation.intervals import ROUNDS, Estimate, draw_people, from_draws, wilson

FAR_TARGETS = (1e-2, 1e-3, 1e-4, 1e-5, 1e-6)
_BINS = 20_000
"""Steps of 1e-4 of a cosine."""
_TILE = 1024
"""Photographs to a side of the table of cosines, at a time."""
_TAIL_FACTOR = 2.5
"""The bootstrap of the EER keeps so many times the cross-person pairs that pass at the EER."""
_MOST_DRAWN = 1_000_000_000
"""Pairs in all draws of the EER together; a bad recognizer, which keeps more pairs, gets fewer draws."""
_LEAST_ROUNDS = 100
_LEAST_TAIL = 1e-3
"""Share that is kept at least: where nobody is mistaken, the nearest pairs of two people still bound the threshold."""


@dataclass(frozen=True, slots=True, eq=False)
class RocCurve:
    """Rates at thresholds that are 1e-4 apart; exact there.

    Attributes:
        threshold: (k,) float64, rising.
        far: (k,) float64, falling from 1 to 0.
        tar: (k,) float64, falling from 1 to 0; nan without pairs of one person.
        impostor_pairs: pairs of two people.
        genuine_pairs: pairs of one person.
        auc: area under TAR over FAR, ties within one step counted half; nan when either kind of pair is absent.
    """

    threshold: NDArray[np.float64]
    far: NDArray[np.float64]
    tar: NDArray[np.float64]
    impostor_pairs: int
    genuine_pairs: int
    auc: float


@dataclass(frozen=True, slots=True)
class FarPoint:
    """TAR at one FAR.

    Attributes:
        far: aimed at; the measured one is not above it.
        needed_pairs: pairs of two people that this FAR needs.
        threshold: cosine; None with too few pairs.
        tar: None with too few pairs of either kind.
    """

    far: float
    needed_pairs: int
    threshold: float | None
    tar: Estimate | None


@dataclass(frozen=True, slots=True)
class EqualError:
    """Where as many pairs of two people pass as pairs of one person fail.

    Attributes:
        rate: mean of both rates at the threshold where they are nearest.
        threshold: cosine.
        far: at the threshold.
        frr: 1 - TAR at the threshold.
    """

    rate: Estimate
    threshold: float
    far: float
    frr: float


def roc_curve(data: LabelledEmbeddings, altered: NDArray[np.float32] | None = None) -> RocCurve:
    """Count all pairs in steps of 1e-4 of their cosine; beside the vectors it needs the same memory for any number.

    Args:
        data: labelled unit vectors.
        altered: (n, D) float32 unit rows of altered copies of the same photographs: every pair has one side altered
            then, and counts twice, with either. None: the photographs as they are.
    """
    others = data.vectors if altered is None else altered
    impostor, genuine = np.zeros(_BINS, np.int64), np.zeros(_BINS, np.int64)
    count = len(data.person)
    for start in range(0, count, _TILE):
        rows = slice(start, start + _TILE)
        for column in range(start if altered is None else 0, count, _TILE):
            columns = slice(column, column + _TILE)
            cosine = data.vectors[rows] @ others[columns].T
            step = np.clip(((cosine.astype(np.float64) + 1) * (_BINS / 2)).astype(np.int32), 0, _BINS - 1)
            is_same = data.person[rows, None] == data.person[None, columns]
            if column == start:  # each pair once, and no photograph with itself
                is_pair = np.triu(np.ones_like(is_same), 1)
                if altered is not None:
                    is_pair |= is_pair.T
                step, is_same = step[is_pair], is_same[is_pair]
            of_one = np.bincount(step[is_same], minlength=_BINS)
            genuine += of_one
            impostor += np.bincount(step.ravel(), minlength=_BINS) - of_one
    far, tar = _share_above(impostor), _share_above(genuine)
    # far falls, so the trapezoids are taken from right to left; nan without pairs of either kind.
    auc = float((-np.diff(far) * (tar[1:] + tar[:-1]) / 2).sum())
    return RocCurve(np.linspace(-1.0, 1.0, _BINS + 1), far, tar, int(impostor.sum()), int(genuine.sum()), auc)


def crossing(curve: RocCurve) -> float:
    """Return the equal error rate to a step of the curve: the mean of both rates where they are nearest.

    ``equal_error`` looks between the steps and gives an interval, for which it keeps all near pairs in memory.
    """
    frr = 1 - curve.tar
    best = int(np.abs(curve.far - frr).argmin())
    return float(curve.far[best] + frr[best]) / 2


def far_points(calibration: Calibration, targets: tuple[float, ...]) -> tuple[FarPoint, ...]:
    """Return the operating points of a calibration, with those that it could not measure."""
    measured = {point.fmr: point for point in calibration.points}
    points = []
    for far in sorted(targets, reverse=True):
        found, tar = measured.get(far), None
        if found is not None and calibration.genuine_pairs:
            counted = wilson(found.tar * calibration.genuine_pairs, calibration.genuine_pairs)
            low, high = min(found.tar_low, counted.low), max(found.tar_high, counted.high)
            tar = Estimate(found.tar, low, high, calibration.genuine_pairs)
        points.append(FarPoint(far, needed_trials(far), None if found is None else found.threshold, tar))
    return tuple(points)


def equal_error(
    data: LabelledEmbeddings, *, curve: RocCurve | None = None, rounds: int = ROUNDS, seed: int = 1
) -> EqualError | None:
    """Return the equal error rate; None when there are no pairs of one person or of two.

    Args:
        data: labelled unit vectors.
        curve: of the same data, when it is known already.
        rounds: draws of people for the interval; fewer, but at least 100, where very many pairs must be kept.
        seed: of the draws.
    """
    curve = curve or roc_curve(data)
    if not curve.impostor_pairs or not curve.genuine_pairs:
        return None
    # The first step below the crossing: every cosine that the crossing needs is above it.
    below = curve.far[np.flatnonzero(curve.far >= 1 - curve.tar)[-1]]
    keep = max(_TAIL_FACTOR * float(below), _LEAST_TAIL)
    crossing = _Crossing(score_pairs(data, keep=min(1.0, keep)))
    threshold, far, frr = crossing.find(None, curve.impostor_pairs)
    counts = np.bincount(data.person, minlength=data.people).astype(np.int64)
    rounds = min(rounds, max(_LEAST_ROUNDS, _MOST_DRAWN // crossing.pairs))
    drawn = np.full(rounds, math.nan)
    for index, times in enumerate(draw_people(data.people, rounds=rounds, seed=seed)):
        pairs = count_cross_pairs(times * counts)
        if pairs and times[crossing.genuine_person].any():
            _, *rates = crossing.find(times, pairs)
            drawn[index] = np.mean(rates)
    trials = curve.genuine_pairs + curve.impostor_pairs
    return EqualError(from_draws((far + frr) / 2, drawn, trials), threshold, far, frr)


class _Crossing:
    """Pairs in the order of their cosines, sorted once for all draws."""

    def __init__(self, scores: PairScores) -> None:
        self.genuine_person = scores.genuine_person
        self.pairs = len(scores.genuine) + len(scores.impostor)
        self._people = scores.impostor_people
        cosines = np.concatenate([scores.genuine, scores.impostor])
        self._order = np.argsort(cosines, kind="stable")
        self._values, self._starts = np.unique(cosines[self._order], return_index=True)
        self._is_genuine = (np.arange(len(cosines)) < len(scores.genuine))[self._order]
        if len(scores.impostor) < scores.impostor_pairs:
            # Pairs that equal the last kept one may be among those that were left out.
            is_whole = self._values > scores.impostor[-1]
            self._values, self._starts = self._values[is_whole], self._starts[is_whole]

    def find(self, times: NDArray[np.int64] | None, impostor_pairs: int) -> tuple[float, float, float]:
        """Return threshold, FAR and FRR where the two rates are nearest.

        Args:
            times: how often each person counts; None: once.
            impostor_pairs: sum of the weights of all cross-person pairs.
        """
        if times is None:
            weights = np.ones(len(self._order), np.int64)
        else:
            of_impostors = times[self._people[:, 0]] * times[self._people[:, 1]]
            weights = np.concatenate([times[self.genuine_person], of_impostors])[self._order]
        genuine = np.concatenate([[0], np.cumsum(weights * self._is_genuine)])
        impostor = np.concatenate([[0], np.cumsum(weights * ~self._is_genuine)])
        # The last entry is the threshold that nothing reaches.
        frr = np.append(genuine[self._starts], genuine[-1]) / genuine[-1]
        far = np.append(impostor[-1] - impostor[self._starts], 0) / impostor_pairs
        best = int(np.abs(far - frr).argmin())
        highest = np.nextafter(self._values[-1], np.float32(2.0)) if len(self._values) else np.float32(2.0)
        threshold = self._values[best] if best < len(self._values) else highest
        return float(threshold), float(far[best]), float(frr[best])


def _share_above(counts: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the share of what was counted in each bin or above, and 0 above the last bin."""
    above = np.append(np.cumsum(counts[::-1])[::-1], 0)
    total = int(above[0])
    return above / total if total else np.full(len(above), math.nan)
