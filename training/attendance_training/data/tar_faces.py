"""Aligned faces in tar shards in the manner of WebDataset: picture and class side by side in a plain tar file.

``000012.jpg`` and ``000012.cls`` are one picture (the same name up to the first point of the file); ``.cls`` holds the
number of the person as text. Source of the format: https://github.com/webdataset/webdataset, "The WebDataset Format".
The package itself reads shards from front to back, but a batch of P people with K photographs takes its pictures from
anywhere: see docs/results/training_cost.md.
"""

from __future__ import annotations

import io
import json
import tarfile
from collections.abc import Iterable, Sequence
from contextlib import ExitStack
from pathlib import Path, PurePosixPath
from typing import Any, overload

import numpy as np
from numpy.typing import NDArray

from attendance.errors import Reason
from attendance.file_errors import reason_of, storage_errors
from attendance.file_kinds import PICTURE_SUFFIXES
from attendance.text_file import read_text
from attendance.whole_file import made_beside, replaced_text
from attendance_training.data.face_source import Crop, FaceSource, IndexedFaces, LeftOut, decode_crop
from attendance_training.data.picture_index import DIGEST_BYTES, index_path, read_index, stamp_of, write_index
from attendance_training.errors import TrainingDataUnusable

PEOPLE_FILE = "people.json"
"""Beside the shards, not part of WebDataset: the names of the people as a list; without it their numbers are."""
_KIND = "tar"
_CLASS_SUFFIX = ".cls"
_MOST_CLASS_BYTES = 32


class TarFaces:
    """The pictures of one or several shards; a ``FaceSource``. Rows are in the order of the shards.

    Opening a shard for the first time reads the headers of its members, and keeps where they lie beside it. Safe to
    read from several threads and processes.

    Args:
        path: a folder with ``*.tar`` files, or one such file.

    Raises:
        TrainingDataUnusable: no shard, one that is no tar file or compressed, or no picture at all.
    """

    def __init__(self, path: Path) -> None:
        self._shards = sorted(path.glob("*.tar")) if path.is_dir() else [path]
        if not self._shards:
            raise TrainingDataUnusable(path=path, reason=Reason("it holds no .tar file"))
        self._tables = [_known(shard) or _scanned(shard) for shard in self._shards]
        sizes = [len(table["person"]) for table in self._tables]
        self._first = np.cumsum([0, *sizes])
        if not sum(sizes):
            raise TrainingDataUnusable(path=path, reason=Reason("it holds no picture with its .cls file"))
        numbers, labels = np.unique(np.concatenate([table["person"] for table in self._tables]), return_inverse=True)
        self.people: Sequence[str] = _people(self._shards[0].with_name(PEOPLE_FILE), numbers)
        self.labels: NDArray[np.int64] = labels
        self.names: Sequence[str] = _Names(self)
        self.left_out: Sequence[LeftOut] = [
            LeftOut(f"{shard.name}, {name}", Reason.from_data(reason))
            for shard, table in zip(self._shards, self._tables, strict=True)
            for name, reason in json.loads(str(table["left_out"]))
        ]
        self._known = [_count_known(table) for table in self._tables]
        self.digests: NDArray[np.uint8] = np.concatenate([table.pop("digest") for table in self._tables])

    def __len__(self) -> int:
        return len(self.labels)

    def crop_bgr(self, index: int) -> Crop:
        """Return one picture, (112, 112, 3) uint8 BGR.

        Raises:
            TrainingDataUnusable: it is damaged, or of another size.
        """
        return decode_crop(self.picture_file(index), self.names[index])

    def picture_file(self, index: int) -> bytes:
        """Return one picture's file.

        Raises:
            TrainingDataUnusable: the shard is gone or shorter by now.
        """
        shard, row = self.place(index)
        start, size = self._tables[shard]["extent"][row].tolist()
        path = self._shards[shard]
        try:
            # Opened each time: thousands of shards may not stay open, and a shared position is not safe for threads.
            with path.open("rb", buffering=0) as file:
                file.seek(start)
                data = file.read(size)
        except OSError as err:
            raise TrainingDataUnusable(
                path=path, reason=Reason("it cannot be read ({cause})", cause=reason_of(err))
            ) from err
        if len(data) < size:
            raise TrainingDataUnusable(path=path, reason=Reason("the file ends inside of it"))
        return data

    def place(self, index: int) -> tuple[int, int]:
        """Return the number of the shard that holds a picture, and of the picture in it, both from 0."""
        shard = int(np.searchsorted(self._first, index, side="right")) - 1
        return shard, index - int(self._first[shard])

    def name_of(self, index: int) -> str:
        """Return shard and number of a picture in it, from 1."""
        shard, row = self.place(index)
        return f"{self._shards[shard].name}, picture {row + 1}"

    def keep_digests(self) -> None:
        """Write the indexes with the digests that are known now."""
        for number, (shard, table) in enumerate(zip(self._shards, self._tables, strict=True)):
            first = self._first[number]
            table["digest"] = self.digests[first : first + len(table["person"])]
            if _count_known(table) > self._known[number]:
                write_index(index_path(shard), _KIND, table)
                self._known[number] = _count_known(table)


class _Names(Sequence[str]):
    """Names that are made when they are asked for: of millions of pictures hardly one is ever named."""

    def __init__(self, faces: TarFaces) -> None:
        self._faces = faces

    def __len__(self) -> int:
        return len(self._faces)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> list[str]: ...
    def __getitem__(self, index: int | slice) -> str | list[str]:
        if isinstance(index, slice):
            return [self[row] for row in range(*index.indices(len(self)))]
        return self._faces.name_of(index)


def write_shards(faces: FaceSource, out: Path, *, per_shard: int) -> int:
    """Write all pictures of a source, as they are stored, into shards; returns how many shards.

    Args:
        faces: ``IndexedFaces``; their files are taken over unchanged, damaged ones too.
        out: folder; made when absent.
        per_shard: most pictures in a shard.

    Raises:
        TrainingDataUnusable: ``out`` holds shards already, the faces are in no files, or one cannot be read.
        StorageError: the disk refuses. No shard is left behind, whatever was raised.
    """
    if not isinstance(faces, IndexedFaces):
        raise TrainingDataUnusable(
            path=Reason("the faces"), reason=Reason("they are crops in memory, not picture files")
        )
    if any(out.glob("*.tar")):
        raise TrainingDataUnusable(path=out, reason=Reason("it holds shards already; take an empty folder"))
    total = len(faces.labels)
    made: list[Path] = []
    with storage_errors(out), ExitStack() as undone:
        undone.callback(_remove, made)  # some of the shards would pass for all
        out.mkdir(parents=True, exist_ok=True)
        for first in range(0, total, per_shard):
            made.append(out / f"faces-{len(made):06}.tar")
            with made_beside(made[-1]) as part, tarfile.open(part, "w", format=tarfile.USTAR_FORMAT) as tar:
                for row in range(first, min(first + per_shard, total)):
                    data = faces.picture_file(row)
                    _add(tar, f"{row:09}{_suffix(data)}", data)
                    _add(tar, f"{row:09}{_CLASS_SUFFIX}", str(int(faces.labels[row])).encode())
        with replaced_text(out / PEOPLE_FILE) as file:
            file.write(json.dumps(list(faces.people)) + "\n")
        undone.pop_all()
    return len(made)


def _remove(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink(missing_ok=True)


def _add(tar: tarfile.TarFile, name: str, data: bytes) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    tar.addfile(member, io.BytesIO(data))


def _suffix(data: bytes) -> str:
    if data.startswith(b"\x89PNG"):
        return ".png"
    if data.startswith(b"BM"):
        return ".bmp"
    return ".webp" if data[8:12] == b"WEBP" else ".jpg"


def _known(shard: Path) -> dict[str, NDArray[Any]] | None:
    """Return what the index of a shard says; None where there is none of this very file."""
    table = read_index(index_path(shard), _KIND)
    try:
        return table if table and tuple(table["stamp"].tolist()) == stamp_of(shard) else None
    except OSError:
        return None


def _count_known(table: dict[str, NDArray[Any]]) -> int:
    return int(table["digest"].any(axis=1).sum())


def _scanned(shard: Path) -> dict[str, NDArray[Any]]:
    """Read the headers of a shard's members, and keep what they say."""
    pictures: dict[str, tuple[int, int]] = {}
    people: dict[str, int] = {}
    left_out: list[tuple[str, dict[str, Any]]] = []
    try:
        stamp = stamp_of(shard)
        with shard.open("rb") as file, tarfile.open(fileobj=file, mode="r:") as tar:
            for member in tar:
                tar.members.clear()  # type: ignore[attr-defined]  # else it keeps an object for each
                path = PurePosixPath(member.name)
                key, suffix = str(path.with_name(path.name.split(".", 1)[0])), path.suffix.lower()
                if not member.isfile() or path.name.startswith("."):
                    continue
                if suffix in PICTURE_SUFFIXES:
                    pictures[key] = member.offset_data, member.size
                elif suffix == _CLASS_SUFFIX:
                    _take_class(file, member, key, people, left_out)
    except FileNotFoundError as err:
        raise TrainingDataUnusable(path=shard, reason=Reason("there is no such file")) from err
    except tarfile.TarError as err:
        raise TrainingDataUnusable(path=shard, reason=Reason("it is not a whole, uncompressed tar file")) from err
    except OSError as err:
        raise TrainingDataUnusable(
            path=shard, reason=Reason("it cannot be read ({cause})", cause=reason_of(err))
        ) from err
    named = {name for name, _ in left_out}
    left_out += [
        (key, Reason("it has no .cls file that says who it shows").as_data())
        for key in pictures
        if key not in people and key + _CLASS_SUFFIX not in named
    ]
    rows = [key for key in pictures if key in people]
    table: dict[str, NDArray[Any]] = {
        "person": np.array([people[key] for key in rows], np.int64),
        "extent": np.array([pictures[key] for key in rows], np.int64).reshape(-1, 2),
        "digest": np.zeros((len(rows), DIGEST_BYTES), np.uint8),
        "left_out": np.array(json.dumps(left_out)),
        "stamp": np.array(stamp, np.int64),
    }
    write_index(index_path(shard), _KIND, table)
    return table


def _take_class(
    file: io.BufferedReader,
    member: tarfile.TarInfo,
    key: str,
    people: dict[str, int],
    left_out: list[tuple[str, dict[str, Any]]],
) -> None:
    after = file.tell()
    file.seek(member.offset_data)
    text = file.read(min(member.size, _MOST_CLASS_BYTES)).strip()
    file.seek(after)
    if text.isdigit() and int(text) < 2**31:
        people[key] = int(text)
    else:
        left_out.append((key + _CLASS_SUFFIX, Reason("it does not hold the number of a person").as_data()))


def _people(path: Path, numbers: NDArray[np.int64]) -> list[str]:
    if not path.is_file():
        return [str(number) for number in numbers.tolist()]
    text = read_text(path, lambda reason: TrainingDataUnusable(path=path, reason=reason))
    try:
        names = json.loads(text)
    except ValueError:
        names = None
    if (
        not isinstance(names, list)
        or not all(isinstance(name, str) for name in names)
        or len(set(names)) < len(names)
        or numbers[-1] >= len(names)
    ):
        raise TrainingDataUnusable(
            path=path, reason=Reason("it is not a list of different names, one for each number in the shards")
        )
    return [names[number] for number in numbers.tolist()]
