"""Reads the embeddings that ``attendance embed`` writes: one row a photograph, one folder a person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from attendance.errors import Reason
from attendance.file_kinds import FileKind, other_kind
from attendance_training.errors import CalibrationDataUnusable, TrainingSideError
from attendance_training.files.array_file import read_npz

NORM_TOLERANCE = 1e-3
"""float32 unit vectors are within 1e-6; more says that they were never normalised."""
_MIN_PEOPLE = 2


@dataclass(frozen=True, slots=True, eq=False)
class EmbeddingRows:
    """The rows of an embeddings file as they stand there.

    Attributes:
        paths: n paths with forward slashes, "person/.../file".
        is_ok: (n,) bool, whether there is an embedding.
        vectors: (n, D) float32, unit length where ``is_ok``.
        model_id: "<pack>:<start of the recognizer's SHA-256>" of the pack that made them, "" when not noted.
    """

    paths: tuple[str, ...]
    is_ok: NDArray[np.bool_]
    vectors: NDArray[np.float32]
    model_id: str


@dataclass(frozen=True, slots=True, eq=False)
class LabelledEmbeddings:
    """Photographs with a known person.

    Attributes:
        vectors: (n, D) float32, each of unit length; the rows of one person are together.
        person: (n,) int64, 0..people-1, rising.
        people: number of different people.
        photos: rows of the file, with those that gave no embedding.
        failed: rows without an embedding (no face found, or unreadable).
        model_id: "<pack>:<start of the recognizer's SHA-256>" of the pack that made them, "" when not noted.
        names: folder of each person, by person; () when not known.
    """

    vectors: NDArray[np.float32]
    person: NDArray[np.int64]
    people: int
    photos: int
    failed: int
    model_id: str = ""
    names: tuple[str, ...] = ()


def load_embeddings(path: Path, *, max_per_person: int) -> LabelledEmbeddings:
    """Read an embeddings file and group its rows by the first folder of their path.

    A person with very many photographs would outweigh all others, so each gives at most ``max_per_person``:
    the first in the order of their paths.

    Args:
        path: .npz with ``path`` (n,) text, ``status`` (n,) text ("ok" where there is an embedding) and
            ``embedding`` (n, D) float32; optional ``model_id``.
        max_per_person: at least 1.

    Raises:
        CalibrationDataUnusable: not such a file, vectors that are not of unit length, or fewer than two people.
    """
    rows = read_rows(path, CalibrationDataUnusable)
    return group_rows(rows, path, max_per_person=max_per_person, error=CalibrationDataUnusable)


def read_rows(path: Path, error: type[TrainingSideError]) -> EmbeddingRows:
    """Read an embeddings file without grouping it.

    Args:
        path: as in ``load_embeddings``.
        error: class to raise; its text needs ``path`` and ``reason`` only.

    Raises:
        TrainingSideError: of the class ``error``: not such a file, vectors that are not of unit length, or two
            photographs of one name.
    """
    other = other_kind(path, FileKind.EMBEDDINGS)
    if other is not None:
        raise error(path=path, reason=other)
    arrays = read_npz(path, error)
    absent = [name for name in ("path", "status", "embedding") if name not in arrays]
    if absent:
        raise error(path=path, reason=Reason("it has no array {names}", names=absent))
    names, status, vectors = arrays["path"], arrays["status"], arrays["embedding"]
    if vectors.ndim != 2 or vectors.dtype != np.float32 or not len(names) == len(status) == len(vectors):
        raise error(path=path, reason=Reason("path, status and embedding do not fit together"))
    is_ok = np.asarray(status == "ok")
    if not np.isfinite(vectors[is_ok]).all():
        raise error(path=path, reason=Reason("its embeddings hold values that are not finite"))
    if not np.allclose(np.linalg.norm(vectors[is_ok], axis=1), 1.0, atol=NORM_TOLERANCE):
        raise error(path=path, reason=Reason("its embeddings are not of unit length"))
    paths = tuple(str(name).replace("\\", "/") for name in names)
    refuse_same_names(paths, path, error)
    return EmbeddingRows(paths, is_ok, vectors, str(arrays.get("model_id", "")))


def group_rows(
    rows: EmbeddingRows, path: Path, *, max_per_person: int, error: type[TrainingSideError]
) -> LabelledEmbeddings:
    """Group rows that have an embedding by the first folder of their path.

    Args:
        rows: of one file.
        path: that file, for the error.
        max_per_person: at least 1; the first in the order of their paths are kept.
        error: as in ``read_rows``.

    Raises:
        TrainingSideError: of the class ``error``: a row outside of a folder, or fewer than two people.
    """
    rows_of: defaultdict[str, list[int]] = defaultdict(list)
    for row in sorted(np.flatnonzero(rows.is_ok).tolist(), key=lambda r: rows.paths[r]):
        rows_of[person_folder(rows.paths[row], path, error)].append(row)
    if len(rows_of) < _MIN_PEOPLE:
        raise error(path=path, reason=Reason("at least 2 people are needed, and it holds {count}", count=len(rows_of)))
    kept = [of_person[:max_per_person] for of_person in rows_of.values()]
    return LabelledEmbeddings(
        vectors=np.ascontiguousarray(rows.vectors[np.concatenate(kept)]),
        person=np.repeat(np.arange(len(kept)), [len(of_person) for of_person in kept]),
        people=len(kept),
        photos=len(rows.paths),
        failed=len(rows.paths) - int(rows.is_ok.sum()),
        model_id=rows.model_id,
        names=tuple(rows_of),
    )


def person_folder(photo: str, path: Path, error: type[TrainingSideError]) -> str:
    """Return the first folder of a photograph's path.

    Raises:
        TrainingSideError: of the class ``error``: the photograph is in no folder.
    """
    parts = PurePosixPath(photo).parts
    if len(parts) < 2:
        raise error(path=path, reason=Reason("{photo} is not in a person's folder", photo=photo))
    return parts[0]


def refuse_same_names(photos: Sequence[str], path: Path, error: type[TrainingSideError]) -> None:
    """Raise when two photographs have one name, as where files of two sites were joined: nobody can tell them apart.

    Raises:
        TrainingSideError: of the class ``error``; names the first.
    """
    if len(set(photos)) < len(photos):
        seen: set[str] = set()
        name = next(photo for photo in photos if photo in seen or seen.add(photo))  # type: ignore[func-returns-value]
        raise error(path=path, reason=Reason("two of its photographs are called {name}", name=name))


def select_people(data: LabelledEmbeddings, is_chosen: NDArray[np.bool_]) -> LabelledEmbeddings:
    """Return the photographs of some people, numbered anew in the same order.

    Args:
        data: labelled unit vectors.
        is_chosen: (people,) bool.
    """
    is_row = is_chosen[data.person]
    number = np.cumsum(is_chosen) - 1
    names = tuple(name for name, chosen in zip(data.names, is_chosen, strict=True) if chosen) if data.names else ()
    count = int(is_row.sum())
    return LabelledEmbeddings(
        data.vectors[is_row], number[data.person[is_row]], int(is_chosen.sum()), count, 0, data.model_id, names
    )
