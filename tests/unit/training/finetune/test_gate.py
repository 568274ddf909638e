"""Each check of the gate refuses what it is there to refuse, and says why."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from attendance_training.finetune.gate import GAIN, NOTHING_GAINED, change_of_people, change_of_share, decide
from attendance_training.finetune.measure import Measurement, Trials
from attendance_training.finetune.report import gate_table, outcome

PEOPLE = tuple(f"p{number}" for number in range(8))


def trials(hits: list[bool], per_person: int = 2) -> Trials:
    return Trials(np.array(hits, dtype=bool), np.arange(len(hits)) // per_person)


def measurement() -> Measurement:
    return Measurement(
        threshold=0.5,
        far=1e-3,
        trained=trials([True] * 9 + [False] * 3),
        unseen=trials([True, True, False, False]),
        named=trials([True] * 13 + [False] * 3),
        strangers=trials([True] + [False] * 99),
        general_far=1e-4,
        general=trials([True] * 1800 + [False] * 200, 10),
    )


def failed(after: Measurement, best_step: int = 20) -> list[str]:
    decision = decide(measurement(), after, people=PEOPLE, best_step=best_step)
    names = [str(row.check) for row in decision.rows if not row.passed]
    assert decision.is_promoted == (not names)
    assert all(row.why for row in decision.rows if not row.passed)
    assert not any(row.why for row in decision.rows if row.passed and row.check != GAIN)
    return names


def test_that_a_candidate_that_holds_everything_is_promoted() -> None:
    assert failed(measurement()) == []


def test_that_a_candidate_that_only_holds_says_so_and_may_be_refused_for_it() -> None:
    decision = decide(measurement(), measurement(), people=PEOPLE, best_step=1)
    assert decision.is_promoted
    assert not decision.has_gain
    assert (decision.rows[-1].check, decision.rows[-1].why) == (GAIN, NOTHING_GAINED)
    strict = decide(measurement(), measurement(), people=PEOPLE, best_step=1, accept_equal=False)
    assert [row.check for row in strict.rows if not row.passed] == [GAIN]


@pytest.mark.parametrize("part", ["trained", "unseen"])
def test_that_one_better_tar_is_a_gain(part: str) -> None:
    before = measurement()
    hits = getattr(before, part).is_hit
    changes: dict[str, Any] = {part: trials([True] * len(hits))}
    after = replace(before, **changes)
    decision = decide(before, after, people=PEOPLE, best_step=1, accept_equal=False)
    assert decision.is_promoted
    assert decision.has_gain
    assert decision.rows[-1].why is None
    assert decision.rows[-1].after > decision.rows[-1].before


def test_that_a_training_that_found_nothing_is_refused() -> None:
    (name,) = failed(measurement(), best_step=0)
    assert "training" in name


def test_that_a_lost_probe_of_trained_people_is_refused() -> None:
    (name,) = failed(replace(measurement(), trained=trials([True] * 8 + [False] * 4)))
    assert "trained on, other photographs" in name


def test_that_a_lost_probe_of_unseen_people_is_refused() -> None:
    (name,) = failed(replace(measurement(), unseen=trials([True, False, False, False])))
    assert "not trained on" in name


def test_that_a_probe_lost_and_another_won_is_no_drop() -> None:
    assert failed(replace(measurement(), trained=trials([False] + [True] * 9 + [False] * 2))) == []


def test_that_one_more_stranger_with_a_name_is_refused() -> None:
    (name,) = failed(replace(measurement(), strangers=trials([True, True] + [False] * 98)))
    assert "strangers" in name
    assert failed(replace(measurement(), strangers=trials([False] * 100))) == []


def test_that_one_person_who_is_never_named_any_more_is_refused_by_name() -> None:
    better_elsewhere = trials([False, False] + [True] * 14)
    before, after = measurement(), replace(measurement(), named=better_elsewhere)
    row = decide(before, after, people=PEOPLE, best_step=1).rows[4]
    assert not row.passed
    assert "p0 (100% → 0%)" in str(row.why)
    assert row.after > row.before  # the mean alone would have hidden it


def test_that_general_pairs_may_drop_by_a_tenth_of_a_point_and_no_more() -> None:
    assert failed(replace(measurement(), general=trials([True] * 1798 + [False] * 202, 10))) == []
    (name,) = failed(replace(measurement(), general=trials([True] * 1797 + [False] * 203, 10)))
    assert "general" in name


def test_that_without_a_probe_nothing_is_promoted() -> None:
    empty = replace(measurement(), unseen=trials([]))
    row = decide(empty, empty, people=PEOPLE, best_step=1).rows[2]
    assert not row.passed
    assert "no photograph" in str(row.why)


def test_that_one_lost_probe_of_a_person_is_noise() -> None:
    before, after = trials([True, True, True, False]), trials([True, False, True, False])
    assert [one.is_worse for one in change_of_people(before, after, PEOPLE)] == [False, False]


def test_that_a_person_with_many_probes_is_judged_by_the_intervals() -> None:
    before = trials([True] * 9 + [False], 10)
    worse, noise = trials([True] * 2 + [False] * 8, 10), trials([True] * 6 + [False] * 4, 10)
    assert change_of_people(before, worse, PEOPLE)[0].is_worse
    assert not change_of_people(before, noise, PEOPLE)[0].is_worse


def test_that_a_single_probe_is_never_worse_beyond_noise() -> None:
    before, after = trials([True, True], 1), trials([False, True], 1)
    assert [one.is_worse for one in change_of_people(before, after, PEOPLE)] == [False, False]


def test_that_the_interval_of_a_change_holds_the_change_and_depends_on_people() -> None:
    before, after = trials([False] * 20, 2), trials([True, False] * 10, 2)
    even = change_of_share(before, after, seed=1)
    assert (even.value, even.low, even.high) == (0.5, 0.5, 0.5)
    after = trials([True, True, False, False] * 5, 2)
    uneven = change_of_share(before, after, seed=1)
    assert uneven.value == pytest.approx(0.5)
    assert uneven.low < 0.3
    assert uneven.high > 0.7


def test_that_the_table_says_steps_as_numbers_and_plainly_that_nothing_was_gained() -> None:
    nothing = decide(measurement(), measurement(), people=PEOPLE, best_step=0)
    first, *_rest, last = gate_table(nothing).splitlines()[2:]
    assert first.endswith("| 0 | 0 |  |  | after 0 | **no** |")
    assert last.endswith("| holds: nothing was gained |")
    worse = decide(measurement(), replace(measurement(), trained=trials([False] * 12)), people=PEOPLE, best_step=1)
    assert gate_table(worse).splitlines()[-1].endswith("| nothing was gained |")
    assert outcome(nothing) == "Refused: no pack was written."
    assert "nothing was gained" in outcome(decide(measurement(), measurement(), people=PEOPLE, best_step=1))
    better = replace(measurement(), unseen=trials([True] * 4))
    assert "more often" in outcome(decide(measurement(), better, people=PEOPLE, best_step=1))
