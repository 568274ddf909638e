"""What counts as a success, on a linear recognizer whose answers are known, and what the report says of it."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("matplotlib")

from numpy.typing import NDArray  # noqa: E402
from torch import Tensor, nn  # noqa: E402

from attendance_training.adversarial.measure import (  # noqa: E402
    DODGING,
    FGSM,
    GOALS,
    IMPERSONATION,
    NOISE,
    NONE,
    PGD,
    AttackOptions,
    Outcome,
    Seen,
    choose_threshold,
    measure_attacks,
)
from attendance_training.adversarial.plot import draw_attacks  # noqa: E402
from attendance_training.adversarial.recognizers import NetworkRecognizer  # noqa: E402
from attendance_training.adversarial.report import AttackReport, describe_attacks  # noqa: E402
from attendance_training.adversarial.trials import draw_trials  # noqa: E402
from attendance_training.data.labelled_crops import LabelledCrops  # noqa: E402
from attendance_training.errors import EvaluationDataUnusable  # noqa: E402
from attendance_training.evaluation.calibration import calibrate  # noqa: E402
from attendance_training.reports.text import to_json  # noqa: E402
from tests.unit.training.evaluation.made_up import make_people  # noqa: E402

OPTIONS = AttackOptions(epsilons=(1, 6), steps=4, pairs=12, far=1e-2, threshold=None, seed=1)


class Cells(nn.Module):
    """The mean colours of 4x4 cells, times one matrix."""

    def __init__(self, seed: int) -> None:
        super().__init__()
        weight = torch.randn(16, 48, generator=torch.Generator().manual_seed(seed))
        self.weight = nn.Parameter(weight)

    def forward(self, x: Tensor) -> Tensor:
        return nn.functional.avg_pool2d(x, 28).flatten(1) @ self.weight.T


def make_faces(people: int = 24, photos: int = 2) -> LabelledCrops:
    """People with cells of their own colours, a few grey levels around the middle; photographs with noise."""
    rng = np.random.default_rng(2)
    cells = rng.normal(0, 9, size=(people, 1, 4, 4, 3))
    noisy = np.kron(cells + rng.normal(0, 3, size=(people, photos, 4, 4, 3)), np.ones((1, 1, 28, 28, 1)))
    crops = np.clip(np.rint(noisy + 127.5), 0, 255).astype(np.uint8).reshape(-1, 112, 112, 3)
    return LabelledCrops(crops, np.repeat(np.arange(people), photos), people, "made-up:1")


FACES = make_faces()


class Remembering:
    """Another recognizer; keeps the pictures that it was shown."""

    model_id = "other:2"

    def __init__(self) -> None:
        self.shown: list[NDArray[np.uint8]] = []
        self._inner = NetworkRecognizer(Cells(9), "inner")

    def embed(self, crops_bgr: NDArray[np.uint8]) -> NDArray[np.float32]:
        self.shown.append(crops_bgr)
        return self._inner.embed(crops_bgr)


@pytest.fixture(scope="module")
def other() -> Remembering:
    return Remembering()


@pytest.fixture(scope="module")
def seen(other: Remembering) -> list[Seen]:
    return measure_attacks(FACES, NetworkRecognizer(Cells(1), "cells:1"), [other], OPTIONS)


def outcome(seen: Seen, goal: str, attack: str, epsilon: int) -> Outcome:
    (found,) = [one for one in seen.outcomes if (one.goal, one.attack, one.epsilon) == (goal, attack, epsilon)]
    return found


def test_that_a_threshold_is_the_calibrations_or_the_next_that_few_pairs_support() -> None:
    many, few = make_people([3] * 60, spread=0.5, seed=4), make_people([2] * 20, spread=0.5, seed=4)
    wanted = calibrate(many, targets=(1e-3,), rounds=10).points[0].threshold
    assert choose_threshold(many, 1e-3, "here") == pytest.approx(wanted, abs=1e-6)
    # 760 pairs of two people: ten false accepts at 3 %, fewer at 1 %.
    wanted = calibrate(few, targets=(3e-2,), rounds=10).points[0].threshold
    assert choose_threshold(few, 1e-3, "here") == pytest.approx(wanted, abs=1e-6)
    with pytest.raises(EvaluationDataUnusable, match="12 pairs of two people give no threshold, 100 are needed"):
        choose_threshold(make_people([2, 2, 2], spread=0.5, seed=4), 1e-3, "here")


def test_that_every_kind_of_attack_is_seen_once_by_every_recognizer(seen: list[Seen]) -> None:
    assert [one.model_id for one in seen] == ["cells:1", "other:2"]
    kinds = {(goal, NONE, 0) for goal in GOALS}
    kinds |= {(goal, attack, e) for goal in GOALS for attack in (NOISE, FGSM, PGD) for e in (1, 6)}
    for one in seen:
        assert len(one.outcomes) == len(kinds)
        assert {(x.goal, x.attack, x.epsilon) for x in one.outcomes} == kinds
        assert {x.success.trials for x in one.outcomes} == {12}


def test_that_success_is_the_share_past_the_threshold(seen: list[Seen]) -> None:
    trials = draw_trials(FACES, most=12, seed=1)
    vectors = NetworkRecognizer(Cells(1), "").embed(FACES.crops)
    own = (vectors[trials.photo] * vectors[trials.own]).sum(1)
    others = (vectors[trials.photo] * vectors[trials.other]).sum(1)
    clean = outcome(seen[0], DODGING, NONE, 0)
    assert clean.success.value == (own < seen[0].threshold).mean()
    assert clean.cosine == pytest.approx(own.mean(), abs=1e-6)
    clean = outcome(seen[0], IMPERSONATION, NONE, 0)
    assert clean.success.value == (others >= seen[0].threshold).mean()
    assert clean.cosine == pytest.approx(others.mean(), abs=1e-6)


def test_that_gradients_beat_noise_and_more_levels_beat_fewer(seen: list[Seen]) -> None:
    for goal, sign in ((DODGING, -1), (IMPERSONATION, 1)):
        cosine = {(x.attack, x.epsilon): sign * x.cosine for x in seen[0].outcomes if x.goal == goal}
        assert cosine[PGD, 6] > cosine[PGD, 1] > cosine[NOISE, 6]
        assert cosine[FGSM, 6] > cosine[FGSM, 1] > cosine[NOISE, 6]
        assert outcome(seen[0], goal, PGD, 6).success.value > outcome(seen[0], goal, NOISE, 6).success.value + 0.3


def test_that_others_see_whole_grey_levels_near_the_clean_pictures(seen: list[Seen], other: Remembering) -> None:
    clean = FACES.crops[draw_trials(FACES, most=12, seed=1).photo].astype(int)
    distances = [int(np.abs(shown - clean).max()) for shown in other.shown if shown.shape == clean.shape]
    assert distances == [0, 1, 6, 1, 6, 1, 6] * 2
    assert all(shown.dtype == np.uint8 for shown in other.shown)


def test_that_the_same_seed_gives_the_same_numbers(seen: list[Seen]) -> None:
    again = measure_attacks(FACES, NetworkRecognizer(Cells(1), "cells:1"), [], OPTIONS)
    assert again == seen[:1]


def test_that_a_given_threshold_is_of_the_attacked_network_only(seen: list[Seen]) -> None:
    given = replace(OPTIONS, threshold=0.123, epsilons=(1,), steps=1)
    attacked, shown = measure_attacks(FACES, NetworkRecognizer(Cells(1), "cells:1"), [Remembering()], given)
    assert attacked.threshold == 0.123
    assert shown.threshold == seen[1].threshold
    assert attacked.far > seen[0].far
    assert attacked.tar.value >= seen[0].tar.value


def test_that_rates_of_clean_pairs_are_counted_over_all_of_them(seen: list[Seen]) -> None:
    vectors = NetworkRecognizer(Cells(1), "").embed(FACES.crops)
    pairs = [(i, j) for i in range(len(vectors)) for j in range(i)]
    hits: dict[bool, list[bool]] = {True: [], False: []}
    for i, j in pairs:
        same = bool(FACES.person[i] == FACES.person[j])
        hits[same].append(float(vectors[i] @ vectors[j]) >= seen[0].threshold)
    assert seen[0].tar.value == pytest.approx(np.mean(hits[True]))
    assert seen[0].far == pytest.approx(np.mean(hits[False]))
    assert seen[0].tar.low <= seen[0].tar.value <= seen[0].tar.high


def make_report(seen: list[Seen]) -> AttackReport:
    return AttackReport("a machine, 1 thread", "made-up:1", 24, 48, OPTIONS, seen[0], tuple(seen[1:]))


def test_that_the_report_says_machine_seed_and_every_number(seen: list[Seen]) -> None:
    text = describe_attacks(make_report(seen), plot="r.svg")
    assert "a machine, 1 thread" in text
    assert "Seed 1." in text
    assert "12 photographs were attacked" in text
    assert "![Attack success over strength](r.svg)" in text
    rows = [line for line in text.splitlines() if line.startswith(("| none", "| random", "| FGSM", "| PGD"))]
    assert len(rows) == 2 * 7
    dodging = outcome(seen[0], DODGING, PGD, 6)
    (row,) = [line for line in rows[:7] if line.startswith("| PGD | 6 |")]
    assert f"| {100 * dodging.success.value:.1f} (" in row
    assert f"| {dodging.cosine:.3f} |" in row
    data = json.loads(to_json(make_report(seen)))
    assert data["options"]["epsilons"] == [1, 6]
    assert len(data["others"][0]["outcomes"]) == 14


def test_that_the_plot_is_the_same_svg_every_time(seen: list[Seen]) -> None:
    first, second = (draw_attacks(make_report(seen)) for _ in range(2))
    assert b"<svg" in first
    assert first == second
    weaker = replace(seen[0], outcomes=tuple(replace(one, cosine=0.0) for one in seen[0].outcomes))
    assert draw_attacks(make_report([weaker, seen[1]])) == first  # cosines are not in the plot
    zero = replace(seen[0].outcomes[0].success, value=0.0, low=0.0)
    failed = replace(seen[0], outcomes=tuple(replace(one, success=zero) for one in seen[0].outcomes))
    assert draw_attacks(make_report([failed, seen[1]])) != first
