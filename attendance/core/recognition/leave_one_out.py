"""How a recognizer does with the photographs it knows people by: each is taken once out of its own person's mean."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attendance.core.recognition.decision import DecisionRules
from attendance.core.recognition.matching import person_means
from attendance.core.types import FloatArray

DEFAULT_MARGIN = DecisionRules(threshold=0.0).margin
"""That a door asks for whose settings do not say."""
_ROWS_AT_ONCE = 1024
_LEAST_SUM = 1e-12


@dataclass(frozen=True, slots=True, eq=False)
class LeftOut:
    """Photographs against everybody, each without itself.

    Attributes:
        own: (n,) float32, cosine to the mean of the person's other photographs.
        other: (n,) float32, largest cosine to anybody else's mean; -1 when there is nobody else.
        person: (n,) int64, whose photograph it is.
        margin: cosine that the door asks for between the best and the second-best person.
    """

    own: FloatArray
    other: FloatArray
    person: NDArray[np.int64]
    margin: float = DEFAULT_MARGIN

    def named(self, threshold: float) -> NDArray[np.bool_]:
        """Return whether each gets the right name."""
        return (self.own >= threshold) & (self.own - self.other >= self.margin)

    def mistaken(self, threshold: float) -> NDArray[np.bool_]:
        """Return whether each gets somebody else's name."""
        return (self.other >= threshold) & (self.other - self.own >= self.margin)


def leave_one_out(rows: FloatArray, people: NDArray[np.int64], *, margin: float) -> LeftOut:
    """Compare every photograph of everybody who has two.

    Args:
        rows: (N, D) float32, rows of unit length.
        people: (N,) whose they are.
        margin: of the door, see ``LeftOut``.

    Returns:
        One for each such photograph, in the order of ``rows``.
    """
    means, names = person_means(rows, people)
    place = np.searchsorted(names, people)
    counts = np.bincount(place, minlength=len(names))
    sums = np.zeros((len(names), rows.shape[1]))
    np.add.at(sums, place, rows)
    chosen = np.flatnonzero(counts[place] > 1)
    own, other = np.empty(len(chosen), np.float32), np.empty(len(chosen), np.float32)
    for start in range(0, len(chosen), _ROWS_AT_ONCE):
        some = chosen[start : start + _ROWS_AT_ONCE]
        rest = sums[place[some]] - rows[some]
        rest /= np.maximum(np.linalg.norm(rest, axis=1, keepdims=True), _LEAST_SUM)
        own[start : start + len(some)] = np.einsum("ij,ij->i", rest, rows[some])
        cosines = rows[some] @ means.T
        cosines[np.arange(len(some)), place[some]] = -1.0
        other[start : start + len(some)] = cosines.max(axis=1)
    return LeftOut(own, other, people[chosen].astype(np.int64), margin)


@dataclass(frozen=True, slots=True)
class OwnPeople:
    """How a recognizer does with the site's own photographs.

    Attributes:
        threshold: cosine that it decides by at the site's security level.
        asked: photographs whose person has another one, which stands for the person.
        recognised: of these, how many get the right name at the door.
        mistaken: of these, how many get somebody else's.
    """

    threshold: float
    asked: int
    recognised: int
    mistaken: int


def own_people(rows: FloatArray, people: NDArray[np.int64], rules: DecisionRules) -> OwnPeople:
    """Compare each photograph with everybody, with its own person as the mean of the other photographs.

    Args:
        rows: (N, D) float32 unit rows of one recognizer.
        people: (N,) whose they are.
        rules: of the door.
    """
    found = leave_one_out(rows, people, margin=rules.margin)
    threshold = rules.threshold
    return OwnPeople(
        threshold, len(found.person), int(found.named(threshold).sum()), int(found.mistaken(threshold).sum())
    )
