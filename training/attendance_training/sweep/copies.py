"""Degraded copies of photographs, made once for all runs: degrading costs more than a small network's step."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from attendance_training.data.batches import Degrade
from attendance_training.data.face_source import Crop, FaceSource, LeftOut

_AT_ONCE = 64


def make_copies(
    faces: FaceSource,
    rows: NDArray[np.int64],
    count: int,
    *,
    degrade: Degrade,
    seed: int = 1,
    check: Callable[[], None] = lambda: None,
) -> NDArray[np.uint8]:
    """Make mirrored and degraded copies; half of them are mirrored.

    Args:
        faces: where the pictures are.
        rows: (n,) int64, those to copy.
        count: copies of each.
        degrade: for instance ``attendance_training.data.augmentation.degrade_batch``.
        seed: of the copies.
        check: called between batches; raises to end it.

    Returns:
        (count, n, 112, 112, 3) uint8 BGR.

    Raises:
        TrainingDataUnusable: a picture is damaged.
    """
    originals = np.stack([faces.crop_bgr(row) for row in rows.tolist()])
    copies = np.empty((count, *originals.shape), np.uint8)
    for number in range(count):
        rng = np.random.default_rng((seed, number))
        for start in range(0, len(rows), _AT_ONCE):
            check()
            crops = originals[start : start + _AT_ONCE].copy()
            is_mirrored = rng.random(len(crops)) < 0.5
            crops[is_mirrored] = crops[is_mirrored][:, :, ::-1]
            copies[number, start : start + _AT_ONCE] = degrade(crops, rng)
    return copies


class CopiedFaces:
    """A ``FaceSource`` that gives the next copy each time a picture is asked for; one object for each run.

    Args:
        faces: the originals; also given for rows without copies.
        rows: (n,) int64, those that have copies.
        copies: (count, n, 112, 112, 3) uint8 BGR.
        first: which copy comes first, for instance the seed of the run.
    """

    def __init__(self, faces: FaceSource, rows: NDArray[np.int64], copies: NDArray[np.uint8], *, first: int) -> None:
        self.people: Sequence[str] = faces.people
        self.labels: NDArray[np.int64] = faces.labels
        self.names: Sequence[str] = faces.names
        self.left_out: Sequence[LeftOut] = faces.left_out
        self._faces, self._copies, self._first = faces, copies, first
        self._place = {row: place for place, row in enumerate(rows.tolist())}
        self._turns = np.zeros(len(rows), np.int64)

    def __len__(self) -> int:
        return len(self.names)

    def crop_bgr(self, index: int) -> Crop:
        """Return one picture, (112, 112, 3) uint8 BGR."""
        place = self._place.get(index)
        if place is None:
            return self._faces.crop_bgr(index)
        turn = (self._first + int(self._turns[place])) % len(self._copies)
        self._turns[place] += 1
        crop: Crop = self._copies[turn, place].copy()
        return crop
