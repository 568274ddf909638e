"""Unlabelled aligned faces with a teacher's embeddings, from ``.npz`` shards.

Format of a shard: ``jpeg`` (uint8, all files end to end), ``offset`` (int64, n+1), ``name`` (bytes) and
``teacher`` (float16, n x D, unit length: mean of the teacher's embeddings of the crop and its mirror image).
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from attendance.errors import Reason
from attendance.file_kinds import FileKind, other_kind
from attendance_training.errors import TrainingDataUnusable
from attendance_training.files.array_file import read_npz

_KEYS = {"jpeg", "offset", "name", "teacher"}
_UNIT_TOLERANCE = 0.02
"""float16 rounds a unit vector's length by up to about one per cent."""
_VALIDATION_PER_MILLE = 50


class FaceShards:
    """All crops of a folder of shards, decoded on demand.

    Args:
        folder: holds ``shard-*.npz``.

    Raises:
        TrainingDataUnusable: no shards, or one of them is damaged or disagrees with the others.
    """

    def __init__(self, folder: Path) -> None:
        paths = sorted(folder.glob("shard-*.npz"))
        if not paths:
            none = Reason("it holds no shard-*.npz files with aligned faces and teacher embeddings")
            raise TrainingDataUnusable(path=folder, reason=other_kind(folder, FileKind.SHARDS) or none)
        self._files: list[NDArray[np.uint8]] = []
        names: list[str] = []
        teachers = []
        for path in paths:
            arrays = read_npz(path, TrainingDataUnusable)
            _check(path, arrays)
            offsets, data = arrays["offset"], arrays["jpeg"]
            self._files += [data[offsets[i] : offsets[i + 1]] for i in range(len(offsets) - 1)]
            names += [name.decode() for name in arrays["name"]]
            teachers.append(arrays["teacher"].astype(np.float32))
        if len({t.shape[1] for t in teachers}) != 1:
            raise TrainingDataUnusable(path=folder, reason=Reason("its shards come from teachers of different sizes"))
        self.names: Sequence[str] = names
        rows = np.concatenate(teachers)
        self.teacher: NDArray[np.float32] = rows / np.linalg.norm(rows, axis=1, keepdims=True)
        """(n, D) float32 unit rows."""

    def __len__(self) -> int:
        return len(self._files)

    def crop_bgr(self, index: int) -> NDArray[np.uint8]:
        """Return one (112, 112, 3) uint8 BGR crop.

        Raises:
            TrainingDataUnusable: the picture is damaged.
        """
        crop = cv2.imdecode(self._files[index], cv2.IMREAD_COLOR)
        if crop is None or crop.shape != (112, 112, 3):
            raise TrainingDataUnusable(path=self.names[index], reason=Reason("its picture in the shard is damaged"))
        return crop.astype(np.uint8, copy=False)

    def split(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Return indices for training and for validation (5 %), fixed by the hash of each name."""
        held_back = np.array([is_held_back(name) for name in self.names])
        return np.flatnonzero(~held_back), np.flatnonzero(held_back)


def is_held_back(name: str) -> bool:
    """Return whether a crop belongs to the validation part; depends on its name only."""
    return int.from_bytes(hashlib.sha256(name.encode()).digest()[:4], "big") % 1000 < _VALIDATION_PER_MILLE


def to_tensor(crops_bgr: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return (B, 3, 112, 112) float32 RGB in -1..1 from (B, 112, 112, 3) uint8 BGR: (x - 127.5) / 127.5."""
    return np.ascontiguousarray((crops_bgr[..., ::-1].astype(np.float32) - 127.5) / 127.5).transpose(0, 3, 1, 2)


def _check(path: Path, arrays: dict[str, NDArray[np.generic]]) -> None:
    lacking = _KEYS - arrays.keys()
    if lacking:
        raise TrainingDataUnusable(path=path, reason=Reason("it lacks {names}", names=sorted(lacking)))
    kinds = {name: (arrays[name].ndim, arrays[name].dtype.kind) for name in _KEYS}
    if kinds != {"jpeg": (1, "u"), "offset": (1, "i"), "name": (1, "S"), "teacher": (2, "f")}:
        raise TrainingDataUnusable(path=path, reason=Reason("its arrays are not of the shapes and types of a shard"))
    count = len(arrays["name"])
    teacher, offsets = arrays["teacher"], arrays["offset"]
    if len(teacher) != count or len(offsets) != count + 1:
        raise TrainingDataUnusable(path=path, reason=Reason("its arrays have different lengths"))
    if int(offsets[0]) != 0 or int(offsets[-1]) != len(arrays["jpeg"]) or (np.diff(offsets) <= 0).any():
        raise TrainingDataUnusable(path=path, reason=Reason("its picture offsets are inconsistent"))
    lengths = np.linalg.norm(teacher.astype(np.float32), axis=1)
    if not (np.abs(lengths - 1.0) < _UNIT_TOLERANCE).all():
        raise TrainingDataUnusable(path=path, reason=Reason("its teacher embeddings are not of unit length"))
