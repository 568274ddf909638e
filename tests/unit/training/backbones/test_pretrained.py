"""Checkpoints in the originals' formats, with random weights: loaded, mapped, refused; code in one never runs."""

from __future__ import annotations

import pickle
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("torch")

import torch
from torch import Tensor

from attendance.errors.storage import StorageError
from attendance_training import cli
from attendance_training.backbones import BACKBONES
from attendance_training.backbones.iresnet import IResNet
from attendance_training.backbones.mobilefacenet import MobileFaceNet
from attendance_training.backbones.pretrained import load_pretrained, read_pretrained
from attendance_training.errors import CheckpointUnusable
from attendance_training.files.checkpoint import load_arrays, load_weights

pytestmark = pytest.mark.needs_torch
SIZE = 8
State = dict[str, Tensor]


def small() -> MobileFaceNet:
    return MobileFaceNet(embedding_size=SIZE)


def random_state(seed: int) -> State:
    """A state dict that differs everywhere from a new network's."""
    torch.manual_seed(seed)
    return {
        name: torch.rand_like(value) + 0.5 if value.is_floating_point() else value + 7
        for name, value in small().state_dict().items()
    }


def embed(model: torch.nn.Module) -> Tensor:
    torch.manual_seed(1)
    with torch.inference_mode():
        out: Tensor = model.eval()(torch.randn(2, 3, 112, 112))
    return out


@pytest.mark.parametrize("name", ["iresnet18", "mobilefacenet_x2"])
def test_that_an_arcface_torch_backbone_comes_back(name: str, tmp_path: Path) -> None:
    torch.manual_seed(5)
    original = BACKBONES[name].build()
    torch.save(original.state_dict(), tmp_path / "backbone.pth")
    loaded = BACKBONES[name].build()
    load_pretrained(loaded, tmp_path / "backbone.pth")
    assert torch.equal(embed(loaded), embed(original))


def test_that_a_facenet_checkpoint_loads_without_its_classifier(tmp_path: Path) -> None:
    torch.manual_seed(6)
    original = BACKBONES["inception_resnet_v1"].build()
    classifier = {"logits.weight": torch.randn(8631, 512), "logits.bias": torch.randn(8631)}
    torch.save({**original.state_dict(), **classifier}, tmp_path / "vggface2.pt")
    loaded = BACKBONES["inception_resnet_v1"].build()
    load_pretrained(loaded, tmp_path / "vggface2.pt")
    assert torch.equal(embed(loaded), embed(original))


WRAPPED: dict[str, Callable[[State], Any]] = {
    "plain": lambda state: state,
    "arcface_torch's training state": lambda state: {
        "epoch": 3,
        "global_step": 12,
        "state_dict_backbone": state,
        "state_dict_softmax_fc": {"weight": torch.zeros(5, SIZE)},
        "state_optimizer": {"state": {0: {"momentum_buffer": torch.zeros(3)}}, "param_groups": [{"lr": 0.1}]},
    },
    "distributed": lambda state: {f"module.{name}": value for name, value in state.items()},
    "compiled": lambda state: {f"_orig_mod.{name}": value for name, value in state.items()},
    "in a container, distributed": lambda state: {"state_dict": {f"module.{n}": v for n, v in state.items()}},
    "double precision": lambda state: {n: v.double() if v.is_floating_point() else v for n, v in state.items()},
}


@pytest.mark.parametrize("wrapped", WRAPPED)
@pytest.mark.parametrize("is_zip", [True, False], ids=["zip", "before torch 1.6"])
def test_that_every_form_of_a_state_dict_is_unwrapped(wrapped: str, is_zip: bool, tmp_path: Path) -> None:
    state = random_state(2)
    torch.save(WRAPPED[wrapped](state), tmp_path / "c.pt", _use_new_zipfile_serialization=is_zip)
    model = small()
    load_pretrained(model, tmp_path / "c.pt")
    for name, value in model.state_dict().items():
        if value.is_floating_point():
            assert torch.equal(value, state[name]), name


def without(state: State, name: str) -> State:
    return {key: value for key, value in state.items() if key != name}


UNFIT: dict[str, tuple[Callable[[State], Any], str]] = {
    "one name less": (lambda s: without(s, "conv_sep.layers.0.weight"), "missing conv_sep.layers.0.weight"),
    "one name more": (lambda s: {**s, "conv9.weight": torch.zeros(1)}, "unknown conv9.weight"),
    "another shape": (lambda s: {**s, "features.layers.2.weight": torch.zeros(16, 512)}, r"\(16, 512\).*\(8, 512\)"),
    "not finite": (lambda s: {**s, "features.layers.3.bias": torch.full((SIZE,), torch.nan)}, "not finite"),
    "whole numbers": (lambda s: {**s, "features.layers.3.bias": torch.zeros(SIZE, dtype=torch.int32)}, "int32"),
    "a sparse tensor": (lambda s: {**s, "features.layers.3.bias": torch.zeros(SIZE).to_sparse()}, "not a tensor"),
    "text": (lambda s: {**s, "features.layers.3.bias": "zero"}, "is str"),
    "a list": (lambda s: list(s.values()), "not a state dict"),
    "numbers as names": (lambda s: dict(enumerate(s.values())), "not a state dict"),
    "nothing": (lambda s: {}, "no weights"),
    "a classifier only": (lambda s: {"logits.weight": torch.zeros(3, SIZE)}, "no weights"),
}


@pytest.mark.parametrize("case", UNFIT)
def test_that_an_unfitting_checkpoint_is_refused_and_changes_nothing(case: str, tmp_path: Path) -> None:
    change, reason = UNFIT[case]
    torch.save(change(random_state(2)), tmp_path / "c.pt")
    model = small()
    before = {name: value.clone() for name, value in model.state_dict().items()}
    with pytest.raises(CheckpointUnusable, match=rf"c\.pt.*{reason}"):
        load_pretrained(model, tmp_path / "c.pt")
    assert all(torch.equal(value, before[name]) for name, value in model.state_dict().items())


class Bomb:
    """Writes a file when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return Path.write_text, (self.path, "it ran")


@pytest.mark.parametrize("form", ["zip", "before torch 1.6", "plain pickle", "inside the state dict"])
def test_that_code_in_a_checkpoint_is_refused_and_never_runs(form: str, tmp_path: Path) -> None:
    sign, path = tmp_path / "sign", tmp_path / "c.pt"
    if form == "plain pickle":
        path.write_bytes(pickle.dumps(Bomb(sign), protocol=2))
    elif form == "inside the state dict":
        torch.save({**random_state(2), "features.layers.3.bias": Bomb(sign)}, path)
    else:
        torch.save(Bomb(sign), path, _use_new_zipfile_serialization=form == "zip")
    with pytest.raises(CheckpointUnusable, match="not opened"):
        read_pretrained(path)
    assert not sign.exists()
    torch.load(path, weights_only=False) if form != "plain pickle" else pickle.loads(path.read_bytes())
    assert sign.read_text() == "it ran"  # so the files above did hold code


def test_that_a_whole_saved_module_is_refused(tmp_path: Path) -> None:
    torch.save(small(), tmp_path / "c.pt")
    with pytest.raises(CheckpointUnusable, match="Python objects"):
        read_pretrained(tmp_path / "c.pt")


@pytest.mark.parametrize("is_zip", [True, False], ids=["zip", "before torch 1.6"])
def test_that_damage_is_refused(is_zip: bool, tmp_path: Path) -> None:
    path = tmp_path / "c.pt"
    torch.save(random_state(2), path, _use_new_zipfile_serialization=is_zip)
    whole = path.read_bytes()
    for length in (0, 1, 100, len(whole) // 2, len(whole) - 1000):
        path.write_bytes(whole[:length])
        with pytest.raises(CheckpointUnusable, match=r"c\.pt"):
            read_pretrained(path)
    path.write_text("epoch,loss\n1,2\n")
    with pytest.raises(CheckpointUnusable):
        read_pretrained(path)


def test_that_absent_files_and_folders_are_named(tmp_path: Path) -> None:
    with pytest.raises(CheckpointUnusable, match="no such file"):
        read_pretrained(tmp_path / "absent.pth")
    with pytest.raises(CheckpointUnusable, match="cannot be read"):
        read_pretrained(tmp_path)


def run_main(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["attendance-train", *map(str, arguments)])
    with pytest.raises(SystemExit) as exit_:
        cli.main()
    assert isinstance(exit_.value.code, int)
    return exit_.value.code


def test_that_imported_weights_are_what_the_other_commands_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.manual_seed(8)
    original = BACKBONES["mobilefacenet"].build()
    torch.save(original.state_dict(), tmp_path / "backbone.pth")
    output = tmp_path / "weights.npz"
    arguments = ("import-weights", tmp_path / "backbone.pth", "--backbone", "mobilefacenet", "-o", output)
    assert run_main(monkeypatch, *arguments) == 0
    assert "1,003,136 parameters of mobilefacenet" in capsys.readouterr().out
    loaded = BACKBONES["mobilefacenet"].build()
    load_weights(loaded, load_arrays(output), output)
    assert torch.equal(embed(loaded), embed(original))


def test_that_import_refuses_another_network_and_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    torch.save(random_state(2), tmp_path / "backbone.pth")
    output = tmp_path / "weights.npz"
    output.write_text("old")
    arguments = ("import-weights", tmp_path / "backbone.pth", "-o", output, "--backbone")
    assert run_main(monkeypatch, *arguments, "iresnet18") == 1
    assert "MOD-05" in capsys.readouterr().err
    assert run_main(monkeypatch, *arguments, "iresnet20") == 2
    assert output.read_text() == "old"


def test_that_a_folder_that_is_absent_is_a_storage_error(tmp_path: Path) -> None:
    from attendance_training.backbones.pretrained import save_arrays

    with pytest.raises(StorageError):
        save_arrays(tmp_path / "absent" / "w.npz", IResNet(18, embedding_size=SIZE))
