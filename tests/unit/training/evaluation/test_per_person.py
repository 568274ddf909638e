"""Single people: counts, order, names."""

from __future__ import annotations

import numpy as np

from attendance_training.evaluation.intervals import wilson
from attendance_training.evaluation.open_set import OpenSetProbes
from attendance_training.evaluation.per_person import rate_people

NAMES = ("ann", "bo", "cy", "dee", "eve")
PROBES = OpenSetProbes(
    enrolled=np.array([0, 2, 3]),
    templates=1,
    mated_person=np.array([0, 0, 2, 2, 3, 3, 3]),
    mated_named=np.array([0, 0, 2, 0, 3, 3, 2]),
    mated_similarity=np.array([0.9, 0.8, 0.3, 0.7, 0.9, 0.9, 0.2], np.float32),
    mated_rank=np.array([1, 1, 1, 2, 1, 1, 2]),
    stranger_person=np.array([1, 4]),
    stranger_named=np.array([3, 0]),
    stranger_similarity=np.array([0.8, 0.4], np.float32),
)


def test_that_everybody_enrolled_is_counted_the_worst_first() -> None:
    results = rate_people(PROBES, NAMES, 0.5)
    assert [(r.name, r.named.value, r.misnamed, r.taken_for) for r in results] == [
        ("cy", 0.0, 1, 0),
        ("dee", 2 / 3, 0, 1),
        ("ann", 1.0, 0, 1),
    ]


def test_that_the_interval_is_that_of_the_own_probes() -> None:
    by_name = {result.name: result for result in rate_people(PROBES, NAMES, 0.5)}
    assert by_name["dee"].named == wilson(2, 3)


def test_that_a_lower_threshold_names_more_probes_rightly_and_wrongly() -> None:
    by_name = {result.name: result for result in rate_people(PROBES, NAMES, 0.1)}
    assert (by_name["cy"].named.value, by_name["cy"].taken_for) == (0.5, 1)
    assert by_name["dee"].misnamed == 1
    assert by_name["ann"].taken_for == 2
