"""Everything that is measured on one file of embeddings, in one value."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from attendance.core.packs.calibration import Calibration as PackCalibration
from attendance.core.recognition.thresholds import GallerySize, ThresholdChoice, threshold_for
from attendance.core.types import FmrPoint
from attendance_training.evaluation.calibration import FMR_TARGETS, calibrate
from attendance_training.evaluation.classification import Classification, classify
from attendance_training.evaluation.clustering import Clustering, judge_clusters
from attendance_training.evaluation.embeddings import LabelledEmbeddings
from attendance_training.evaluation.groups import GroupResult, rate_groups
from attendance_training.evaluation.intervals import ROUNDS, Estimate
from attendance_training.evaluation.open_set import (
    FpirPoint,
    IdentificationCurve,
    OpenSetProbes,
    fnir_at_fpir,
    identification_curve,
    look_at_all,
    match_characteristic,
)
from attendance_training.evaluation.pairs import draw_pairs
from attendance_training.evaluation.per_person import PersonResult, rate_people
from attendance_training.evaluation.person_calibration import calibrate_people
from attendance_training.evaluation.ten_fold import FoldAccuracy, FoldedPairs, ten_fold
from attendance_training.evaluation.verification import (
    FAR_TARGETS,
    EqualError,
    FarPoint,
    RocCurve,
    equal_error,
    far_points,
    roc_curve,
)

CLUSTER_FMR = 1e-4
"""The threshold for this FMR is the headline of the clustering, whichever turns out best."""
GROUP_FMR = 1e-3
"""FMR of all people at which the groups are compared."""


@dataclass(frozen=True, slots=True, eq=False)
class OpenSetResult:
    """Identification among the enrolled people.

    Attributes:
        roster: people enrolled.
        templates: photographs enrolled of each.
        mated_probes: probes of enrolled people.
        nonmated_probes: probes of all others.
        strangers: people who are not enrolled.
        points: FNIR at each FPIR.
        cmc: rank-1 rate first.
        curve: FNIR over FPIR.
        choice: the threshold that the kiosk would use for this roster.
        classification: the answers at this threshold.
        by_person: every enrolled person at this threshold, the worst first.
    """

    roster: int
    templates: int
    mated_probes: int
    nonmated_probes: int
    strangers: int
    points: tuple[FpirPoint, ...]
    cmc: tuple[Estimate, ...]
    curve: IdentificationCurve
    choice: ThresholdChoice
    classification: Classification
    by_person: tuple[PersonResult, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """All measurements; a part that the data cannot support is None or empty.

    Attributes:
        model_id: of the pack that made the embeddings, "" when not noted.
        people: different people.
        photos: photographs used.
        read: rows of the file.
        failed: rows without a face.
        security: level that the kiosk's threshold aims at.
        seed: of all draws.
        rounds: draws of people for each interval.
        thresholds_from: where the thresholds come from, in words.
        curve: ROC.
        far_points: TAR at each FAR.
        eer: equal error rate.
        ten_fold: LFW's protocol.
        open_set: identification; None when nobody has a photograph left after enrolment.
        clusters: at the threshold of each measured FMR, by falling FMR.
        cluster_fmr: FMR of each of ``clusters``.
        groups: by name.
        group_threshold: cosine of a pair for ``groups``.
        ungrouped: people without a group, when there are groups.
    """

    model_id: str
    people: int
    photos: int
    read: int
    failed: int
    security: str
    seed: int
    rounds: int
    thresholds_from: str
    curve: RocCurve
    far_points: tuple[FarPoint, ...]
    eer: EqualError | None
    ten_fold: FoldAccuracy | None
    open_set: OpenSetResult | None
    clusters: tuple[Clustering, ...]
    cluster_fmr: tuple[float, ...]
    groups: tuple[GroupResult, ...]
    group_threshold: float
    ungrouped: int


def evaluate(
    data: LabelledEmbeddings,
    *,
    pairs: FoldedPairs | None = None,
    group_of: Mapping[str, str] | None = None,
    calibration: PackCalibration | None = None,
    enrolled: int = 3,
    security: str = "normal",
    rounds: int = ROUNDS,
    seed: int = 1,
    progress: Callable[[str], None] = lambda _: None,
) -> Evaluation:
    """Measure everything; the same arguments give the same numbers.

    Args:
        data: labelled unit vectors with names.
        pairs: for the 10-fold protocol; None draws them.
        group_of: group by person's name.
        calibration: of the pack; without points: that of this very data, which is a little too kind.
        enrolled: photographs enrolled of each person.
        security: "relaxed", "normal" or "strict", for the kiosk's threshold.
        rounds: draws of people for each interval.
        seed: of all draws.
        progress: told in a few words what comes next.
    """
    progress("all pairs")
    curve = roc_curve(data)
    targets = tuple(sorted({*FMR_TARGETS, *FAR_TARGETS}, reverse=True))
    measured = calibrate(data, targets=targets, rounds=rounds, seed=seed)
    given = calibration if calibration and calibration.points else None
    used = given or _own_calibration(data, enrolled, rounds=rounds, seed=seed)
    points = tuple(sorted(used.points, key=lambda p: -p.fmr))
    progress("equal error rate")
    eer = equal_error(data, curve=curve, rounds=rounds, seed=seed)
    folded = pairs or draw_pairs(data, seed=seed)
    progress("identification")
    probes = look_at_all(data, enrolled=enrolled, seed=seed)
    people = 0 if probes is None else len(probes.enrolled)
    comparisons = GallerySize(people, people * enrolled).comparisons(used.photos_per_person)
    choice = threshold_for(points, comparisons, security)
    progress("clustering")
    clusters = judge_clusters(data, tuple(p.threshold for p in points), rounds=rounds, seed=seed) if points else ()
    group_threshold = nearest(points, GROUP_FMR).threshold if points else choice.threshold
    groups: tuple[GroupResult, ...] = ()
    if group_of:
        progress("groups")
        groups = rate_groups(
            data,
            group_of,
            pair_threshold=group_threshold,
            probes=probes,
            probe_threshold=choice.threshold,
            rounds=rounds,
            seed=seed,
        )
    return Evaluation(
        model_id=data.model_id,
        people=data.people,
        photos=len(data.person),
        read=data.photos,
        failed=data.failed,
        security=security,
        seed=seed,
        rounds=rounds,
        thresholds_from=_describe_source(given, used),
        curve=curve,
        far_points=far_points(measured, FAR_TARGETS),
        eer=eer,
        ten_fold=None if folded is None else ten_fold(folded),
        open_set=None if probes is None else _identify(probes, data, choice, rounds=rounds, seed=seed),
        clusters=clusters,
        cluster_fmr=tuple(p.fmr for p in points),
        groups=groups,
        group_threshold=group_threshold,
        ungrouped=sum(name not in group_of for name in data.names) if group_of else 0,
    )


def _identify(
    probes: OpenSetProbes, data: LabelledEmbeddings, choice: ThresholdChoice, *, rounds: int, seed: int
) -> OpenSetResult:
    return OpenSetResult(
        roster=len(probes.enrolled),
        templates=probes.templates,
        mated_probes=len(probes.mated_person),
        nonmated_probes=len(probes.stranger_person),
        strangers=data.people - len(probes.enrolled),
        points=fnir_at_fpir(probes, rounds=rounds, seed=seed),
        cmc=match_characteristic(probes, rounds=rounds, seed=seed),
        curve=identification_curve(probes),
        choice=choice,
        classification=classify(probes, choice.threshold, rounds=rounds, seed=seed),
        by_person=rate_people(probes, data.names, choice.threshold),
    )


def nearest(points: Sequence[FmrPoint], fmr: float) -> FmrPoint:
    """Return the operating point whose FMR is nearest, counted in decades.

    Raises:
        ValueError: there are no points.
    """
    return min(points, key=lambda p: abs(math.log10(p.fmr / fmr)))


def _own_calibration(data: LabelledEmbeddings, enrolled: int, *, rounds: int, seed: int) -> PackCalibration:
    measured = calibrate_people(data, enrolled=enrolled, rounds=rounds, seed=seed)
    points = tuple(FmrPoint(p.fmr, p.threshold, p.low, p.high) for p in measured.points)
    return PackCalibration("", measured.impostor_pairs, points, measured.photos_per_person)


def _describe_source(given: PackCalibration | None, used: PackCalibration) -> str:
    if given:
        return "the calibration of the pack"
    if used.points:
        return "these same photographs (a little too kind)"
    return "the application's default for a pack that was never measured"
