"""A network's weights come out of every form in which this project keeps them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

import safetensors.numpy
import torch
from torch import nn

from attendance_training.backbones.dense_cnn import DenseNet112
from attendance_training.backbones.pretrained import save_arrays
from attendance_training.distillation.hinted_student import HintedStudent
from attendance_training.errors import CheckpointUnusable
from attendance_training.files.checkpoint import load_weights
from attendance_training.runs.network_weights import read_weights
from attendance_training.runs.run_state import compact, read_state, write_state


def network() -> DenseNet112:
    torch.manual_seed(3)
    return DenseNet112((4, 4, 4, 4), (1, 1, 1), embedding_size=8)


def state_of(trained: nn.Module) -> dict[str, object]:
    """The state of a run in which the running mean has gone on by one from the weights."""
    optimizer = torch.optim.AdamW(trained.parameters())
    for parameter in trained.parameters():
        parameter.grad = torch.ones_like(parameter)
    optimizer.step()
    average = {f"module.{name}": value + 1 for name, value in trained.state_dict().items()}
    return {
        "model": trained.state_dict(),
        "average": average,
        "optimizer": optimizer.state_dict(),
        "progress": {},
        "config": {},
    }


def same(path: Path, wanted: nn.Module, shift: float) -> bool:
    arrays = read_weights(path)
    load_weights(network(), arrays, path)  # names and shapes
    state = wanted.state_dict()
    return all(np.allclose(value, state[name].numpy() + shift) for name, value in arrays.items())


def test_that_array_files_and_run_states_are_read(tmp_path: Path) -> None:
    made = network()
    save_arrays(tmp_path / "w.npz", made)
    assert same(tmp_path / "w.npz", made, 0)
    arrays = {name: value.numpy() for name, value in made.state_dict().items() if value.is_floating_point()}
    safetensors.numpy.save_file(arrays, tmp_path / "w.safetensors")
    assert same(tmp_path / "w.safetensors", made, 0)


@pytest.mark.parametrize("is_compact", [True, False])
@pytest.mark.parametrize("has_hints", [True, False])
def test_that_the_running_mean_of_a_run_is_taken_without_the_maps(
    tmp_path: Path, is_compact: bool, has_hints: bool
) -> None:
    made = network()
    trained = HintedStudent(made, [(5, 28, 28), (5, 14, 14), (5, 7, 7)]) if has_hints else made
    path = tmp_path / "state.safetensors"
    write_state(path, state_of(trained))
    if is_compact:
        write_state(path, compact(read_state(path)))
    assert same(path, made, 1)


def test_that_a_damaged_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "w.safetensors").write_bytes(b"nothing")
    with pytest.raises(CheckpointUnusable, match="cannot be read"):
        read_weights(tmp_path / "w.safetensors")
    write_state(tmp_path / "s.safetensors", state_of(network()))
    content = bytearray((tmp_path / "s.safetensors").read_bytes())
    content[-3] ^= 1
    (tmp_path / "s.safetensors").write_bytes(bytes(content))
    with pytest.raises(CheckpointUnusable):
        read_weights(tmp_path / "s.safetensors")
