"""P people with K photographs each: in every batch, for everybody, again when asked again."""

from __future__ import annotations

import tracemalloc
from collections import Counter

import numpy as np
import pytest

from attendance_training.data.samplers import PeopleSampler
from attendance_training.errors import TrainingDataUnusable

# Person 0 has one photograph, person 1 two, person 2 three ..., in mixed order.
LABELS = np.random.default_rng(1).permutation(np.repeat(np.arange(9), np.arange(1, 10)))


def sampler(**changed: int) -> PeopleSampler:
    options = {"people_per_batch": 3, "photos_per_person": 4, "batches": 24, "seed": 5, **changed}
    return PeopleSampler(LABELS, **options)


def test_that_every_batch_has_p_people_with_k_photographs() -> None:
    for rows in sampler():
        assert sorted(Counter(LABELS[rows].tolist()).values()) == [4, 4, 4]


def test_that_photographs_repeat_only_where_a_person_has_too_few() -> None:
    for rows in sampler():
        for person in set(LABELS[rows].tolist()):
            distinct = len({row for row in rows if LABELS[row] == person})
            assert distinct == min(4, int((person == LABELS).sum()))


def test_that_people_take_turns_and_all_photographs_come_up() -> None:
    rows = [row for batch in sampler(batches=48) for row in batch]
    turns = Counter(LABELS[rows].tolist())
    assert turns.keys() == set(range(1, 9))
    assert max(turns.values()) - min(turns.values()) <= 4 * 12
    assert {row for row in range(len(LABELS)) if LABELS[row] > 0} == set(rows)


def test_that_batches_depend_on_seed_and_epoch_only() -> None:
    first, again, other = sampler(), sampler(), sampler(seed=6)
    assert list(first) == list(again) == list(first)
    assert list(first) != list(other)
    again.epoch = 1
    assert list(first) != list(again)


def test_that_an_epoch_shows_as_many_rows_as_there_are() -> None:
    everything = PeopleSampler(LABELS, people_per_batch=2, photos_per_person=2)
    assert len(everything) == len(list(everything)) == 45 // 4
    assert everything.left_out == [0]


def test_that_labels_need_not_be_consecutive() -> None:
    rows = next(iter(PeopleSampler(LABELS * 10 + 3, people_per_batch=8, photos_per_person=2)))
    assert set(LABELS[rows].tolist()) == set(range(1, 9))


def test_that_a_batch_is_drawn_without_those_before_it() -> None:
    everything = {(epoch, place): sampler().batch(epoch, place) for epoch in (2, 0) for place in (23, 5, 0)}
    walked = sampler()
    for (epoch, place), rows in everything.items():
        walked.epoch = epoch
        assert list(walked)[place] == rows
    assert len({tuple(rows) for rows in everything.values()}) == 6


def test_that_labels_in_any_order_give_the_same_people_and_their_own_rows() -> None:
    order = np.argsort(LABELS, kind="stable")
    mixed, sorted_ = (
        sampler(),
        PeopleSampler(LABELS[order], people_per_batch=3, photos_per_person=4, batches=24, seed=5),
    )
    for ours, theirs in zip(mixed, sorted_, strict=True):
        assert ours == order[theirs].tolist()


def test_that_millions_of_pictures_need_few_bytes_each() -> None:
    count = 1_000_000
    labels = np.random.default_rng(1).integers(0, count // 20, count)
    tracemalloc.start()
    try:
        PeopleSampler(labels, people_per_batch=32, photos_per_person=2).batch(0, 900)
        assert tracemalloc.get_traced_memory()[1] < 20 * count
    finally:
        tracemalloc.stop()


def test_that_too_few_people_and_wrong_numbers_are_refused() -> None:
    with pytest.raises(TrainingDataUnusable, match="8 people have two photographs or more, a batch needs 9"):
        sampler(people_per_batch=9)
    for wrong in ({"people_per_batch": 1}, {"photos_per_person": 1}, {"batches": 0}):
        with pytest.raises(ValueError, match="photographs"):
            sampler(**wrong)
