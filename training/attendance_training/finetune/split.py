"""Divides the staff by person and by photograph, so that nothing is measured on what was trained on.

By person: most are trained on; some only stop the training; some are seen by nothing before the gate. By photograph:
each person's are either enrolled (trained on, and templates at the gate) or probes (for the gate alone).
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attendance_training.finetune.staff import NamedFaces

MIN_PEOPLE = 10
"""People with two photographs: fewer leave a gate of one or two people."""
SAME_PICTURE = 0.99
"""Cosine from which two photographs of one person count as one: frames of a burst. They stay on one side."""
_VALIDATION_SHARE = 0.15
_UNSEEN_SHARE = 0.15
_LEAST_PEOPLE = 2
_LOOK_SHARE = 0.34
"""Of a person's photographs; at least one, and at least one stays enrolled."""


@dataclass(frozen=True, slots=True, eq=False)
class StaffSplit:
    """Who and what is used for which purpose.

    Attributes:
        trained: (C,) bool, people trained on.
        validation: (C,) bool, people who stop the training.
        unseen: (C,) bool, people whom only the gate sees.
        alone: (C,) bool, people with one photograph: negatives in training, not in the gate.
        is_probe: (n,) bool, photographs that only the gate sees; the others are enrolled.
    """

    trained: NDArray[np.bool_]
    validation: NDArray[np.bool_]
    unseen: NDArray[np.bool_]
    alone: NDArray[np.bool_]
    is_probe: NDArray[np.bool_]


def split_staff(staff: NamedFaces, *, seed: int = 1, wanted: frozenset[str] = frozenset()) -> StaffSplit:
    """Divide the staff; the order in which people and photographs are taken comes from hashes of their names.

    Args:
        staff: after the suspicious photographs were taken out; at least ``MIN_PEOPLE`` with two photographs.
        seed: another one gives another division.
        wanted: people who are trained on as far as the other parts leave room.
    """
    is_probe = np.zeros(len(staff.person), dtype=bool)
    repeated = []
    for person in range(len(staff.people)):
        bursts = _bursts(staff, np.flatnonzero(staff.person == person))
        if len(bursts) < 2:
            continue
        repeated.append(person)
        bursts.sort(key=lambda burst: _draw(staff.photos[burst[0]], seed))
        for burst in bursts[: max(1, int(_LOOK_SHARE * len(bursts)))]:
            is_probe[burst] = True
    repeated.sort(key=lambda person: (staff.people[person] in wanted, _draw(staff.people[person], seed)))
    validation = max(_LEAST_PEOPLE, round(_VALIDATION_SHARE * len(repeated)))
    unseen = max(_LEAST_PEOPLE, round(_UNSEEN_SHARE * len(repeated)))
    parts = (repeated[:validation], repeated[validation : validation + unseen], repeated[validation + unseen :])
    of_validation, of_unseen, of_trained = (_members(part, len(staff.people)) for part in parts)
    alone = ~_members(repeated, len(staff.people))
    return StaffSplit(of_trained, of_validation, of_unseen, alone, is_probe)


def count_repeated(staff: NamedFaces) -> int:
    """Return how many people have two photographs that are not nearly the same."""
    return sum(len(_bursts(staff, np.flatnonzero(staff.person == p))) > 1 for p in range(len(staff.people)))


def halve_people(faces: NamedFaces, *, seed: int = 1) -> tuple[NamedFaces, NamedFaces]:
    """Divide people into two halves by hashes of their names: one for training, one for measuring."""
    order = sorted(range(len(faces.people)), key=lambda person: _draw(faces.people[person], seed))
    first = _members(order[: len(order) // 2], len(faces.people))
    return faces.of_people(first), faces.of_people(~first)


def _bursts(staff: NamedFaces, rows: NDArray[np.int64]) -> list[list[int]]:
    """Group the photographs of one person: each joins the first group whose first photograph is nearly the same."""
    groups: list[list[int]] = []
    for row in rows.tolist():
        for group in groups:
            if float(staff.vectors[row] @ staff.vectors[group[0]]) >= SAME_PICTURE:
                group.append(row)
                break
        else:
            groups.append([row])
    return groups


def _members(people: list[int], count: int) -> NDArray[np.bool_]:
    members = np.zeros(count, dtype=bool)
    members[people] = True
    return members


def _draw(name: str, seed: int) -> bytes:
    return hashlib.sha256(f"{seed}\0{name}".encode()).digest()
