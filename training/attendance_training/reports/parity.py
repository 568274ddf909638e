"""Does a recognizer's file still do what the network does? On real crops, not only on the export's test pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from attendance_training.data.face_shards import FaceShards
from attendance_training.data.labelled_crops import LabelledCrops
from attendance_training.evaluation.calibration import (
    BOOTSTRAP_ROUNDS,
    PairScores,
    count_cross_pairs,
    score_pairs,
    threshold_at,
)
from attendance_training.evaluation.intervals import Estimate, draw_people, from_draws
from attendance_training.packs.recognizer import OnnxRecognizer
from attendance_training.reports.text import markdown_table, percent

MIN_COSINE = 0.9999
"""Least cosine between network and ONNX file on any crop."""
MAX_TAR_LOSS = 0.001
"""A changed file is as good when it loses at most 0.1 point of TAR."""
_BATCH = 32
_TAIL_FACTOR = 4
"""As many times the allowed pairs are kept for the draws, so that a draw rarely runs out."""
_SEED = 1


@dataclass(frozen=True, slots=True)
class Agreement:
    """Cosines between two embeddings of the same crop, mirror image left out.

    Attributes:
        name: of the file compared.
        crops: number of crops.
        least: smallest cosine.
        mean: mean cosine.
        size_bytes: of the file.
    """

    name: str
    crops: int
    least: float
    mean: float
    size_bytes: int


@dataclass(frozen=True, slots=True)
class TarChange:
    """TAR of one file, and what it is over the first file's, on the same pairs and the same draws of people.

    Attributes:
        name: of the file.
        threshold: its own, at the FAR aimed at.
        tar: at ``threshold``.
        change: TAR minus that of the first file; 0 for the first.
    """

    name: str
    threshold: float
    tar: Estimate
    change: Estimate


def pick_crops(shards: FaceShards, candidates: NDArray[np.int64], count: int) -> NDArray[np.uint8]:
    """Return ``count`` of the candidate rows (all, if fewer), evenly spread: (n, 112, 112, 3) uint8 BGR."""
    rows = candidates[np.linspace(0, len(candidates) - 1, min(count, len(candidates)), dtype=np.int64)]
    return np.stack([shards.crop_bgr(int(row)) for row in rows])


def compare_with_network(model: nn.Module, recognizer: OnnxRecognizer, crops_bgr: NDArray[np.uint8]) -> Agreement:
    """Run network and file on the same crops.

    Args:
        model: takes (B, 3, 112, 112) float32, gives (B, D).
        recognizer: its ONNX file.
        crops_bgr: (n, 112, 112, 3) uint8 BGR.
    """
    model = model.cpu().eval()
    rows = []
    with torch.inference_mode():
        for start in range(0, len(crops_bgr), _BATCH):
            blob = recognizer.blob(crops_bgr[start : start + _BATCH])
            rows.append(model(torch.from_numpy(np.ascontiguousarray(blob))).numpy())
    return _agreement(np.concatenate(rows), recognizer, crops_bgr)


def compare_files(first: OnnxRecognizer, other: OnnxRecognizer, crops_bgr: NDArray[np.uint8]) -> Agreement:
    """Run two files on the same crops; arguments as in ``compare_with_network``."""
    return _agreement(_raw(first, crops_bgr), other, crops_bgr)


def compare_tar(
    data: LabelledCrops,
    recognizers: Sequence[OnnxRecognizer],
    *,
    far: float = 1e-3,
    rounds: int = BOOTSTRAP_ROUNDS,
    progress: Callable[[str], None] = lambda text: None,
) -> list[TarChange]:
    """Measure TAR of every file at its own threshold.

    Args:
        data: labelled crops, with pairs of one person.
        recognizers: the shipped file first.
        far: false accept rate of the thresholds.
        rounds: draws of people; the same for every file.
        progress: takes a few words on what comes next.
    """
    counts = np.bincount(data.person, minlength=data.people).astype(np.int64)
    changes: list[TarChange] = []
    shipped: NDArray[np.float64] | None = None
    for recognizer in recognizers:
        progress(f"TAR of {recognizer.model_id}")
        scores = score_pairs(data.labelled(recognizer.embed(data.crops)), keep=min(1.0, _TAIL_FACTOR * far))
        draws = _draw_tars(scores, counts, far=far, rounds=rounds)
        threshold = threshold_at(scores.impostor, None, scores.impostor_pairs, far)
        value, pairs = float((scores.genuine >= threshold).mean()), len(scores.genuine)
        if shipped is None:
            shipped, first = draws, value
        change = from_draws(value - first, draws - shipped, pairs)
        changes.append(TarChange(recognizer.model_id, threshold, from_draws(value, draws, pairs), change))
    return changes


def describe_parity(agreements: Sequence[Agreement], changes: Sequence[TarChange]) -> str:
    """Return the Markdown tables; the second one only if anything was measured."""
    rows = [
        [one.name, f"{one.size_bytes:,}", f"{one.crops:,}", f"{one.least:.7f}", f"{one.mean:.7f}"] for one in agreements
    ]
    text = markdown_table(["compared", "bytes", "crops", "smallest cosine", "mean cosine"], rows)
    if not changes:
        return text
    verdicts = ["shipped", *("yes" if one.change.value >= -MAX_TAR_LOSS else "no" for one in changes[1:])]
    rows = [
        [f"`{one.name}`", f"{one.threshold:.4f}", percent(one.tar, 2), percent(one.change, 2), verdict]
        for one, verdict in zip(changes, verdicts, strict=True)
    ]
    header = ["file", "threshold", "TAR %", "change, points", f"within {100 * MAX_TAR_LOSS:.1f} point"]
    return f"{text}\n{markdown_table(header, rows)}"


def _raw(recognizer: OnnxRecognizer, crops_bgr: NDArray[np.uint8]) -> NDArray[np.float32]:
    starts = range(0, len(crops_bgr), _BATCH)
    return np.concatenate([recognizer.run(recognizer.blob(crops_bgr[i : i + _BATCH])) for i in starts])


def _agreement(rows: NDArray[np.float32], other: OnnxRecognizer, crops_bgr: NDArray[np.uint8]) -> Agreement:
    a, b = rows.astype(np.float64), _raw(other, crops_bgr).astype(np.float64)
    cosines = (a * b).sum(axis=1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))
    return Agreement(other.model_id, len(rows), float(cosines.min()), float(cosines.mean()), other.path.stat().st_size)


def _draw_tars(scores: PairScores, counts: NDArray[np.int64], *, far: float, rounds: int) -> NDArray[np.float64]:
    """Return (rounds,) TARs, each at the threshold of its own draw of people."""
    first, second = scores.impostor_people.T
    tars = np.full(rounds, np.nan)
    for index, times in enumerate(draw_people(len(counts), rounds=rounds, seed=_SEED)):
        weights = times[first] * times[second]
        threshold = threshold_at(scores.impostor, weights, count_cross_pairs(times * counts), far)
        genuine = times[scores.genuine_person]
        if genuine.any():
            tars[index] = np.average(scores.genuine >= threshold, weights=genuine)
    return tars
