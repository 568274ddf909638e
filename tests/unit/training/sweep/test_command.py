"""The command with the real training: a whole sweep of seconds, Ctrl+C, and wrong input in one sentence."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from tests.patience import PATIENCE_S

pytest.importorskip("torch")
pytest.importorskip("kornia")
pytest.importorskip("matplotlib")

from attendance_training.cli import app
from attendance_training.sweep.results import RESULTS_NAME
from tests.unit.training.data.pictures import make_crop

PLAN = """
seeds = [1, 2, 3]
far = 0.1
copies = 2
people = { train = 0.4, validation = 0.3, test = 0.3, salt = "a" }
training = { backbone = "dense112_tiny", embedding_size = 16, people_per_batch = 4, epochs = EPOCHS, degrade = false }
points = [{ loss = "triplet", margin = 0.2 }, { loss = "arcface", margin_rad = 0.2, scale = 16.0 }]
"""


def write_faces(path: Path, people: int = 40) -> Path:
    rng = np.random.default_rng(1)
    crops = [make_crop(person) // 2 + rng.integers(0, 99, (112, 112, 3)) for person in range(people) for _ in "12"]
    names = np.array([f"p{person:02}/{number}.png" for person in range(people) for number in "12"])
    np.savez(path, path=names, crop=np.array(crops, np.uint8), model_id="pack:0")
    return path


def write_plan(path: Path, epochs: int) -> Path:
    path.write_text(PLAN.replace("EPOCHS", str(epochs)))
    return path


def test_that_a_whole_sweep_trains_chooses_and_writes(tmp_path: Path) -> None:
    arguments = [str(write_plan(tmp_path / "s.toml", 1)), "--faces", str(write_faces(tmp_path / "crops.npz"))]
    result = CliRunner().invoke(app, ["sweep", *arguments, "-o", str(tmp_path / "out"), "--threads", "1"])
    assert result.exit_code == 0, result.output
    with (tmp_path / "out" / RESULTS_NAME).open() as file:
        rows = list(csv.DictReader(file))
    assert [(row["loss"], row["seed"]) for row in rows] == [(x, s) for s in "123" for x in ("triplet", "arcface")]
    assert all(float(row["cpu_seconds"]) > 0 and int(row["steps"]) > 0 for row in rows)
    assert len({row["last_loss"] for row in rows}) == 6  # the seeds train differently
    assert "Chosen on validation" in result.output
    assert {"table.md", "plot.png", "sweep.json"} <= {path.name for path in (tmp_path / "out").iterdir()}
    again = CliRunner().invoke(app, ["sweep", *arguments, "-o", str(tmp_path / "out")])
    assert "6 of them are finished" in again.output


@pytest.mark.skipif(sys.platform == "win32", reason="sends SIGINT to another process")
def test_that_ctrl_c_keeps_the_finished_runs_and_ends_soon(tmp_path: Path) -> None:
    plan, faces = write_plan(tmp_path / "s.toml", 100_000), write_faces(tmp_path / "crops.npz")
    command = [
        sys.executable,
        "-u",
        "-m",
        "attendance_training",
        "sweep",
        str(plan),
        "--faces",
        str(faces),
        "--threads",
        "1",
    ]
    process = subprocess.Popen(
        [*command, "-o", str(tmp_path / "out")],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
    )
    assert process.stdout is not None
    for line in process.stdout:
        if line.startswith("Making"):  # the copies and the endless training come next
            break
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 130, errors
    assert "Stopped; the finished runs are kept" in errors


def test_that_a_missing_sweep_and_missing_faces_are_one_sentence(tmp_path: Path) -> None:
    plan, faces = write_plan(tmp_path / "s.toml", 1), write_faces(tmp_path / "crops.npz")
    for arguments, text in (
        (["absent.toml", "--faces", str(faces)], "cannot be read"),
        ([str(plan), "--faces", str(tmp_path / "absent.npz")], "there is no such file"),
    ):
        result = CliRunner().invoke(app, ["sweep", *arguments, "-o", str(tmp_path / "out")])
        assert result.exit_code == 1
        assert text in str(result.exception)
    assert not (tmp_path / "out").exists()
