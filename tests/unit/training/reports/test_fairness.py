"""False matches by group, on cosines where every rate can be counted by hand."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from attendance_training.reports.fairness import (
    Group,
    Subject,
    is_likely_same,
    make_groups,
    parse_name,
    rate_groups,
    spread,
    threshold_with_rate,
)

NO_SAME = np.eye(20, dtype=bool)


def matrix(groups: dict[range, float], size: int = 20) -> NDArray[np.float32]:
    """Cosines of 0, except within each range of rows."""
    cosines = np.zeros((size, size), np.float32)
    for rows, value in groups.items():
        cosines[np.ix_(rows, rows)] = value
    np.fill_diagonal(cosines, 1.0)
    return cosines


@pytest.mark.parametrize(
    ("name", "subject"),
    [
        ("utkface/52_0_3_20170119205638160.jpg.chip.jpg", Subject(52, 0, 3)),
        ("116_1_2_20170112213001988.jpg", Subject(116, 1, 2)),
        ("celeba/000123.jpg", None),
        ("utkface/61_3_20170109150557335.jpg", None),  # the data set's own damaged names have no gender
        ("utkface/61_1_7_20170109150557335.jpg", None),
    ],
)
def test_that_only_a_whole_utkface_name_is_read(name: str, subject: Subject | None) -> None:
    assert parse_name(name) == subject


def test_that_race_and_gender_are_of_adults_and_age_bands_cover_everybody() -> None:
    subjects = [Subject(1, 0, 2), Subject(17, 1, 0), Subject(18, 1, 0), Subject(40, 0, 2), Subject(110, 1, 4)]
    groups = {group.name: group.rows.tolist() for group in make_groups(subjects)}
    assert groups["adults (18+)"] == [2, 3, 4]
    assert groups["White"] == [2]
    assert groups["Asian"] == [3]
    assert groups["other"] == [4]
    assert groups["men"] == [3]
    assert groups["women"] == [2, 4]
    ages = {name: rows for name, rows in groups.items() if name.startswith("age ")}
    assert ages["age 0 – 3"] == [0]
    assert ages["age 4 – 17"] == [1]
    assert ages["age 60+"] == [4]
    assert sorted(row for rows in ages.values() for row in rows) == [0, 1, 2, 3, 4]


def test_that_a_groups_rate_counts_its_own_pairs_only() -> None:
    cosines = matrix({range(10): 0.5, range(10, 20): 0.1})
    cosines[0, 1] = cosines[1, 0] = 0.2
    groups = [
        Group("adults", "all", np.arange(20)),
        Group("race", "a", np.arange(10)),
        Group("race", "b", np.arange(10, 20)),
    ]
    everybody, first, second = rate_groups(cosines, NO_SAME, groups, threshold=0.5, rounds=200)
    assert everybody.fmr.value == pytest.approx(44 / 190)
    assert everybody.ratio == 1.0
    assert first.fmr.value == pytest.approx(44 / 45)
    assert first.fmr.trials == 45
    assert first.ratio == pytest.approx((44 / 45) / (44 / 190))
    assert first.mean_cosine == pytest.approx((44 * 0.5 + 0.2) / 45)
    assert second.fmr.value == 0.0
    assert second.fmr.high > 0.05  # no false match among 45 pairs is not a promise
    assert everybody.fmr.low < 44 / 190 < everybody.fmr.high


def test_that_pairs_of_one_person_do_not_count() -> None:
    cosines = matrix({range(4): 0.9})
    same = NO_SAME.copy()
    same[0, 1] = same[1, 0] = True
    rate = rate_groups(cosines, same, [Group("adults", "all", np.arange(4))], threshold=0.5, rounds=50)[0]
    assert rate.fmr.trials == 5
    assert rate.fmr.value == 1.0
    assert rate.fmr.high <= 1.0


def test_that_a_group_of_one_picture_is_left_out() -> None:
    groups = [Group("adults", "all", np.arange(3)), Group("race", "alone", np.arange(1))]
    assert [rate.group for rate in rate_groups(matrix({}), NO_SAME, groups, threshold=0.5, rounds=5)] == ["all"]


def test_that_known_rates_are_found_in_drawn_embeddings() -> None:
    """Group b shares a direction, so its pairs are alike: the share above the threshold is that of the cosines."""
    rng = np.random.default_rng(1)
    vectors = rng.normal(size=(120, 32))
    vectors[60:, 0] += 6.0
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    cosines = (vectors @ vectors.T).astype(np.float32)
    groups = [Group("race", "a", np.arange(60)), Group("race", "b", np.arange(60, 120))]
    first, second = rate_groups(cosines, np.eye(120, dtype=bool), groups, threshold=0.4, rounds=300)
    block = cosines[60:, 60:][np.triu_indices(60, 1)]
    assert second.fmr.value == pytest.approx((block >= 0.4).mean())
    assert second.fmr.low > first.fmr.high
    summary = spread((first, second), "race")
    assert summary["over_smallest"] == pytest.approx(second.fmr.value / first.fmr.value)
    assert summary["over_geometric_mean"] == pytest.approx(np.sqrt(second.fmr.value / first.fmr.value))


def test_that_a_group_without_false_matches_has_no_spread() -> None:
    groups = [Group("race", "a", np.arange(10)), Group("race", "b", np.arange(10, 20))]
    rates = rate_groups(matrix({range(10): 0.9}), NO_SAME, groups, threshold=0.5, rounds=5)
    assert np.isnan(spread(rates, "race")["over_smallest"])


def test_that_infants_must_be_more_alike_than_adults_to_be_one_person() -> None:
    teacher = np.array([[1, 0], [0.8, 0.6], [0.8, 0.6], [1, 0]], np.float32)  # cosine 0.8 between the kinds
    subjects = [Subject(30, 0, 0), Subject(40, 0, 0), Subject(1, 0, 0), Subject(2, 0, 0)]
    same = is_likely_same(teacher, subjects)
    assert same[0, 1]  # two adults at 0.8
    assert not same[2, 3]  # two infants at 0.8
    assert not same[0, 2]  # one of each at 0.8
    assert same[1, 2]  # the same picture
    assert same[0, 3]
    assert same.diagonal().all()
    np.testing.assert_array_equal(same, same.T)


def test_that_the_threshold_of_a_rate_lets_exactly_so_many_pairs_pass() -> None:
    rng = np.random.default_rng(3)
    cosines = rng.uniform(-1, 1, (20, 20)).astype(np.float32)
    cosines = (cosines + cosines.T) / 2
    same = NO_SAME.copy()
    same[2, 5] = same[5, 2] = True
    counted = cosines[np.triu(~same, k=1)]
    for passing in (0, 1, 17):
        threshold = threshold_with_rate(cosines, same, passing / len(counted))
        assert (counted >= threshold).sum() == passing
