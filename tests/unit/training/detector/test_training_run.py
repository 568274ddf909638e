"""Training: batches, schedule, and a stopped run that goes on as if it had not been stopped."""

from __future__ import annotations

import itertools
import threading
from pathlib import Path

import numpy as np
import pytest
import torch

from attendance_training.detector.training_run import LARGE_SIZES_WH, DetectorTraining
from attendance_training.distillation.trainer import Progress
from attendance_training.errors import CheckpointUnusable
from attendance_training.runs.run_state import read_state
from tests.unit.training.detector import made_up
from tests.unit.training.detector.tiny_run import make_config

pytestmark = pytest.mark.needs_torch


def begin(**changes: object) -> DetectorTraining:
    pictures = made_up.picture_set()
    return DetectorTraining(
        pictures, pictures, make_config(**changes), validation_scenes=2, clock=itertools.count(0.0, 0.5).__next__
    )


def train(training: DetectorTraining, *, until: int | None = None) -> list[tuple[float, float, float]]:
    stop, losses = threading.Event(), []

    def report(progress: Progress, step_losses: tuple[float, float, float], _scenes: int) -> None:
        losses.append(step_losses)
        if progress.step == until:
            stop.set()

    training.run(stop=stop, report=report)
    return losses


def test_that_a_stopped_run_ends_in_the_same_weights_as_one_that_was_not(tmp_path: Path) -> None:
    whole = begin()
    losses = train(whole)
    stopped = begin()
    first = train(stopped, until=1)
    stopped.save(tmp_path / "state.safetensors")
    resumed = begin()
    resumed.restore(read_state(tmp_path / "state.safetensors"), tmp_path / "state.safetensors")

    assert first + train(resumed) == losses
    assert resumed.progress == whole.progress
    for kind in ("model", "average"):
        ours, theirs = (getattr(run, kind).state_dict() for run in (resumed, whole))
        assert all(torch.equal(ours[name], theirs[name]) for name in theirs)


def test_that_training_lowers_the_loss_on_the_same_scenes() -> None:
    training = begin(steps=40, peak_lr=0.002, warm_up_steps=2)
    batch = training.batch(0)
    training.batch = lambda step: batch  # type: ignore[method-assign]

    losses = train(training)

    before, after = np.mean(losses[:3], axis=0), np.mean(losses[-3:], axis=0)
    assert (after < 0.8 * before).all()


def test_that_a_batch_depends_on_seed_and_step_only() -> None:
    training = begin()

    first, again, other = (training.batch(step) for step in (4, 4, 5))

    assert first[0].shape == (2, 64, 64, 3)
    assert np.array_equal(first[0], again[0])
    assert np.array_equal(first[1].rows, again[1].rows)
    assert not np.array_equal(first[0], other[0])
    assert not np.array_equal(first[0], begin(seed=2).batch(4)[0])


def test_that_large_scenes_come_in_their_own_batch_size() -> None:
    pictures, targets = begin(large_share=1.0, large_batch=3).batch(0)

    assert targets.size_wh in LARGE_SIZES_WH
    assert pictures.shape == (3, *targets.size_wh[::-1], 3)


def test_that_the_rate_warms_up_and_ends_at_nothing() -> None:
    training = begin(steps=100, warm_up_steps=10, peak_lr=1.0)
    rates = []
    for step in (0, 4, 10, 50, 100):
        training.progress.step = step
        rates.append(training.learning_rate())

    assert rates[0] == pytest.approx(0.1)
    assert rates[1] == pytest.approx(0.5, rel=0.01)
    assert rates[2] > rates[3] > rates[4] == pytest.approx(0.0)


def test_that_a_gradient_of_nan_changes_nothing_and_is_counted() -> None:
    training = begin()
    weight = training.model.heads[0].score.weight
    handle = weight.register_hook(lambda gradient: gradient * float("nan"))
    before = [parameter.detach().clone() for parameter in training.model.parameters()]

    train(training, until=1)
    handle.remove()

    assert training.skipped_steps == 1
    after = list(training.model.parameters())
    assert all(torch.equal(a, b.detach()) for a, b in zip(before, after, strict=True))


def test_that_validation_counts_the_held_back_faces() -> None:
    tally = begin().validate()

    assert len(tally.sides) > 0
    assert tally.recall() == (0, len(tally.sides))  # a new network finds nothing


def test_that_a_new_run_begins_with_another_run_s_weights(tmp_path: Path) -> None:
    first = begin()
    train(first)
    first.save(tmp_path / "state.safetensors")
    second = begin(seed=9)

    new = second.begin_with(read_state(tmp_path / "state.safetensors"), tmp_path)

    weights = first.model.state_dict()
    assert new == 0
    assert second.progress.step == 0
    assert all(torch.equal(value, weights[name]) for name, value in second.model.state_dict().items())


def test_that_a_state_of_another_network_is_refused(tmp_path: Path) -> None:
    training = begin()
    training.save(tmp_path / "state.safetensors")
    state = read_state(tmp_path / "state.safetensors")
    for part in ("model", "average"):
        state[part] = {f"other.{name}": value for name, value in state[part].items()}

    with pytest.raises(CheckpointUnusable, match="cannot be resumed"):
        begin().restore(state, tmp_path)
    with pytest.raises(CheckpointUnusable, match="of another network"):
        begin().begin_with(state, tmp_path)
