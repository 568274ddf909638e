"""A network's weights come out of every form in which this project keeps them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

import safetensors.numpy
import safetensors.torch
import torch
from torch import nn

from attendance_training.backbones.dense_cnn import DenseNet112
from attendance_training.backbones.pretrained import save_arrays
from attendance_training.distillation.hinted_student import HintedStudent
from attendance_training.errors import CheckpointUnusable
from attendance_training.files.checkpoint import load_weights
from attendance_training.runs.network_weights import open_network, read_weights
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


def test_that_the_folder_of_a_run_gives_its_weights_or_where_it_stood(tmp_path: Path) -> None:
    made = network()
    write_state(tmp_path / "state.safetensors", state_of(made))  # type: ignore[arg-type]
    assert same(tmp_path, made, 1)
    other = network()
    save_arrays(tmp_path / "weights.npz", other)
    assert same(tmp_path, other, 0)


def test_that_a_torch_checkpoint_is_read_as_the_import_does(tmp_path: Path) -> None:
    made = network()
    torch.save(made.state_dict(), tmp_path / "backbone.pth")
    assert same(tmp_path / "backbone.pth", made, 0)


def test_that_a_state_with_a_weight_that_is_no_number_is_refused(tmp_path: Path) -> None:
    made = network()
    state = state_of(made)
    average = state["average"]
    assert isinstance(average, dict)
    average["module.fc.weight"] = average["module.fc.weight"].clone().fill_(torch.nan)
    write_state(tmp_path / "state.safetensors", state)  # type: ignore[arg-type]
    with pytest.raises(CheckpointUnusable, match=r"fc\.weight holds values that are not finite"):
        read_weights(tmp_path)


def test_that_bfloat16_weights_are_one_sentence(tmp_path: Path) -> None:
    safetensors.torch.save_file({"x": torch.zeros(2, dtype=torch.bfloat16)}, tmp_path / "w.safetensors")
    with pytest.raises(CheckpointUnusable, match=r"cannot be read|x is bfloat16, not float32"):
        read_weights(tmp_path / "w.safetensors")


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("absent", "there is no such file"),
        ("empty", "neither weights.npz nor state.safetensors"),
        ("photos", "it is a folder of pictures, and the folder of a training is needed"),
        ("e.npz", "it is a file of embeddings, and a file of weights is needed"),
        ("r.toml", "it is a TOML file, and a file of weights is needed"),
    ],
)
def test_that_something_else_than_a_network_says_what_it_is(tmp_path: Path, name: str, reason: str) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "photos" / "ada").mkdir(parents=True)
    (tmp_path / "photos" / "ada" / "1.jpg").write_bytes(b"x")
    np.savez(tmp_path / "e.npz", path=np.array(["a"]), embedding=np.zeros(1))
    (tmp_path / "r.toml").write_text("a = 1")
    with pytest.raises(CheckpointUnusable, match=reason):
        open_network(tmp_path / name)


def test_that_weights_of_no_network_here_are_refused_by_name(tmp_path: Path) -> None:
    np.savez(tmp_path / "w.npz", **{"strange.weight": np.zeros(3, np.float32)})
    with pytest.raises(CheckpointUnusable, match=r"'attendance-train models' lists: it begins with strange\.weight"):
        open_network(tmp_path / "w.npz")
    with pytest.raises(CheckpointUnusable, match="it is for another network"):
        open_network(tmp_path / "w.npz", "dense112_tiny")
