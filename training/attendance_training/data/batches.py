"""Batches to train on: pictures of a source in a sampler's order, degraded, as the network takes them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attendance_training.data.face_shards import to_tensor
from attendance_training.data.face_source import FaceSource

Degrade = Callable[[NDArray[np.uint8], np.random.Generator], NDArray[np.uint8]]
"""(B, 112, 112, 3) uint8 BGR in and out, for instance ``attendance_training.data.augmentation.degrade_batch``."""


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """What one step learns from.

    Attributes:
        images: (B, 3, 112, 112) float32 RGB, (value - 127.5) / 127.5.
        labels: (B,) int64, of the source.
    """

    images: NDArray[np.float32]
    labels: NDArray[np.int64]


def batches(
    source: FaceSource, rows: Iterable[list[int]], *, seed: int, epoch: int, degrade: Degrade | None = None
) -> Iterator[Batch]:
    """Make batches one after the other; a batch depends on seed, epoch, its place and its rows only.

    Half of the pictures are mirrored when they are degraded.

    Args:
        source: the faces.
        rows: of each batch, for instance a ``PeopleSampler``.
        seed: at least 0.
        epoch: at least 0; another one degrades otherwise.
        degrade: None for clean pictures.

    Raises:
        TrainingDataUnusable: a picture is damaged or of another size.
    """
    for place, chosen in enumerate(rows):
        yield make_batch(source, chosen, draw=(seed, epoch, place), degrade=degrade)


def make_batch(source: FaceSource, rows: list[int], *, draw: tuple[int, ...], degrade: Degrade | None = None) -> Batch:
    """Make one batch.

    Args:
        source: the faces.
        rows: of the batch.
        draw: seeds mirroring and degradation.
        degrade: None for clean pictures, which are not mirrored either.

    Raises:
        TrainingDataUnusable: a picture is damaged or of another size.
    """
    crops = np.stack([source.crop_bgr(row) for row in rows])
    if degrade is not None:
        rng = np.random.default_rng(draw)
        is_mirrored = rng.random(len(crops)) < 0.5
        crops[is_mirrored] = crops[is_mirrored][:, :, ::-1]
        crops = degrade(crops, rng)
    return Batch(to_tensor(crops), source.labels[rows])
