"""False matches between different people of one group, at the operating thresholds, on UTKFace's crops.

UTKFace names no people: its file names say age, gender and race, and almost all photographs are of different people, so
every pair counts as two people. Pairs that are probably one person are left out by what the shards' teacher says (see
``is_likely_same``). Misses cannot be measured: there are no two photographs known to be of one person.

As in NIST IR 8280 (Face Recognition Vendor Test, part 3: demographic effects), a group's false match rate is that of
pairs within the group, at one threshold for all.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from attendance_training.evaluation.calibration import count_cross_pairs
from attendance_training.evaluation.intervals import ROUNDS, Estimate, draw_people, proportion

ADULT_AGE = 18
RACES = ("White", "Black", "Asian", "Indian", "other")
GENDERS = ("men", "women")
_OLDEST = 200
AGE_BANDS = ((0, 3), (4, 17), (18, 29), (30, 44), (45, 59), (60, _OLDEST))
SAME_ADULT_COSINE = 0.70
SAME_CHILD_COSINE = 0.90
"""From these on the teacher's cosine means one person or one picture. Chosen by looking at the 132 most similar
held-back pairs: of adults, almost all from 0.70 on were plainly one person, most below 0.66 were not. Of small children
only those above 0.9 were; hundreds of different infants reach 0.70 to 0.85 and stay in: they are false matches."""
_NAME = re.compile(r"(?:.*/)?(\d{1,3})_([01])_([0-4])_\d")


@dataclass(frozen=True, slots=True)
class Subject:
    """What a UTKFace file name says.

    Attributes:
        age: years.
        gender: 0 man, 1 woman, as the data set codes it.
        race: 0..4, index into ``RACES``, as the data set codes it.
    """

    age: int
    gender: int
    race: int


@dataclass(frozen=True, slots=True)
class GroupRate:
    """One group at one threshold.

    Attributes:
        kind: "adults", "race", "gender" or "age".
        group: its name.
        pictures: in the group.
        mean_cosine: of the group's pairs.
        fmr: share of the group's pairs that reach the threshold.
        ratio: ``fmr`` over that of all pairs of adults.
    """

    kind: str
    group: str
    pictures: int
    mean_cosine: float
    fmr: Estimate
    ratio: float


@dataclass(frozen=True, slots=True, eq=False)
class Group:
    """Pictures of a group.

    Attributes:
        kind: as in ``GroupRate``.
        name: likewise.
        rows: (k,) int64 rows of the pictures.
    """

    kind: str
    name: str
    rows: NDArray[np.int64]


def parse_name(name: str) -> Subject | None:
    """Return what a UTKFace name ("[age]_[gender]_[race]_[date].jpg") says, None for any other name."""
    found = _NAME.match(name)
    return None if found is None else Subject(*(int(part) for part in found.groups()))


def make_groups(subjects: Sequence[Subject]) -> list[Group]:
    """Sort pictures into groups: race and gender of adults, age bands of everybody.

    Infants look alike to every recognizer, and a group with more of them would seem worse for that alone; they also do
    not check in at an office.

    Args:
        subjects: one a picture.

    Returns:
        All adults first, then race, gender and age bands.
    """
    age, gender, race = (np.array([getattr(s, key) for s in subjects], np.int64) for key in ("age", "gender", "race"))
    is_adult = age >= ADULT_AGE
    groups = [("adults", f"adults ({ADULT_AGE}+)", is_adult)]
    groups += [("race", name, is_adult & (race == code)) for code, name in enumerate(RACES)]
    groups += [("gender", name, is_adult & (gender == code)) for code, name in enumerate(GENDERS)]
    groups += [("age", _band_name(low, high), (low <= age) & (age <= high)) for low, high in AGE_BANDS]
    return [Group(kind, name, np.flatnonzero(is_in)) for kind, name, is_in in groups]


def is_likely_same(teacher: NDArray[np.float32], subjects: Sequence[Subject]) -> NDArray[np.bool_]:
    """Return which pairs show one person, as far as the teacher can tell.

    Args:
        teacher: (n, D) float32 unit rows of the shards' teacher.
        subjects: n, of the same pictures.

    Returns:
        (n, n) bool, symmetric; the diagonal is True.
    """
    is_adult = np.array([s.age >= ADULT_AGE for s in subjects])
    limit = np.where(is_adult[:, None] & is_adult[None, :], SAME_ADULT_COSINE, SAME_CHILD_COSINE)
    same = teacher @ teacher.T >= limit
    np.fill_diagonal(same, True)
    return same


def rate_groups(
    cosines: NDArray[np.float32],
    is_same: NDArray[np.bool_],
    groups: Sequence[Group],
    *,
    threshold: float,
    rounds: int = ROUNDS,
    seed: int = 1,
) -> tuple[GroupRate, ...]:
    """Measure every group with at least two pictures. Intervals come from draws of pictures.

    Args:
        cosines: (n, n) float32 of all pictures.
        is_same: (n, n) bool, pairs that do not count.
        groups: rows of the pictures; the first one is what the others are compared with.
        threshold: a pair at or above it is a false match.
        rounds: draws of pictures.
        seed: of the draws.
    """
    rates: list[GroupRate] = []
    overall = float("nan")
    for group in (group for group in groups if len(group.rows) > 1):
        block = np.ix_(group.rows, group.rows)
        fmr, mean = _rate(cosines[block], is_same[block], threshold, rounds=rounds, seed=seed)
        if not rates:
            overall = fmr.value
        ratio = fmr.value / overall if overall > 0 else float("nan")
        rates.append(GroupRate(group.kind, group.name, len(group.rows), mean, fmr, ratio))
    return tuple(rates)


def threshold_with_rate(cosines: NDArray[np.float32], is_same: NDArray[np.bool_], fmr: float) -> float:
    """Return the cosine that this share of the counted pairs reaches: makes two recognizers comparable.

    Args:
        cosines: (n, n) float32.
        is_same: (n, n) bool, pairs that do not count.
        fmr: share, 0..1.
    """
    counted = np.sort(cosines[np.triu(~is_same, k=1)])[::-1]
    reached = round(fmr * len(counted))
    if reached == 0:
        return float(np.nextafter(counted[0], np.float32(2.0)))
    return float(counted[reached - 1])


def spread(rates: Sequence[GroupRate], kind: str) -> Mapping[str, float]:
    """Return the largest rate of a kind over the smallest, and over the geometric mean (NIST IR 8280's summary)."""
    values = np.array([rate.fmr.value for rate in rates if rate.kind == kind])
    if not len(values) or not (values > 0).all():
        return {"over_smallest": float("nan"), "over_geometric_mean": float("nan")}
    mean = float(np.exp(np.log(values).mean()))
    return {"over_smallest": float(values.max() / values.min()), "over_geometric_mean": float(values.max()) / mean}


def _band_name(low: int, high: int) -> str:
    return f"age {low} – {high}" if high < _OLDEST else f"age {low}+"


def _rate(
    cosines: NDArray[np.float32], is_same: NDArray[np.bool_], threshold: float, *, rounds: int, seed: int
) -> tuple[Estimate, float]:
    count = len(cosines)
    upper = np.triu(np.ones((count, count), np.bool_), k=1)
    false_a, false_b = np.nonzero(upper & ~is_same & (cosines >= threshold))
    left_a, left_b = np.nonzero(upper & is_same)
    counted = cosines[upper & ~is_same]
    drawn = np.full(rounds, np.nan)
    for index, times in enumerate(draw_people(count, rounds=rounds, seed=seed)):
        pairs = count_cross_pairs(times) - int((times[left_a] * times[left_b]).sum())
        if pairs:
            drawn[index] = (times[false_a] * times[false_b]).sum() / pairs
    mean = float(counted.mean()) if len(counted) else float("nan")
    value = len(false_a) / len(counted) if len(counted) else float("nan")
    return proportion(value, drawn, len(counted)), mean
