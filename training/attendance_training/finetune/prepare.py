"""What is looked at before anything is trained: wrong labels, doubled people, too little of something."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from attendance.errors import Reason
from attendance_training.errors import EvaluationDataUnusable, TrainingDataUnusable
from attendance_training.evaluation.calibration import count_cross_pairs
from attendance_training.finetune.feedback import Line
from attendance_training.finetune.fit import FitData, FitPhotos
from attendance_training.finetune.judging.measure import MIN_GENERAL_PAIRS
from attendance_training.finetune.outliers import find_same_person, find_suspects
from attendance_training.finetune.split import MIN_PEOPLE, StaffSplit, count_repeated
from attendance_training.finetune.staff import NamedFaces

MAX_LEFT_OUT = 0.2
"""Share of the staff's photographs; 2 % were suspicious of 200 people of Labeled Faces in the Wild."""
_SHOWN = 20
"""Lines of one kind before the rest is only counted."""


def clean_staff(staff: NamedFaces, *, threshold: float, say: Line) -> NamedFaces:
    """Leave out folders that are one person and photographs that are probably in the wrong folder; name them.

    Args:
        staff: all photographs.
        threshold: of the kiosk.
        say: takes a line.
    """
    same = find_same_person(staff, threshold=threshold)
    suspects = find_suspects(staff, same=same)
    listed(
        "pairs of folders that are probably one person, left out; put their photographs together",
        [f"{pair.first} and {pair.second} (cosine {pair.cosine:.2f})" for pair in same],
        say,
    )
    listed(
        "photographs that resemble somebody else more than their own folder, left out; look at them",
        [f"{one.photo}: {one.own:.2f} to {one.person}, {one.nearest:.2f} to {one.other}" for one in suspects],
        say,
    )
    doubled = {name for pair in same for name in (pair.first, pair.second)}
    wrong = {one.photo for one in suspects}
    rows = [
        row
        for row, photo in enumerate(staff.photos)
        if photo not in wrong and staff.people[staff.person[row]] not in doubled
    ]
    return staff.select(np.array(rows, np.int64))


def refuse_wrong_labels(staff: NamedFaces, cleaned: NamedFaces, path: Path) -> None:
    """Raise when so much was left out that the rest cannot be trusted either.

    Args:
        staff: all photographs.
        cleaned: from ``clean_staff``.
        path: of the staff, for the message.

    Raises:
        TrainingDataUnusable: more than ``MAX_LEFT_OUT`` of the photographs were left out.
    """
    left_out = len(staff.photos) - len(cleaned.photos)
    if left_out > MAX_LEFT_OUT * len(staff.photos):
        raise TrainingDataUnusable(
            path=path,
            reason=Reason(
                "{count} of {total} photographs seem to be in the wrong folder; put them right first",
                count=left_out,
                total=len(staff.photos),
            ),
        )


def fit_data(
    staff: NamedFaces, split: StaffSplit, replay: NamedFaces, disputed: NamedFaces | None, *, threshold: float
) -> tuple[FitData, FitPhotos]:
    """Put together what the training may see: no probe of the gate, nobody of its unseen people.

    Args:
        staff: of the split.
        split: of the staff.
        replay: general people who are not measured with.
        disputed: those taken for somebody who is not trained on are left out; None without.
        threshold: of the kiosk.

    Returns:
        The embeddings, and the names of their photographs.
    """
    rows = np.flatnonzero(split.trained[staff.person] & ~split.is_probe)
    trained, labels = np.unique(staff.person[rows], return_inverse=True)
    label_of = {staff.people[person]: label for label, person in enumerate(trained.tolist())}
    validation = np.flatnonzero(split.validation[staff.person])
    vectors, taken_for = np.empty((0, staff.vectors.shape[1]), np.float32), np.empty(0, np.int64)
    names: tuple[str, ...] = ()
    if disputed is not None:
        all_labels = np.array([label_of.get(disputed.people[person], -1) for person in disputed.person], np.int64)
        usable = np.flatnonzero(all_labels >= 0)
        vectors, taken_for = disputed.vectors[usable], all_labels[usable]
        names = tuple(disputed.photos[row] for row in usable)
    data = FitData(
        vectors=staff.vectors[rows],
        labels=labels.astype(np.int64),
        bystanders=staff.vectors[split.alone[staff.person]],
        general=replay.vectors,
        disputed=vectors,
        disputed_as=taken_for,
        threshold=threshold,
        validation=staff.vectors[validation],
        validation_labels=staff.person[validation],
    )
    photos = FitPhotos(
        vectors=tuple(staff.photos[row] for row in rows),
        general=replay.photos,
        disputed=names,
        validation=tuple(staff.photos[row] for row in validation),
    )
    return data, photos


def refuse_too_few(staff: NamedFaces, path: Path) -> None:
    """Raise when too few people are left to divide.

    Args:
        staff: without what was left out.
        path: of the staff, for the message.

    Raises:
        TrainingDataUnusable: fewer than ``MIN_PEOPLE`` have two photographs.
    """
    people = count_repeated(staff)
    if people < MIN_PEOPLE:
        raise TrainingDataUnusable(
            path=path,
            reason=Reason(
                "{count} people have two usable photographs, at least {least} are needed",
                count=people,
                least=MIN_PEOPLE,
            ),
        )


def check_general(general: NamedFaces, staff: NamedFaces, path: Path) -> None:
    """Raise when the general set cannot serve the gate.

    Args:
        general: other people.
        staff: as enrolled.
        path: of the general set, for the message.

    Raises:
        EvaluationDataUnusable: too small, or it holds a name of the staff.
    """
    both = sorted(set(general.people) & set(staff.people))
    if both:
        raise EvaluationDataUnusable(
            path=path,
            reason=Reason(
                "it must hold other people than the staff, but {name} ({count} in all) is in both",
                name=repr(both[0]),
                count=len(both),
            ),
        )
    counts = general.counts()
    # Half of the people are measured with: a quarter of the pairs.
    pairs = count_cross_pairs(counts) // 4
    if pairs < MIN_GENERAL_PAIRS or (counts > 1).sum() < MIN_PEOPLE:
        raise EvaluationDataUnusable(
            path=path,
            reason=Reason(
                "{count} photographs of {people} people are too few for the gate's general set; take about 300 "
                "people or more, {least} of them with two photographs",
                count=len(general.person),
                people=len(general.people),
                least=MIN_PEOPLE,
            ),
        )


def known_disputes(disputed: NamedFaces, staff: NamedFaces, say: Line) -> NamedFaces | None:
    """Return the disputed photographs whose person can be trained on, and name the others."""
    repeated = {staff.people[person] for person in np.flatnonzero(staff.counts() > 1).tolist()}
    is_known = np.array([name in repeated for name in disputed.people], dtype=bool)
    absent = [name for name, known in zip(disputed.people, is_known, strict=True) if not known]
    listed("disputed names that nobody with two usable photographs has, left out", absent, say)
    return disputed.of_people(is_known) if is_known.any() else None


def say_alone(staff: NamedFaces, split: StaffSplit, say: Line) -> None:
    """Name the people with one photograph."""
    names = [staff.people[person] for person in np.flatnonzero(split.alone).tolist()]
    listed("people with one usable photograph: negatives in training, not in the gate", names, say)


def listed(title: str, items: Sequence[str], say: Line) -> None:
    """Say how many there are and the first of them; nothing when there is none."""
    if not items:
        return
    say(f"{len(items)} {title}:")
    for item in items[:_SHOWN]:
        say(f"  {item}")
    if len(items) > _SHOWN:
        say(f"  ... and {len(items) - _SHOWN} more")
