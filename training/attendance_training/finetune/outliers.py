"""Finds photographs in the wrong folder and folders of one person, by the embeddings that the pack gives today."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attendance_training.finetune.staff import NamedFaces

_SAME_PERSON_SHARE = 0.9
"""Two folders are one person when their photographs are this near to each other, as a share of how near those within
the looser of them are. Photographs of two people stay far below; those of one person, divided by chance, are at 1."""


@dataclass(frozen=True, slots=True)
class Suspect:
    """A photograph that resembles somebody else more than the person in whose folder it is.

    Attributes:
        photo: its name.
        person: whose folder.
        own: median cosine to that person's other photographs.
        other: whom it resembles most.
        nearest: median cosine to that person's photographs.
    """

    photo: str
    person: str
    own: float
    other: str
    nearest: float


@dataclass(frozen=True, slots=True)
class SamePerson:
    """Two folders that show one person.

    Attributes:
        first: name.
        second: name.
        cosine: median over all pairs of a photograph of each.
    """

    first: str
    second: str
    cosine: float


def find_same_person(staff: NamedFaces, *, threshold: float) -> tuple[SamePerson, ...]:
    """Return the pairs of folders that are one person, as far as the embeddings tell.

    Medians are compared, so that one wrong photograph changes nothing.

    Args:
        staff: all photographs.
        threshold: cosine that the median must reach at least: the kiosk's for a roster of this size.
    """
    cosines = _person_medians(staff)
    within = np.diag(cosines).copy()
    np.fill_diagonal(cosines, -1.0)
    # A folder of one photograph says nothing of its own; nan compares as false, so the other folder decides.
    looser = np.fmin(within[:, None], within[None, :])
    wanted = np.fmax(threshold, _SAME_PERSON_SHARE * looser)
    first, second = np.nonzero(np.triu(cosines >= wanted, k=1))
    return tuple(
        SamePerson(staff.people[a], staff.people[b], float(cosines[a, b]))
        for a, b in zip(first.tolist(), second.tolist(), strict=True)
    )


def find_suspects(staff: NamedFaces, *, same: Sequence[SamePerson] = ()) -> tuple[Suspect, ...]:
    """Return the photographs that are nearer to another person than to their own, the clearest first.

    People with one photograph cannot be judged, nor serve as judges: the median of one is chance. With two photographs
    that do not fit together both are suspicious.

    Args:
        staff: all photographs.
        same: folders of one person, which are not compared with each other.
    """
    medians = _photo_medians(staff)
    rows = np.arange(len(staff.person))
    own = medians[rows, staff.person]
    medians[rows, staff.person] = -np.inf
    medians[:, staff.counts() == 1] = -np.inf
    number = {name: index for index, name in enumerate(staff.people)}
    for pair in same:
        first, second = number[pair.first], number[pair.second]
        medians[staff.person == first, second] = -np.inf
        medians[staff.person == second, first] = -np.inf
    other = medians.argmax(axis=1)
    nearest = medians[rows, other]
    found = np.flatnonzero(own < nearest)  # nan, of a person with one photograph, is not below anything
    return tuple(
        Suspect(
            staff.photos[row],
            staff.people[staff.person[row]],
            float(own[row]),
            staff.people[other[row]],
            float(nearest[row]),
        )
        for row in sorted(found.tolist(), key=lambda row: float(own[row] - nearest[row]))
    )


def _photo_medians(staff: NamedFaces) -> NDArray[np.float64]:
    """Return (n, C) median cosines of each photograph to each person's others; nan to its own person if alone."""
    cosines = (staff.vectors @ staff.vectors.T).astype(np.float64)
    np.fill_diagonal(cosines, np.nan)
    medians = np.full((len(staff.person), len(staff.people)), np.nan)
    for person in range(len(staff.people)):
        columns = np.flatnonzero(staff.person == person)
        others = staff.person != person
        medians[others, person] = np.median(cosines[np.ix_(others, columns)], axis=1)
        if len(columns) > 1:
            medians[columns, person] = np.nanmedian(cosines[np.ix_(columns, columns)], axis=1)
    return medians


def _person_medians(staff: NamedFaces) -> NDArray[np.float64]:
    """Return (C, C) median cosines over pairs of photographs; nan on the diagonal of a person with one."""
    cosines = (staff.vectors @ staff.vectors.T).astype(np.float64)
    rows = [np.flatnonzero(staff.person == person) for person in range(len(staff.people))]
    medians = np.full((len(rows), len(rows)), np.nan)
    for first, of_first in enumerate(rows):
        for second in range(first, len(rows)):
            block = cosines[np.ix_(of_first, rows[second])]
            values = block[np.triu_indices(len(block), k=1)] if first == second else block
            if values.size:
                medians[first, second] = medians[second, first] = np.median(values)
    return medians
