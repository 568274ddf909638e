"""Reads the embeddings that ``attendance embed`` writes: one row a photograph, one folder a person."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

import numpy as np
from numpy.typing import NDArray

from attendance.errors import CalibrationDataUnusable
from training.array_file import read_npz

_NORM_TOLERANCE = 1e-3
"""float32 unit vectors are within 1e-6; more says that they were never normalised."""
_MIN_PEOPLE = 2


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
    """

    vectors: NDArray[np.float32]
    person: NDArray[np.int64]
    people: int
    photos: int
    failed: int
    model_id: str = ""


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
    names, status, vectors, model_id = _read(path)
    usable = np.flatnonzero(status == "ok")
    if not np.allclose(np.linalg.norm(vectors[usable], axis=1), 1.0, atol=_NORM_TOLERANCE):
        raise CalibrationDataUnusable(path=path, reason="its embeddings are not of unit length")
    rows_of: defaultdict[str, list[int]] = defaultdict(list)
    for row in sorted(usable.tolist(), key=lambda r: str(names[r])):
        parts = PurePosixPath(str(names[row]).replace("\\", "/")).parts
        if len(parts) < 2:
            raise CalibrationDataUnusable(path=path, reason=f"{names[row]} is not in a person's folder")
        rows_of[parts[0]].append(row)
    if len(rows_of) < _MIN_PEOPLE:
        raise CalibrationDataUnusable(path=path, reason=f"it holds {len(rows_of)} people, at least 2 are needed")
    kept = [rows[:max_per_person] for rows in rows_of.values()]
    return LabelledEmbeddings(
        vectors=np.ascontiguousarray(vectors[np.concatenate(kept)]),
        person=np.repeat(np.arange(len(kept)), [len(rows) for rows in kept]),
        people=len(kept),
        photos=len(names),
        failed=len(names) - len(usable),
        model_id=model_id,
    )


def _read(path: Path) -> tuple[NDArray[np.str_], NDArray[np.str_], NDArray[np.float32], str]:
    arrays = read_npz(path, CalibrationDataUnusable)
    absent = [name for name in ("path", "status", "embedding") if name not in arrays]
    if absent:
        raise CalibrationDataUnusable(path=path, reason=f"it has no array {', '.join(absent)}")
    names, status, vectors = arrays["path"], arrays["status"], arrays["embedding"]
    if vectors.ndim != 2 or vectors.dtype != np.float32 or not len(names) == len(status) == len(vectors):
        raise CalibrationDataUnusable(path=path, reason="path, status and embedding do not fit together")
    return names, status, vectors, str(arrays.get("model_id", ""))
