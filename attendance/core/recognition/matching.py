"""The gallery: every enrolled template in one matrix, searched exactly by cosine."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from attendance.core.types import FloatArray, Match

# Rows are stored as float32 or came from it: normalised there they are off by about 1e-7. A raw (unnormalised)
# embedding is off by far more than this.
_UNIT_TOLERANCE = 1e-3


class Gallery:
    """An immutable snapshot of all templates of one recognizer; safe from any thread.

    The score of a person is the cosine of that person's best template. The search is exact: one
    matrix product, then a maximum per person over neighbouring rows (the rows are sorted by person
    once, here), so nothing is sorted per probe.

    Args:
        embeddings: (N, D) float32, each row of unit length; copied. N = 0 is an empty gallery.
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
        order = np.argsort(ids)
        self._rows: FloatArray = np.ascontiguousarray(rows[order])  # fancy indexing copies
        self._rows.setflags(write=False)
        self._people, self._starts = np.unique(ids[order], return_index=True)
        self._model_id = model_id

    def __len__(self) -> int:
        """Number of templates."""
        return len(self._rows)

    @property
    def model_id(self) -> str:
        """Recognizer that made the rows; probes must come from the same one."""
        return self._model_id

    @property
    def person_count(self) -> int:
        """Number of different people."""
        return len(self._people)

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
        if not len(self):
            return [Match(person_id=None, similarity=-1.0)] * len(rows)
        if rows.shape[1] != self._rows.shape[1]:
            raise ValueError(f"the gallery holds embeddings of size {self._rows.shape[1]}, not {rows.shape[1]}")
        # One product for all probes reads the matrix once: memory is what limits this.
        return [self._match(similarities) for similarities in rows @ self._rows.T]

    def _match(self, similarities: FloatArray) -> Match:
        by_person = np.maximum.reduceat(similarities, self._starts)
        # Rounding makes cosines of up to 1.0000004 of equal float32 unit vectors.
        by_person = np.clip(by_person, -1.0, 1.0)
        best = int(by_person.argmax())
        similarity = float(by_person[best])
        if self.person_count == 1:
            return Match(person_id=int(self._people[best]), similarity=similarity)
        by_person[best] = -np.inf
        second = int(by_person.argmax())
        return Match(
            person_id=int(self._people[best]),
            similarity=similarity,
            runner_up_id=int(self._people[second]),
            runner_up_similarity=float(by_person[second]),
        )


def _checked_rows(rows: NDArray[Any], name: str) -> FloatArray:
    """The same array, once it is certain that cosines of it mean something."""
    if rows.ndim != 2 or rows.dtype != np.float32:
        raise ValueError(f"{name} must be (N, D) float32, got {rows.shape} {rows.dtype}")
    # einsum needs no temporary of the size of a large gallery; NaN and infinity fail the comparison.
    lengths = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    if not (np.abs(lengths - 1.0) <= _UNIT_TOLERANCE).all():
        raise ValueError(f"every row of {name} must be finite and of unit length")
    return rows
