"""Sorts faces into people without their names, and compares with the names.

Average-link agglomerative clustering: the two groups with the largest mean cosine between their faces are joined until
no mean reaches the threshold (Sokal, Michener 1958, "UPGMA"). Judged by pairs (Amigó et al., Information Retrieval 12
(2009) 461-486): precision is the share of joined pairs that are one person, recall the share of pairs of one person
that are joined, F1 their harmonic mean.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.cluster.hierarchy import fcluster, linkage

from attendance_training.evaluation.embeddings import LabelledEmbeddings, select_people
from attendance_training.evaluation.intervals import ROUNDS, Estimate, draw_people, from_draws

MAX_PHOTOS = 5000
"""All distances of so many photographs are 100 MB; of more photographs, people are drawn."""


@dataclass(frozen=True, slots=True)
class Clustering:
    """Outcome at one threshold.

    Attributes:
        threshold: mean cosine up to which groups are joined.
        photos: sorted.
        people: that these photographs show.
        clusters: groups found.
        precision: of pairs.
        recall: of pairs; nan when everybody has one photograph.
        f1: of pairs.
    """

    threshold: float
    photos: int
    people: int
    clusters: int
    precision: Estimate
    recall: Estimate
    f1: Estimate


def cluster(vectors: NDArray[np.float32], thresholds: tuple[float, ...]) -> list[NDArray[np.int64]]:
    """Return a group number for each face, for each threshold.

    Args:
        vectors: (n, D) float32 unit length, n at least 2 and not more than 5,000.
        thresholds: mean cosines.

    Raises:
        ValueError: fewer than two or too many faces.
    """
    if not 2 <= len(vectors) <= MAX_PHOTOS:
        raise ValueError(f"{len(vectors)} faces; 2 to {MAX_PHOTOS} are possible")
    rows, columns = np.triu_indices(len(vectors), 1)
    # One minus the cosine; rounding must not make it negative.
    distances = np.maximum(1.0 - (vectors @ vectors.T)[rows, columns].astype(np.float64), 0.0)
    del rows, columns
    tree = linkage(distances, method="average")
    return [np.asarray(fcluster(tree, 1.0 - t, criterion="distance"), np.int64) for t in thresholds]


def judge_clusters(
    data: LabelledEmbeddings, thresholds: tuple[float, ...], *, rounds: int = ROUNDS, seed: int = 1
) -> tuple[Clustering, ...]:
    """Sort faces into groups at each threshold and compare the groups with the people.

    Intervals come from draws of people; the groups stay the same.

    Args:
        data: labelled unit vectors.
        thresholds: mean cosines.
        rounds: draws for the intervals.
        seed: of the draws, and of the choice of people when there are too many photographs.
    """
    data = _at_most(data, MAX_PHOTOS, seed)
    groups = cluster(data.vectors, thresholds)
    return tuple(
        _judge(data, found, threshold, rounds=rounds, seed=seed)
        for found, threshold in zip(groups, thresholds, strict=True)
    )


def pair_scores(joined_right: float, joined: float, same: float) -> tuple[float, float, float]:
    """Return precision, recall and F1 of pairs; nan where nothing is to be joined, precision 1 where nothing was.

    Args:
        joined_right: pairs of one person in one group.
        joined: pairs in one group.
        same: pairs of one person.
    """
    precision = joined_right / joined if joined else 1.0
    recall = joined_right / same if same else math.nan
    f1 = 2 * joined_right / (joined + same) if same else math.nan
    return precision, recall, f1


def _judge(
    data: LabelledEmbeddings, group: NDArray[np.int64], threshold: float, *, rounds: int, seed: int
) -> Clustering:
    # One cell for every person in a group: how many photographs.
    cells, photos = np.unique(np.stack([group, data.person], axis=1), axis=0, return_counts=True)
    of_group, of_person = np.unique(cells[:, 0], return_inverse=True)[1], cells[:, 1]
    counts = np.bincount(data.person, minlength=data.people)
    own_pairs = photos * (photos - 1) / 2
    same_pairs = counts * (counts - 1) / 2

    def measure(times: NDArray[np.int64]) -> tuple[float, float, float]:
        weights = times[of_person]
        right = float((weights * own_pairs).sum())
        # Pairs of two people in one group: half of (sum^2 - sum of squares), each person drawn ``times`` times.
        in_group = np.bincount(of_group, weights * photos)
        wrong = float(((in_group**2).sum() - ((weights * photos) ** 2).sum()) / 2)
        return pair_scores(right, right + wrong, float((times * same_pairs).sum()))

    values = measure(np.ones(data.people, np.int64))
    drawn = np.array([measure(times) for times in draw_people(data.people, rounds=rounds, seed=seed)])
    precision, recall, f1 = (from_draws(values[k], drawn[:, k], data.people) for k in range(3))
    return Clustering(threshold, len(group), data.people, int(of_group.max()) + 1, precision, recall, f1)


def _at_most(data: LabelledEmbeddings, photos: int, seed: int) -> LabelledEmbeddings:
    """Return the data, or people drawn from it whose photographs are not more than ``photos``."""
    if len(data.person) <= photos:
        return data
    counts = np.bincount(data.person, minlength=data.people)
    order = np.random.default_rng(seed).permutation(data.people)
    is_chosen = np.zeros(data.people, bool)
    is_chosen[order[np.cumsum(counts[order]) <= photos]] = True
    return select_people(data, is_chosen)
