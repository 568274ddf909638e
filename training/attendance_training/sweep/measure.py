"""Embeds the people who are measured, and turns embeddings into the rates that a choice can be made by."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from attendance_training.data.face_shards import to_tensor
from attendance_training.data.face_source import FaceSource
from attendance_training.evaluation.calibration import count_cross_pairs, score_pairs, threshold_at
from attendance_training.evaluation.embeddings import LabelledEmbeddings
from attendance_training.evaluation.intervals import ROUNDS, Estimate, draw_people
from attendance_training.evaluation.pairs import draw_pairs
from attendance_training.evaluation.ten_fold import ten_fold
from attendance_training.evaluation.verification import equal_error

_AT_ONCE = 32
_TAIL_FACTOR = 4
"""As in ``evaluation.calibration``: so many times the pairs above the rate, so that a draw rarely runs out."""


@dataclass(frozen=True, slots=True)
class Rates:
    """One network on people it has not seen.

    Attributes:
        tar: true accept rate at the sweep's false accept rate.
        eer: equal error rate.
        accuracy: of the 10-fold protocol on drawn pairs; nan with too few people for ten folds.
    """

    tar: float
    eer: float
    accuracy: float


def embed_rows(
    network: nn.Module, faces: FaceSource, rows: NDArray[np.int64], *, check: Callable[[], None] = lambda: None
) -> NDArray[np.float32]:
    """Embed clean pictures.

    Args:
        network: in evaluation mode, on any device.
        faces: where the pictures are.
        rows: (n,) int64.
        check: called between batches; raises to end it.

    Returns:
        (n, D) float32, unit length, of values that float16 holds: as they are kept, so that a sweep that goes on
        chooses by the very same numbers.

    Raises:
        TrainingDataUnusable: a picture is damaged.
    """
    device = next(network.parameters()).device
    found = []
    for start in range(0, len(rows), _AT_ONCE):
        check()
        crops = np.stack([faces.crop_bgr(row) for row in rows[start : start + _AT_ONCE].tolist()])
        with torch.inference_mode():
            found.append(network(torch.from_numpy(to_tensor(crops)).to(device)).float().cpu().numpy())
    vectors = np.concatenate(found)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return unit_rows(vectors / np.maximum(lengths, 1e-12))


def unit_rows(vectors: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    """Return (n, D) float32 rows of unit length from rows rounded to float16."""
    rounded = vectors.astype(np.float16).astype(np.float32)
    unit: NDArray[np.float32] = rounded / np.maximum(np.linalg.norm(rounded, axis=1, keepdims=True), np.float32(1e-12))
    return unit


def labelled(vectors: NDArray[np.float32], labels: NDArray[np.int64]) -> LabelledEmbeddings:
    """Return embeddings with people numbered from 0.

    Args:
        vectors: (n, D) float32 unit vectors.
        labels: (n,) int64, the rows of one person together and rising.
    """
    people, person = np.unique(labels, return_inverse=True)
    return LabelledEmbeddings(vectors, person.astype(np.int64), len(people), len(labels), 0)


def measure(data: LabelledEmbeddings, far: float) -> Rates:
    """Return the rates of one network, without intervals."""
    folds = draw_pairs(data)
    error = equal_error(data, rounds=1)
    return Rates(
        tar=TarDraws.of(data, far, rounds=0).value,
        eer=math.nan if error is None else error.rate.value,
        accuracy=math.nan if folds is None else ten_fold(folds).accuracy.value,
    )


def intervals(data: LabelledEmbeddings, *, rounds: int = ROUNDS) -> tuple[Estimate | None, Estimate | None]:
    """Return equal error rate and accuracy of one network with 95 % intervals."""
    folds, error = draw_pairs(data), equal_error(data, rounds=rounds)
    return None if error is None else error.rate, None if folds is None else ten_fold(folds).accuracy


@dataclass(frozen=True, slots=True, eq=False)
class TarDraws:
    """True accept rate of one network, on everybody and on draws of people.

    Draw number i is of the same people for every network that is measured on the same people, so differences of two
    networks' draws are paired.

    Attributes:
        value: on everybody; nan without pairs of one person.
        draws: (rounds,) float64; nan where a draw could not be measured.
        pairs: of one person.
    """

    value: float
    draws: NDArray[np.float64]
    pairs: int

    @staticmethod
    def of(data: LabelledEmbeddings, far: float, *, rounds: int = ROUNDS, seed: int = 1) -> TarDraws:
        """Measure one network; each draw uses its own threshold.

        Args:
            data: labelled unit vectors.
            far: false accept rate.
            rounds: draws of people.
            seed: of the draws.
        """
        counts = np.bincount(data.person, minlength=data.people).astype(np.int64)
        pairs = count_cross_pairs(counts)
        scores = score_pairs(data, keep=min(1.0, _TAIL_FACTOR * far))
        if not len(scores.impostor) or not len(scores.genuine):
            return TarDraws(math.nan, np.full(rounds, math.nan), len(scores.genuine))
        threshold = threshold_at(scores.impostor, None, pairs, far)
        first, second = scores.impostor_people.T
        draws = np.full(rounds, math.nan)
        for index, times in enumerate(draw_people(data.people, rounds=rounds, seed=seed)):
            weights = times[scores.genuine_person]
            drawn_pairs = count_cross_pairs(times * counts)
            if weights.any() and drawn_pairs:
                drawn = threshold_at(scores.impostor, times[first] * times[second], drawn_pairs, far)
                draws[index] = np.average(scores.genuine >= drawn, weights=weights)
        return TarDraws(float((scores.genuine >= threshold).mean()), draws, len(scores.genuine))


def mean_of_seeds(of_seeds: Sequence[TarDraws]) -> TarDraws:
    """Return the mean over the networks of several seeds, draw by draw."""
    draws: NDArray[np.float64] = np.mean([each.draws for each in of_seeds], axis=0)
    return TarDraws(float(np.mean([each.value for each in of_seeds])), draws, of_seeds[0].pairs)
