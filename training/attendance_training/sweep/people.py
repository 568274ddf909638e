"""Who is trained on, who is validated on and who is kept for the end; never the same person twice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attendance.errors import Reason
from attendance_training.data.face_source import FaceSource
from attendance_training.data.splits import TEST, TRAIN, VALIDATION, rows_of, split_people
from attendance_training.errors import TrainingDataUnusable
from attendance_training.sweep.plan import SweepPlan


@dataclass(frozen=True, slots=True, eq=False)
class SweepPeople:
    """Rows of the source by part; no person is in two of them.

    Attributes:
        train: (n,) int64.
        validation: (v,) int64, the rows of one person together.
        test: (t,) int64, likewise.
        counts: people of each part.
    """

    train: NDArray[np.int64]
    validation: NDArray[np.int64]
    test: NDArray[np.int64]
    counts: dict[str, int]

    @property
    def every(self) -> NDArray[np.int64]:
        """Return all rows that are used."""
        return np.concatenate([self.train, self.validation, self.test])


def divide(faces: FaceSource, plan: SweepPlan) -> SweepPeople:
    """Divide the people who have enough photographs by a hash of their names.

    Raises:
        TrainingDataUnusable: a part has fewer than two people.
    """
    photos = np.bincount(faces.labels, minlength=len(faces.people))
    usable = np.flatnonzero(photos >= plan.fewest_photos)
    parts = split_people([faces.people[label] for label in usable.tolist()], plan.shares, salt=plan.salt)
    rows = {}
    for part, members in parts.items():
        if len(members) < 2:
            raise TrainingDataUnusable(
                path=Reason("the faces"),
                reason=Reason(
                    "only one person with {count} photographs falls into the part '{part}'",
                    count=plan.fewest_photos,
                    part=part,
                ),
            )
        rows[part] = _first_photos(faces.labels, rows_of(faces.labels, usable[members]), plan.most_photos)
    counts = {part: len(members) for part, members in parts.items()}
    return SweepPeople(rows[TRAIN], rows[VALIDATION], rows[TEST], counts)


def _first_photos(labels: NDArray[np.int64], rows: NDArray[np.int64], most: int) -> NDArray[np.int64]:
    """Return at most ``most`` rows of each person, the rows of one person together."""
    ordered = rows[np.argsort(labels[rows], kind="stable")]
    _, starts, counts = np.unique(labels[ordered], return_index=True, return_counts=True)
    place = np.arange(len(ordered)) - np.repeat(starts, counts)
    return ordered[place < most]
