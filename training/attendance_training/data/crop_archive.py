"""Aligned faces in the file that ``attendance embed --crops`` writes: enrolment photographs, cut by the product."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attendance.errors import Reason
from attendance_training.data.face_source import SIDE_PX, Crop, LeftOut
from attendance_training.errors import TrainingDataUnusable
from attendance_training.evaluation.embeddings import person_folder, refuse_same_names
from attendance_training.files.array_file import read_npz


class CropArchive:
    """All crops of one file, held in memory (38 kB each); a ``FaceSource``.

    A person is the first folder of a crop's path.

    Args:
        path: .npz with ``path`` (n,) text, ``crop`` (n, 112, 112, 3) uint8 BGR and ``model_id``.

    Raises:
        TrainingDataUnusable: not such a file, empty, two crops of one name, or a crop of nobody's folder.
    """

    def __init__(self, path: Path) -> None:
        arrays = read_npz(path, TrainingDataUnusable)
        absent = [name for name in ("path", "crop") if name not in arrays]
        if absent:
            raise TrainingDataUnusable(
                path=path,
                reason=Reason("it has no array {names}; 'attendance embed --crops' writes both", names=absent),
            )
        names, crops = arrays["path"], arrays["crop"]
        if crops.dtype != np.uint8 or crops.ndim != 4 or crops.shape[1:] != (SIDE_PX, SIDE_PX, 3):
            raise TrainingDataUnusable(
                path=path,
                reason=Reason(
                    "its crops are {dtype} of shape {shape}, not uint8 (n, 112, 112, 3)",
                    dtype=str(crops.dtype),
                    shape=str(crops.shape),
                ),
            )
        if names.shape != (len(crops),) or names.dtype.kind != "U":
            raise TrainingDataUnusable(path=path, reason=Reason("path and crop do not fit together"))
        if not len(crops):
            raise TrainingDataUnusable(path=path, reason=Reason("it holds no crop: no face was found in any picture"))
        pictures = [str(name).replace("\\", "/") for name in names]
        refuse_same_names(pictures, path, TrainingDataUnusable)
        folders = [person_folder(name, path, TrainingDataUnusable) for name in pictures]
        # Rows by person, whatever their order in the file: a label is a place in the sorted list of names.
        order = sorted(range(len(pictures)), key=lambda row: (folders[row], pictures[row]))
        self.people: Sequence[str] = sorted(set(folders))
        number = {person: label for label, person in enumerate(self.people)}
        self.labels: NDArray[np.int64] = np.array([number[folders[row]] for row in order], np.int64)
        self.names: Sequence[str] = [pictures[row] for row in order]
        self.left_out: Sequence[LeftOut] = ()
        self.model_id = str(arrays.get("model_id", ""))
        """Pack whose detector aligned the crops, "" when not noted."""
        self._crops = crops
        self._order = order

    def __len__(self) -> int:
        return len(self.names)

    def crop_bgr(self, index: int) -> Crop:
        """Return a copy of one crop, (112, 112, 3) uint8 BGR."""
        crop: Crop = self._crops[self._order[index]].copy()
        return crop
