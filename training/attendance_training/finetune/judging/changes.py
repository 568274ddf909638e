"""What changed between two measurements: numbers with intervals, for the gate."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attendance.core.recognition.leave_one_out import LeftOut
from attendance_training.evaluation.calibration import threshold_at
from attendance_training.evaluation.intervals import Estimate, draw_people, from_draws, proportion, wilson
from attendance_training.finetune.judging.measure import Measurement, Trials

_RATES = (1, 2, 4)
"""Times the smallest rate of strangers that they can tell; the shares at all three are averaged, which is steadier."""
_ROUNDS = 1000
_LEAST_LOST, _LOST_SHARE = 2, 0.5
_OUTLIER, _LEAST_SPREAD = 5.0, 0.01


@dataclass(frozen=True, slots=True)
class PersonChange:
    """Right names of one person, each photograph left out once.

    Attributes:
        name: of the person.
        before: with the pack; Wilson's interval.
        after: with the candidate; likewise.
        is_worse: at least two photographs and half of all were lost.
    """

    name: str
    before: Estimate
    after: Estimate
    is_worse: bool


@dataclass(frozen=True, slots=True)
class Shares:
    """A share of trials with both recognizers; nan without a trial.

    Attributes:
        before: with the pack.
        after: with the candidate, on the same trials.
        change: after less before, of the same draws of people.
    """

    before: Estimate
    after: Estimate
    change: Estimate

    @classmethod
    def from_draws(cls, found: tuple[float, float], draws: NDArray[np.float64], trials: int) -> Shares:
        """Return them with their intervals.

        Args:
            found: with the pack and the candidate, measured on everybody.
            draws: (rounds, 2) likewise, on draws of people.
            trials: that were counted.
        """
        old, new = found
        change = from_draws(new - old, draws[:, 1] - draws[:, 0], trials)
        return cls(proportion(old, draws[:, 0], trials), proportion(new, draws[:, 1], trials), change)

    @classmethod
    def of_nothing(cls) -> Shares:
        """Return those of no trial."""
        return cls(*[Estimate(math.nan, math.nan, math.nan, 0)] * 3)


def change_of_share(before: Trials, after: Trials, *, seed: int) -> Shares:
    """Return the shares of hits with their intervals from draws of people."""
    if not len(before.is_hit):
        return Shares.of_nothing()
    _, index = np.unique(before.person, return_inverse=True)
    sums = np.stack([np.bincount(index, one.is_hit) for one in (before, after)], axis=1)
    counts = np.bincount(index)
    draws = np.array([times @ sums / (times @ counts) for times in draw_people(len(counts), rounds=_ROUNDS, seed=seed)])
    return Shares.from_draws((before.share, after.share), draws, len(before.is_hit))


def change_at_equal_rate(before: Measurement, after: Measurement, parts: Sequence[str], *, seed: int) -> Shares:
    """Return the shares of right names where as many strangers get a name with both: 1 - FNIR at equal FPIR.

    Each draw takes people of the staff and strangers, the same for both recognizers, and has thresholds of its own.

    Args:
        before: of the pack.
        after: of the candidate.
        parts: of "trained" and "unseen".
        seed: of the draws.
    """
    both = (before, after)
    own, other, person = (
        [np.concatenate([getattr(getattr(one, part), name) for part in parts]) for one in both]
        for name in ("own", "other", "person")
    )
    if not len(person[0]):
        return Shares.of_nothing()
    rate, margin = before.stranger_rate, before.everybody.margin
    orders = [np.argsort(-one.stranger, kind="stable") for one in both]
    falling = [one.stranger[order] for one, order in zip(both, orders, strict=True)]
    _, staff_index = np.unique(person[0], return_inverse=True)
    _, stranger_index = np.unique(before.stranger_person, return_inverse=True)

    def shares(staff_times: NDArray[np.int64] | None, stranger_times: NDArray[np.int64] | None) -> list[float]:
        found = []
        for side in (0, 1):
            weights = None if stranger_times is None else stranger_times[stranger_index[orders[side]]]
            total = len(falling[side]) if weights is None else int(weights.sum())
            thresholds = [threshold_at(falling[side], weights, total, times * rate) for times in _RATES]
            is_hit = np.mean([own[side] >= threshold for threshold in thresholds], axis=0) * (
                own[side] - other[side] >= margin
            )
            found.append(float(np.average(is_hit, weights=None if staff_times is None else staff_times[staff_index])))
        return found

    old, new = shares(None, None)
    draws = zip(
        draw_people(int(staff_index.max()) + 1, rounds=_ROUNDS, seed=seed),
        draw_people(int(stranger_index.max()) + 1, rounds=_ROUNDS, seed=seed + 1),
        strict=True,
    )
    drawn = np.array([shares(staff, strangers) for staff, strangers in draws])
    return Shares.from_draws((old, new), drawn, len(person[0]))


def change_of_people(
    before: LeftOut, after: LeftOut, thresholds: tuple[float, float], people: Sequence[str]
) -> tuple[PersonChange, ...]:
    """Return right names before and after for each person.

    Args:
        before: of the pack.
        after: of the candidate, of the same photographs.
        thresholds: of both.
        people: name of each person.
    """
    hits = (before.named(thresholds[0]), after.named(thresholds[1]))
    changes = []
    for person in np.unique(before.person).tolist():
        is_own = before.person == person
        count = int(is_own.sum())
        old, new = (int(hit[is_own].sum()) for hit in hits)
        is_worse = old - new >= max(_LEAST_LOST, math.ceil(_LOST_SHARE * old))
        changes.append(PersonChange(people[person], wilson(old, count), wilson(new, count), is_worse))
    return tuple(changes)


def fallen_people(before: Measurement, after: Measurement, thresholds: tuple[float, float]) -> list[int]:
    """Return the people who fell below the line while the others did not.

    A photograph's reserve is what its cosine to the right person has over the threshold and over anybody else. A person
    has fallen when the mean reserve is below 0 now, and changed by ``_OUTLIER`` times the spread of all people's
    changes (median absolute deviation; 1.4826 makes it a standard deviation) less than the median did.
    """
    both = zip((before.everybody, after.everybody), thresholds, strict=True)
    reserves = [
        np.minimum(one.own - threshold, one.own - one.other - one.margin).astype(np.float64) for one, threshold in both
    ]
    person, index = np.unique(before.everybody.person, return_inverse=True)
    counts = np.bincount(index)
    old, new = (np.bincount(index, reserve) / counts for reserve in reserves)
    change = new - old
    middle = np.median(change)
    spread = max(1.4826 * float(np.median(np.abs(change - middle))), _LEAST_SPREAD)
    is_fallen = (new < 0) & (change < 0) & (change - middle < -_OUTLIER * spread)
    return [int(one) for one in person[is_fallen]]


def threshold_at_rate(measurement: Measurement) -> float:
    """Return the cosine at which strangers get a name as often as ``stranger_rate``."""
    falling = -np.sort(-measurement.stranger)
    return threshold_at(falling, None, len(falling), measurement.stranger_rate)
