"""Probes, strangers and pairs are counted as the kiosk would see them."""

from __future__ import annotations

import numpy as np
import pytest

from attendance_training.finetune.measure import measure
from attendance_training.finetune.split import split_staff
from tests.unit.training.finetune.made_up import faces, put

GENERAL = faces(120, 3, seed=5, prefix="g")


def test_that_clear_faces_are_all_named_and_strangers_are_not() -> None:
    staff = faces(12, 4)
    split = split_staff(staff)
    found = measure(staff, split, GENERAL)
    assert found.named.share == found.trained.share == found.unseen.share == 1.0
    assert len(found.trained.is_hit) == split.trained.sum()
    assert len(found.unseen.is_hit) == split.unseen.sum()
    assert found.strangers.share < 0.3
    assert len(found.strangers.is_hit) == 360
    assert len(found.general.is_hit) == 360  # three pairs of each of 120 people


def test_that_a_probe_like_somebody_else_is_neither_accepted_nor_named() -> None:
    staff = faces(12, 4)
    split = split_staff(staff)
    probe = int(np.flatnonzero(split.is_probe & split.trained[staff.person])[0])
    other = int(np.flatnonzero(~split.is_probe & (staff.person != staff.person[probe]))[0])
    found = measure(put(staff, staff.photos[probe], staff.vectors[other]), split, GENERAL)
    assert (~found.named.is_hit).sum() == 1
    assert (~found.trained.is_hit).sum() == 1


def test_that_a_trained_photograph_never_counts_as_a_probe() -> None:
    staff = faces(12, 4)
    split = split_staff(staff)
    enrolled = int(np.flatnonzero(~split.is_probe & split.trained[staff.person])[0])
    spoilt = put(staff, staff.photos[enrolled], -staff.vectors[enrolled])
    assert measure(spoilt, split, GENERAL).named.share == 1.0


def test_that_people_of_the_validation_are_enrolled_but_do_not_look() -> None:
    staff = faces(12, 4)
    split = split_staff(staff)
    people = set(measure(staff, split, GENERAL).named.person.tolist())
    assert people == set(np.flatnonzero(split.trained | split.unseen).tolist())


def test_that_a_stranger_like_a_template_gets_a_name() -> None:
    staff = faces(12, 4)
    split = split_staff(staff)
    template = staff.vectors[np.flatnonzero(~split.is_probe)[0]]
    before = measure(staff, split, GENERAL)
    quiet = int(np.flatnonzero(~before.strangers.is_hit)[0])
    after = measure(staff, split, put(GENERAL, GENERAL.photos[quiet], template))
    assert after.strangers.is_hit[quiet]


def test_that_more_general_pairs_allow_a_smaller_false_accept_rate() -> None:
    staff = faces(12, 4)
    split = split_staff(staff)
    assert measure(staff, split, GENERAL).general_far == pytest.approx(1e-3)
    assert measure(staff, split, faces(50, 2, seed=5, prefix="g")).general_far == pytest.approx(1e-2)
