"""What a roster means in practice: how often one probe names the right person, and how often a stranger.

A roster is drawn from labelled photographs: each of N people is enrolled with their first k photographs, their
other photographs are probes of staff, and one photograph of everybody else is a probe of a stranger. As in the
kiosk, a probe belongs to the person whose mean template is the most similar, if that reaches the threshold. One probe
is one photograph; the kiosk's votes over several frames are not modelled.

Source of the terms: ISO/IEC 19795-1, true-positive and false-positive identification rate (TPIR, FPIR).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attendance.core.recognition.matching import person_means
from attendance_training.evaluation.embeddings import LabelledEmbeddings

_INTERVAL_PERCENT = (2.5, 97.5)


@dataclass(frozen=True, slots=True)
class Identification:
    """Means over the draws, each with the range that holds 95 % of the draws.

    Attributes:
        right: share of staff probes that are accepted as the right person (TPIR).
        right_range: over the draws.
        wrong: share of staff probes that are accepted as a colleague.
        stranger: share of strangers' probes that are accepted as anybody (FPIR).
        stranger_range: over the draws.
    """

    right: float
    right_range: tuple[float, float]
    wrong: float
    stranger: float
    stranger_range: tuple[float, float]


def count_candidates(data: LabelledEmbeddings, enrolled: int) -> int:
    """Return how many people have photographs left after ``enrolled`` of them are enrolled."""
    return int((np.bincount(data.person, minlength=data.people) > enrolled).sum())


def identify(
    data: LabelledEmbeddings, *, roster: int, enrolled: int, threshold: float, draws: int = 100, seed: int = 20260101
) -> Identification:
    """Draw rosters and count.

    Args:
        data: labelled unit vectors.
        roster: N, people of one roster; at most ``count_candidates(data, enrolled)`` and below all people.
        enrolled: k, photographs enrolled of each.
        threshold: cosine that a probe must reach.
        draws: rosters drawn.
        seed: of the draws.

    Raises:
        ValueError: not enough people for such a roster.
    """
    counts = np.bincount(data.person, minlength=data.people)
    candidates = np.flatnonzero(counts > enrolled)
    if not 0 < roster <= len(candidates) or roster >= data.people:
        raise ValueError(f"a roster of {roster} needs as many people with more than {enrolled} photographs")
    first = np.concatenate([[0], np.cumsum(counts)[:-1]])  # the rows of one person are together
    position = np.arange(len(data.person)) - first[data.person]
    rng = np.random.default_rng(seed)
    results = np.empty((draws, 3))
    for draw in range(draws):
        is_staff = np.zeros(data.people, bool)
        is_staff[rng.choice(candidates, roster, replace=False)] = True
        is_template = is_staff[data.person] & (position < enrolled)
        staff_rows = np.flatnonzero(is_staff[data.person] & (position >= enrolled))
        stranger_rows = np.flatnonzero(~is_staff[data.person] & (position == 0))
        templates, owner = person_means(data.vectors[is_template], data.person[is_template])
        named, similarity = _best(data.vectors[staff_rows], templates, owner)
        is_right = named == data.person[staff_rows]
        is_accepted = similarity >= threshold
        _, of_strangers = _best(data.vectors[stranger_rows], templates, owner)
        results[draw] = (
            (is_accepted & is_right).mean(),
            (is_accepted & ~is_right).mean(),
            (of_strangers >= threshold).mean(),
        )
    low, high = np.percentile(results, _INTERVAL_PERCENT, axis=0)
    right, wrong, stranger = results.mean(axis=0)
    return Identification(
        right=float(right),
        right_range=(float(low[0]), float(high[0])),
        wrong=float(wrong),
        stranger=float(stranger),
        stranger_range=(float(low[2]), float(high[2])),
    )


def _best(
    probes: NDArray[np.float32], templates: NDArray[np.float32], owner: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return the person and the cosine of each probe's most similar mean."""
    cosines = probes @ templates.T
    best = cosines.argmax(axis=1)
    return owner[best], cosines[np.arange(len(probes)), best]
