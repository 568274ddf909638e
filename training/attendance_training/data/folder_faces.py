"""Aligned faces in a folder with one sub-folder a person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attendance.errors import Reason
from attendance.file_errors import reason_of
from attendance.file_kinds import PICTURE_SUFFIXES
from attendance_training.data.face_source import (
    Crop,
    LeftOut,
    decode_crop,
    picture_size,
    refuse_other_size,
)
from attendance_training.data.picture_index import (
    DIGEST_BYTES,
    index_path,
    packed_names,
    read_index,
    stamp_of,
    unpacked_names,
    write_index,
)
from attendance_training.errors import TrainingDataUnusable

_KIND = "folder"


class FolderFaces:
    """All pictures of a folder, ``person/.../picture``; a ``FaceSource``.

    Files of other kinds and hidden ones are passed over. A person's folder without a picture, and a picture whose
    header cannot be read, are in ``left_out``. The header of a picture whose digest is known is not read again.

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
        self._index = index_path(root)
        known = self._known()
        left_out: list[LeftOut] = []
        people: list[str] = []
        labels: list[int] = []
        found: list[_Found] = []
        for folder in sorted(root.iterdir()):
            if folder.name.startswith("."):
                continue
            if not folder.is_dir():
                _refuse_loose_picture(folder)
                continue
            own = self._pictures(folder, known, left_out)
            if not own:
                left_out.append(LeftOut(folder.name, Reason("it has no picture that can be read")))
                continue
            labels += [len(people)] * len(own)
            people.append(folder.name)
            found += own
        if not people:
            raise TrainingDataUnusable(path=root, reason=Reason("it holds no folder of a person with pictures in it"))
        self.people: Sequence[str] = people
        self.labels: NDArray[np.int64] = np.array(labels, np.int64)
        self.names: Sequence[str] = [picture.name for picture in found]
        self.digests: NDArray[np.uint8] = np.frombuffer(
            bytearray().join(picture.digest for picture in found), np.uint8
        ).reshape(-1, DIGEST_BYTES)
        self._stamps = [picture.stamp for picture in found]
        self.left_out: Sequence[LeftOut] = left_out

    def __len__(self) -> int:
        return len(self.names)

    def crop_bgr(self, index: int) -> Crop:
        """Return one picture, (112, 112, 3) uint8 BGR.

        Raises:
            TrainingDataUnusable: it is damaged, gone, or of another size by now.
        """
        return decode_crop(self.picture_file(index), self._root / self.names[index])

    def picture_file(self, index: int) -> bytes:
        """Return one picture's file.

        Raises:
            TrainingDataUnusable: it is gone or cannot be read.
        """
        return _read(self._root / self.names[index])

    def keep_digests(self) -> None:
        """Write the index with the digests that are known now."""
        stamps = np.array(self._stamps, np.int64)
        write_index(self._index, _KIND, {"name": packed_names(self.names), "stamp": stamps, "digest": self.digests})

    def _known(self) -> dict[str, _Found]:
        """Return what the index says of each picture, by name."""
        arrays = read_index(self._index, _KIND)
        if not arrays:
            return {}
        rows = zip(unpacked_names(arrays["name"]), arrays["stamp"].tolist(), arrays["digest"], strict=True)
        return {
            name: _Found(name, (size, time), digest.tobytes()) for name, (size, time), digest in rows if digest.any()
        }

    def _pictures(self, folder: Path, known: dict[str, _Found], left_out: list[LeftOut]) -> list[_Found]:
        """Return the readable pictures in order, their names relative to the root."""
        found: list[_Found] = []
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() not in PICTURE_SUFFIXES or path.name.startswith(".") or not path.is_file():
                continue
            name = path.relative_to(self._root).as_posix()
            try:
                stamp = _stamp(path)
                if name in known and known[name].stamp == stamp:
                    found.append(known[name])
                    continue
                size_wh = picture_size(_read(path), path)
            except TrainingDataUnusable as err:
                left_out.append(LeftOut(name, err.reason))
                continue
            refuse_other_size(size_wh, path)
            found.append(_Found(name, stamp, bytes(DIGEST_BYTES)))
        return found


@dataclass(frozen=True, slots=True)
class _Found:
    """A picture: its name, size and time of change, and digest or zeros."""

    name: str
    stamp: tuple[int, int]
    digest: bytes


def _stamp(path: Path) -> tuple[int, int]:
    try:
        return stamp_of(path)
    except OSError as err:
        raise _unreadable(path, err) from err


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as err:
        raise _unreadable(path, err) from err


def _unreadable(path: Path, err: OSError) -> TrainingDataUnusable:
    return TrainingDataUnusable(path=path, reason=Reason("it cannot be read ({cause})", cause=reason_of(err)))


def _refuse_loose_picture(path: Path) -> None:
    if path.suffix.lower() in PICTURE_SUFFIXES:
        raise TrainingDataUnusable(
            path=path, reason=Reason("it is in no person's folder, so nobody knows who it shows")
        )
