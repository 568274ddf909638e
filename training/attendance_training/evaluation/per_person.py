"""How single enrolled people fare: a good mean may hide somebody whom the kiosk never knows."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from attendance_training.evaluation.classification import UNKNOWN, answers
from attendance_training.evaluation.intervals import Estimate, wilson
from attendance_training.evaluation.open_set import OpenSetProbes


@dataclass(frozen=True, slots=True)
class PersonResult:
    """One enrolled person at one threshold.

    Attributes:
        name: folder of the person.
        named: share of own probes that got the own name; Wilson's interval.
        misnamed: own probes that got somebody else's name.
        taken_for: probes of others that got this name.
    """

    name: str
    named: Estimate
    misnamed: int
    taken_for: int


def rate_people(probes: OpenSetProbes, names: tuple[str, ...], threshold: float) -> tuple[PersonResult, ...]:
    """Return every enrolled person, those recognised least often first.

    The interval is that of this person alone. The worst of many people look bad by chance too: with two probes each,
    some fail both although everybody is equally easy.

    Args:
        probes: of ``look_at_all``.
        names: of all people, by number.
        threshold: cosine that a probe must reach.
    """
    true, given = answers(probes, threshold)
    size = len(names) + 1
    own = np.bincount(true + 1, minlength=size)
    right = np.bincount(true + 1, true == given, size).astype(np.int64)
    misnamed = np.bincount(true + 1, (true != given) & (given != UNKNOWN), size).astype(np.int64)
    taken_for = np.bincount(given + 1, true != given, size).astype(np.int64)
    results = [
        PersonResult(
            name=names[person],
            named=wilson(int(right[person + 1]), int(own[person + 1])),
            misnamed=int(misnamed[person + 1]),
            taken_for=int(taken_for[person + 1]),
        )
        for person in probes.enrolled.tolist()
    ]
    return tuple(sorted(results, key=lambda r: (r.named.high, r.named.value, -r.taken_for, r.name)))
