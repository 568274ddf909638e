"""The by-group report: crops of the shards, a pack, and a reference at the same overall rate."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attendance.core.types import FmrPoint
from attendance.errors import Reason
from attendance_training.data.face_shards import FaceShards
from attendance_training.errors import EvaluationDataUnusable
from attendance_training.packs.recognizer import OnnxRecognizer
from attendance_training.reports.fairness import (
    ADULT_AGE,
    SAME_ADULT_COSINE,
    SAME_CHILD_COSINE,
    GroupRate,
    is_likely_same,
    make_groups,
    parse_name,
    rate_groups,
    spread,
    threshold_with_rate,
)
from attendance_training.reports.text import markdown_table, percent

_MIN_PICTURES = 20


@dataclass(frozen=True, slots=True)
class RatesAt:
    """All groups of one recognizer at one threshold.

    Attributes:
        model_id: the recognizer.
        fmr: false match rate that the pack's manifest promises at its threshold (on its calibration photographs).
        threshold: cosine. The reference's gives the same rate over all adult pairs as the pack's.
        groups: one a group.
    """

    model_id: str
    fmr: float
    threshold: float
    groups: tuple[GroupRate, ...]


@dataclass(frozen=True, slots=True)
class Fairness:
    """The report.

    Attributes:
        pictures: UTKFace crops used.
        left_out: pairs that probably show one person.
        pack: by falling ``fmr``.
        reference: likewise; empty without a reference.
    """

    pictures: int
    left_out: int
    pack: tuple[RatesAt, ...]
    reference: tuple[RatesAt, ...]


def measure_fairness(
    shards: FaceShards,
    recognizer: OnnxRecognizer,
    calibration: Sequence[FmrPoint],
    *,
    reference: OnnxRecognizer | None,
    folder: Path,
    targets: Sequence[float] = (1e-2, 1e-3, 1e-4),
    progress: Callable[[str], None] = lambda text: None,
) -> Fairness:
    """Embed the held-back crops that carry a UTKFace name and rate every group.

    Args:
        shards: aligned crops with the teacher's embeddings.
        recognizer: of the pack.
        calibration: operating points of its manifest.
        reference: compared with it, or None.
        folder: of the shards, for the error.
        targets: false match rates; those that the calibration lacks are left out.
        progress: takes a few words on what comes next.

    Raises:
        EvaluationDataUnusable: fewer than 20 such crops, or no such operating point.
    """
    found = [(int(row), parse_name(shards.names[row])) for row in shards.split()[1]]
    rows = [row for row, subject in found if subject is not None]
    subjects = [subject for _, subject in found if subject is not None]
    points = [point for point in calibration if any(abs(point.fmr / t - 1) < 1e-6 for t in targets)]
    if len(rows) < _MIN_PICTURES:
        raise EvaluationDataUnusable(
            path=folder, reason=Reason("only {count} held-back crops have a UTKFace name", count=len(rows))
        )
    if not points:
        raise EvaluationDataUnusable(
            path=folder, reason=Reason("the pack's manifest has no operating point; calibrate it")
        )
    crops = np.stack([shards.crop_bgr(row) for row in rows])
    same = is_likely_same(shards.teacher[rows], subjects)
    groups = make_groups(subjects)
    adults = np.ix_(groups[0].rows, groups[0].rows)
    progress(f"{len(rows)} crops: {recognizer.model_id}")
    cosines = _cosines(recognizer, crops)
    own = tuple(
        RatesAt(recognizer.model_id, p.fmr, p.threshold, rate_groups(cosines, same, groups, threshold=p.threshold))
        for p in points
    )
    theirs: tuple[RatesAt, ...] = ()
    if reference is not None:
        progress(f"{len(rows)} crops: {reference.model_id}")
        cosines = _cosines(reference, crops)
        levels = [threshold_with_rate(cosines[adults], same[adults], at.groups[0].fmr.value) for at in own]
        theirs = tuple(
            RatesAt(reference.model_id, at.fmr, level, rate_groups(cosines, same, groups, threshold=level))
            for at, level in zip(own, levels, strict=True)
        )
    return Fairness(len(rows), int(np.triu(same, k=1).sum()), own, theirs)


def describe_fairness(report: Fairness) -> str:
    """Return the report as Markdown, one table for each operating threshold."""
    parts = [
        f"{report.pictures:,} UTKFace crops held back from training; every pair counts as two people, except "
        f"{report.left_out} pairs that are probably one (teacher's cosine ≥ {SAME_ADULT_COSINE} of two adults, "
        f"≥ {SAME_CHILD_COSINE} with somebody under {ADULT_AGE}). FMR in per cent with the interval that holds 95 % of "
        "draws of pictures; ×: over that of all adults.\n"
    ]
    for index, at in enumerate(report.pack):
        other = report.reference[index] if report.reference else None
        parts.append(f"\nThreshold {at.threshold:.4f} of `{at.model_id}`, FMR {at.fmr:g} by its manifest")
        parts.append(
            ""
            if other is None
            else f"; `{other.model_id}` at {other.threshold:.4f}, which gives all adults the same FMR"
        )
        parts.append(f":\n\n{_table(at, other)}")
        worst = spread(at.groups, "race")
        parts.append(
            f"\nRace, largest FMR over the smallest: {worst['over_smallest']:.1f}; over the geometric mean: "
            f"{worst['over_geometric_mean']:.1f}"
        )
        if other is not None:
            worst = spread(other.groups, "race")
            parts.append(f" (reference {worst['over_smallest']:.1f} and {worst['over_geometric_mean']:.1f})")
        parts.append(".\n")
    return "".join(parts)


def _table(at: RatesAt, other: RatesAt | None) -> str:
    header = ["group", "pictures", "pairs", "mean cosine", "FMR %", "×"]
    header += ["reference FMR %", "×"] if other else []
    rows = []
    for index, rate in enumerate(at.groups):
        row = [rate.group, f"{rate.pictures:,}", f"{rate.fmr.trials:,}", f"{rate.mean_cosine:.3f}"]
        row += [percent(rate.fmr, 3), f"{rate.ratio:.1f}"]
        if other:
            row += [percent(other.groups[index].fmr, 3), f"{other.groups[index].ratio:.1f}"]
        rows.append([f"**{cell}**" for cell in row] if rate.kind == "adults" else row)
    return markdown_table(header, rows)


def _cosines(recognizer: OnnxRecognizer, crops: NDArray[np.uint8]) -> NDArray[np.float32]:
    vectors = recognizer.embed(crops)
    return np.asarray(vectors @ vectors.T, dtype=np.float32)
