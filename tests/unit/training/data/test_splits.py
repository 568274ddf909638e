"""Splits by person: disjoint, fixed by names, one part for one person under two names."""

from __future__ import annotations

import numpy as np
import pytest

from attendance_training.data.splits import SHARES, TEST, TRAIN, rows_of, split_people
from attendance_training.errors import TrainingDataUnusable

PEOPLE = [f"person {number}" for number in range(1000)]
FROZEN_TEST = [4, 6, 15, 17, 23, 44]


def test_that_everybody_is_in_one_part_of_about_its_share() -> None:
    parts = split_people(PEOPLE)
    assert sorted(np.concatenate(list(parts.values())).tolist()) == list(range(1000))
    for name, share in SHARES.items():
        assert len(parts[name]) == pytest.approx(1000 * share, abs=40)


def test_that_a_persons_part_stays_whoever_else_is_there() -> None:
    all_of_them, half = split_people(PEOPLE), split_people(PEOPLE[::-2])
    kept = {PEOPLE[::-2][label] for label in half[TEST]}
    assert kept == {PEOPLE[label] for label in all_of_them[TEST]} & set(PEOPLE[::-2])
    # Frozen: another rule would train on people that older runs were measured with.
    assert all_of_them[TEST][:6].tolist() == FROZEN_TEST


def test_that_a_salt_gives_another_split() -> None:
    assert set(split_people(PEOPLE)[TEST].tolist()) != set(split_people(PEOPLE, salt="second")[TEST].tolist())


def test_that_names_of_one_person_share_a_part() -> None:
    same = [(PEOPLE[n], PEOPLE[n + 1]) for n in range(0, 300, 3)] + [
        (PEOPLE[n + 2], PEOPLE[n + 1]) for n in range(0, 300, 3)
    ]
    parts = split_people(PEOPLE, same=same)
    part_of = {label: name for name, labels in parts.items() for label in labels.tolist()}
    assert all(part_of[n] == part_of[n + 1] == part_of[n + 2] for n in range(0, 300, 3))
    alone = {label: name for name, labels in split_people(PEOPLE).items() for label in labels.tolist()}
    assert any(alone[n] != alone[n + 1] for n in range(0, 300, 3))
    assert all(alone[n] == part_of[n] for n in range(300, 1000))


def test_that_rows_follow_their_people() -> None:
    np.testing.assert_array_equal(rows_of(np.array([2, 0, 1, 2]), np.array([0, 2])), [0, 1, 3])


def test_that_an_empty_part_and_wrong_shares_are_refused() -> None:
    with pytest.raises(TrainingDataUnusable, match="with 2 of them nobody"):
        split_people(PEOPLE[:2])
    for shares in ({TRAIN: 0.5, TEST: 0.4}, {TRAIN: 1.5, TEST: -0.5}):
        with pytest.raises(ValueError, match="together 1"):
            split_people(PEOPLE, shares)
    with pytest.raises(ValueError, match="nobody known"):
        split_people(PEOPLE, same=[("nobody known", PEOPLE[0])])
