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
_TURNS, _PHOTOS = 0x7475726E, 0x70686F74
"""Set the two kinds of draws apart from each other, and from the degradations of the same batch."""


class PeopleSampler:
    """Rows of batches; fits torch's ``DataLoader(batch_sampler=...)``.

    Every batch has P different people. A person with fewer than K photographs gives each of them and then some again,
    so augment them; a person with one is left out, see ``left_out``. A batch depends on seed, epoch and its place only,
    and is drawn without those before it: a run that goes on, and each of several processes, begins anywhere.

    Args:
        labels: (n,) int64 person of each row, at least 0; not kept.
        people_per_batch: P, at least 2.
        photos_per_person: K, at least 2.
        batches: of one epoch; None for as many as show n rows.
        seed: at least 0.

    Attributes:
        people: (c,) int64 labels of the people with two photographs or more, rising.

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
        counts = np.bincount(labels)
        self.people: NDArray[np.int64] = np.flatnonzero(counts >= _MIN_PHOTOS)
        self.left_out: list[int] = np.flatnonzero(counts == 1).tolist()
        """Labels of people with one photograph."""
        if len(self.people) < people_per_batch:
            raise TrainingDataUnusable(
                path=Reason("the faces"),
                reason=Reason(
                    "{count} people have two photographs or more, a batch needs {needed}",
                    count=len(self.people),
                    needed=people_per_batch,
                ),
            )
        self._counts = counts[self.people]
        self._starts = (np.cumsum(counts) - counts)[self.people]
        self._order = _rows_by_person(labels)
        self._people, self._photos = people_per_batch, photos_per_person
        self._batches = batches or max(1, len(labels) // (people_per_batch * photos_per_person))
        self._seed = seed
        self._turn: tuple[tuple[int, int], NDArray[np.int64]] = ((-1, -1), np.empty(0, np.int64))
        self.epoch = 0
        """Set it before going through the batches; the same epoch gives the same batches."""

    def __len__(self) -> int:
        return self._batches

    def __iter__(self) -> Iterator[list[int]]:
        for place in range(self._batches):
            yield self.batch(self.epoch, place)

    def batch(self, epoch: int, place: int) -> list[int]:
        """Return the P x K rows of one batch, those of one person together. Not for several threads at once.

        Args:
            epoch: at least 0.
            place: of the batch in its epoch, at least 0.
        """
        # All people have their turn, in an order of their own; who does not fit into its last batch waits for nothing.
        turn, index = divmod(place, len(self.people) // self._people)
        if self._turn[0] != (epoch, turn):
            rng = np.random.default_rng((self._seed, epoch, turn, _TURNS))
            self._turn = (epoch, turn), rng.permutation(len(self.people))
        rng = np.random.default_rng((self._seed, epoch, place, _PHOTOS))
        people = self._turn[1][index * self._people : (index + 1) * self._people].tolist()
        return [row for person in people for row in self._draw(person, rng)]

    def _draw(self, person: int, rng: np.random.Generator) -> list[int]:
        start, count = int(self._starts[person]), int(self._counts[person])
        drawn = rng.choice(count, min(count, self._photos), replace=False)
        if again := self._photos - len(drawn):
            drawn = np.concatenate([drawn, rng.integers(count, size=again)])
        rows: list[int] = (drawn + start if self._order is None else self._order[drawn + start]).tolist()
        return rows


def _rows_by_person(labels: NDArray[np.int64]) -> NDArray[np.int32 | np.int64] | None:
    """Return the rows in the order of their people, those of one person in their own order; None where they are."""
    count = len(labels)
    if bool((labels[1:] >= labels[:-1]).all()):
        return None
    kind = np.int32 if count <= np.iinfo(np.int32).max else np.int64
    # Sorting one number that holds label and row takes a third of the time and memory of an argsort.
    keys: NDArray[np.int64] = labels * count
    np.add(keys, np.arange(count, dtype=kind), out=keys)
    keys.sort()
    keys %= count
    return keys.astype(kind)
