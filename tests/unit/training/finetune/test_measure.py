"""Photographs and strangers are counted as the kiosk would see them, by thresholds of the pack in use."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from attendance.core.recognition.thresholds import GallerySize
from attendance.core.types import FmrPoint
from attendance_training.finetune.judging.measure import Rules, carried_points, measure, no_looser, own_points
from attendance_training.finetune.split import split_staff
from tests.unit.training.finetune.made_up import faces, put, unit

GENERAL = faces(120, 3, seed=5, prefix="g")
POINTS = tuple(FmrPoint(10.0**-n, t, t - 0.01, t + 0.01) for n, t in ((2, 0.6), (3, 0.7), (4, 0.8), (5, 0.9)))
RULES = Rules(POINTS, 3, "normal")


def test_that_clear_faces_are_all_named_and_each_is_in_one_part() -> None:
    staff = faces(12, 4)
    split = split_staff(staff)
    found = measure(staff, split, GENERAL, RULES)
    assert found.threshold == pytest.approx(0.8)  # 1 % of strangers and 100 comparisons at least
    assert found.trained.named(0.6).all()
    assert found.unseen.named(0.6).all()
    assert set(found.trained.person) == set(np.flatnonzero(split.trained))
    assert set(found.unseen.person) == set(np.flatnonzero(split.unseen))
    assert len(found.everybody.person) == 48
    assert len(found.stranger) == 360
    assert len(found.general.is_hit) == 360  # three pairs of each of 120 people


def test_that_a_photograph_like_somebody_else_is_mistaken_and_not_named() -> None:
    staff = faces(12, 4)
    split = split_staff(staff)
    probe = int(np.flatnonzero(split.is_probe & split.trained[staff.person])[0])
    other = int(np.flatnonzero(~split.is_probe & (staff.person != staff.person[probe]))[0])
    found = measure(put(staff, staff.photos[probe], staff.vectors[other]), split, GENERAL, RULES)
    assert (~found.trained.named(0.6)).sum() == 1
    assert found.everybody.mistaken(0.6).sum() == 1


def test_that_a_trained_photograph_is_a_probe_only_where_everybody_is_looked_at() -> None:
    staff = faces(12, 4)
    split = split_staff(staff)
    enrolled = int(np.flatnonzero(~split.is_probe & split.trained[staff.person])[0])
    spoilt = measure(put(staff, staff.photos[enrolled], -staff.vectors[enrolled]), split, GENERAL, RULES)
    assert spoilt.trained.named(0.6).all()
    assert not spoilt.everybody.named(0.6)[enrolled]


def test_that_people_of_the_validation_are_enrolled_and_looked_at_with_everybody() -> None:
    staff = faces(12, 4)
    split = split_staff(staff)
    found = measure(staff, split, GENERAL, RULES)
    of_validation = set(np.flatnonzero(split.validation))
    assert of_validation <= set(found.everybody.person)
    assert not of_validation & (set(found.trained.person) | set(found.unseen.person))


def test_that_a_rate_of_strangers_is_not_finer_than_they_can_tell() -> None:
    staff = faces(12, 4)
    split = split_staff(staff)
    assert measure(staff, split, GENERAL, RULES).stranger_rate == pytest.approx(10 / 360)
    assert measure(staff, split, faces(500, 3, seed=5, prefix="g"), RULES).stranger_rate == 0.01


def test_that_points_follow_the_scores_of_strangers() -> None:
    staff, turn = faces(60, 3, seed=9), np.linalg.qr(np.random.default_rng(1).normal(size=(16, 16)))[0]
    turned = [(one, one.with_vectors(unit(one.vectors @ turn))) for one in (staff, GENERAL)]
    same = carried_points(POINTS, turned)
    assert [point.threshold for point in same] == pytest.approx([point.threshold for point in POINTS], abs=1e-5)
    closer = staff.with_vectors(unit(staff.vectors + 0.7 * unit(np.ones((1, 16)))))
    nearer_general = GENERAL.with_vectors(unit(GENERAL.vectors + 0.7 * unit(np.ones((1, 16)))))
    raised = carried_points(POINTS, [(staff, closer), (GENERAL, nearer_general)])
    assert all(new.threshold > old.threshold + 0.02 for new, old in zip(raised, POINTS, strict=True))


def test_that_points_are_raised_until_no_more_strangers_get_a_name() -> None:
    staff = faces(12, 4)
    split = split_staff(staff)
    before = measure(staff, split, GENERAL, RULES)
    loose = tuple(replace(point, threshold=point.threshold - 0.3) for point in POINTS)
    after = measure(staff, split, GENERAL, replace(RULES, points=loose))
    assert (after.stranger >= after.threshold).sum() > (before.stranger >= before.threshold).sum()
    raised = no_looser(loose, before, after)
    threshold = replace(RULES, points=raised).threshold(GallerySize(12, 48))
    assert (after.stranger >= threshold).sum() <= (before.stranger >= before.threshold).sum()
    assert no_looser(POINTS, before, before) == POINTS


def test_that_a_pack_without_points_gets_them_from_general_people() -> None:
    points = own_points(GENERAL)
    assert [point.fmr for point in points] == sorted((point.fmr for point in points), reverse=True)
    assert [point.threshold for point in points] == sorted(point.threshold for point in points)


def test_that_more_general_pairs_allow_a_smaller_false_accept_rate() -> None:
    staff = faces(12, 4)
    split = split_staff(staff)
    assert measure(staff, split, faces(200, 3, seed=5, prefix="g"), RULES).general_far == pytest.approx(1e-3)
    assert measure(staff, split, GENERAL, RULES).general_far == pytest.approx(1e-2)
