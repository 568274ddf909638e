"""The photographs that fine-tuning works with, as embeddings with names."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attendance_training.evaluation.embeddings import LabelledEmbeddings


@dataclass(frozen=True, slots=True, eq=False)
class NamedFaces:
    """Photographs of named people; the rows of one person are together.

    Attributes:
        people: C names, in the order of their numbers.
        photos: n names of the photographs, for messages.
        person: (n,) int64, rising, each of 0..C-1 at least once.
        vectors: (n, D) float32 of unit length.
    """

    people: tuple[str, ...]
    photos: tuple[str, ...]
    person: NDArray[np.int64]
    vectors: NDArray[np.float32]

    def counts(self) -> NDArray[np.int64]:
        """Return (C,) photographs of each person."""
        return np.bincount(self.person, minlength=len(self.people)).astype(np.int64)

    def select(self, rows: NDArray[np.int64]) -> NamedFaces:
        """Return some rows, rising; people without one are gone and the others numbered anew in the same order."""
        kept, person = np.unique(self.person[rows], return_inverse=True)
        people = tuple(self.people[number] for number in kept)
        return NamedFaces(people, tuple(self.photos[row] for row in rows), person.astype(np.int64), self.vectors[rows])

    def of_people(self, is_chosen: NDArray[np.bool_]) -> NamedFaces:
        """Return all rows of the people chosen by a (C,) bool."""
        return self.select(np.flatnonzero(is_chosen[self.person]))

    def with_vectors(self, vectors: NDArray[np.float32]) -> NamedFaces:
        """Return the same photographs with other (n, D) unit rows."""
        return NamedFaces(self.people, self.photos, self.person, vectors)

    def labelled(self) -> LabelledEmbeddings:
        """Return the rows in the form that calibration and evaluation take."""
        return LabelledEmbeddings(self.vectors, self.person, len(self.people), len(self.person), 0, "", self.people)
