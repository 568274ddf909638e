"""States of runs: no code is run while one is read, and a damaged one is refused."""

from __future__ import annotations

import json
import pickle
import struct
from pathlib import Path

import pytest

pytest.importorskip("torch")
pytest.importorskip("safetensors")

import torch

from attendance_training.errors import CheckpointUnusable
from attendance_training.runs.run_state import FORMAT, State, read_state, write_state

pytestmark = pytest.mark.needs_torch


def make_state() -> State:
    torch.manual_seed(5)
    return {
        "model": {"c.weight": torch.randn(4, 3, 3, 3).to(memory_format=torch.channels_last), "n": torch.tensor(7)},
        "average": {"n_averaged": torch.tensor(2), "module.c.weight": torch.randn(4, 3, 3, 3)},
        "optimizer": {
            "state": {0: {"step": torch.tensor(3.0), "exp_avg": torch.randn(4, 3, 3, 3)}},
            "param_groups": [{"lr": 1e-3, "betas": (0.9, 0.999), "foreach": None, "params": [0]}],
        },
        "progress": {"step": 3, "seconds": 0.1 + 0.2},
        "config": {"backbone": "tiny", "is_bfloat16": False},
    }


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


def test_that_a_state_comes_back_whole(tmp_path: Path) -> None:
    state = make_state()
    write_state(tmp_path / "s.safetensors", state)
    back = read_state(tmp_path / "s.safetensors")
    assert back.keys() == state.keys()
    for part in ("progress", "config"):
        assert back[part] == state[part]
    assert back["optimizer"]["param_groups"] == state["optimizer"]["param_groups"]
    for left, right in (
        (back["model"], state["model"]),
        (back["average"], state["average"]),
        (back["optimizer"]["state"][0], state["optimizer"]["state"][0]),
    ):
        assert left.keys() == right.keys()
        for key, value in right.items():
            assert left[key].dtype == value.dtype
            assert torch.equal(left[key], value)


def test_that_the_safetensors_header_names_the_format(tmp_path: Path) -> None:
    write_state(tmp_path / "s.safetensors", make_state())
    data = (tmp_path / "s.safetensors").read_bytes()
    header = json.loads(data[8 : 8 + struct.unpack("<Q", data[:8])[0]])
    assert header["__metadata__"]["format"] == FORMAT
    assert json.loads(header["__metadata__"]["config"]) == make_state()["config"]
    assert "optimizer/0/exp_avg" in header


def test_that_a_pickled_object_is_never_run(tmp_path: Path) -> None:
    trap, path = tmp_path / "sprung", tmp_path / "s.safetensors"
    torch.save({**make_state(), "config": Trap(trap)}, path)
    with pytest.raises(CheckpointUnusable, match="cannot be resumed"):
        read_state(path)
    path.write_bytes(pickle.dumps(Trap(trap)))
    with pytest.raises(CheckpointUnusable, match="cannot be resumed"):
        read_state(path)
    assert not trap.exists()


def test_that_cut_empty_and_absent_states_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.safetensors"
    with pytest.raises(CheckpointUnusable):
        read_state(path)
    write_state(path, make_state())
    whole = path.read_bytes()
    for length in (0, 5, len(whole) // 2, len(whole) - 1):
        path.write_bytes(whole[:length])
        with pytest.raises(CheckpointUnusable, match="cannot be resumed"):
            read_state(path)


def test_that_one_flipped_bit_in_the_numbers_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s.safetensors"
    write_state(path, make_state())
    data = bytearray(path.read_bytes())
    data[-40] ^= 1
    path.write_bytes(data)
    with pytest.raises(CheckpointUnusable, match="cannot be resumed"):
        read_state(path)


def test_that_tensors_without_a_runs_metadata_are_refused(tmp_path: Path) -> None:
    import safetensors.torch

    safetensors.torch.save_file({"model/c": torch.zeros(2)}, tmp_path / "s.safetensors")
    with pytest.raises(CheckpointUnusable, match="it is a file of weights, and the state of a training is needed"):
        read_state(tmp_path / "s.safetensors")
