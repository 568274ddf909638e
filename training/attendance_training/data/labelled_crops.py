"""Aligned faces of known people, as ``attendance embed --crops`` writes them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attendance.core.recognition.alignment import CROP_SIDE_PX
from attendance.errors import Reason, Refusal
from attendance.file_kinds import FileKind, other_kind
from attendance_training.errors import EvaluationDataUnusable
from attendance_training.evaluation.embeddings import LabelledEmbeddings, person_folder, refuse_same_names
from attendance_training.files.array_file import read_npz

_MIN_PEOPLE = 2


@dataclass(frozen=True, slots=True, eq=False)
class LabelledCrops:
    """Photographs of people, one aligned face each.

    Attributes:
        crops: (n, 112, 112, 3) uint8 BGR; those of one person are together.
        person: (n,) int64, 0..people-1, rising.
        people: number of different people.
        model_id: the pack whose detector aligned them, "" when not noted.
    """

    crops: NDArray[np.uint8]
    person: NDArray[np.int64]
    people: int
    model_id: str

    def labelled(self, vectors: NDArray[np.float32]) -> LabelledEmbeddings:
        """Return (n, D) unit rows of these crops with their people."""
        count = len(self.person)
        return LabelledEmbeddings(vectors, self.person, self.people, count, 0, self.model_id)


def load_crops(path: Path) -> LabelledCrops:
    """Read every crop; the first folder of its path is the person.

    Args:
        path: .npz with ``path`` (n,) text and ``crop`` (n, 112, 112, 3) uint8 BGR; optional ``model_id``.

    Raises:
        EvaluationDataUnusable: not such a file, two crops of one name, or fewer than two people.
    """
    other = other_kind(path, FileKind.CROPS)
    if other is not None:
        raise EvaluationDataUnusable(path=path, reason=other)
    arrays = read_npz(path, EvaluationDataUnusable)
    absent = [name for name in ("path", "crop") if name not in arrays]
    if absent:
        raise EvaluationDataUnusable(path=path, reason=Reason("it has no array {names}", names=absent))
    names, crops = arrays["path"], arrays["crop"]
    if crops.shape != (len(names), CROP_SIDE_PX, CROP_SIDE_PX, 3) or crops.dtype != np.uint8:
        raise EvaluationDataUnusable(path=path, reason=Reason("crop is not (n, 112, 112, 3) uint8 for n paths"))
    rows_of: defaultdict[str, list[int]] = defaultdict(list)
    paths = [str(name).replace("\\", "/") for name in names]
    refuse_same_names(paths, path, EvaluationDataUnusable)
    for row in sorted(range(len(paths)), key=paths.__getitem__):
        rows_of[person_folder(paths[row], path, EvaluationDataUnusable)].append(row)
    if len(rows_of) < _MIN_PEOPLE:
        raise EvaluationDataUnusable(
            path=path, reason=Reason("at least 2 people are needed, and it holds {count}", count=len(rows_of))
        )
    return _select(crops, list(rows_of.values()), str(arrays.get("model_id", "")))


def sample_people(data: LabelledCrops, *, people: int, photos: int, seed: int) -> LabelledCrops:
    """Draw people with at least two photographs, and at most so many photographs of each.

    Args:
        data: labelled crops.
        people: most people.
        photos: most photographs of one, at least 2; the first in the order of their paths.
        seed: of the draw.

    Raises:
        ValueError: fewer than two people have two photographs.
    """
    counts = np.bincount(data.person, minlength=data.people)
    repeated = np.flatnonzero(counts > 1)
    if len(repeated) < _MIN_PEOPLE:
        raise Refusal(Reason("at least two people with two photographs are needed"))
    chosen = np.sort(np.random.default_rng(seed).permutation(repeated)[:people])
    rows = [np.flatnonzero(data.person == person)[:photos].tolist() for person in chosen]
    return _select(data.crops, rows, data.model_id)


def _select(crops: NDArray[np.uint8], rows: list[list[int]], model_id: str) -> LabelledCrops:
    person = np.repeat(np.arange(len(rows)), [len(of_person) for of_person in rows])
    return LabelledCrops(crops[np.concatenate([np.array(r) for r in rows])], person, len(rows), model_id)
