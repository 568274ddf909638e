"""Faces in InsightFace's RecordIO sets: ``train.rec`` with ``train.idx``.

Each record is a header, ``flag`` uint32, ``label`` float32, ``id`` and ``id2`` uint64, and a picture file; with
``flag`` > 0 that many float32 labels stand between them. Record 0 holds two labels: pictures have the keys from 1 to
the first of them, the people's own records, which hold no picture, follow up to the second (arcface_torch, dataset.py).
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attendance.errors import Reason
from attendance_training.data.face_source import Crop, LeftOut, decode_crop
from attendance_training.data.record_io import DamagedRecord, RecordFile, read_index
from attendance_training.errors import TrainingDataUnusable

_HEADER = struct.Struct("<IfQQ")
_LABEL = struct.Struct("<f")


class RecordFaces:
    """The pictures of one set; a ``FaceSource``. Opening it reads the headers, not the pictures.

    A record that is cut off or damaged is in ``left_out``. Names are "key N"; a person's name is the label.

    Args:
        path: the .rec file; the .idx file lies beside it.

    Raises:
        TrainingDataUnusable: a file is absent, the index is damaged, or no record is whole.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        positions = read_index(path.with_suffix(".idx"))
        self._records = RecordFile(path)
        left_out: list[LeftOut] = []
        found: list[tuple[int, int, int]] = []
        for key in self._picture_keys(positions):
            try:
                found.append((self._person(positions[key]), key, positions[key]))
            except DamagedRecord as err:
                left_out.append(LeftOut(f"key {key}", err.reason))
        if not found:
            reason = Reason("it holds no pictures")
            if left_out:
                reason = Reason("none of its {count} records is whole", count=len(left_out))
            raise TrainingDataUnusable(path=path, reason=reason)
        found.sort()
        numbers = sorted({person for person, _, _ in found})
        label = {person: index for index, person in enumerate(numbers)}
        self.people: Sequence[str] = [str(number) for number in numbers]
        self.labels: NDArray[np.int64] = np.array([label[person] for person, _, _ in found], np.int64)
        self.names: Sequence[str] = [f"key {key}" for _, key, _ in found]
        self.left_out: Sequence[LeftOut] = left_out
        self._positions = [position for _, _, position in found]

    def __len__(self) -> int:
        return len(self.names)

    def close(self) -> None:
        """Give the file back; no picture can be read any more."""
        self._records.close()

    def crop_bgr(self, index: int) -> Crop:
        """Return one picture, (112, 112, 3) uint8 BGR.

        Raises:
            TrainingDataUnusable: it is damaged, or of another size.
        """
        where = f"{self._path}, {self.names[index]}"
        try:
            data = self._records.read(self._positions[index])
        except DamagedRecord as err:
            raise TrainingDataUnusable(path=where, reason=err.reason) from err
        flag = _HEADER.unpack_from(data)[0]
        return decode_crop(data[_HEADER.size + flag * _LABEL.size :], where)

    def _picture_keys(self, positions: dict[int, int]) -> list[int]:
        """Return the keys of pictures; without a record 0 that says which, all of them."""
        keys = sorted(positions)
        if 0 not in positions:
            return keys
        try:
            header = self._records.read(positions[0], at_most=_HEADER.size + _LABEL.size)
        except DamagedRecord as err:
            raise TrainingDataUnusable(
                path=self._path, reason=Reason("its first record is damaged: {cause}", cause=err.reason)
            ) from err
        if len(header) < _HEADER.size:
            raise TrainingDataUnusable(path=self._path, reason=Reason("its first record has no header"))
        flag = _HEADER.unpack_from(header)[0]
        if flag == 0:
            return keys
        end = _LABEL.unpack_from(header, _HEADER.size)[0] if len(header) >= _HEADER.size + _LABEL.size else math.nan
        if not end >= 1:
            raise TrainingDataUnusable(
                path=self._path, reason=Reason("its first record does not say where pictures end")
            )
        return [key for key in keys if 1 <= key < end]

    def _person(self, position: int) -> int:
        head = self._records.read(position, at_most=_HEADER.size + _LABEL.size)
        if len(head) < _HEADER.size + _LABEL.size:
            raise DamagedRecord(Reason("it is too short for a picture"))
        flag, label, _, _ = _HEADER.unpack_from(head)
        if flag:
            label = _LABEL.unpack_from(head, _HEADER.size)[0]
        if not math.isfinite(label) or label < 0 or label != int(label):
            raise DamagedRecord(Reason("its label {label} is not a number of a person", label=f"{label:g}"))
        return int(label)
