"""The numbers of an evaluation as lines of text, the same for the terminal and the report."""

from __future__ import annotations

import math
from dataclasses import dataclass

from attendance_training.evaluation.intervals import Estimate
from attendance_training.evaluation.open_set import FpirPoint
from attendance_training.evaluation.pairs import FOLDS, MIN_PAIRS_A_FOLD
from attendance_training.evaluation.suite import CLUSTER_FMR, Evaluation
from attendance_training.evaluation.ten_fold import FoldAccuracy
from attendance_training.evaluation.verification import FarPoint

INSUFFICIENT_PAIRS = "insufficient pairs"
INSUFFICIENT_PROBES = "insufficient probes"
_NOT_MEASURED = "not measured"


@dataclass(frozen=True, slots=True)
class Line:
    """One number in words.

    Attributes:
        label: what it is.
        value: the number, or why there is none.
        interval: 95 % interval, "" when there is no number.
        counted: what it rests on.
    """

    label: str
    value: str
    interval: str
    counted: str


def percent(share: float) -> str:
    """Return a share as text with two digits after the point; "-" for nan."""
    return "-" if math.isnan(share) else f"{100 * share:.2f} %"


def short_percent(rate: float) -> str:
    """Return a round rate with as many digits as it has, like "0.001 %"."""
    return f"{100 * rate:.10f}".rstrip("0").rstrip(".") + " %"


def interval(estimate: Estimate) -> str:
    """Return the 95 % interval as text; "" when there is none."""
    if math.isnan(estimate.low):
        return ""
    return f"{100 * estimate.low:.2f} – {100 * estimate.high:.2f} %"


def line(label: str, estimate: Estimate, unit: str) -> Line:
    """Return an estimate in words."""
    value = _NOT_MEASURED if math.isnan(estimate.value) else percent(estimate.value)
    return Line(label, value, interval(estimate), f"{estimate.trials:,} {unit}")


def verification_lines(result: Evaluation) -> list[Line]:
    """Return 10-fold accuracy, equal error rate and TAR at each FAR."""
    lines = [_ten_fold_line(result.ten_fold)]
    if result.eer is None:
        lines.append(Line("equal error rate", INSUFFICIENT_PAIRS, "", f"{result.curve.genuine_pairs:,} of one person"))
    else:
        lines.append(line("equal error rate", result.eer.rate, "pairs"))
    return lines + [_far_line(point, result) for point in result.far_points]


def identification_lines(result: Evaluation) -> list[Line]:
    """Return rank-1 and FNIR at each FPIR, or why there are none."""
    found = result.open_set
    if found is None:
        return [Line("identification", INSUFFICIENT_PROBES, "", "nobody has a photograph left after enrolment")]
    return [
        line("rank-1", found.cmc[0], "probes"),
        *(_fpir_line(point, found.nonmated_probes) for point in found.points),
    ]


def naming_lines(result: Evaluation) -> list[Line]:
    """Return accuracy, macro precision, recall and F1, and what became of the probes; empty when not measured."""
    if result.open_set is None:
        return []
    found = result.open_set.classification
    return [
        line("accuracy", found.accuracy, "probes"),
        line("macro precision", found.precision, "classes"),
        line("macro recall", found.recall, "classes"),
        line("macro F1", found.f1, "classes"),
        line("staff named rightly", found.named, "probes"),
        line("staff given a wrong name", found.misnamed, "probes"),
        line("staff refused", found.refused, "probes"),
        line("strangers given a name", found.strangers_named, "probes"),
        line("precision of 'unknown'", found.unknown_precision, "probes"),
    ]


def cluster_lines(result: Evaluation) -> list[Line]:
    """Return precision, recall and F1 of pairs at the headline threshold; empty when not measured."""
    if not result.clusters:
        return []
    chosen = min(range(len(result.clusters)), key=lambda k: abs(math.log10(result.cluster_fmr[k] / CLUSTER_FMR)))
    found = result.clusters[chosen]
    return [
        line("clustering precision", found.precision, "people"),
        line("clustering recall", found.recall, "people"),
        line("clustering F1", found.f1, "people"),
    ]


def worst_person_line(result: Evaluation) -> list[Line]:
    """Return the enrolled person who is recognised least; empty when not measured."""
    if result.open_set is None:
        return []
    worst = result.open_set.by_person[0]
    return [line(f"worst person: {worst.name}", worst.named, "probes")]


def all_lines(result: Evaluation) -> list[Line]:
    """Return every number that the terminal shows."""
    return [
        *verification_lines(result),
        *identification_lines(result),
        *naming_lines(result),
        *worst_person_line(result),
        *cluster_lines(result),
    ]


def _ten_fold_line(found: FoldAccuracy | None) -> Line:
    if found is None:
        needed = f"{FOLDS} folds need {MIN_PAIRS_A_FOLD} pairs of each kind"
        return Line("10-fold accuracy", INSUFFICIENT_PAIRS, "", needed)
    return line(f"{len(found.folds)}-fold accuracy", found.accuracy, "pairs")


def _far_line(point: FarPoint, result: Evaluation) -> Line:
    label = f"TAR at FAR {short_percent(point.far)}"
    if point.threshold is None:
        counted = f"{result.curve.impostor_pairs:,} of {point.needed_pairs:,} pairs of two people"
        return Line(label, INSUFFICIENT_PAIRS, "", counted)
    if point.tar is None:
        return Line(label, INSUFFICIENT_PAIRS, "", "0 pairs of one person")
    return line(label, point.tar, "pairs of one person")


def _fpir_line(point: FpirPoint, strangers: int) -> Line:
    label = f"FNIR at FPIR {short_percent(point.fpir)}"
    if point.fnir is None:
        return Line(label, INSUFFICIENT_PROBES, "", f"{strangers:,} of {point.needed_probes:,} probes of strangers")
    return line(label, point.fnir, "probes of staff")
