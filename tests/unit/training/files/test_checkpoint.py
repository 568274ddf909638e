"""Checkpoints: strict names and shapes, and no pickle is ever opened."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("safetensors")

import safetensors.numpy
import torch
from torch import nn

from attendance_training.errors import CheckpointUnusable
from attendance_training.files.checkpoint import load_arrays, load_weights

pytestmark = pytest.mark.needs_torch


class Trap:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[object, ...]:
        return Path.touch, (self.path,)


def make_model() -> nn.Module:
    torch.manual_seed(1)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))


def save(path: Path, model: nn.Module) -> Path:
    np.savez(path, **{name: value.numpy() for name, value in model.state_dict().items()})
    return path


def test_that_load_weights_restores_every_value(tmp_path: Path) -> None:
    source = make_model()
    with torch.no_grad():
        source[1].running_mean.fill_(0.25)  # type: ignore[index,union-attr,operator]
    path = save(tmp_path / "w.npz", source)
    target = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4))
    load_weights(target, load_arrays(path), path)
    for name, value in source.state_dict().items():
        assert torch.equal(value, target.state_dict()[name]), name


@pytest.mark.parametrize("name", ["w.npz", "w.pt"])
def test_that_load_arrays_refuses_a_pickle_without_running_it(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    path.write_bytes(pickle.dumps(Trap(tmp_path / "was-run")))
    with pytest.raises(CheckpointUnusable, match="pickled"):
        load_arrays(path)
    assert not (tmp_path / "was-run").exists()


def test_that_load_arrays_refuses_a_pickle_inside_an_npz(tmp_path: Path) -> None:
    path = tmp_path / "w.npz"
    np.savez(path, weight=np.array([Trap(tmp_path / "was-run")], dtype=object))
    with pytest.raises(CheckpointUnusable, match="pickled"):
        load_arrays(path)
    assert not (tmp_path / "was-run").exists()


@pytest.mark.parametrize(
    ("arrays", "reason"),
    [
        ({"a": np.zeros(2, np.float64)}, "float64"),
        ({"a": np.array([np.nan], np.float32)}, "not finite"),
        ({"n.num_batches_tracked": np.array(3)}, "no arrays"),
    ],
)
def test_that_load_arrays_names_what_is_wrong(tmp_path: Path, arrays: dict[str, object], reason: str) -> None:
    np.savez(tmp_path / "w.npz", **arrays)  # type: ignore[arg-type]
    with pytest.raises(CheckpointUnusable, match=reason):
        load_arrays(tmp_path / "w.npz")


def test_that_load_arrays_refuses_absent_cut_and_single_array_files(tmp_path: Path) -> None:
    with pytest.raises(CheckpointUnusable, match="no such file"):
        load_arrays(tmp_path / "absent.npz")
    whole = save(tmp_path / "w.npz", make_model()).read_bytes()
    (tmp_path / "cut.npz").write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CheckpointUnusable):
        load_arrays(tmp_path / "cut.npz")
    np.save(tmp_path / "one.npy", np.zeros(3, np.float32))
    with pytest.raises(CheckpointUnusable, match="one array"):
        load_arrays(tmp_path / "one.npy")


def test_that_load_weights_refuses_another_shape_and_changes_nothing(tmp_path: Path) -> None:
    model = make_model()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    arrays = load_arrays(save(tmp_path / "w.npz", make_model()))
    arrays["0.bias"] = arrays["0.bias"] + 1
    arrays["1.weight"] = np.zeros(5, np.float32)
    with pytest.raises(CheckpointUnusable, match=r"1\.weight has shape \(5,\), the network needs \(4,\)"):
        load_weights(model, arrays, tmp_path / "w.npz")
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


def test_that_load_weights_names_missing_and_unknown_parameters(tmp_path: Path) -> None:
    arrays = load_arrays(save(tmp_path / "w.npz", make_model()))
    arrays["other"] = arrays.pop("0.bias")
    with pytest.raises(CheckpointUnusable, match=r"missing 0\.bias; unknown other"):
        load_weights(make_model(), arrays, tmp_path / "w.npz")


def test_that_float16_in_safetensors_is_widened_and_other_kinds_are_refused(tmp_path: Path) -> None:
    arrays = {"a": np.array([0.5, 2.0], np.float16), "b": np.array([3.0], np.float32)}
    safetensors.numpy.save_file(arrays, tmp_path / "w.safetensors")
    read = load_arrays(tmp_path / "w.safetensors")
    assert {name: (value.dtype, value.tolist()) for name, value in read.items()} == {
        "a": (np.dtype(np.float32), [0.5, 2.0]),
        "b": (np.dtype(np.float32), [3.0]),
    }
    safetensors.numpy.save_file({"a": np.array([1], np.int64)}, tmp_path / "int.safetensors")
    with pytest.raises(CheckpointUnusable, match="a is int64, not float32"):
        load_arrays(tmp_path / "int.safetensors")
    (tmp_path / "cut.safetensors").write_bytes((tmp_path / "w.safetensors").read_bytes()[:20])
    for name in ("cut.safetensors", "absent.safetensors"):
        with pytest.raises(CheckpointUnusable, match=f"{name}.*cannot be read"):
            load_arrays(tmp_path / name)
