"""``attendance-train detector`` and its sisters, as a person runs them."""

from __future__ import annotations

import csv
import json
import os
import shutil
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

from attendance_training import cli
from attendance_training.detector import report
from attendance_training.detector.run import COLUMNS
from attendance_training.detector.training_run import DetectorTraining
from attendance_training.runs.loss_watch import LossWatch
from attendance_training.runs.run_state import read_state
from tests.unit.training.detector.tiny_run import write_recipe

pytestmark = pytest.mark.needs_torch


@dataclass
class Command:
    monkeypatch: pytest.MonkeyPatch
    options: dict[str, Path]

    def run(self, name: str = "detector", *more: str, **changes: Path) -> int:
        words = [name, *more]
        for key, value in {**self.options, **changes}.items():
            words += [f"--{key}", str(value)]
        self.monkeypatch.setattr(sys, "argv", ["attendance-train", *words])
        with pytest.raises(SystemExit) as end:
            cli.main()
        return int(end.value.code or 0)


@pytest.fixture
def detector(tmp_path: Path, photos_folder: Path, reference_file: Path, monkeypatch: pytest.MonkeyPatch) -> Command:
    # Two held-back scenes of 640x480 are enough, and as many as a test has time for.
    monkeypatch.setitem(DetectorTraining.__init__.__kwdefaults__ or {}, "validation_scenes", 2)
    options = {
        "photos": photos_folder,
        "reference": reference_file,
        "recipe": write_recipe(tmp_path / "tiny.toml"),
        "out": tmp_path / "run",
    }
    return Command(monkeypatch, options)


def test_that_a_run_interrupted_by_ctrl_c_goes_on_to_its_end(
    detector: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    step = DetectorTraining._step

    def interrupted(self: DetectorTraining, *batch: object) -> object:
        if self.progress.step == 1:
            os.kill(os.getpid(), signal.SIGINT)
        return step(self, *batch)  # type: ignore[arg-type]

    with detector.monkeypatch.context() as patch:
        patch.setattr(DetectorTraining, "_step", interrupted)
        assert detector.run("detector", "--save-every", "1") == 130
    assert "The same command goes on from here." in capsys.readouterr().out
    out = detector.options["out"]
    assert read_state(out / "state.safetensors")["progress"]["step"] == 2

    assert detector.run("detector", "--save-every", "1") == 0

    said = capsys.readouterr().out
    assert "Goes on from step 2" in said
    assert "The schedule is finished." in said
    with (out / "log.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    assert tuple(rows[0]) == COLUMNS
    assert [row[0] for row in rows[1:]] == ["1", "2", "3"]
    assert json.loads((out / "state.json").read_text())["small_side"] == 64


def test_that_another_recipe_does_not_go_on_with_a_run(
    detector: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert detector.run() == 0

    assert detector.run(recipe=write_recipe(tmp_path / "other.toml", peak_lr=0.5)) == 1

    assert "peak_lr: is 0.5, but the run in" in capsys.readouterr().err


def test_that_a_damaged_checkpoint_is_refused(detector: Command, capsys: pytest.CaptureFixture[str]) -> None:
    out = detector.options["out"]
    out.mkdir()
    (out / "state.safetensors").write_bytes(b"\x10\x00\x00\x00\x00\x00\x00\x00{}")

    assert detector.run() == 1

    assert "state.safetensors is not a usable checkpoint" in capsys.readouterr().err


def test_that_missing_photographs_are_asked_for(
    detector: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert detector.run(photos=tmp_path / "nowhere") == 1

    assert "it holds no photographs <person>/*.jpg; give their folder with --photos" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"small_side": 100}, "key small_side: must be a multiple of 32"),
        ({"steps": 0}, "key steps: must be from 1"),
        ({"colour": 1}, "key colour: unknown key"),
    ],
)
def test_that_a_wrong_recipe_is_refused(
    detector: Command, tmp_path: Path, changes: dict[str, int], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert detector.run(recipe=write_recipe(tmp_path / "wrong.toml", **changes)) == 1

    assert said in capsys.readouterr().err


def test_that_a_loss_that_is_no_number_ends_the_run_with_a_hint(
    detector: Command, capsys: pytest.CaptureFixture[str]
) -> None:
    detector.monkeypatch.setattr(DetectorTraining, "_step", lambda self, *batch: (float("nan"), 0.0, 0.0))

    assert detector.run() == 1

    assert "the loss is nan at step 1; no checkpoint was written before that" in capsys.readouterr().err


def test_that_the_report_stands_detectors_side_by_side(
    detector: Command, reference_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    detector.monkeypatch.setattr(report, "TIMED_SIZES_WH", ((640, 640),))
    detector.monkeypatch.setattr(report, "sample_folder", lambda: None)
    second = tmp_path / "second.onnx"
    shutil.copy(reference_file, second)
    sizes = ("--scenes", "2", "--portraits", "1", "--empty-each", "1")
    options = {
        "photos": detector.options["photos"],
        "reference": reference_file,
        "labels": tmp_path / "labels.npz",
        "output": tmp_path / "report.json",
    }

    code = Command(detector.monkeypatch, options).run(
        "detector-report", "--model", str(reference_file), "--model", str(second), "--crop-count", "0", *sizes
    )

    assert code == 0
    said = capsys.readouterr().out
    assert "|  | reference.onnx | second.onnx |" in said
    # The made-up reference sees two faces in every picture.
    assert "| false faces, all empty pictures | 14 in 7 | 14 in 7 |" in said
    measured = json.loads((tmp_path / "report.json").read_text())
    assert [m["name"] for m in measured] == ["reference.onnx", "second.onnx"]
    assert measured[0]["lost_photos"]["value"] == 0.0
    assert [t["size"] for t in measured[0]["timings"]] == ["640x640"]


def test_that_a_damaged_model_is_refused_by_the_report(
    detector: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.onnx").write_bytes(b"no network")
    options = {
        "photos": detector.options["photos"],
        "reference": detector.options["reference"],
        "labels": tmp_path / "labels.npz",
        "output": tmp_path / "report.json",
        "model": tmp_path / "bad.onnx",
    }

    assert Command(detector.monkeypatch, options).run("detector-report") == 1

    assert "bad.onnx cannot be used for training: it is not an ONNX detector" in capsys.readouterr().err


def test_that_a_run_that_ends_far_above_where_it_began_is_not_finished(
    detector: Command, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    detector.monkeypatch.setattr(LossWatch, "has_diverged", lambda _watch: True)

    assert detector.run() == 1

    said = capsys.readouterr()
    assert "The schedule is finished" not in said.out
    assert "far above where it began; no checkpoint was written before that" in said.err
    assert not (tmp_path / "run" / "state.safetensors").exists()
