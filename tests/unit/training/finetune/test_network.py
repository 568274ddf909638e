"""The checkpoint is the pack's or is refused; only the chosen part can change."""

from __future__ import annotations

import pickle
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from attendance_training.backbones import BACKBONES
from attendance_training.backbones.pretrained import save_arrays
from attendance_training.errors import CheckpointUnusable
from attendance_training.finetune.network.pack_network import (
    PackNetwork,
    choose_part,
    load_network,
    refuse_other,
)
from attendance_training.packs.export import export_onnx
from attendance_training.packs.recognizer import OnnxRecognizer
from tests.unit.training.finetune.tiny_network import NAME, SIZE, TINY, blob, flat, network, pictures

CROPS = flat(pictures(3, 2, seed=5))


@pytest.fixture(autouse=True)
def _tiny(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(BACKBONES, NAME, TINY)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("network")
    made = network()
    save_arrays(folder / "weights.npz", made)
    save_arrays(folder / "other.npz", network(seed=2))
    export_onnx(made, folder / "rec.onnx", embedding_size=SIZE)
    return folder


@pytest.mark.parametrize("flip", [True, False])
def test_that_the_packs_own_weights_give_its_embeddings(files: Path, flip: bool) -> None:
    base = OnnxRecognizer(files / "rec.onnx", flip_average=flip)
    model = load_network(files / "weights.npz", NAME, base)
    with torch.inference_mode():
        ours = model(torch.from_numpy(blob(CROPS))).numpy()
    np.testing.assert_allclose(ours, base.embed(CROPS), atol=1e-4)


def test_that_other_weights_are_refused_with_the_cosine(files: Path) -> None:
    base = OnnxRecognizer(files / "rec.onnx")
    with pytest.raises(CheckpointUnusable, match=r"not what the pack was exported from.*at least 0\.999"):
        load_network(files / "other.npz", NAME, base)


def test_that_a_difference_on_real_crops_is_refused_too(files: Path) -> None:
    base = OnnxRecognizer(files / "rec.onnx", flip_average=True)
    model = PackNetwork(network(), flip_average=False).eval()
    with pytest.raises(CheckpointUnusable, match="on 6 pictures the smallest cosine"):
        refuse_other(model, base, CROPS, files / "weights.npz")


def test_that_a_network_of_another_embedding_size_is_refused(files: Path) -> None:
    base = OnnxRecognizer(files / "rec.onnx")
    with pytest.raises(CheckpointUnusable, match="dense112 gives 192 numbers, the pack's embeddings have 8"):
        load_network(files / "weights.npz", "dense112", base)


def test_that_pickled_code_is_refused_and_never_run(files: Path, tmp_path: Path) -> None:
    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[Path, ...]]:
            return Path.touch, (tmp_path / "executed",)

    base = OnnxRecognizer(files / "rec.onnx")
    bad = tmp_path / "bad.npz"
    bad.write_bytes(pickle.dumps(Bomb()))
    with pytest.raises(CheckpointUnusable, match="pickled"):
        load_network(bad, NAME, base)
    np.savez(bad, weight=np.array([Bomb()], dtype=object))
    with pytest.raises(CheckpointUnusable, match="pickled"):
        load_network(bad, NAME, base)
    torch.save({"weight": Bomb()}, bad)
    with pytest.raises(CheckpointUnusable, match=r"perhaps a torch file|Python objects that could run code"):
        load_network(bad, NAME, base)
    whole = (files / "weights.npz").read_bytes()
    bad.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(CheckpointUnusable, match="whole"):
        load_network(bad, NAME, base)
    bad.with_suffix(".safetensors").write_bytes(b"\x10\0\0\0\0\0\0\0{}")
    with pytest.raises(CheckpointUnusable, match="cannot be read"):
        load_network(bad.with_suffix(".safetensors"), NAME, base)
    assert not (tmp_path / "executed").exists()


def test_that_the_last_stage_is_chosen_and_the_rest_is_frozen() -> None:
    model = PackNetwork(network(), flip_average=False)
    chosen = choose_part(model, "last-stage")
    names = {name for name, parameter in model.named_parameters() if parameter.requires_grad}
    prefixes = [f"network.{part}" for part in ("f.5", "dw", "bn", "fc", "bn2")]
    assert all(any(name.startswith(f"{prefix}.") for prefix in prefixes) for name in names)
    assert all(any(name.startswith(f"{prefix}.") for name in names) for prefix in prefixes)
    assert len(names) == len(chosen) < len(list(model.parameters()))
    assert len(choose_part(PackNetwork(network(), flip_average=False), "all")) == len(list(model.parameters()))


@pytest.mark.parametrize("name", sorted(set(BACKBONES) - {NAME}))
@pytest.mark.parametrize("part", ["last-stage", "all"])
def test_that_every_network_has_a_last_stage(name: str, part: str) -> None:
    with torch.device("meta"):
        model = PackNetwork(BACKBONES[name].build(), flip_average=False)
    fixed = {parameter for parameter in model.parameters() if not parameter.requires_grad}
    chosen = choose_part(model, part)
    total = len(list(model.parameters())) - len(fixed)
    assert len(chosen) == total if part == "all" else 4 < len(chosen) < total
    assert not fixed & set(chosen)


def test_that_a_network_without_stages_has_no_last_one() -> None:
    with pytest.raises(TypeError, match="Linear has no last stage"):
        choose_part(PackNetwork(nn.Linear(2, 2), flip_average=False), "last-stage")


def test_that_statistics_never_change() -> None:
    model = PackNetwork(network(), flip_average=False).train()
    before = {name: value.clone() for name, value in model.named_buffers()}
    model(torch.from_numpy(blob(CROPS)))
    assert all(torch.equal(value, before[name]) for name, value in model.named_buffers())
