"""The gallery: one mean template for every enrolled person, searched exactly by cosine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendance.core.recognition.thresholds import GallerySize
from attendance.core.types import FloatArray, Match

# Rows are stored as float32 or came from it: normalised there they are off by about 1e-7. A raw (unnormalised)
# embedding is off by far more than this.
_UNIT_TOLERANCE = 1e-3
_LEAST_SUM = 1e-3


def person_means(embeddings: FloatArray, person_ids: NDArray[np.int64]) -> tuple[FloatArray, NDArray[np.int64]]:
    """Return what a person is compared by: the mean of their templates, brought to unit length.

    Chosen by measurement over the most similar template: fewer people are refused at the same rate of strangers, and
    one unusual photograph (a mask, sunglasses) does not open the door to everybody who looks like that; see
    ``docs/results/person-templates.md``.

    Args:
        embeddings: (N, D) float32, rows of unit length.
        person_ids: (N,) whose they are.

    Returns:
        (P, D) float32 unit rows and (P,) ids, rising.
    """
    order = np.argsort(person_ids, kind="stable")
    people, starts = np.unique(person_ids[order], return_index=True)
    if not len(people):
        return embeddings.copy(), people
    rows = embeddings[order]
    sums = np.add.reduceat(rows, starts, axis=0)
    lengths = np.linalg.norm(sums, axis=1, keepdims=True)
    # Templates that cancel each other out have no mean direction: the first one stands for the person.
    means = np.where(lengths > _LEAST_SUM, sums / np.maximum(lengths, _LEAST_SUM), rows[starts])
    return means.astype(np.float32), people


class Gallery:
    """An immutable snapshot of all templates of one recognizer; safe from any thread.

    The score of a person is the cosine to the mean of that person's templates (``person_means``). The search is exact:
    one matrix product.

    Args:
        embeddings: (N, D) float32, each row of unit length. N = 0 is an empty gallery.
        person_ids: N ids, one a row.
        model_id: recognizer that made the rows.

    Raises:
        ValueError: not two-dimensional, not float32, a row that is not finite or not of unit length, or
            not as many ids as rows.
    """

    def __init__(self, embeddings: FloatArray, person_ids: Sequence[int], model_id: str) -> None:
        rows = _checked_rows(embeddings, "embeddings")
        ids = np.asarray(person_ids, dtype=np.int64)
        if ids.shape != (len(rows),):
            raise ValueError(f"{len(rows)} embeddings need as many person ids, got {ids.shape}")
        self._rows, self._people = person_means(rows, ids)
        self._size = GallerySize(templates=len(rows), people=len(self._people))
        self._rows.setflags(write=False)
        self._model_id = model_id

    @property
    def size(self) -> GallerySize:
        """Numbers of people and of templates."""
        return self._size

    @property
    def model_id(self) -> str:
        """Recognizer that made the rows; probes must come from the same one."""
        return self._model_id

    def search(self, probes: FloatArray) -> list[Match]:
        """Find the best and the second-best person for each probe.

        Args:
            probes: (k, D) float32, each row of unit length; k = 0 is allowed. Meant for the faces of one picture: k * N
                cosines are held at once.

        Returns:
            k matches, similarities within -1..1. Of two people with the same similarity the one with the
            smaller id is called the best; the margin is 0 then. An empty gallery gives Match(None, -1.0).

        Raises:
            ValueError: not two-dimensional, not float32, a row that is not finite or not of unit length, or
                another D than the gallery's.
        """
        rows = _checked_rows(probes, "probes")
        if not len(rows):
            return []
        if not self._size.people:
            return [Match(person_id=None, similarity=-1.0)] * len(rows)
        if rows.shape[1] != self._rows.shape[1]:
            raise ValueError(f"the gallery holds embeddings of size {self._rows.shape[1]}, not {rows.shape[1]}")
        # One product for all probes reads the matrix once: memory is what limits this.
        return [self._match(similarities) for similarities in rows @ self._rows.T]

    def knows(self, person_id: int) -> bool:
        """Return whether a person has templates here."""
        return self._index(person_id) is not None

    def compare(self, probes: FloatArray, person_id: int) -> list[Match]:
        """Compare each probe with one person only.

        Args:
            probes: see ``search``.
            person_id: whom to compare with.

        Returns:
            k matches with that person and no runner-up; Match(None, -1.0) for somebody without templates.

        Raises:
            ValueError: see ``search``.
        """
        rows, index = _checked_rows(probes, "probes"), self._index(person_id)
        if index is None:
            return [Match(person_id=None, similarity=-1.0)] * len(rows)
        return [Match(person_id, float(cosine)) for cosine in np.clip(rows @ self._rows[index], -1.0, 1.0)]

    def look_alikes(self, person_id: int, similarity: float) -> list[int]:
        """Return the ids of others whose mean is at least this near to a person's, nearest first.

        Args:
            person_id: of somebody; who has no templates has no look-alike.
            similarity: cosine of the two means.
        """
        index = self._index(person_id)
        if index is None:
            return []
        cosines = self._rows @ self._rows[index]
        cosines[index] = -np.inf
        near = np.flatnonzero(cosines >= similarity)
        return [int(self._people[one]) for one in near[np.argsort(-cosines[near], kind="stable")]]

    def _index(self, person_id: int) -> int | None:
        place = int(np.searchsorted(self._people, person_id))
        return place if place < len(self._people) and self._people[place] == person_id else None

    def _match(self, similarities: FloatArray) -> Match:
        # Rounding makes cosines of up to 1.0000004 of equal float32 unit vectors.
        by_person = np.clip(similarities, -1.0, 1.0)
        best = int(by_person.argmax())
        similarity = float(by_person[best])
        if self._size.people == 1:
            return Match(person_id=int(self._people[best]), similarity=similarity)
        by_person[best] = -np.inf
        return Match(int(self._people[best]), similarity, runner_up_similarity=float(by_person.max()))


def _checked_rows(rows: NDArray[Any], name: str) -> FloatArray:
    """The same array, once it is certain that cosines of it mean something."""
    if rows.ndim != 2 or rows.dtype != np.float32:
        raise ValueError(f"{name} must be (N, D) float32, got {rows.shape} {rows.dtype}")
    # einsum needs no temporary of the size of a large gallery; NaN and infinity fail the comparison.
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    if not (np.abs(lengths - 1.0) <= _UNIT_TOLERANCE).all():
        raise ValueError(f"every row of {name} must be finite and of unit length")
    return rows
