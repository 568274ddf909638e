from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count

import numpy as np
import pytest

from attendance.core.recognition.decision import DecisionRules
from attendance.core.recognition.leave_one_out import OwnPeople
from attendance.core.recognition.site_rules import SiteRules
from attendance.core.types import FloatArray, FmrPoint
from attendance.services.recognizers.promotion_check import check_promotion, known_people
from tests.fakes import EMBEDDING_SIZE, MODEL_ID, FakePack
from tests.in_memory import InMemoryRoster

NEW_ID = "new:ba9876543210"
POINTS = tuple(FmrPoint(10.0**-n, 0.1 * n, 0.1 * n, 0.1 * n) for n in range(1, 6))


def rows(people: int, photos: int, spread: float, *, seed: int = 1) -> FloatArray:
    rng = np.random.default_rng(seed)
    centres = np.repeat(rng.normal(size=(people, EMBEDDING_SIZE)), photos, axis=0)
    made = centres + spread * rng.normal(size=(people * photos, EMBEDDING_SIZE))
    return np.asarray(made / np.linalg.norm(made, axis=1, keepdims=True), np.float32)


class Templates(InMemoryRoster):
    def __init__(self, of_model: dict[str, FloatArray], photos: int) -> None:
        super().__init__()
        self._of_model, self._photos = of_model, photos

    def load_templates(
        self, model_id: str, *, active_only: bool = True, on_damaged: Callable[[int], None] | None = None
    ) -> tuple[FloatArray, list[int]]:
        found = self._of_model.get(model_id, np.empty((0, EMBEDDING_SIZE), np.float32))
        return found, [1 + number // self._photos for number in range(len(found))]


RULES = SiteRules("normal", DecisionRules(threshold=0.0))


def ticking(step_s: float) -> Callable[[], float]:
    ticks: Iterator[float] = (number * step_s for number in count())
    return lambda: next(ticks)


def check(
    old: FloatArray, new: FloatArray, *, points: tuple[FmrPoint, ...] = POINTS, step_s: float = 0.01, photos: int = 3
) -> list[str]:
    active, candidate = FakePack(calibration=POINTS), FakePack(NEW_ID, pack_id="new", calibration=points)
    candidate.fake_embedder.embed = lambda _crops: np.zeros((1, EMBEDDING_SIZE), np.float32)  # type: ignore[method-assign]
    roster = Templates({MODEL_ID: old, NEW_ID: new}, photos)
    return [str(one) for one in check_promotion(roster, active.info, candidate, RULES, clock=ticking(step_s))]


def known(of_old: FloatArray, rules: SiteRules = RULES) -> OwnPeople | None:
    return known_people(Templates({MODEL_ID: of_old}, 3), FakePack(calibration=POINTS).info, rules)


GOOD = rows(20, 3, 0.4)


def test_that_nothing_speaks_against_one_that_knows_the_people_as_well() -> None:
    assert check(GOOD, rows(20, 3, 0.3, seed=2)) == []
    found = known(GOOD)
    assert found is not None
    assert (found.recognised, found.mistaken, found.asked) == (60, 0, 60)


def test_that_the_margin_of_the_site_counts() -> None:
    strict = replace(RULES, decision=replace(RULES.decision, margin=1.0))
    found = known(GOOD, strict)
    assert found is not None
    assert found.recognised < 30


def test_that_mistaken_photographs_are_compared_as_a_share_of_all() -> None:
    mixed = GOOD.copy()
    mixed[0], mixed[3], mixed[6], mixed[9] = GOOD[3], GOOD[0], GOOD[9], GOOD[6]
    # Half of the photographs, and as many are mistaken as were among all: 4 where 2 would be the same share.
    (sentence,) = (one for one in check(mixed, mixed[:30]) if "taken for somebody else" in one)
    assert sentence == "4 photographs of your people are taken for somebody else, 2 with the one in use"
    assert not any("taken for somebody else" in one for one in check(mixed[:30], mixed))


def test_that_one_that_knows_fewer_people_is_told() -> None:
    (sentence,) = check(GOOD, rows(20, 3, 1.4, seed=2))
    assert "of 60 photographs of your people it recognises" in sentence
    assert sentence.endswith("the one in use 60")


def test_that_one_that_takes_people_for_each_other_is_told() -> None:
    mixed = GOOD.copy()
    mixed[0], mixed[3], mixed[6], mixed[9] = GOOD[3], GOOD[0], GOOD[9], GOOD[6]
    found = check(GOOD, mixed)
    assert any(
        "4 photographs of your people are taken for somebody else, 0 with the one in use" in one for one in found
    )


def test_that_one_without_thresholds_or_with_too_few_is_told() -> None:
    assert "never measured" in check(GOOD, GOOD, points=())[0]
    assert "does not reach the rate that 20 people need" in check(GOOD, GOOD, points=POINTS[:2])[0]


@pytest.mark.parametrize(("value", "told"), [(1.0, "the same answer for everybody"), (math.nan, "are not numbers")])
def test_that_one_that_answers_the_same_or_no_number_for_everybody_is_told(value: float, told: str) -> None:
    flat = np.full_like(GOOD, value / np.sqrt(EMBEDDING_SIZE))
    assert any(told in one for one in check(GOOD, flat))


def test_that_a_slow_one_is_told() -> None:
    (sentence,) = check(GOOD, GOOD, step_s=0.9)
    assert sentence.startswith("one face takes 900 milliseconds")


def test_that_an_empty_roster_has_nothing_to_say() -> None:
    empty = np.empty((0, EMBEDDING_SIZE), np.float32)
    assert check(empty, empty) == []
    assert known(empty) is None


def test_that_a_speed_that_is_not_a_number_is_told() -> None:
    (sentence,) = check(GOOD, GOOD, step_s=math.nan)
    assert "milliseconds" in sentence
