"""`attendance-train train` as a process: killed, interrupted, and started by torchrun."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("safetensors")
pytest.importorskip("tensorboard")
pytest.importorskip("kornia")

import torch

from attendance_training.files.checkpoint import load_arrays
from attendance_training.runs.run_state import read_state
from tests.unit.training.data.pictures import write_folder
from tests.unit.training.loop.tiny import SIZE, photo

pytestmark = pytest.mark.needs_torch

MODULE = "tests.unit.training.loop.tiny_command"
LIMIT_S = 240
"""For a busy machine; the commands take seconds."""
CANCEL_LIMIT_S = 12.0
"""The goal is 2 s; a busy machine gets more, and the step that is cancelled takes 20 s."""


@pytest.fixture(scope="module")
def people(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("people")
    return write_folder(
        root / "faces", {f"p{who:02}": [photo(who, number) for number in range(4)] for who in range(16)}
    )


def write_recipe(folder: Path, backbone: str, **changes: object) -> Path:
    values = {
        "backbone": backbone,
        "embedding_size": SIZE,
        "people_per_batch": 4,
        "warm_up_steps": 2,
        "epochs": 2,
        "degrade": "true",
        **changes,
    }
    lines = [f"{key} = {value}" for key, value in values.items() if key != "backbone"]
    path = folder / f"{backbone}.toml"
    path.write_text("\n".join([f'backbone = "{backbone}"', *lines]) + "\n")
    return path


def command(people: Path, recipe: Path, out: Path, *launcher: str) -> list[str]:
    words = launcher or (sys.executable, "-m", MODULE)
    return [
        *words,
        "train",
        *("--faces", str(people), "--recipe", str(recipe), "--out", str(out), "--held-out", "0.3"),
        *("--save-every", "2", "--threads", "1"),
    ]


def run(words: list[str]) -> str:
    done = subprocess.run(words, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def start_until(words: list[str], line: str, *, is_group: bool = False, **environment: str) -> subprocess.Popen[str]:
    """Start a process and wait until it prints a line."""
    process = subprocess.Popen(
        words,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **environment},
        start_new_session=is_group,
    )
    assert process.stdout is not None
    seen = []
    for found in process.stdout:
        seen.append(found)
        if found.strip() == line:
            return process
    raise AssertionError("".join(seen))


@pytest.fixture(scope="module")
def whole(people: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("whole")
    run(command(people, write_recipe(folder, "forgetful"), folder / "run"))
    return folder / "run"


@pytest.mark.parametrize(
    ("pause", "saved"),
    [("forward:6", 4), ("fsync:9", 4)],  # a checkpoint is four files: the ninth write is the state of step 6
    ids=["inside a step", "inside a checkpoint"],
)
def test_that_a_killed_run_goes_on_from_its_last_checkpoint_to_the_same_weights(
    people: Path, whole: Path, tmp_path: Path, pause: str, saved: int
) -> None:
    words = command(people, write_recipe(tmp_path, "forgetful"), tmp_path / "run")
    process = start_until(words, "paused", PAUSE=pause)
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=LIMIT_S)
    assert process.returncode == -signal.SIGKILL
    assert read_state(tmp_path / "run" / "state.safetensors")["progress"]["step"] == saved

    assert f"Goes on from step {saved}" in run(words)
    ours, theirs = (read_state(folder / "state.safetensors") for folder in (tmp_path / "run", whole))
    for kind in ("model", "average"):
        assert all(torch.equal(ours[kind][name], value) for name, value in theirs[kind].items())
    resumed, expected = (load_arrays(folder / "weights.npz") for folder in (tmp_path / "run", whole))
    for name, value in expected.items():
        np.testing.assert_array_equal(resumed[name], value)


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="looks for processes in /proc")
def test_that_workers_are_gone_after_their_run_was_killed_and_the_next_goes_on(
    people: Path, whole: Path, tmp_path: Path
) -> None:
    words = [*command(people, write_recipe(tmp_path, "forgetful"), tmp_path / "run"), "--workers", "1"]
    process = start_until(words, "paused", PAUSE="forward:6")
    workers = _children(process.pid)
    assert workers
    process.send_signal(signal.SIGKILL)
    process.communicate(timeout=LIMIT_S)
    end = time.monotonic() + LIMIT_S
    while any(_is_running(worker) for worker in workers):
        assert time.monotonic() < end
        time.sleep(0.1)

    assert "Goes on from step 4" in run(words)
    resumed, expected = (load_arrays(folder / "weights.npz") for folder in (tmp_path / "run", whole))
    for name, value in expected.items():
        np.testing.assert_array_equal(resumed[name], value)


def test_that_ctrl_c_of_a_terminal_stops_a_run_with_workers_in_order(people: Path, tmp_path: Path) -> None:
    words = [*command(people, write_recipe(tmp_path, "slow"), tmp_path / "run"), "--workers", "1"]
    process = start_until(words, "in a step", is_group=True)
    os.killpg(process.pid, signal.SIGINT)
    rest, _ = process.communicate(timeout=LIMIT_S)
    assert process.returncode == 130, rest
    assert "Stopped after step 0. The same command goes on from here." in rest
    assert "Traceback" not in rest


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task").iterdir()  # a child belongs to the thread that started it
    return [int(child) for task in tasks for child in (task / "children").read_text().split()]


def _is_running(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_that_an_interrupted_run_ends_in_the_middle_of_a_long_step(people: Path, tmp_path: Path) -> None:
    words = command(people, write_recipe(tmp_path, "slow"), tmp_path / "run")
    process = start_until(words, "in a step")
    asked = time.monotonic()
    process.send_signal(signal.SIGINT)
    rest, _ = process.communicate(timeout=LIMIT_S)
    assert time.monotonic() - asked < CANCEL_LIMIT_S
    assert process.returncode == 130, rest
    assert "Stopped after step 0. The same command goes on from here." in rest
    assert read_state(tmp_path / "run" / "state.safetensors")["progress"]["step"] == 0


def test_that_torchrun_trains_in_two_processes_as_in_one(people: Path, tmp_path: Path) -> None:
    recipe = write_recipe(tmp_path, "pooled", degrade="false", sharded_head="true")
    run(command(people, recipe, tmp_path / "one"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    launcher = (sys.executable, "-m", "torch.distributed.run", "--nproc-per-node", "2", "--master-addr", "127.0.0.1")
    printed = run(command(people, recipe, tmp_path / "two", *launcher, "--master-port", str(port), "-m", MODULE))
    assert printed.count("The schedule is finished") == 1, "the second process says nothing"
    one, two = (load_arrays(tmp_path / name / "weights.npz") for name in ("one", "two"))
    for name, value in one.items():
        np.testing.assert_allclose(two[name], value, rtol=1e-4, atol=1e-5)


def test_that_the_package_can_be_run_as_a_module() -> None:
    assert "--recipe" in run([sys.executable, "-m", "attendance_training", "train", "--help"])
