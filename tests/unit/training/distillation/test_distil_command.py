"""`attendance-train distil` from the outside: a run begins, is stopped, goes on, and is refused when it must be."""

from __future__ import annotations

import csv
import dataclasses
import errno
import itertools
import os
import signal
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")
pytest.importorskip("onnxscript")
pytest.importorskip("safetensors")

import torch

from attendance_training import cli
from attendance_training.backbones import BACKBONES, Backbone
from attendance_training.distillation.trainer import Distillation
from attendance_training.files.checkpoint import load_arrays, load_weights
from attendance_training.runs.loss_watch import LossWatch
from attendance_training.runs.run_state import read_state
from tests.unit.training.distillation.tiny_run import SIZE, build_student, make_config, write_recipe, write_teacher

pytestmark = pytest.mark.needs_torch


@pytest.fixture(autouse=True)
def _tiny_network_on_a_steady_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every step takes a second of the schedule, whatever the machine does meanwhile."""
    monkeypatch.setitem(BACKBONES, "tiny", Backbone("tiny", SIZE, build_student))
    defaults = Distillation.__init__.__kwdefaults__
    monkeypatch.setitem(defaults, "clock", itertools.count(0.0, 1.0).__next__)


@pytest.fixture
def distil(tmp_path: Path, teacher_file: Path, crops_folder: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    write_recipe(tmp_path / "recipe.toml")
    return Command(
        monkeypatch,
        {
            "--crops": crops_folder,
            "--teacher": teacher_file,
            "--recipe": tmp_path / "recipe.toml",
            "--out": tmp_path / "run",
            "--save-every": 2,
        },
    )


@dataclasses.dataclass
class Command:
    monkeypatch: pytest.MonkeyPatch
    options: dict[str, object]

    def __call__(self, **changes: object) -> int:
        options = {**self.options, **{f"--{name}": value for name, value in changes.items()}}
        words = [str(word) for option in options.items() for word in option]
        self.monkeypatch.setattr(sys, "argv", ["attendance-train", "distil", *words])
        with pytest.raises(SystemExit) as exit_:
            cli.main()
        assert isinstance(exit_.value.code, int)
        return exit_.value.code

    def interrupt_at(self, step: int, number: signal.Signals) -> None:
        """Send this process a signal from inside one training step."""
        inner = Distillation._step

        def interrupted(distillation: Distillation, *batch: object) -> float:
            loss = inner(distillation, *batch)  # type: ignore[arg-type]
            if distillation.progress.step + 1 == step:
                signal.raise_signal(number)
            return loss

        self.monkeypatch.setattr(Distillation, "_step", interrupted)


def steps_in_log(run: Path) -> list[int]:
    with (run / "log.csv").open(encoding="utf-8", newline="") as file:
        return [int(row["step"]) for row in csv.DictReader(file)]


def test_that_a_run_leaves_weights_state_and_log(
    distil: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert distil() == 0  # 0.1 minutes: six steps of a second
    run = tmp_path / "run"
    assert sorted(path.name for path in run.iterdir()) == [
        "curves.html",
        "curves.png",
        "log.csv",
        "state.json",
        "state.safetensors",
        "weights.npz",
    ]
    assert steps_in_log(run) == [0, 2, 4, 6]
    model = build_student()
    load_weights(model, load_arrays(run / "weights.npz"), run / "weights.npz")
    state = read_state(run / "state.safetensors")
    assert state["progress"] == {"step": 6, "seconds": 6.0}
    assert state["config"] == dataclasses.asdict(make_config())
    assert torch.equal(model.fc.weight, state["average"]["module.fc.weight"])  # type: ignore[union-attr,arg-type]
    printed = capsys.readouterr().out
    assert "step 4  0.1 min  loss" in printed
    assert f"weights.npz ({(run / 'weights.npz').stat().st_size:,} bytes)" in printed
    assert "export-pack" in printed


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_that_an_interrupted_run_saves_and_the_same_command_goes_on(
    distil: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str], number: signal.Signals
) -> None:
    assert distil(out=tmp_path / "whole") == 0
    handler = signal.getsignal(number)
    with distil.monkeypatch.context() as patch:
        Command(patch, distil.options).interrupt_at(3, number)
        assert distil() == 130
    assert signal.getsignal(number) is handler
    run = tmp_path / "run"
    assert read_state(run / "state.safetensors")["progress"]["step"] == 3
    assert (run / "weights.npz").exists()
    assert "Stopped after step 3. The same command goes on" in capsys.readouterr().out
    assert distil() == 0
    assert "Goes on from step 3" in capsys.readouterr().out
    assert steps_in_log(run) == [0, 2, 3, 4, 6]
    stopped, whole = load_arrays(run / "weights.npz"), load_arrays(tmp_path / "whole" / "weights.npz")
    for name, value in whole.items():
        np.testing.assert_array_equal(stopped[name], value, err_msg=name)


def test_that_a_finished_run_is_not_trained_further(distil: Command, tmp_path: Path) -> None:
    distil()
    weights = (tmp_path / "run" / "weights.npz").read_bytes()
    assert distil() == 0
    assert (tmp_path / "run" / "weights.npz").read_bytes() == weights
    assert steps_in_log(tmp_path / "run") == [0, 2, 4, 6]


def test_that_another_configuration_is_refused_and_the_run_stays(
    distil: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    distil()
    before = {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()}
    capsys.readouterr()
    assert distil(minutes=9) == 1
    assert "key minutes: is 9.0, but the run in" in capsys.readouterr().err
    assert {path.name: path.read_bytes() for path in (tmp_path / "run").iterdir()} == before


def test_that_a_damaged_checkpoint_is_refused_and_not_begun_anew(
    distil: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "state.safetensors").write_bytes(b"damaged")
    assert distil() == 1
    assert "cannot be resumed" in capsys.readouterr().err
    assert (tmp_path / "run" / "state.safetensors").read_bytes() == b"damaged"


def test_that_a_full_disk_keeps_the_last_checkpoint_and_training_goes_on(
    distil: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    real, calls = os.fsync, []
    state = tmp_path / "run" / "state.safetensors"
    sizes: list[int] = []

    def fsync(descriptor: int) -> None:
        calls.append(descriptor)
        if 5 <= len(calls) <= 6:  # the log of step 0, then state, its JSON and the log of step 2; now those of step 4
            sizes.append(read_state(state)["progress"]["step"])
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        real(descriptor)

    distil.monkeypatch.setattr(os, "fsync", fsync)
    assert distil() == 0
    assert sizes == [2, 2], "the checkpoint of step 2 was whole while the disk was full"
    printed = capsys.readouterr().out
    assert printed.count("Not saved, training goes on. STO-04") == 2
    assert read_state(state)["progress"]["step"] == 6


def test_that_a_disk_that_stays_full_ends_in_one_sentence(
    distil: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def fsync(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    distil.monkeypatch.setattr(os, "fsync", fsync)
    assert distil() == 1
    assert "STO-04" in capsys.readouterr().err
    assert list((tmp_path / "run").iterdir()) == []


def test_that_a_diverging_run_keeps_its_last_checkpoint(
    distil: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inner = Distillation._step

    def diverging(distillation: Distillation, *batch: object) -> float:
        loss = inner(distillation, *batch)  # type: ignore[arg-type]
        return loss if distillation.progress.step < 2 else float("nan")

    distil.monkeypatch.setattr(Distillation, "_step", diverging)
    assert distil() == 1
    said = capsys.readouterr().err
    assert "MOD-17" in said
    assert "the loss is nan at step 3; the last good checkpoint is" in said
    assert "state.safetensors, of step 2" in said
    assert read_state(tmp_path / "run" / "state.safetensors")["progress"]["step"] == 2


def test_that_a_run_begins_with_given_weights(distil: Command, tmp_path: Path) -> None:
    torch.manual_seed(9)
    source = build_student().state_dict()
    np.savez(tmp_path / "start.npz", **{k: v.numpy() for k, v in source.items() if v.is_floating_point()})
    Command(distil.monkeypatch, {}).interrupt_at(1, signal.SIGINT)
    assert distil(start=tmp_path / "start.npz") == 130
    weights = load_arrays(tmp_path / "run" / "weights.npz")
    # One step of warm-up moves a weight by at most twice the rate and its decay; random ones differ by far more.
    assert np.abs(weights["fc.weight"] - source["fc.weight"].numpy()).max() < 3e-3


def test_that_wrong_inputs_end_in_one_sentence_and_leave_no_folder(
    distil: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wide = write_teacher(tmp_path / "wide.onnx", size=SIZE + 1)
    unknown = write_recipe(tmp_path / "unknown.toml", backbone="resnet")
    for changes, sentence in (
        ({"teacher": wide}, "MOD-08"),
        ({"crops": tmp_path / "absent"}, "MOD-08"),
        ({"recipe": unknown}, "key backbone: must be one of dense112, dense112_deep, dense112_wide"),
        ({"start": tmp_path / "absent.npz"}, "MOD-05"),
    ):
        assert distil(**changes) == 1
        assert sentence in capsys.readouterr().err
    assert not (tmp_path / "run").exists()


def test_that_an_out_that_is_a_file_is_refused(
    distil: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("x")
    assert distil(out=tmp_path / "file") == 1
    assert "STO-00" in capsys.readouterr().err


def test_that_a_run_that_ends_far_above_where_it_began_is_not_finished(
    distil: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    distil.monkeypatch.setattr(LossWatch, "has_diverged", lambda _watch: True)
    assert distil() == 1
    said = capsys.readouterr()
    assert "Not saved at step" in said.out
    assert "The schedule is finished" not in said.out
    assert "far above where it began; no checkpoint was written before that" in said.err
    assert not {"weights.npz", "state.safetensors"} & {path.name for path in (tmp_path / "run").iterdir()}
