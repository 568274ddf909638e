"""Accuracy of the 10-fold protocol of Labeled Faces in the Wild.

Source: Huang, Ramesh, Berg, Learned-Miller, "Labeled Faces in the Wild", technical report 07-49, University of
Massachusetts, 2007: the threshold is chosen on nine folds, the accuracy counted on the tenth; the ten accuracies are
reported as their mean and the standard error of the mean.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

from attendance_training.evaluation.intervals import Estimate, wilson

_UPPER_PROBABILITY = 0.975
_MIN_FOLDS = 2


@dataclass(frozen=True, slots=True, eq=False)
class FoldedPairs:
    """Pairs of photographs with their fold.

    Attributes:
        similarity: (n,) float32 cosines; -1 where a photograph gave no embedding, which accepts nothing.
        is_same: (n,) bool.
        fold: (n,) int64, 0..folds-1.
        without_face: pairs of which a photograph gave no embedding.
        source: where the pairs come from, in words.
    """

    similarity: NDArray[np.float32]
    is_same: NDArray[np.bool_]
    fold: NDArray[np.int64]
    without_face: int
    source: str


@dataclass(frozen=True, slots=True)
class FoldAccuracy:
    """Outcome of the protocol.

    Attributes:
        accuracy: mean over the folds; interval by Student's t over them, at least as wide as Wilson's over all pairs.
        standard_error: of the mean.
        folds: accuracy of each fold.
        thresholds: cosine that was chosen for each fold, on the others.
        without_face: as in ``FoldedPairs``.
        source: likewise.
    """

    accuracy: Estimate
    standard_error: float
    folds: tuple[float, ...]
    thresholds: tuple[float, ...]
    without_face: int
    source: str


def ten_fold(pairs: FoldedPairs) -> FoldAccuracy:
    """Run the protocol, with as many folds as the pairs have.

    Raises:
        ValueError: fewer than two folds, or one without pairs.
    """
    folds = np.bincount(pairs.fold)
    if len(folds) < _MIN_FOLDS or not folds.all():
        raise ValueError("the protocol needs at least two folds, each with pairs")
    accuracies, thresholds = [], []
    for fold in range(len(folds)):
        is_here = pairs.fold == fold
        threshold = best_threshold(pairs.similarity[~is_here], pairs.is_same[~is_here])
        accuracies.append(float(((pairs.similarity[is_here] >= threshold) == pairs.is_same[is_here]).mean()))
        thresholds.append(threshold)
    mean = float(np.mean(accuracies))
    standard_error = float(np.std(accuracies, ddof=1)) / math.sqrt(len(folds))
    half = float(stdtrit(len(folds) - 1, _UPPER_PROBABILITY)) * standard_error
    counted = wilson(mean * len(pairs.fold), len(pairs.fold))
    low, high = max(0.0, min(mean - half, counted.low)), min(1.0, max(mean + half, counted.high))
    return FoldAccuracy(
        accuracy=Estimate(mean, low, high, len(pairs.fold)),
        standard_error=standard_error,
        folds=tuple(accuracies),
        thresholds=tuple(thresholds),
        without_face=pairs.without_face,
        source=pairs.source,
    )


def best_threshold(similarity: NDArray[np.float32], is_same: NDArray[np.bool_]) -> float:
    """Return the threshold with the most right answers: the middle between two neighbouring cosines.

    Of several equally good ones it is the lowest.

    Args:
        similarity: (n,) float32, n at least 1.
        is_same: (n,) bool.
    """
    order = np.argsort(similarity, kind="stable")
    rising, same = similarity[order].astype(np.float64), is_same[order]
    # Between rising[k - 1] and rising[k]: below are the refused pairs.
    right = np.concatenate([[0], np.cumsum(~same)]) + (same.sum() - np.concatenate([[0], np.cumsum(same)]))
    edges = np.concatenate([[rising[0] - 1e-6], (rising[:-1] + rising[1:]) / 2, [rising[-1] + 1e-6]])
    is_possible = np.concatenate([[True], rising[:-1] < rising[1:], [True]])
    return float(edges[np.where(is_possible, right, -1).argmax()])
