"""Which photographs are attacked, and the template that each is to leave or to reach."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from attendance.errors import Reason
from attendance_training.data.check_command import open_faces
from attendance_training.data.labelled_crops import LabelledCrops
from attendance_training.errors import EvaluationDataUnusable, TrainingDataUnusable

_MIN_PEOPLE = 2


@dataclass(frozen=True, slots=True, eq=False)
class Trials:
    """Pairs of rows; nobody is twice the attacker of a kind, so the trials of a kind are nearly independent.

    Attributes:
        photo: (k,) int64, the attacked photograph.
        own: (k,) int64, another photograph of the same person: the template to leave.
        other: (k,) int64, a photograph of somebody else: the template to reach.
    """

    photo: NDArray[np.int64]
    own: NDArray[np.int64]
    other: NDArray[np.int64]


def read_people(path: Path, *, people: int, photos: int, seed: int) -> LabelledCrops:
    """Read some photographs of some people who have two or more; only these are decoded.

    Args:
        path: a folder with one sub-folder of aligned crops a person, a .rec file, or an .npz of
            ``attendance embed --crops``.
        people: most people; drawn.
        photos: most photographs of one, at least 2; the first in the order of their names.
        seed: of the draw.

    Raises:
        EvaluationDataUnusable: it cannot be read, or fewer than two people have two photographs.
    """
    try:
        source = open_faces(path)
        repeated = np.flatnonzero(np.bincount(source.labels, minlength=len(source.people)) > 1)
        if len(repeated) < _MIN_PEOPLE:
            raise EvaluationDataUnusable(
                path=path, reason=Reason("at least two people with two photographs are needed to attack anybody")
            )
        chosen = np.sort(np.random.default_rng(seed).permutation(repeated)[:people])
        rows = [np.flatnonzero(source.labels == label)[:photos] for label in chosen]
        crops = np.stack([source.crop_bgr(row) for of_one in rows for row in of_one.tolist()])
    except TrainingDataUnusable as err:
        raise EvaluationDataUnusable(path=err.facts["path"], reason=err.reason) from err
    person = np.repeat(np.arange(len(rows)), [len(of_one) for of_one in rows])
    return LabelledCrops(crops, person, len(rows), str(getattr(source, "model_id", "")))


def draw_trials(data: LabelledCrops, *, most: int, seed: int) -> Trials:
    """Draw one pair of photographs for each of at most ``most`` people, and the next person drawn as their victim.

    Args:
        data: every person with two photographs or more.
        most: at least 2.
        seed: of the draw.
    """
    rng = np.random.default_rng(seed)
    drawn = rng.permutation(data.people)[:most]
    pairs = np.array([rng.choice(np.flatnonzero(data.person == person), 2, replace=False) for person in drawn])
    return Trials(pairs[:, 0], pairs[:, 1], np.roll(pairs[:, 1], -1))
