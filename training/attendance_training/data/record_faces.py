"""Faces in InsightFace's RecordIO sets: ``train.rec`` with ``train.idx``.

Each record is a header, ``flag`` uint32, ``label`` float32, ``id`` and ``id2`` uint64, and a picture file; with
``flag`` > 0 that many float32 labels stand between them. Record 0 holds two labels: pictures have the keys from 1 to
the first of them, the people's own records, which hold no picture, follow up to the second (arcface_torch, dataset.py).
"""

from __future__ import annotations

import json
import math
import struct
from collections.abc import Sequence
from pathlib import Path
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from attendance.errors import Reason
from attendance_training.data.face_source import Crop, LeftOut, decode_crop
from attendance_training.data.picture_index import DIGEST_BYTES, index_path, read_index, stamp_of, write_index
from attendance_training.data.record_io import DamagedRecord, RecordFile, read_positions
from attendance_training.errors import TrainingDataUnusable

_KIND = "records"
_HEADER = struct.Struct("<IfQQ")
_LABEL = struct.Struct("<f")


class RecordFaces:
    """The pictures of one set; a ``FaceSource``. Opening it reads the headers, not the pictures, and the index neither.

    A record that is cut off or damaged is in ``left_out``. Names are "key N"; a person's name is the label.

    Args:
        path: the .rec file; the .idx file lies beside it.

    Raises:
        TrainingDataUnusable: a file is absent, the index is damaged, or no record is whole.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        table = self._known() or self._scanned()
        numbers, labels = np.unique(table["person"], return_inverse=True)
        self.people: Sequence[str] = [str(number) for number in numbers.tolist()]
        self.labels: NDArray[np.int64] = labels
        self.names: Sequence[str] = _KeyNames(table["key"])
        self.left_out: Sequence[LeftOut] = [
            LeftOut(name, Reason.from_data(reason)) for name, reason in json.loads(str(table["left_out"]))
        ]
        self.digests: NDArray[np.uint8] = table["digest"]
        self._records = RecordFile(path)
        self._table = table

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
        return decode_crop(self.picture_file(index), self._where(index))

    def picture_file(self, index: int) -> bytes:
        """Return one picture's file.

        Raises:
            TrainingDataUnusable: its record is damaged.
        """
        try:
            data = self._records.read(int(self._table["position"][index]))
        except DamagedRecord as err:
            raise TrainingDataUnusable(path=self._where(index), reason=err.reason) from err
        flag = _HEADER.unpack_from(data)[0]
        return data[_HEADER.size + flag * _LABEL.size :]

    def keep_digests(self) -> None:
        """Write the index with the digests that are known now."""
        write_index(index_path(self._path), _KIND, self._table)

    def _where(self, index: int) -> str:
        return f"{self._path}, {self.names[index]}"

    def _stamp(self) -> NDArray[np.int64]:
        return np.array([stamp_of(path) for path in (self._path, self._path.with_suffix(".idx"))], np.int64)

    def _known(self) -> dict[str, NDArray[Any]] | None:
        """Return what the index says; None where there is none of these very files."""
        table = read_index(index_path(self._path), _KIND)
        try:
            return table if table and np.array_equal(table["stamp"], self._stamp()) else None
        except OSError:
            return None

    def _scanned(self) -> dict[str, NDArray[Any]]:
        """Read the header of every record; the rows are by person."""
        positions = read_positions(self._path.with_suffix(".idx"))
        self._records = RecordFile(self._path)
        left_out: list[tuple[str, dict[str, Any]]] = []
        found: list[tuple[int, int, int]] = []
        for key in self._picture_keys(positions):
            try:
                found.append((self._person(positions[key]), key, positions[key]))
            except DamagedRecord as err:
                left_out.append((f"key {key}", err.reason.as_data()))
        self._records.close()
        if not found:
            reason = Reason("it holds no pictures")
            if left_out:
                reason = Reason("none of its {count} records is whole", count=len(left_out))
            raise TrainingDataUnusable(path=self._path, reason=reason)
        found.sort()
        person, key, position = np.array(found, np.int64).T.copy()
        return {
            "person": person,
            "key": key,
            "position": position,
            "digest": np.zeros((len(found), DIGEST_BYTES), np.uint8),
            "left_out": np.array(json.dumps(left_out)),
            "stamp": self._stamp(),
        }

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


class _KeyNames(Sequence[str]):
    """Names that are made when they are asked for: of millions of pictures hardly one is ever named."""

    def __init__(self, keys: NDArray[np.int64]) -> None:
        self._keys = keys

    def __len__(self) -> int:
        return len(self._keys)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [f"key {key}" for key in self._keys[index].tolist()]
        return f"key {self._keys[index]}"
