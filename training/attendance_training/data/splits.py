"""Divides people, never photographs, into parts: nobody is both trained on and measured with."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from attendance.errors import Reason
from attendance_training.errors import TrainingDataUnusable

TRAIN, VALIDATION, TEST = "train", "validation", "test"
SHARES: Mapping[str, float] = {TRAIN: 0.8, VALIDATION: 0.1, TEST: 0.1}


def split_people(
    people: Sequence[str],
    shares: Mapping[str, float] = SHARES,
    *,
    salt: str = "",
    same: Iterable[tuple[str, str]] = (),
) -> dict[str, NDArray[np.int64]]:
    """Put every person into one part.

    The part follows from a hash of the name, so it stays when other people are added, on every machine. The shares
    are therefore met about, not exactly.

    Args:
        people: C different names, in the order of their labels.
        shares: part to share; above 0, together 1.
        salt: another one gives another split.
        same: pairs of names that are one person; they go into one part.

    Returns:
        Labels of each part's people, int64, rising; together each of 0..C-1 once.

    Raises:
        ValueError: the shares are wrong, or ``same`` names somebody else.
        TrainingDataUnusable: a part stays empty.
    """
    if any(share <= 0 for share in shares.values()) or not math.isclose(sum(shares.values()), 1.0):
        raise ValueError(f"shares must be above 0 and together 1: {dict(shares)}")
    speaker = _speakers(people, same)
    bounds = np.cumsum(list(shares.values()))
    bounds[-1] = 1.0
    draws = np.array([_draw(speaker[name], salt) for name in people])
    part_of = np.searchsorted(bounds, draws, side="right")
    parts = {name: np.flatnonzero(part_of == index) for index, name in enumerate(shares)}
    for name, labels in parts.items():
        if not len(labels):
            raise TrainingDataUnusable(
                path=Reason("the people"),
                reason=Reason(
                    "with {count} of them nobody falls into the part '{part}' of {share}; "
                    "take more people or another share",
                    count=len(people),
                    part=name,
                    share=f"{shares[name]:.0%}",
                ),
            )
    return parts


def rows_of(labels: NDArray[np.int64], people: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the rows whose label is one of ``people``.

    Args:
        labels: (n,) int64.
        people: labels of one part.
    """
    return np.flatnonzero(np.isin(labels, people))


def _draw(name: str, salt: str) -> float:
    """Return a number in [0, 1) that depends on the two texts only."""
    digest = hashlib.sha256(f"{salt}\0{name}".encode()).digest()
    return int.from_bytes(digest[:6], "big") / 2**48  # 48 bits are a float's own


def _speakers(people: Sequence[str], same: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return for every name the first name of its group."""
    speaker = {name: name for name in people}
    for first, second in same:
        if first not in speaker or second not in speaker:
            raise ValueError(f"{first!r} or {second!r} is not among the people")
        kept, lost = sorted((speaker[first], speaker[second]))
        speaker = {name: kept if found == lost else found for name, found in speaker.items()}
    return speaker
