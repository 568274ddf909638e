"""Accuracy, precision, recall and F1 of naming people, with "unknown" as a class of its own.

With the counts of a class: precision = TP / (TP + FP), recall = TP / (TP + FN), F1 = 2 TP / (2 TP + FP + FN), each 0
when its denominator is 0. Macro is the plain mean over the classes, and macro F1 the mean of their F1 (not the F1 of
the means). Source: Sokolova, Lapalme, Information Processing & Management 45 (2009) 427-437, and Opitz, Burst,
arXiv:1911.03347 on the two readings of macro F1.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attendance_training.evaluation.intervals import ROUNDS, Estimate, draw_people, from_draws, proportion, wilson
from attendance_training.evaluation.open_set import OpenSetProbes

UNKNOWN = -1
"""Label of a probe that belongs to nobody enrolled, or was given to nobody."""


@dataclass(frozen=True, slots=True)
class ClassScores:
    """Shares, 0..1.

    Attributes:
        accuracy: right labels of all probes.
        precision: macro.
        recall: macro.
        f1: macro.
    """

    accuracy: float
    precision: float
    recall: float
    f1: float


@dataclass(frozen=True, slots=True)
class Classification:
    """The kiosk's answers at one threshold, one probe a photograph.

    Attributes:
        threshold: cosine that a probe must reach.
        probes: of enrolled people and of strangers.
        classes: enrolled people, and "unknown".
        accuracy: right answers of all probes; depends on how many strangers look.
        precision: macro.
        recall: macro.
        f1: macro.
        named: probes of enrolled people that got their own name.
        misnamed: probes of enrolled people that got a colleague's name.
        refused: probes of enrolled people that got no name.
        strangers_named: probes of strangers that got anybody's name.
        unknown_precision: of the probes without a name, those of strangers.
    """

    threshold: float
    probes: int
    classes: int
    accuracy: Estimate
    precision: Estimate
    recall: Estimate
    f1: Estimate
    named: Estimate
    misnamed: Estimate
    refused: Estimate
    strangers_named: Estimate
    unknown_precision: Estimate


def score_classes(true: NDArray[np.int64], given: NDArray[np.int64]) -> ClassScores:
    """Score labels over every class that is a true or a given one.

    Args:
        true: (n,) int64 labels, -1 and above; n at least 1.
        given: (n,) int64.
    """
    once = np.ones(len(true), np.int64)
    return _score(true, given, once, once, np.ones(int(max(true.max(), given.max())) + 2, np.int64))


def _score(
    true: NDArray[np.int64],
    given: NDArray[np.int64],
    weights: NDArray[np.int64],
    own_weights: NDArray[np.int64],
    class_weights: NDArray[np.int64],
) -> ClassScores:
    """Score with weights.

    Args:
        true: (n,) labels.
        given: (n,) labels.
        weights: (n,) how often a probe counts, in the accuracy and as a false positive of another class.
        own_weights: (n,) how often it counts in its own class.
        class_weights: (classes,) how often class -1, 0, 1, ... counts in a macro mean.
    """
    size, is_right = len(class_weights), true == given
    hits = np.bincount(true + 1, own_weights * is_right, size)
    misses = np.bincount(true + 1, own_weights * ~is_right, size)
    false = np.bincount(given + 1, weights * ~is_right, size)
    counted = class_weights * (hits + misses + false > 0)
    if not counted.any() or not weights.any():
        return ClassScores(*[math.nan] * 4)
    with np.errstate(invalid="ignore", divide="ignore"):
        by_class = [hits / (hits + false), hits / (hits + misses), 2 * hits / (2 * hits + misses + false)]
    macro = [float(np.average(np.nan_to_num(values), weights=counted)) for values in by_class]
    return ClassScores(float(np.average(is_right, weights=weights)), *macro)


def answers(probes: OpenSetProbes, threshold: float) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return true and given label of every probe, those of enrolled people first."""
    true = np.concatenate([probes.mated_person, np.full(len(probes.stranger_person), UNKNOWN)])
    named = np.concatenate([probes.mated_named, probes.stranger_named])
    similarity = np.concatenate([probes.mated_similarity, probes.stranger_similarity])
    return true, np.where(similarity >= threshold, named, UNKNOWN)


def classify(probes: OpenSetProbes, threshold: float, *, rounds: int = ROUNDS, seed: int = 1) -> Classification:
    """Give every probe a name or none, and count.

    Intervals come from draws of all people. Who is drawn twice counts twice, as probes and, if enrolled, as a class:
    the second copy is a class with the same probes of its own and the same false ones.

    Args:
        probes: of ``look_at_all``.
        threshold: cosine that a probe must reach.
        rounds: draws for the intervals.
        seed: of the draws.
    """
    true, given = answers(probes, threshold)
    person = np.concatenate([probes.mated_person, probes.stranger_person])
    drawn = _draw(true, given, person, rounds=rounds, seed=seed)
    scores = score_classes(true, given)
    is_staff, is_right, is_named = true != UNKNOWN, true == given, given != UNKNOWN
    staff, strangers, nameless = int(is_staff.sum()), int((~is_staff).sum()), int((~is_named).sum())

    def share(column: int, hits: NDArray[np.bool_], trials: int) -> Estimate:
        return proportion(float(hits.sum()) / trials if trials else math.nan, drawn[:, column], trials)

    return Classification(
        threshold=threshold,
        probes=len(true),
        classes=len(probes.enrolled) + 1,
        accuracy=proportion(scores.accuracy, drawn[:, 0], len(true)),
        precision=from_draws(scores.precision, drawn[:, 1], len(probes.enrolled) + 1),
        recall=from_draws(scores.recall, drawn[:, 2], len(probes.enrolled) + 1),
        f1=from_draws(scores.f1, drawn[:, 3], len(probes.enrolled) + 1),
        named=share(4, is_staff & is_right, staff),
        misnamed=share(5, is_staff & is_named & ~is_right, staff),
        refused=share(6, is_staff & ~is_named, staff),
        strangers_named=share(7, ~is_staff & is_named, strangers),
        unknown_precision=wilson(int((~is_staff & ~is_named).sum()), nameless),
    )


def _draw(
    true: NDArray[np.int64], given: NDArray[np.int64], person: NDArray[np.int64], *, rounds: int, seed: int
) -> NDArray[np.float64]:
    """Return (rounds, 8): the four scores, then named, misnamed, refused, strangers named."""
    people, index = np.unique(person, return_inverse=True)
    is_staff, is_right, is_named = true != UNKNOWN, true == given, given != UNKNOWN
    kinds = [
        (is_staff & is_right, is_staff),
        (is_staff & is_named & ~is_right, is_staff),
        (is_staff & ~is_named, is_staff),
        (~is_staff & is_named, ~is_staff),
    ]
    drawn = np.full((rounds, 4 + len(kinds)), math.nan)
    class_weights = np.zeros(int(people.max()) + 2, np.int64)
    for row, times in enumerate(draw_people(len(people), rounds=rounds, seed=seed)):
        weights = times[index]
        class_weights[people + 1] = times
        class_weights[0] = 1  # "unknown" is one class, whoever is drawn
        scores = _score(true, given, weights, np.where(is_staff, 1, weights), class_weights)
        drawn[row, :4] = scores.accuracy, scores.precision, scores.recall, scores.f1
        for column, (hits, trials) in enumerate(kinds, start=4):
            total = weights[trials].sum()
            drawn[row, column] = weights[hits].sum() / total if total else math.nan
    return drawn
