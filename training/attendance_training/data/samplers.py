"""Batches of P people with K photographs each, for losses of pairs and triplets.

Source: Hermans, Beyer, Leibe, "In Defense of the Triplet Loss", 2017, arXiv:1703.07737, section 2.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from attendance.errors import Reason
from attendance_training.errors import TrainingDataUnusable

_MIN_PHOTOS = 2
"""A person with one photograph gives no pair of the same person."""


class PeopleSampler:
    """Rows of batches; fits torch's ``DataLoader(batch_sampler=...)``.

    Every batch has P different people. A person with fewer than K photographs gives each of them and then some again,
    so augment them; a person with one is left out, see ``left_out``. Batches depend on seed and epoch only.

    Args:
        labels: (n,) int64 person of each row.
        people_per_batch: P, at least 2.
        photos_per_person: K, at least 2.
        batches: of one epoch; None for as many as show n rows.
        seed: at least 0.

    Raises:
        ValueError: P or K below 2, or no batch.
        TrainingDataUnusable: fewer than P people have two photographs.
    """

    def __init__(
        self,
        labels: NDArray[np.int64],
        *,
        people_per_batch: int,
        photos_per_person: int,
        batches: int | None = None,
        seed: int = 1,
    ) -> None:
        if min(people_per_batch, photos_per_person) < _MIN_PHOTOS or (batches is not None and batches < 1):
            raise ValueError(f"{people_per_batch} people, {photos_per_person} photographs, {batches} batches")
        order = np.argsort(labels, kind="stable")
        found, starts = np.unique(labels[order], return_index=True)
        rows = np.split(order, starts[1:])
        self._rows = [own for own in rows if len(own) >= _MIN_PHOTOS]
        self.left_out: list[int] = [
            int(label) for label, own in zip(found, rows, strict=True) if len(own) < _MIN_PHOTOS
        ]
        """Labels of people with one photograph."""
        if len(self._rows) < people_per_batch:
            raise TrainingDataUnusable(
                path=Reason("the faces"),
                reason=Reason(
                    "{count} people have two photographs or more, a batch needs {needed}",
                    count=len(self._rows),
                    needed=people_per_batch,
                ),
            )
        self._people, self._photos = people_per_batch, photos_per_person
        self._batches = batches or max(1, len(labels) // (people_per_batch * photos_per_person))
        self._seed = seed
        self.epoch = 0
        """Set it before going through the batches; the same epoch gives the same batches."""

    def __len__(self) -> int:
        return self._batches

    def __iter__(self) -> Iterator[list[int]]:
        rng = np.random.default_rng((self._seed, self.epoch))
        waiting: list[int] = []
        for _ in range(self._batches):
            if len(waiting) < self._people:  # all people had their turn; who did not fit waits for nothing
                waiting = rng.permutation(len(self._rows)).tolist()
            turn, waiting = waiting[: self._people], waiting[self._people :]
            yield [row for person in turn for row in self._draw(self._rows[person], rng)]

    def _draw(self, rows: NDArray[np.int64], rng: np.random.Generator) -> list[int]:
        drawn: list[int] = rng.permutation(rows)[: self._photos].tolist()
        again = self._photos - len(drawn)
        return drawn + (rng.choice(rows, again).tolist() if again else [])
