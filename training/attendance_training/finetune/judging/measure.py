"""What the gate compares: the same photographs, once with the pack as it stands in use and once with the candidate.

Every photograph is compared with each enrolled person, who is the mean of the templates, as at the door. Photographs
that were trained on are templates and never probes; only the look at everybody takes each photograph once out of its
own person's mean (leave one out), so that a loss is seen wherever somebody stands in the split.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from attendance.core.recognition.carried_calibration import carry_over
from attendance.core.recognition.leave_one_out import DEFAULT_MARGIN, LeftOut, leave_one_out
from attendance.core.recognition.matching import person_means
from attendance.core.recognition.thresholds import TARGET_FPIR, GallerySize, threshold_for
from attendance.core.types import FmrPoint
from attendance_training.evaluation.calibration import (
    FMR_TARGETS,
    is_supported,
    score_pairs,
    threshold_at,
    usable_targets,
)
from attendance_training.finetune.split import StaffSplit
from attendance_training.finetune.staff import NamedFaces

FAR_TARGETS = (1e-4, 1e-3, 1e-2)
_KEPT_SHARE = 0.02
"""Of the general pairs of two people: twice the loosest target."""
MIN_GENERAL_PAIRS = 1000
"""Pairs of two people that FMR 1 % needs."""
_TIMES_MORE = 10
"""General pairs than a rate needs: the threshold at the rate must not move by chance when the embeddings hardly do."""
_LEAST_STRANGERS = 10
"""Strangers with a name that a rate of them needs, before it says anything."""


@dataclass(frozen=True, slots=True)
class Rules:
    """What a recognizer decides by.

    Attributes:
        points: operating points, of its manifest or carried over.
        photos_per_person: of their measurement.
        security: level of the kiosk.
        margin: cosine that the kiosk asks for between the best and the second-best person.
    """

    points: tuple[FmrPoint, ...]
    photos_per_person: int
    security: str
    margin: float = DEFAULT_MARGIN

    def threshold(self, size: GallerySize) -> float:
        """Return the cosine for a roster."""
        return threshold_for(self.points, size.comparisons(self.photos_per_person), self.security).threshold

    @property
    def fpir(self) -> float:
        """Share of strangers given a name that the level aims at."""
        return TARGET_FPIR[self.security]


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """Yes-or-no outcomes, each of one person.

    Attributes:
        is_hit: (n,) bool.
        person: (n,) int64; outcomes of one person go together.
    """

    is_hit: NDArray[np.bool_]
    person: NDArray[np.int64]

    @property
    def share(self) -> float:
        """Hits of all; nan without a trial."""
        return float(self.is_hit.mean()) if len(self.is_hit) else float("nan")


@dataclass(frozen=True, slots=True, eq=False)
class Measurement:
    """One recognizer.

    Attributes:
        threshold: of the kiosk.
        trained: probes of people trained on, none of which was trained on.
        unseen: the same of people that nothing saw before.
        everybody: each photograph of each person with two, left out of its person's mean.
        stranger: (s,) float32, largest cosine of each general photograph to anybody enrolled.
        stranger_person: (s,) int64.
        stranger_rate: at which both recognizers are compared: the level's, or the smallest that so many can tell.
        general_far: at which ``general`` is measured.
        general: pairs of one general person that reach the threshold of ``general_far``.
    """

    threshold: float
    trained: LeftOut
    unseen: LeftOut
    everybody: LeftOut
    stranger: NDArray[np.float32]
    stranger_person: NDArray[np.int64]
    stranger_rate: float
    general_far: float
    general: Trials


def measure(staff: NamedFaces, split: StaffSplit, general: NamedFaces, rules: Rules) -> Measurement:
    """Measure with the embeddings of one recognizer.

    Args:
        staff: all photographs of the split.
        split: of the same photographs.
        general: other people, none of whom was trained on; at least ``MIN_GENERAL_PAIRS`` pairs of two people.
        rules: what it decides by.
    """
    is_template = ~split.is_probe
    probes = _compared(staff, is_template, split.is_probe & (split.trained | split.unseen)[staff.person], rules.margin)
    is_trained = split.trained[probes.person]
    means, _ = person_means(staff.vectors[is_template], staff.person[is_template])
    stranger = (general.vectors @ means.T).max(axis=1)
    pairs = score_pairs(general.labelled(), keep=_KEPT_SHARE)
    enough = pairs.impostor_pairs // _TIMES_MORE
    general_far = next((far for far in FAR_TARGETS if is_supported(far, enough)), FAR_TARGETS[-1])
    general_threshold = threshold_at(pairs.impostor, None, pairs.impostor_pairs, general_far)
    return Measurement(
        threshold=rules.threshold(GallerySize(len(staff.people), len(staff.photos))),
        trained=_part(probes, is_trained),
        unseen=_part(probes, ~is_trained),
        everybody=leave_one_out(staff.vectors, staff.person, margin=rules.margin),
        stranger=stranger,
        stranger_person=general.person,
        stranger_rate=max(rules.fpir, _LEAST_STRANGERS / len(stranger)),
        general_far=general_far,
        general=Trials(pairs.genuine >= general_threshold, pairs.genuine_person),
    )


def carried_points(points: Sequence[FmrPoint], pairs: Sequence[tuple[NamedFaces, NamedFaces]]) -> tuple[FmrPoint, ...]:
    """Return the operating points of a candidate: the pack's, carried over by how the scores of strangers moved.

    Args:
        points: of the pack.
        pairs: the same photographs of people who were not trained on, with the pack's embeddings and the candidate's.

    Raises:
        ScoresTooFlat: the candidate gives nearly the same answer for everybody.
        ValueError: too few people.
    """
    offsets = np.cumsum([0, *(len(before.people) for before, _ in pairs)])
    person = np.concatenate([before.person + offset for (before, _), offset in zip(pairs, offsets, strict=False)])
    before, after = (np.concatenate([pair[side].vectors for pair in pairs]) for side in (0, 1))
    return carry_over(points, before, after, person)


def no_looser(points: Sequence[FmrPoint], before: Measurement, after: Measurement) -> tuple[FmrPoint, ...]:
    """Return the points, all raised so far that no more strangers get a name than with the pack.

    Args:
        points: of the candidate.
        before: of the pack.
        after: of the candidate with these points.
    """
    allowed = int((before.stranger >= before.threshold).sum())
    falling = -np.sort(-after.stranger)
    if allowed >= len(falling) or falling[allowed] < after.threshold:
        return tuple(points)
    by = float(np.nextafter(falling[allowed], np.float32(2.0))) - after.threshold
    return tuple(
        FmrPoint(point.fmr, *(min(value + by, 1.0) for value in (point.threshold, point.low, point.high)))
        for point in points
    )


def own_points(general: NamedFaces) -> tuple[FmrPoint, ...]:
    """Return the operating points of a pack that has none, from general people; without intervals."""
    pairs = score_pairs(general.labelled(), keep=_KEPT_SHARE)
    usable = usable_targets(FMR_TARGETS, pairs.impostor_pairs)
    thresholds = [threshold_at(pairs.impostor, None, pairs.impostor_pairs, fmr) for fmr in usable]
    return tuple(FmrPoint(fmr, value, value, value) for fmr, value in zip(usable, thresholds, strict=True))


def _compared(staff: NamedFaces, is_template: NDArray[np.bool_], is_probe: NDArray[np.bool_], margin: float) -> LeftOut:
    """Compare probes with the mean template of each person; everybody has one."""
    means, _ = person_means(staff.vectors[is_template], staff.person[is_template])
    rows = np.flatnonzero(is_probe)
    similarity = staff.vectors[rows] @ means.T
    person = staff.person[rows]
    own = similarity[np.arange(len(rows)), person].copy()
    similarity[np.arange(len(rows)), person] = -np.inf
    return LeftOut(own, similarity.max(axis=1, initial=-1.0), person, margin)


def _part(probes: LeftOut, is_chosen: NDArray[np.bool_]) -> LeftOut:
    return replace(probes, own=probes.own[is_chosen], other=probes.other[is_chosen], person=probes.person[is_chosen])
