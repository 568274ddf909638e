"""Training: what it writes, and what it refuses."""

from __future__ import annotations

import csv
import errno
import json
import os
import pickle
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from attendance.errors import Reason
from attendance.errors.settings import ConfigError
from attendance.errors.storage import StorageError
from attendance_training.errors import CheckpointUnusable, TrainingDataUnusable, TrainingDiverged
from attendance_training.files.checkpoint import load_arrays
from attendance_training.loop.config import read_config
from attendance_training.loop.learner import Learner
from attendance_training.loop.processes import Processes
from attendance_training.loop.session import StepReport, train
from attendance_training.runs.run_state import read_state
from tests.patience import wait_until
from tests.unit.training.loop.short_runs import STEPS, begin
from tests.unit.training.loop.tiny import MadeUpFaces, Pooled, make_config

pytestmark = pytest.mark.needs_torch


# --- what is written ---------------------------------------------------------------------------------


def test_that_a_run_leaves_a_checkpoint_with_what_it_came_from(faces: MadeUpFaces, tmp_path: Path) -> None:
    out = tmp_path / "run"
    config = make_config(epochs=4)
    outcome = train(faces, faces.rows, config, out=out, data_hash="abc", validate=lambda _network: 0.75, save_every=3)
    assert sorted(path.name for path in out.iterdir()) == [
        "config.toml",
        "curves.html",
        "curves.png",
        "log.csv",
        "state.json",
        "state.safetensors",
        "tensorboard",
        "weights.npz",
    ]
    about = json.loads((out / "state.json").read_text())
    assert (about["step"], about["seed"], about["data_sha256"]) == (STEPS, 1, "abc")
    assert "git_commit" in about
    assert read_config(out / "config.toml") == config
    weights = load_arrays(out / "weights.npz")
    for name, value in outcome.network.state_dict().items():
        np.testing.assert_array_equal(weights[name], value.numpy())
    with (out / "log.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["step"], row["epoch"], row["validation"]) for row in rows] == [("8", "4", "0.75")]
    assert float(rows[0]["loss"]) == pytest.approx(np.mean(outcome.losses), rel=1e-5)


def test_that_a_stop_right_after_a_checkpoint_writes_it_once(faces: MadeUpFaces, tmp_path: Path) -> None:
    begin(faces, tmp_path, stop_after=4)
    assert not (tmp_path / "weights.npz").exists(), "only a finished run leaves weights to use"
    begin(faces, tmp_path)
    state = tmp_path / "state.safetensors"
    written = state.stat().st_mtime_ns
    assert begin(faces, tmp_path).losses == []
    assert state.stat().st_mtime_ns == written


def test_that_tensorboard_reads_the_same_curve(faces: MadeUpFaces, tmp_path: Path) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    outcome = begin(faces, tmp_path / "run")
    board = EventAccumulator(str(tmp_path / "run" / "tensorboard")).Reload()  # type: ignore[no-untyped-call]
    (point,) = board.Scalars("train/loss")
    assert point.step == STEPS
    assert point.value == pytest.approx(np.mean(outcome.losses), rel=1e-5)


def test_that_a_full_disk_keeps_the_last_checkpoint_and_training_goes_on(
    faces: MadeUpFaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, said, sizes = os.fsync, [], []
    calls = []
    state = tmp_path / "state.safetensors"

    def fsync(descriptor: int) -> None:
        calls.append(descriptor)
        if len(calls) == 5:  # a checkpoint is state, JSON, TOML and log; this is the state of the second one
            sizes.append(read_state(state)["progress"]["step"])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    monkeypatch.setattr(os, "fsync", fsync)
    train(faces, faces.rows, make_config(epochs=4), out=tmp_path, save_every=3, say=said.append)
    assert sizes == [3], "the checkpoint of step 3 was whole while the disk was full"
    assert len(said) == 2
    assert said[0].startswith("Not saved, training goes on. STO-04")
    assert said[1].startswith("Wrote the curves")
    assert read_state(state)["progress"]["step"] == STEPS
    assert not list(tmp_path.glob(".*.tmp"))


def test_that_a_disk_that_stays_full_is_an_error_at_the_end(
    faces: MadeUpFaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fsync(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fsync)
    threads = set(threading.enumerate())
    with pytest.raises(StorageError):
        begin(faces, tmp_path)
    wait_until(lambda: set(threading.enumerate()) <= threads)  # nobody goes on writing curves


# --- what is refused ---------------------------------------------------------------------------------


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


def _cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def _flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[-40] ^= 1
    path.write_bytes(data)


def _pickle(path: Path) -> None:
    path.write_bytes(pickle.dumps(Trap(path.with_name("sprung"))))


def _torch_archive(path: Path) -> None:
    torch.save({"model": Trap(path.with_name("sprung"))}, path)


@pytest.mark.parametrize("spoil", [_cut, _flip, _pickle, _torch_archive])
def test_that_a_spoilt_checkpoint_is_refused_never_run_and_not_begun_anew(
    faces: MadeUpFaces, tmp_path: Path, spoil: Callable[[Path], None]
) -> None:
    begin(faces, tmp_path, stop_after=3)
    state = tmp_path / "state.safetensors"
    spoil(state)
    before = state.read_bytes()
    with pytest.raises(CheckpointUnusable, match="cannot be resumed"):
        begin(faces, tmp_path)
    assert state.read_bytes() == before
    assert not (tmp_path / "sprung").exists()


def test_that_another_recipe_and_other_pictures_are_refused(faces: MadeUpFaces, tmp_path: Path) -> None:
    config = make_config(epochs=1)
    train(faces, faces.rows, config, out=tmp_path, data_hash="a")
    with pytest.raises(ConfigError, match=r"key seed: is 2, but the run in .* was begun with 1"):
        train(faces, faces.rows, make_config(epochs=1, seed=2), out=tmp_path, data_hash="a")
    with pytest.raises(TrainingDataUnusable, match="other pictures"):
        train(faces, faces.rows, config, out=tmp_path, data_hash="b")
    assert train(faces, faces.rows, config, out=tmp_path, data_hash="a").losses == []


def test_that_a_loss_that_is_no_number_ends_the_run_and_keeps_the_last_checkpoint(
    faces: MadeUpFaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    forward, calls = Pooled.forward, []

    def spoilt(network: Pooled, images: torch.Tensor) -> torch.Tensor:
        calls.append(1)
        return forward(network, images) * (torch.nan if len(calls) == 4 else 1.0)

    monkeypatch.setattr(Pooled, "forward", spoilt)
    with pytest.raises(TrainingDiverged, match=r"the loss is nan at step 4; .*, of step 2"):
        begin(faces, tmp_path, loss="softmax")
    calls.clear()
    with pytest.raises(TrainingDiverged, match=r"The training in memory diverged: the loss is nan at step 4$"):
        begin(faces, loss="softmax")
    assert read_state(tmp_path / "state.safetensors")["progress"]["step"] == 2


def test_that_a_gradient_that_is_no_number_changes_nothing(faces: MadeUpFaces, monkeypatch: pytest.MonkeyPatch) -> None:
    forward = Pooled.forward

    def spoilt(network: Pooled, images: torch.Tensor) -> torch.Tensor:
        out = forward(network, images)
        if out.requires_grad:
            out.register_hook(lambda gradient: gradient * torch.nan)
        return out

    torch.manual_seed(8)
    start = Pooled().state_dict()
    monkeypatch.setattr(Pooled, "forward", spoilt)
    reports: list[StepReport] = []
    outcome = train(faces, faces.rows, make_config(epochs=1), start=start, report=reports.append)
    assert [done.is_skipped for done in reports] == [True, True]
    assert all(torch.equal(value, start[name]) for name, value in outcome.network.state_dict().items())


def test_that_too_few_people_and_a_picture_damaged_since_are_one_sentence(faces: MadeUpFaces) -> None:
    with pytest.raises(TrainingDataUnusable, match="2 people have two photographs or more, a batch needs 4"):
        train(faces, faces.rows[:6], make_config())

    class Damaged(MadeUpFaces):
        def crop_bgr(self, index: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
            raise TrainingDataUnusable(path=self.names[index], reason=Reason("it is a damaged picture"))

    with pytest.raises(TrainingDataUnusable, match="it is a damaged picture"):
        train(Damaged(), faces.rows, make_config())


@pytest.mark.parametrize("is_sharded", [False, True])
def test_that_labels_outside_of_the_classes_are_refused_before_they_go_to_the_device(
    is_sharded: bool,
) -> None:
    """The head on the device looks at none: that would be to wait for a GPU in every step."""
    learner = Learner(
        make_config(sharded_head=is_sharded), classes=6, processes=Processes(), device=torch.device("cpu")
    )
    assert learner.head.checks_labels is False
    images, generator = torch.zeros(4, 3, 112, 112), torch.Generator()
    with pytest.raises(ValueError, match="1 of 4 labels, the first -100, are not classes"):
        learner.step(images, torch.tensor([0, 1, 2, -100]), rate=0.1, generator=generator)
    learner.step(images, torch.tensor([0, 1, 2, 5]), rate=0.1, generator=generator)


def _run_away(monkeypatch: pytest.MonkeyPatch, *, after: int) -> None:
    """The steps are real; their losses are 1, and 47 after some steps."""
    inner, made = Learner.step, []

    def step(learner: Learner, *given: Any, **named: Any) -> tuple[float, bool]:
        made.append(1)
        return 47.0 if len(made) > after else 1.0, inner(learner, *given, **named)[1]

    monkeypatch.setattr(Learner, "step", step)


def test_that_a_run_that_ends_far_above_where_it_began_is_not_finished(
    faces: MadeUpFaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        _run_away(patch, after=18)
        with pytest.raises(TrainingDiverged, match=r"the loss is 47, far above the 1 .*, of step 18"):
            begin(faces, tmp_path, epochs=16)
    assert not (tmp_path / "weights.npz").exists()
    assert "Diverged: the loss is 47" in (tmp_path / "curves.html").read_text(encoding="utf-8")
    assert read_state(tmp_path / "state.safetensors")["progress"]["step"] == 18
    with monkeypatch.context() as patch:
        _run_away(patch, after=0)
        with pytest.raises(TrainingDiverged, match="far above the 1 it began with"):
            begin(faces, tmp_path, epochs=16)  # goes on from step 18; how it began stands in its log
    assert begin(faces, tmp_path, epochs=16).is_finished
    assert (tmp_path / "weights.npz").exists()


def test_that_a_loss_that_jumps_and_comes_back_is_no_divergence(
    faces: MadeUpFaces, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inner, made = Learner.step, []

    def step(learner: Learner, *given: Any, **named: Any) -> tuple[float, bool]:
        made.append(1)
        return 47.0 if 11 <= len(made) <= 15 else 1.0, inner(learner, *given, **named)[1]

    monkeypatch.setattr(Learner, "step", step)
    assert begin(faces, tmp_path, epochs=16).is_finished
    assert read_state(tmp_path / "state.safetensors")["progress"]["step"] == 32
