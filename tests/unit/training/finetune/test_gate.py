"""Each check of the gate says harm, holds or not known where it should, and candidates get the outcome they deserve."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from attendance.core.recognition.leave_one_out import LeftOut
from attendance.core.training_gate import Outcome, Verdict
from attendance.core.types import FmrPoint
from attendance_training.evaluation.intervals import Estimate
from attendance_training.finetune.judging import gate
from attendance_training.finetune.judging.changes import (
    Shares,
    change_at_equal_rate,
    change_of_people,
    change_of_share,
)
from attendance_training.finetune.judging.comparison import Comparison, compare
from attendance_training.finetune.judging.gate import LEAST_STRANGERS, GateDecision, GateRow, decide
from attendance_training.finetune.judging.measure import Measurement, Rules, Trials
from attendance_training.finetune.report import gate_table, outcome
from attendance_training.finetune.split import StaffSplit, split_staff
from attendance_training.finetune.staff import NamedFaces

PEOPLE = tuple(f"p{number:02}" for number in range(40))
STRANGERS = 1000


def left_out(own: NDArray[np.floating], per_person: int = 3, *, first: int = 0) -> LeftOut:
    person = first + np.arange(len(own)) // per_person
    return LeftOut(own.astype(np.float32), np.full(len(own), 0.1, np.float32), person.astype(np.int64))


def measurement(shift: float = 0.0, *, strangers: int = STRANGERS) -> Measurement:
    """30 people trained on, 10 not, three photographs each; ``shift`` moves them towards their own person."""
    rng = np.random.default_rng(1)
    own = np.clip(rng.normal(0.6 + shift, 0.08, 120), -1, 1)
    return Measurement(
        threshold=0.5,
        trained=left_out(own[:90]),
        unseen=left_out(own[90:], first=30),
        everybody=left_out(own),
        stranger=rng.normal(0.3, 0.1, strangers).astype(np.float32),
        stranger_person=np.arange(strangers) // 2,
        stranger_rate=0.01,
        general_far=1e-3,
        general=Trials(np.arange(2000) % 10 > 0, np.arange(2000) // 10),
    )


def row_of(decision: GateDecision, part: str) -> GateRow:
    (row,) = [row for row in decision.rows if part in str(row.check)]
    assert (row.why is None) == (row.verdict is Verdict.HOLDS)
    return row


def judged(after: Measurement, *, best_step: int = 20, before: Measurement | None = None) -> GateDecision:
    return decide(before or measurement(), after, people=PEOPLE, best_step=best_step)


def test_that_a_shown_gain_without_harm_is_promoted() -> None:
    decision = judged(measurement(0.1))
    assert decision.outcome is Outcome.PROMOTED
    assert decision.is_promoted
    gain = row_of(decision, "gain:").shares
    assert gain.change.low > 0
    assert gain.before.low < gain.before.value < gain.before.high < gain.after.high


def test_that_nothing_changed_is_held() -> None:
    decision = judged(measurement())
    assert decision.outcome is Outcome.HELD
    assert str(row_of(decision, "gain:").why) == "nothing changed"
    assert [row.verdict for row in decision.rows].count(Verdict.UNKNOWN) == 1


def test_that_a_training_without_a_better_step_is_held_whatever_it_measures() -> None:
    decision = judged(measurement(0.1), best_step=0)
    assert decision.outcome is Outcome.HELD
    assert row_of(decision, "training").verdict is Verdict.UNKNOWN


def test_that_fewer_names_at_the_same_rate_are_harm() -> None:
    decision = judged(measurement(-0.15))
    assert decision.outcome is Outcome.REFUSED
    assert row_of(decision, "gain:").verdict is Verdict.HARM
    assert row_of(decision, "named rightly at the door").verdict is Verdict.HARM


def test_that_strangers_with_a_name_are_harm_and_too_few_strangers_are_not_known() -> None:
    before, better = measurement(), measurement(0.1)
    let_in = replace(better, stranger=before.stranger + np.float32(0.12))
    assert row_of(judged(let_in), "strangers given").verdict is Verdict.HARM
    few = LEAST_STRANGERS - 1
    row = row_of(judged(measurement(0.1, strangers=few), before=measurement(strangers=few)), "strangers given")
    assert row.verdict is Verdict.UNKNOWN
    assert f"{few} photographs of strangers" in str(row.why)
    enough = judged(measurement(0.1, strangers=LEAST_STRANGERS), before=measurement(strangers=LEAST_STRANGERS))
    assert row_of(enough, "strangers given").verdict is Verdict.HOLDS


def test_that_a_loss_that_cannot_be_excluded_at_the_door_is_not_known() -> None:
    before = measurement()
    noise = np.random.default_rng(2).normal(0.0, 0.06, 120).astype(np.float32)
    after = replace(
        before,
        trained=replace(before.trained, own=before.trained.own + noise[:90]),
        unseen=replace(before.unseen, own=before.unseen.own + noise[90:]),
    )
    row = row_of(judged(after), "named rightly at the door")
    change = row.shares.change
    assert change.low < -0.02 < change.high
    assert change.high > 0
    assert row.verdict is Verdict.UNKNOWN


def test_that_one_colleague_who_is_lost_is_named_however_much_the_others_gain() -> None:
    better = measurement(0.1)
    own = better.everybody.own.copy()
    own[6:9] = 0.0
    decision = judged(replace(better, everybody=replace(better.everybody, own=own)))
    assert decision.outcome is Outcome.REFUSED
    assert "p02 (100% → 0%)" in str(row_of(decision, "each person's").why)


def test_that_two_more_photographs_booked_for_a_colleague_are_harm_and_one_is_not() -> None:
    better = measurement(0.1)
    for count, verdict in ((1, Verdict.HOLDS), (2, Verdict.HARM)):
        other = better.everybody.other.copy()
        other[np.arange(count) * 6] = 0.95
        decision = judged(replace(better, everybody=replace(better.everybody, other=other)))
        assert row_of(decision, "taken for a colleague").verdict is verdict


def test_that_other_peoples_pairs_may_lose_two_points_and_no_more() -> None:
    for lost, verdict in ((30, Verdict.HOLDS), (60, Verdict.HARM)):
        hits = measurement().general.is_hit.copy()
        hits[np.flatnonzero(hits)[:: len(hits) // lost][:lost]] = False
        after = replace(measurement(0.1), general=Trials(hits, measurement().general.person))
        assert row_of(judged(after), "general").verdict is verdict


def test_that_what_was_not_measured_never_passes() -> None:
    nobody = left_out(np.empty(0))
    nothing = Trials(np.empty(0, bool), np.empty(0, np.int64))
    before, after = (replace(measurement(shift), trained=nobody, unseen=nobody, general=nothing) for shift in (0, 0.1))
    decision = decide(before, after, people=PEOPLE, best_step=3)
    for part in ("gain:", "not trained on, at the same rate", "named rightly at the door", "general"):
        matching = [row for row in decision.rows if part in str(row.check)]
        assert matching
        assert all(row.verdict is Verdict.UNKNOWN for row in matching), part
    assert decision.outcome is Outcome.HELD


def test_that_what_is_not_a_number_and_what_has_no_check_never_passes() -> None:
    nan = Estimate(math.nan, math.nan, math.nan, 30)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gate, "change_of_share", lambda *_given, **_seed: Shares(nan, nan, nan))
        patch.setattr(gate, "change_at_equal_rate", lambda *_given, **_seed: Shares(nan, nan, nan))
        decision = judged(measurement(0.1))
    for part in ("strangers given", "gain:", "not trained on, at the same rate of", "rightly at the door", "general"):
        assert {row.verdict for row in decision.rows if part in str(row.check)} == {Verdict.UNKNOWN}, part
    assert decision.outcome is Outcome.HELD
    assert GateDecision(()).outcome is Outcome.HELD


def test_that_a_colleague_who_fell_below_the_line_alone_is_named() -> None:
    # One of three photographs is lost, which is too few to count, but all three fell far while everybody else gained.
    before, after = measurement(), measurement(0.1)
    before.everybody.own[6:9] = 0.49, 0.49, 0.9
    after.everybody.own[6:9] = 0.30, 0.30, 0.42
    row = row_of(judged(after, before=before), "each person's")
    assert row.verdict is Verdict.HARM
    assert "p02 (33% → 0%)" in str(row.why)


def test_that_lost_photographs_of_a_person_count_from_two_and_half_on() -> None:
    before = left_out(np.array([0.9, 0.9, 0.9, 0.9]), 4)
    for kept, is_worse in ((3, False), (2, True), (0, True)):
        after = left_out(np.array([0.9] * kept + [0.2] * (4 - kept)), 4)
        (change,) = change_of_people(before, after, (0.5, 0.5), PEOPLE)
        assert change.is_worse is is_worse
        assert change.after.value == kept / 4


def test_that_both_recognizers_are_compared_where_as_many_strangers_get_a_name() -> None:
    before = measurement()
    # All scores of the candidate are higher, the strangers' as well: nothing is gained.
    moved = replace(
        before,
        trained=replace(before.trained, own=before.trained.own + np.float32(0.1)),
        unseen=replace(before.unseen, own=before.unseen.own + np.float32(0.1)),
        stranger=before.stranger + np.float32(0.1),
    )
    found = change_at_equal_rate(before, moved, ("trained", "unseen"), seed=1)
    assert found.before.value == pytest.approx(found.after.value)
    change = found.change
    assert (change.value, change.low, change.high) == pytest.approx((0.0, 0.0, 0.0), abs=1e-9)


def test_that_the_interval_of_a_change_holds_the_change_and_depends_on_people() -> None:
    def trials(hits: list[bool]) -> Trials:
        return Trials(np.array(hits), np.arange(len(hits)) // 2)

    even = change_of_share(trials([False] * 20), trials([True, False] * 10), seed=1).change
    assert (even.value, even.low, even.high) == (0.5, 0.5, 0.5)
    uneven = change_of_share(trials([False] * 20), trials([True, True, False, False] * 5), seed=1).change
    assert uneven.value == pytest.approx(0.5)
    assert uneven.low < 0.3
    assert uneven.high > 0.7


def test_that_both_recognizers_shares_have_intervals_of_their_own() -> None:
    """Of one who knows nobody, too: draws alone would be certain of it."""
    nobody, some = (Trials(np.arange(40) % 4 < count, np.arange(40) // 4) for count in (0, 3))
    found = change_of_share(nobody, some, seed=1)
    assert (found.before.value, found.before.low, found.before.trials) == (0, 0, 40)
    assert 0 < found.before.high < 0.12
    assert found.after.low < 0.7 < found.after.value < found.after.high < 0.9
    better = gate_table(judged(measurement(0.1))).splitlines()
    assert better[0].startswith("| check | before, % (95 %) | after, % (95 %) | change, points (95 %) |")
    (row,) = (line for line in better if "| gain:" in line)
    assert re.search(r"\| \d+\.\d\d \(\d+\.\d\d – \d+\.\d\d\) \| \d+\.\d\d \(.*\) \| \+\d", row)


def test_that_the_table_and_the_sentence_say_what_was_found() -> None:
    for after, sentence in ((measurement(0.1), "Promoted"), (measurement(), "Held"), (measurement(-0.15), "Refused")):
        assert outcome(judged(after)).startswith(sentence)
    table = gate_table(judged(measurement(), best_step=0)).splitlines()
    assert table[2].endswith("| 0 | 0 |  |  | after 0 | **unknown** |")
    assert sum("| holds |" in line for line in table) == 6


# --- whole candidates --------------------------------------------------------------------------------

SIZE = 64
POINTS = tuple(FmrPoint(10.0**-n, t, t - 0.01, t + 0.01) for n, t in ((2, 0.30), (3, 0.39), (4, 0.46), (5, 0.52)))
RULES = Rules(POINTS, 3, "normal")
Change = Callable[[NamedFaces, bool, np.random.Generator], NDArray[np.floating]]


def unit(rows: NDArray[np.floating]) -> NDArray[np.float32]:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


class World:
    """30 colleagues and 200 outsiders before a bad camera; a candidate may take a part of its noise away."""

    def __init__(self) -> None:
        self.clean: dict[str, NDArray[np.floating]] = {}
        self.noise: dict[str, NDArray[np.floating]] = {}
        self.staff, self.bench = self._faces("p", 30, 5, 1), self._faces("g", 200, 3, 2)
        self.split = split_staff(self.staff)

    def _faces(self, prefix: str, people: int, photos: int, seed: int) -> NamedFaces:
        rng = np.random.default_rng(seed)
        names = tuple(f"{prefix}{number:03}" for number in range(people))
        pictures = tuple(f"{name}/{photo}" for name in names for photo in range(photos))
        centres = np.repeat(unit(rng.normal(size=(people, SIZE))), photos, axis=0)
        for picture, centre in zip(pictures, centres, strict=True):
            self.clean[picture] = centre + 0.4 * unit(rng.normal(size=(1, SIZE)))[0]
            self.noise[picture] = unit(rng.normal(size=(1, SIZE)))[0]
        faces = NamedFaces(names, pictures, np.repeat(np.arange(people), photos), np.empty((0, SIZE), np.float32))
        return faces.with_vectors(self.rows(faces, 2.2))

    def rows(self, faces: NamedFaces, camera: float) -> NDArray[np.float32]:
        return unit(np.stack([self.clean[photo] + camera * self.noise[photo] for photo in faces.photos]))

    def compare(self, change: Change, split: StaffSplit | None = None) -> Comparison:
        def renew(faces: NamedFaces) -> NamedFaces:
            rows = change(faces, faces.people[0].startswith("p"), np.random.default_rng(4))
            return faces.with_vectors(np.asarray(rows, np.float32))

        return compare(self.staff, self.bench, split or self.split, RULES, renew, best_step=1)


@pytest.fixture(scope="module")
def world() -> World:
    return World()


def test_that_less_noise_is_promoted_and_a_turn_of_all_embeddings_is_held(world: World) -> None:
    assert world.compare(lambda faces, _staff, _rng: world.rows(faces, 1.2)).decision.outcome is Outcome.PROMOTED
    turn = np.linalg.qr(np.random.default_rng(3).normal(size=(SIZE, SIZE)))[0]
    turned = world.compare(lambda faces, _staff, _rng: unit(faces.vectors @ turn))
    assert turned.decision.outcome is Outcome.HELD
    assert [p.threshold for p in turned.points] == pytest.approx([p.threshold for p in POINTS], abs=1e-3)


@pytest.mark.parametrize("part", ["trained", "validation", "unseen"])
def test_that_one_lost_colleague_is_seen_wherever_they_stand(world: World, part: str) -> None:
    victim = world.staff.people[int(np.flatnonzero(getattr(world.split, part))[0])]

    def lose(faces: NamedFaces, _staff: bool, rng: np.random.Generator) -> NDArray[np.float32]:
        rows = world.rows(faces, 1.2)
        is_victim = np.array([name == victim for name in faces.people])[faces.person]
        rows[is_victim] = unit(rng.normal(size=(int(is_victim.sum()), SIZE))) if is_victim.any() else rows[is_victim]
        return rows

    decision = world.compare(lose).decision
    assert decision.outcome is Outcome.REFUSED
    assert victim in str(row_of(decision, "each person's").why)


@pytest.mark.parametrize("camera", [2.2, 1.2])
def test_that_two_colleagues_who_became_one_are_refused_however_much_the_others_gain(
    world: World, camera: float
) -> None:
    def merge(faces: NamedFaces, is_staff: bool, rng: np.random.Generator) -> NDArray[np.float32]:
        rows = world.rows(faces, camera)
        if is_staff:
            same = np.isin(faces.person, (3, 4))
            rows[same] = unit(rows[faces.person == 3][0] + 0.3 * unit(rng.normal(size=(int(same.sum()), SIZE))))
        return rows

    decision = world.compare(merge).decision
    assert decision.outcome is Outcome.REFUSED
    assert "p003" in str(row_of(decision, "each person's").why)  # the other one is hardly known behind this camera


def test_that_strangers_drawn_nearer_raise_the_thresholds_and_get_no_more_names(world: World) -> None:
    def nearer(faces: NamedFaces, is_staff: bool, rng: np.random.Generator) -> NDArray[np.float32]:
        if is_staff:
            return faces.vectors
        return unit(0.7 * faces.vectors + 0.3 * world.staff.vectors[rng.integers(0, 150, len(faces.photos))])

    found = world.compare(nearer)
    assert found.decision.outcome is Outcome.REFUSED
    assert all(new.threshold > old.threshold for new, old in zip(found.points, POINTS, strict=True))
    strangers = row_of(found.decision, "strangers given")
    assert strangers.shares.after.value <= strangers.shares.before.value


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda faces, _s, _r: np.ones((len(faces.photos), SIZE)) / 8, "same answer for everybody"),
        (lambda faces, _s, _r: faces.vectors * np.nan, "not numbers"),
        (lambda faces, _s, _r: unit(np.ones((1, SIZE)) + 1e-3 * faces.vectors), "nearly the same answer"),
    ],
)
def test_that_what_is_no_recognizer_is_refused_in_one_sentence(world: World, change: Change, sentence: str) -> None:
    found = world.compare(change)
    assert found.decision.outcome is Outcome.REFUSED
    assert found.points == ()
    (row,) = found.decision.rows
    assert sentence in str(row.why)
    assert gate_table(found.decision)
