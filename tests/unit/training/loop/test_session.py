"""Training: it learns, and goes on bit for bit where it was stopped."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn

from attendance_training.errors import CheckpointUnusable
from attendance_training.loop.learner import Learner
from attendance_training.loop.session import train
from attendance_training.loop.validation import HeldOutPeople
from attendance_training.runs.run_state import read_state
from tests.unit.training.loop.short_runs import STEPS, begin
from tests.unit.training.loop.tiny import SIZE, MadeUpFaces, Pooled, make_config, same

pytestmark = pytest.mark.needs_torch
RUNS: list[dict[str, Any]] = [
    {"backbone": "forgetful", "degrade": True},
    {"backbone": "forgetful", "optimizer": "sgd", "loss": "adaface"},
    {"loss": "sphereface", "loss_options": {"anneal_from": 10.0}, "sharded_head": True, "sampled_classes": 0.7},
    {"backbone": "forgetful", "loss": "triplet", "adversarial": "pgd"},
    {"loss": "softmax", "adversarial": "fgsm", "precision": "bfloat16"},
    {"loss": "cosface", "precision": "float16", "optimizer": "sgd", "momentum": 0.0},
    {"backbone": "forgetful", "loss": "adaface", "adversarial": "fgsm", "accumulate": 2},
]
"""Each source of randomness and each thing that a checkpoint must hold, in float32 and below."""


@pytest.mark.parametrize("changes", RUNS, ids=lambda run: "-".join(str(value) for value in run.values())[:40])
def test_that_a_resumed_run_is_bit_identical_to_one_that_was_not_stopped(
    faces: MadeUpFaces, tmp_path: Path, changes: dict[str, Any]
) -> None:
    whole = begin(faces, tmp_path / "whole", **changes)
    losses: list[float] = []
    for stop_after in (3, 5, None):
        part = begin(faces, tmp_path / "parts", stop_after=stop_after, **changes)
        assert part.is_finished is (stop_after is None)
        assert part.steps == (stop_after or STEPS)
        losses += part.losses
    assert losses == whole.losses
    assert same(part.network, whole.network)
    ours, theirs = (read_state(tmp_path / name / "state.safetensors") for name in ("parts", "whole"))
    assert ours["progress"] == theirs["progress"]
    for kind in ("model", "average"):
        assert ours[kind].keys() == theirs[kind].keys()
        assert all(torch.equal(ours[kind][name], value) for name, value in theirs[kind].items()), kind
    for number, values in theirs["optimizer"]["state"].items():
        assert all(torch.equal(ours["optimizer"]["state"][number][name], value) for name, value in values.items())


def test_that_a_run_without_a_folder_is_the_same_run(faces: MadeUpFaces, tmp_path: Path) -> None:
    assert same(begin(faces).network, begin(faces, tmp_path / "run").network)


def test_that_a_run_leaves_the_random_numbers_of_others_alone(faces: MadeUpFaces) -> None:
    torch.manual_seed(77)
    expected = torch.rand(3)
    torch.manual_seed(77)
    begin(faces)
    assert torch.equal(torch.rand(3), expected)


@pytest.mark.parametrize("changes", [{}, {"sharded_head": True}, {"optimizer": "sgd", "clip_norm": 0.1}])
def test_that_a_batch_in_parts_is_learned_as_the_whole_one(
    faces: MadeUpFaces, monkeypatch: pytest.MonkeyPatch, changes: dict[str, Any]
) -> None:
    seen: list[int] = []
    forward = Pooled.forward

    def watch(network: Pooled, images: torch.Tensor) -> torch.Tensor:
        seen.append(len(images))
        return forward(network, images)

    monkeypatch.setattr(Pooled, "forward", watch)
    whole = begin(faces, **changes)
    assert set(seen) == {8}
    seen.clear()
    parts = begin(faces, accumulate=4, **changes)
    assert set(seen) == {2}
    np.testing.assert_allclose(parts.losses, whole.losses, rtol=1e-5)
    for name, value in whole.network.state_dict().items():
        torch.testing.assert_close(parts.network.state_dict()[name], value, rtol=1e-4, atol=1e-5, msg=name)


@pytest.mark.parametrize("place", ["forward", "backward"])
def test_that_a_step_that_is_interrupted_inside_leaves_no_trace(
    faces: MadeUpFaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    whole = begin(faces, backbone="forgetful", loss="adaface")
    asked = {"now": False}
    inner = Learner.step
    calls = []

    def step(learner: Learner, *arguments: Any, **named: Any) -> tuple[float, bool]:
        calls.append(1)
        if len(calls) == 4:
            layer = learner.network.get_submodule("out" if place == "forward" else "act")

            def ask(*_given: Any) -> None:
                asked["now"] = True

            if place == "forward":
                layer.register_forward_pre_hook(ask)
            else:
                layer.register_forward_hook(lambda _m, _i, output: output.register_hook(ask) and None)
        return inner(learner, *arguments, **named)

    with monkeypatch.context() as patch:
        patch.setattr(Learner, "step", step)
        config = make_config(epochs=4, backbone="forgetful", loss="adaface")
        stopped = train(faces, faces.rows, config, out=tmp_path / "run", should_stop=lambda: asked["now"])
    assert not stopped.is_finished
    assert stopped.steps == 3
    assert len(calls) == 4
    resumed = train(faces, faces.rows, config, out=tmp_path / "run")
    assert stopped.losses + resumed.losses == whole.losses
    assert same(resumed.network, whole.network)


def test_that_training_tells_new_people_apart() -> None:
    faces = MadeUpFaces(people=14, photos=4)
    rows, held_out = faces.rows[:40], faces.rows[40:]
    config = make_config(epochs=30, peak_lr=0.01)
    validate = HeldOutPeople(faces, held_out)
    outcome = train(faces, rows, config, validate=validate, validate_every=50)
    assert np.mean(outcome.losses[-10:]) < 0.3 * np.mean(outcome.losses[:10])
    assert [step for step, _ in outcome.validation] == [50, 100, 150]
    assert outcome.validation[-1][1] > 0.9
    assert outcome.validation[-1][1] == validate(outcome.network)
    assert not outcome.network.training


@pytest.mark.parametrize("name", ["contrastive", "triplet"])
def test_that_a_loss_without_class_centres_has_no_head(faces: MadeUpFaces, name: str) -> None:
    assert begin(faces, loss=name, epochs=1).head is None


def test_that_the_rate_warms_up_and_falls_along_a_cosine(faces: MadeUpFaces) -> None:
    rates: list[float] = []
    train(faces, faces.rows, make_config(epochs=4, peak_lr=0.8), report=lambda done: rates.append(done.lr))
    cosine = [0.5 * (1 + np.cos(np.pi * step / STEPS)) for step in range(STEPS)]
    np.testing.assert_allclose(rates, [0.8 * min(1.0, (step + 1) / 2) * c for step, c in enumerate(cosine)])


def test_that_only_people_with_two_pictures_have_a_class(faces: MadeUpFaces) -> None:
    outcome = train(faces, faces.rows[2:], make_config(epochs=1))  # one picture of the first person is left
    assert outcome.head is not None
    assert outcome.head.get_parameter("weight").shape == (5, SIZE)


def test_that_the_gradient_is_clipped(faces: MadeUpFaces) -> None:
    def moved(**changes: Any) -> float:
        torch.manual_seed(1)
        before = Pooled().state_dict()
        start = {name: value.clone() for name, value in before.items()}
        config = make_config(
            epochs=1, optimizer="sgd", peak_lr=1.0, weight_decay=0.0, warm_up_steps=0, ema=0.0, **changes
        )
        after = train(faces, faces.rows[:12], config, start=start).network.state_dict()
        return float(torch.sqrt(sum(((after[name] - value) ** 2).sum() for name, value in start.items())))  # type: ignore[arg-type]

    assert moved(clip_norm=1e-3) == pytest.approx(1e-3, rel=1e-3)
    assert moved(clip_norm=0.0) > 0.1


def test_that_it_begins_with_given_weights_and_refuses_those_of_another_network(faces: MadeUpFaces) -> None:
    torch.manual_seed(8)
    start = Pooled().state_dict()
    outcome = train(faces, faces.rows, make_config(epochs=1, peak_lr=1e-8, weight_decay=0.0), start=start)
    for name, value in outcome.network.state_dict().items():
        torch.testing.assert_close(value, start[name], atol=1e-6, rtol=0)
    with pytest.raises(CheckpointUnusable, match="it is for another network"):
        train(faces, faces.rows, make_config(), start=nn.Linear(3, 3).state_dict())


def test_that_every_second_picture_is_attacked(faces: MadeUpFaces, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    forward = Pooled.forward

    def watch(network: Pooled, images: torch.Tensor) -> torch.Tensor:
        if network.training:
            seen.append(images.detach().clone())
        return forward(network, images)

    monkeypatch.setattr(Pooled, "forward", watch)
    begin(faces, epochs=1)
    begin(faces, epochs=1, adversarial="pgd", adversarial_epsilon=0.05)
    clean, attacked = seen[0], seen[2]
    assert torch.equal(clean[::2], attacked[::2])
    change = (clean[1::2] - attacked[1::2]).abs()
    assert float(change.max()) == pytest.approx(0.05, abs=1e-5)
    assert (change.amax(dim=(1, 2, 3)) > 0.04).all()
