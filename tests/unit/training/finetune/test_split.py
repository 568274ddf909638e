"""Nothing that was trained on is measured with."""

from __future__ import annotations

import numpy as np

from attendance_training.finetune.split import count_repeated, halve_people, split_staff
from tests.unit.training.finetune.made_up import faces, put


def test_that_every_person_has_one_purpose() -> None:
    split = split_staff(faces(20, 4))
    parts = np.stack([split.trained, split.validation, split.unseen, split.alone])
    assert parts.sum(axis=0).tolist() == [1] * 20
    assert parts.sum(axis=1).tolist() == [14, 3, 3, 0]


def test_that_everybody_is_enrolled_and_a_probe() -> None:
    staff = faces(12, 5)
    split = split_staff(staff)
    probes = np.bincount(staff.person[split.is_probe], minlength=12)
    assert probes.tolist() == [1] * 12  # a third of five, rounded down


def test_that_two_photographs_are_one_of_each() -> None:
    staff = faces(12, 2)
    assert np.bincount(staff.person[split_staff(staff).is_probe]).tolist() == [1] * 12


def test_that_a_person_with_one_photograph_is_alone_and_never_a_probe() -> None:
    staff = faces(12, 3)
    staff = staff.select(np.array([row for row in range(36) if row not in (4, 5)]))  # p001 keeps one
    split = split_staff(staff)
    assert np.flatnonzero(split.alone).tolist() == [1]
    assert not split.is_probe[staff.person == 1].any()
    assert count_repeated(staff) == 11


def test_that_frames_of_one_burst_stay_on_one_side() -> None:
    staff = faces(12, 4)
    for photo in ("p000/1.jpg", "p000/2.jpg"):
        staff = put(staff, photo, staff.vectors[0])
    for seed in range(8):
        burst = split_staff(staff, seed=seed).is_probe[:3]
        assert burst.all() or not burst.any()
    for photo in ("p000/3.jpg",):
        staff = put(staff, photo, staff.vectors[0])
    assert split_staff(staff).alone[0]


def test_that_people_with_disputes_are_trained_on() -> None:
    staff = faces(20, 3)
    others = split_staff(staff, seed=2)
    wanted = frozenset(staff.people[p] for p in np.flatnonzero(others.unseen | others.validation))
    split = split_staff(staff, seed=2, wanted=wanted)
    assert all(split.trained[staff.people.index(name)] for name in wanted)


def test_that_another_seed_divides_otherwise_and_the_same_one_alike() -> None:
    staff = faces(30, 3)
    first, again, other = (split_staff(staff, seed=seed) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first.trained, again.trained)
    np.testing.assert_array_equal(first.is_probe, again.is_probe)
    assert (first.trained != other.trained).any()


def test_that_no_general_person_is_in_both_halves() -> None:
    general = faces(31, 2, prefix="g")
    first, second = halve_people(general)
    assert set(first.people) | set(second.people) == set(general.people)
    assert not set(first.people) & set(second.people)
    assert (len(first.people), len(second.people)) == (15, 16)
    row = first.photos.index(f"{first.people[3]}/1.jpg")
    np.testing.assert_array_equal(first.vectors[row], general.vectors[general.photos.index(first.photos[row])])
    assert first.people[first.person[row]] == first.people[3]
