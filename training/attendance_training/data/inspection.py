"""Looks through a source of faces for what spoils training: damage, one person under two names, too few pictures."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attendance.errors import Reason
from attendance_training.data.face_source import FaceSource, LeftOut
from attendance_training.data.picture_hashes import exact_hash, near_hash, near_pairs
from attendance_training.errors import TrainingDataUnusable


@dataclass(frozen=True, slots=True)
class SamePicture:
    """Two pictures that are the same.

    Attributes:
        first: name of one.
        second: name of the other.
        bits: differing bits of their near hashes, 0 to 40; -1 when the pixels are equal.
    """

    first: str
    second: str
    bits: int


@dataclass(frozen=True, slots=True)
class Inspection:
    """What was found.

    Attributes:
        people: number of people with a picture.
        pictures: number of pictures that are whole.
        left_out: folders and pictures that a source does not give, and pictures that cannot be decoded.
        same_person: for two names that share a picture, the pictures.
        repeated: a picture twice under one name.
        alone: people with one whole picture: they give no pair of the same person.
        without: people without a whole picture.
        flat: pictures of one colour, not compared.
    """

    people: int
    pictures: int
    left_out: Sequence[LeftOut]
    same_person: dict[tuple[str, str], list[SamePicture]]
    repeated: Sequence[SamePicture]
    alone: Sequence[str]
    without: Sequence[str]
    flat: Sequence[str]

    def refuse_same_person(self, where: object) -> None:
        """Raise when two names share a picture: a loss would push one person's pictures apart.

        Args:
            where: the data, for the message.

        Raises:
            TrainingDataUnusable: naming the first two and their pictures.
        """
        for (first, second), pictures in self.same_person.items():
            pair = Reason("'{first}' and '{second}'", first=first, second=second)
            if more := len(self.same_person) - 1:
                pair = Reason("'{first}' and '{second}' (and {more} more)", first=first, second=second, more=more)
            raise TrainingDataUnusable(
                path=where,
                reason=Reason(
                    "{people} are probably the same person: {picture} and {other} are the same picture; "
                    "put their pictures together or remove one",
                    people=pair,
                    picture=pictures[0].first,
                    other=pictures[0].second,
                ),
            )


def inspect_faces(source: FaceSource, *, progress: Callable[[int], object] = lambda _done: None) -> Inspection:
    """Decode every picture and compare all with all. The comparison takes n x n x 255 multiplications.

    Args:
        source: the faces.
        progress: takes the number of pictures decoded so far.
    """
    left_out = list(source.left_out)
    whole: list[int] = []
    exact: list[bytes] = []
    near: list[NDArray[np.bool_]] = []
    near_rows: list[int] = []
    flat: list[str] = []
    for row, name in enumerate(source.names):
        try:
            crop = source.crop_bgr(row)
        except TrainingDataUnusable as err:
            left_out.append(LeftOut(name, err.reason))
            continue
        whole.append(row)
        exact.append(exact_hash(crop))
        pattern = near_hash(crop)
        if pattern is None:
            flat.append(name)
        else:
            near.append(pattern)
            near_rows.append(row)
        progress(row + 1)
    same = _exact_pairs(whole, exact)
    if near:
        for first, second, bits in near_pairs(np.stack(near)):
            same.setdefault((near_rows[first], near_rows[second]), bits)
    counts = np.bincount(source.labels[whole], minlength=len(source.people))
    between, within = _by_person(source, same)
    return Inspection(
        people=int((counts > 0).sum()),
        pictures=len(whole),
        left_out=left_out,
        same_person=between,
        repeated=within,
        alone=[source.people[label] for label in np.flatnonzero(counts == 1).tolist()],
        without=[source.people[label] for label in np.flatnonzero(counts == 0).tolist()],
        flat=flat,
    )


def _exact_pairs(rows: Sequence[int], hashes: Sequence[bytes]) -> dict[tuple[int, int], int]:
    """Return each later picture of equal pixels with the first of them."""
    first_of: dict[bytes, int] = {}
    pairs: dict[tuple[int, int], int] = {}
    for row, digest in zip(rows, hashes, strict=True):
        first = first_of.setdefault(digest, row)
        if first != row:
            pairs[first, row] = -1
    return pairs


def _by_person(
    source: FaceSource, same: dict[tuple[int, int], int]
) -> tuple[dict[tuple[str, str], list[SamePicture]], list[SamePicture]]:
    between: defaultdict[tuple[str, str], list[SamePicture]] = defaultdict(list)
    within: list[SamePicture] = []
    for (first, second), bits in sorted(same.items()):
        found = SamePicture(source.names[first], source.names[second], bits)
        people = sorted(source.people[int(source.labels[row])] for row in (first, second))
        if people[0] == people[1]:
            within.append(found)
        else:
            between[people[0], people[1]].append(found)
    return dict(between), within
