"""Who is it, or nobody we know? Some people are enrolled, the others are strangers.

The false negative identification rate (FNIR) is the share of probes of enrolled people whose own name does not come
first or does not reach the threshold; the false positive identification rate (FPIR) is the share of strangers' probes
that reach it with anybody. Source: ISO/IEC 19795-1; NIST FRTE 1:N writes FNIR(N, R, T), which is used with R = 1,
because the kiosk names one person only. One probe is one photograph.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attendance.core.recognition.matching import person_means
from attendance_training.evaluation.calibration import needed_trials, threshold_at
from attendance_training.evaluation.embeddings import LabelledEmbeddings
from attendance_training.evaluation.intervals import ROUNDS, Estimate, draw_people, proportion

FPIR_TARGETS = (1e-1, 3e-2, 1e-2, 3e-3, 1e-3)
"""3e-3 is NIST's, 1e-2 the kiosk's "normal" security."""
CMC_RANKS = 20
_PROBES_AT_ONCE = 512


@dataclass(frozen=True, slots=True, eq=False)
class OpenSetProbes:
    """Every probe against every enrolled person, who is the mean of the templates as at the door.

    Attributes:
        enrolled: (N,) int64, people with templates, rising.
        templates: of each.
        mated_person: (m,) int64, who is looking, of ``enrolled``.
        mated_named: (m,) int64, the most similar person.
        mated_similarity: (m,) float32, of that person.
        mated_rank: (m,) int64, place of the own person, from 1; equal similarities count against it.
        stranger_person: (s,) int64.
        stranger_named: (s,) int64.
        stranger_similarity: (s,) float32.
    """

    enrolled: NDArray[np.int64]
    templates: int
    mated_person: NDArray[np.int64]
    mated_named: NDArray[np.int64]
    mated_similarity: NDArray[np.float32]
    mated_rank: NDArray[np.int64]
    stranger_person: NDArray[np.int64]
    stranger_named: NDArray[np.int64]
    stranger_similarity: NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class FpirPoint:
    """FNIR at one FPIR.

    Attributes:
        fpir: aimed at; the measured one is not above it.
        needed_probes: strangers' probes that this FPIR needs.
        threshold: cosine; None with too few probes.
        fnir: None with too few probes.
    """

    fpir: float
    needed_probes: int
    threshold: float | None
    fnir: Estimate | None


@dataclass(frozen=True, slots=True, eq=False)
class IdentificationCurve:
    """FNIR over FPIR.

    Attributes:
        threshold: (k,) float32, rising.
        fpir: (k,) float64, falling.
        fnir: (k,) float64, rising.
    """

    threshold: NDArray[np.float32]
    fpir: NDArray[np.float64]
    fnir: NDArray[np.float64]


def look_at_all(
    data: LabelledEmbeddings, *, enrolled: int = 3, roster: int | None = None, seed: int = 1
) -> OpenSetProbes | None:
    """Enrol people and search with everybody's other photographs.

    Enrolled are the first ``enrolled`` photographs of each person, in the order of their paths; the person's others are
    probes. All photographs of everybody else are strangers' probes.

    Args:
        data: labelled unit vectors.
        enrolled: photographs a person, at least 1.
        roster: people to enrol. None: all with enough photographs, but at most half of all people.
        seed: of the choice of people, where there are more than ``roster``.

    Returns:
        None when nobody has more than ``enrolled`` photographs.

    Raises:
        ValueError: ``roster`` is more than those with enough photographs, or leaves no stranger.
    """
    counts = np.bincount(data.person, minlength=data.people)
    candidates = np.flatnonzero(counts > enrolled)
    if not len(candidates):
        return None
    size = min(len(candidates), data.people // 2) if roster is None else roster
    if not 0 < size <= len(candidates) or size >= data.people:
        raise ValueError(
            f"a roster of {size} needs as many people with more than {enrolled} photographs, and a stranger"
        )
    gallery = np.sort(np.random.default_rng(seed).choice(candidates, size, replace=False))
    is_enrolled = np.zeros(data.people, bool)
    is_enrolled[gallery] = True
    position = np.arange(len(data.person)) - (np.cumsum(counts) - counts)[data.person]
    mated = np.flatnonzero(is_enrolled[data.person] & (position >= enrolled))
    strangers = np.flatnonzero(~is_enrolled[data.person])
    is_template = is_enrolled[data.person] & (position < enrolled)
    means, _ = person_means(data.vectors[is_template], data.person[is_template])
    place = np.cumsum(is_enrolled) - 1
    own = place[data.person[mated]]
    named, similarity, rank = _search(data.vectors[mated], means, own)
    stranger_named, stranger_similarity, _ = _search(data.vectors[strangers], means, None)
    return OpenSetProbes(
        enrolled=gallery,
        templates=enrolled,
        mated_person=data.person[mated],
        mated_named=gallery[named],
        mated_similarity=similarity,
        mated_rank=rank,
        stranger_person=data.person[strangers],
        stranger_named=gallery[stranger_named],
        stranger_similarity=stranger_similarity,
    )


def fnir_at_fpir(
    probes: OpenSetProbes, *, targets: tuple[float, ...] = FPIR_TARGETS, rounds: int = ROUNDS, seed: int = 1
) -> tuple[FpirPoint, ...]:
    """Return FNIR at each FPIR, by falling FPIR; those that the probes cannot support say so.

    Intervals come from draws of the people who look, enrolled and strangers apart; each draw has its own threshold. The
    enrolled templates stay the same.

    Args:
        probes: of ``look_at_all``.
        targets: each in (0, 1).
        rounds: draws for the intervals.
        seed: of the draws.
    """
    strangers = len(probes.stranger_similarity)
    usable = [target for target in sorted(targets, reverse=True) if strangers >= needed_trials(target)]
    order = np.argsort(-probes.stranger_similarity, kind="stable")
    falling = probes.stranger_similarity[order]
    drawn = np.full((rounds, len(usable)), math.nan)
    # Whoever is not seen gets weight 0 anyway, so both draws may run over all people of their kind.
    stranger_people, stranger_index = np.unique(probes.stranger_person[order], return_inverse=True)
    mated_people, mated_index = np.unique(probes.mated_person, return_inverse=True)
    draws = zip(
        draw_people(len(stranger_people), rounds=rounds if usable else 0, seed=seed),
        draw_people(len(mated_people), rounds=rounds if usable else 0, seed=seed + 1),
        strict=True,
    )
    is_first = probes.mated_rank == 1
    for row, (stranger_times, mated_times) in enumerate(draws):
        weights, of_probes = stranger_times[stranger_index], mated_times[mated_index]
        for column, target in enumerate(usable):
            threshold = threshold_at(falling, weights, int(weights.sum()), target)
            drawn[row, column] = 1 - np.average(is_first & (probes.mated_similarity >= threshold), weights=of_probes)
    points = {}
    for column, target in enumerate(usable):
        threshold = threshold_at(falling, None, strangers, target)
        fnir = float(1 - (is_first & (probes.mated_similarity >= threshold)).mean())
        estimate = proportion(fnir, drawn[:, column], len(is_first))
        points[target] = FpirPoint(target, needed_trials(target), threshold, estimate)
    absent = {target: FpirPoint(target, needed_trials(target), None, None) for target in targets}
    return tuple((absent | points)[target] for target in sorted(targets, reverse=True))


def match_characteristic(
    probes: OpenSetProbes, *, ranks: int = CMC_RANKS, rounds: int = ROUNDS, seed: int = 1
) -> tuple[Estimate, ...]:
    """Return the cumulative match characteristic: the share of probes with the own person among the first 1, 2, ...

    No threshold is applied and strangers play no part. The first entry is the rank-1 rate.

    Args:
        probes: of ``look_at_all``.
        ranks: at most as many entries; not more than people are enrolled.
        rounds: draws of people for the intervals.
        seed: of the draws.
    """
    ranks = min(ranks, len(probes.enrolled))
    people, index = np.unique(probes.mated_person, return_inverse=True)
    is_within = probes.mated_rank[:, None] <= np.arange(1, ranks + 1)
    drawn = np.array(
        [
            np.average(is_within, axis=0, weights=times[index])
            for times in draw_people(len(people), rounds=rounds, seed=seed)
        ]
    )
    shares = is_within.mean(axis=0)
    return tuple(proportion(float(shares[k]), drawn[:, k], len(is_within)) for k in range(ranks))


def identification_curve(probes: OpenSetProbes) -> IdentificationCurve:
    """Return FNIR and FPIR at the similarity of every stranger's probe, and above all of them."""
    rising = np.unique(probes.stranger_similarity)
    threshold = np.append(rising, np.nextafter(rising[-1], np.float32(2.0)))
    sorted_strangers = np.sort(probes.stranger_similarity)
    found = np.sort(probes.mated_similarity[probes.mated_rank == 1])
    fpir = 1 - np.searchsorted(sorted_strangers, threshold) / len(sorted_strangers)
    fnir = 1 - (len(found) - np.searchsorted(found, threshold)) / len(probes.mated_rank)
    return IdentificationCurve(threshold, fpir, fnir)


def _search(
    vectors: NDArray[np.float32], means: NDArray[np.float32], own: NDArray[np.int64] | None
) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.int64]]:
    """Return the place of the most similar person, the similarity, and the rank of ``own`` (zeros without)."""
    named = np.empty(len(vectors), np.int64)
    similarity = np.empty(len(vectors), np.float32)
    rank = np.zeros(len(vectors), np.int64)
    for start in range(0, len(vectors), _PROBES_AT_ONCE):
        part = slice(start, start + _PROBES_AT_ONCE)
        of_person = vectors[part] @ means.T
        rows = np.arange(len(of_person))
        named[part] = of_person.argmax(axis=1)
        similarity[part] = of_person[rows, named[part]]
        if own is not None:
            rank[part] = (of_person >= of_person[rows, own[part]][:, None]).sum(axis=1)
    return named, similarity, rank
