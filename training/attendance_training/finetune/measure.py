"""What the gate compares: the same probes, strangers and general pairs, once with the pack and once with the candidate.

Every probe of staff is compared with each enrolled person, who is the mean of the templates, as in the kiosk.
Photographs that were trained on are templates and never probes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attendance.core.recognition.matching import person_means
from attendance.core.recognition.thresholds import threshold_for
from attendance.core.types import FmrPoint
from attendance_training.evaluation.calibration import FMR_TARGETS, PairScores, is_supported, score_pairs, threshold_at
from attendance_training.finetune.split import StaffSplit
from attendance_training.finetune.staff import NamedFaces

FAR_TARGETS = (1e-4, 1e-3, 1e-2)
_KEPT_SHARE = 0.02
"""Of the general pairs of two people: twice the loosest target."""
MIN_GENERAL_PAIRS = 1000
"""Pairs of two people that FMR 1 % needs."""


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
        threshold: of the kiosk at its level of security, calibrated with this recognizer's general pairs.
        far: at which ``trained`` and ``unseen`` are measured; by the number of trials, not by their outcome.
        trained: probes of people trained on whose own similarity reaches the threshold of ``far``.
        unseen: the same of people that nothing saw before.
        named: probes of both that get the right name at ``threshold``.
        strangers: photographs of general people that get any name at ``threshold``: the fewer the better.
        general_far: at which ``general`` is measured.
        general: pairs of one general person that reach the threshold of ``general_far``.
    """

    threshold: float
    far: float
    trained: Trials
    unseen: Trials
    named: Trials
    strangers: Trials
    general_far: float
    general: Trials


def measure(staff: NamedFaces, split: StaffSplit, general: NamedFaces, *, security: str = "normal") -> Measurement:
    """Measure with the embeddings of one recognizer.

    Args:
        staff: all photographs of the split.
        split: of the same photographs.
        general: other people, none of whom was trained on; at least ``MIN_GENERAL_PAIRS`` pairs of two people.
        security: level of the kiosk.
    """
    pairs = score_pairs(general.labelled(), keep=_KEPT_SHARE)
    is_template = ~split.is_probe
    templates = int(is_template.sum())
    threshold = threshold_for(_points(pairs), templates, security).threshold
    is_gate_probe = split.is_probe & (split.trained | split.unseen)[staff.person]
    probes = np.flatnonzero(is_gate_probe)
    similarity = _person_similarity(staff.vectors[probes], staff, is_template)
    stranger_similarity = _person_similarity(general.vectors, staff, is_template)
    person = staff.person[probes]
    own = similarity[np.arange(len(probes)), person]
    is_own = np.zeros_like(similarity, dtype=bool)
    is_own[np.arange(len(probes)), person] = True
    impostor = np.concatenate([similarity[~is_own], stranger_similarity.reshape(-1)])
    far = _supported(len(impostor))
    is_accepted = own >= threshold_at(-np.sort(-impostor), None, len(impostor), far)
    best_other = np.where(is_own, -np.inf, similarity).max(axis=1)
    is_trained = split.trained[person]
    general_far = _supported(pairs.impostor_pairs)
    general_threshold = threshold_at(pairs.impostor, None, pairs.impostor_pairs, general_far)
    return Measurement(
        threshold=threshold,
        far=far,
        trained=Trials(is_accepted[is_trained], person[is_trained]),
        unseen=Trials(is_accepted[~is_trained], person[~is_trained]),
        named=Trials((own >= threshold) & (own > best_other), person),
        strangers=Trials(stranger_similarity.max(axis=1) >= threshold, general.person),
        general_far=general_far,
        general=Trials(pairs.genuine >= general_threshold, pairs.genuine_person),
    )


def _points(pairs: PairScores) -> tuple[FmrPoint, ...]:
    """Return the operating points without intervals, which need a thousand draws and decide nothing here."""
    usable = [fmr for fmr in FMR_TARGETS if is_supported(fmr, pairs.impostor_pairs)]
    thresholds = [threshold_at(pairs.impostor, None, pairs.impostor_pairs, fmr) for fmr in usable]
    return tuple(FmrPoint(fmr, value, value, value) for fmr, value in zip(usable, thresholds, strict=True))


def _person_similarity(
    vectors: NDArray[np.float32], staff: NamedFaces, is_template: NDArray[np.bool_]
) -> NDArray[np.float32]:
    """Return (k, C) cosines to the mean template of each person; everybody has one."""
    means, _ = person_means(staff.vectors[is_template], staff.person[is_template])
    cosines: NDArray[np.float32] = vectors @ means.T
    return cosines


def _supported(trials: int) -> float:
    """Return the smallest false accept rate that so many trials can measure, or the largest of all."""
    return next((far for far in FAR_TARGETS if is_supported(far, trials)), FAR_TARGETS[-1])
