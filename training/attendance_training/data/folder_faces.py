"""Aligned faces in a folder with one sub-folder a person."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attendance.errors import Reason
from attendance.file_errors import reason_of
from attendance_training.data.face_source import Crop, LeftOut, decode_crop, picture_size, refuse_other_size
from attendance_training.errors import TrainingDataUnusable

SUFFIXES = frozenset({".jpg", ".jpeg", ".png", ".bmp", ".webp"})


class FolderFaces:
    """All pictures of a folder, ``person/.../picture``; a ``FaceSource``.

    Files of other kinds and hidden ones are passed over. A person's folder without a picture, and a picture whose
    header cannot be read, are in ``left_out``.

    Args:
        root: the folder.

    Raises:
        TrainingDataUnusable: no folder, a picture beside the people's folders, a picture that is not 112x112, or no
            picture at all.
    """

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            raise TrainingDataUnusable(path=root, reason=Reason("there is no such folder"))
        self._root = root
        left_out: list[LeftOut] = []
        people: list[str] = []
        labels: list[int] = []
        names: list[str] = []
        for folder in sorted(root.iterdir()):
            if folder.name.startswith("."):
                continue
            if not folder.is_dir():
                _refuse_loose_picture(folder)
                continue
            found = self._pictures(folder, left_out)
            if not found:
                left_out.append(LeftOut(folder.name, Reason("it has no picture that can be read")))
                continue
            labels += [len(people)] * len(found)
            people.append(folder.name)
            names += found
        if not people:
            raise TrainingDataUnusable(path=root, reason=Reason("it holds no folder of a person with pictures in it"))
        self.people: Sequence[str] = people
        self.labels: NDArray[np.int64] = np.array(labels, np.int64)
        self.names: Sequence[str] = names
        self.left_out: Sequence[LeftOut] = left_out

    def __len__(self) -> int:
        return len(self.names)

    def crop_bgr(self, index: int) -> Crop:
        """Return one picture, (112, 112, 3) uint8 BGR.

        Raises:
            TrainingDataUnusable: it is damaged, gone, or of another size by now.
        """
        path = self._root / self.names[index]
        return decode_crop(_read(path), path)

    def _pictures(self, folder: Path, left_out: list[LeftOut]) -> list[str]:
        """Return the readable pictures' names relative to the root, in order."""
        found: list[str] = []
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() not in SUFFIXES or path.name.startswith(".") or not path.is_file():
                continue
            name = path.relative_to(self._root).as_posix()
            try:
                size_wh = picture_size(_read(path), path)
            except TrainingDataUnusable as err:
                left_out.append(LeftOut(name, err.reason))
                continue
            refuse_other_size(size_wh, path)
            found.append(name)
        return found


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as err:
        raise TrainingDataUnusable(
            path=path, reason=Reason("it cannot be read ({cause})", cause=reason_of(err))
        ) from err


def _refuse_loose_picture(path: Path) -> None:
    if path.suffix.lower() in SUFFIXES:
        raise TrainingDataUnusable(
            path=path, reason=Reason("it is in no person's folder, so nobody knows who it shows")
        )
