"""Wrong labels are found and named, right ones are left alone."""

from __future__ import annotations

import numpy as np

from attendance_training.finetune.outliers import find_same_person, find_suspects
from tests.unit.training.finetune.made_up import faces, put, unit


def test_that_clean_folders_have_no_suspects() -> None:
    staff = faces(15, 4)
    assert find_suspects(staff) == ()
    assert find_same_person(staff, threshold=0.6) == ()


def test_that_a_photograph_in_the_wrong_folder_is_named_with_whom_it_resembles() -> None:
    staff = faces(15, 4)
    other = staff.vectors[staff.photos.index("p009/0.jpg")] + 0.02
    (found,) = find_suspects(put(staff, "p002/1.jpg", unit(other[None])[0]))
    assert (found.photo, found.person, found.other) == ("p002/1.jpg", "p002", "p009")
    assert found.nearest > 0.9 > 0.6 > found.own


def test_that_the_clearest_suspect_comes_first() -> None:
    staff = faces(15, 4)
    centre = staff.vectors[staff.photos.index("p005/0.jpg")]
    own = staff.vectors[staff.photos.index("p007/0.jpg")]
    mixed = unit((0.6 * centre + 0.4 * own)[None])[0]
    staff = put(put(staff, "p007/2.jpg", mixed), "p002/1.jpg", centre)
    assert [one.photo for one in find_suspects(staff)] == ["p002/1.jpg", "p007/2.jpg"]


def test_that_a_person_with_one_photograph_neither_is_judged_nor_judges() -> None:
    staff = faces(10, 3)
    staff = put(staff, "p003/0.jpg", staff.vectors[staff.photos.index("p004/0.jpg")])
    rest = [row for row in range(30) if staff.photos[row] not in {"p003/1.jpg", "p003/2.jpg"}]
    alone = staff.select(np.array(rest))
    assert [one.photo for one in find_suspects(staff)] == ["p003/0.jpg"]
    assert find_suspects(alone) == ()


def test_that_one_person_in_two_folders_is_found_and_gives_no_suspects() -> None:
    staff = faces(14, 6)
    rows = np.arange(len(staff.person))
    rng = np.random.default_rng(4)
    vectors = staff.vectors.copy()
    double = rows[staff.person == 8]
    vectors[double] = unit(vectors[rows[staff.person == 3]] + 0.03 * rng.normal(size=(6, vectors.shape[1])))
    staff = staff.with_vectors(vectors)
    (same,) = find_same_person(staff, threshold=0.6)
    assert (same.first, same.second) == ("p003", "p008")
    assert same.cosine > 0.8
    assert find_suspects(staff, same=[same]) == ()


def test_that_a_low_threshold_alone_does_not_make_two_people_one() -> None:
    assert find_same_person(faces(15, 4), threshold=-1.0) == ()


def test_that_a_lone_photograph_of_somebody_else_is_found_as_the_same_person() -> None:
    staff = faces(10, 4)
    staff = put(staff, "p006/0.jpg", staff.vectors[0])
    rest = [row for row in range(40) if staff.photos[row] not in {"p006/1.jpg", "p006/2.jpg", "p006/3.jpg"}]
    staff = staff.select(np.array(rest))
    (same,) = find_same_person(staff, threshold=0.6)
    assert (same.first, same.second) == ("p000", "p006")
