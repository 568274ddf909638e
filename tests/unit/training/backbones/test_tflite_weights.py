"""Weights of TFLite files: they come in order, and what is not a plain float32 recognizer is refused."""

from __future__ import annotations

import sys
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")

import cv2
import onnx
import onnxruntime as ort
import torch
from onnx import numpy_helper
from torch import nn

from attendance.resource_files import resource_path
from attendance_training import cli
from attendance_training.backbones import BACKBONES
from attendance_training.backbones.folded_mobilefacenet import FoldedConv, FoldedMobileFaceNet
from attendance_training.backbones.pretrained import load_pretrained
from attendance_training.backbones.tflite_weights import read_tflite
from attendance_training.errors import CheckpointUnusable
from attendance_training.files.checkpoint import load_arrays, load_weights
from attendance_training.packs.recognizer import OnnxRecognizer
from tests.unit.training.backbones.tflite_files import TfliteFile, write_network

pytestmark = pytest.mark.needs_torch
SIZE = 8
CROPS = 200
RELU = 1
"""ActivationFunctionType of the schema."""


def random_network(seed: int) -> FoldedMobileFaceNet:
    torch.manual_seed(seed)
    model = FoldedMobileFaceNet(embedding_size=SIZE)
    for module in model.modules():
        if isinstance(module, nn.PReLU):
            nn.init.uniform_(module.weight, -0.5, 0.5)
        elif isinstance(module, nn.Conv2d) and module.bias is not None:
            nn.init.uniform_(module.bias, -0.1, 0.1)
    return model.eval()


def embed(model: nn.Module) -> torch.Tensor:
    torch.manual_seed(1)
    with torch.inference_mode():
        out: torch.Tensor = model.eval()(torch.randn(2, 3, 112, 112))
    return out


@pytest.mark.parametrize("is_one_prelu", [False, True])
def test_that_a_network_comes_back_from_its_tflite_file(is_one_prelu: bool, tmp_path: Path) -> None:
    original = random_network(2)
    write_network(tmp_path / "m.tflite", original, is_one_prelu=is_one_prelu)
    loaded = FoldedMobileFaceNet(embedding_size=SIZE)
    load_pretrained(loaded, tmp_path / "m.tflite")
    assert torch.equal(embed(loaded), embed(original))


def test_that_a_halving_convolution_is_padded_behind_the_picture_as_tensorflow_does() -> None:
    layer = FoldedConv(1, 1, kernel=3, stride=2, is_linear=True)
    nn.init.ones_(layer.conv.weight)
    nn.init.zeros_(layer.conv.bias)  # type: ignore[arg-type]
    picture = torch.arange(16.0).reshape(1, 1, 4, 4)
    # Sums of the 3x3 squares that begin at 0 and 2; of the last column and row only two remain.
    assert layer(picture).flatten().tolist() == [45.0, 39.0, 66.0, 50.0]


@pytest.mark.needs_shared
def test_that_the_network_with_the_bundled_weights_is_the_published_one(shared: Path) -> None:
    reference = onnx.load(str(shared / "packs" / "reference" / "rec_mobilefacenet.onnx"))
    values = {one.name: numpy_helper.to_array(one) for one in reference.graph.initializer}
    used = [values[name] for node in reference.graph.node for name in node.input if name in values]
    model = FoldedMobileFaceNet(embedding_size=192).eval()
    state = model.state_dict()
    pairs = zip(state.items(), used, strict=True)
    model.load_state_dict({name: torch.from_numpy(array.copy()).reshape(old.shape) for (name, old), array in pairs})
    pictures = np.random.default_rng(5).uniform(-1, 1, (4, 3, 112, 112)).astype(np.float32)
    session = ort.InferenceSession(reference.SerializeToString(), providers=["CPUExecutionProvider"])
    with torch.inference_mode():
        ours = model(torch.from_numpy(pictures)).numpy()
    np.testing.assert_allclose(ours, session.run(None, {"input": pictures})[0], atol=1e-3)


def test_that_the_command_writes_what_the_other_commands_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    torch.manual_seed(4)
    original = BACKBONES["mobilefacenet_tf"].build()
    assert isinstance(original, FoldedMobileFaceNet)
    write_network(tmp_path / "m.tflite", original)
    arguments = ["import-weights", tmp_path / "m.tflite", "--backbone", "mobilefacenet_tf", "-o", tmp_path / "w.npz"]
    monkeypatch.setattr(sys, "argv", ["attendance-train", *map(str, arguments)])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert not ended.value.code
    loaded = BACKBONES["mobilefacenet_tf"].build()
    load_weights(loaded, load_arrays(tmp_path / "w.npz"), tmp_path)
    assert torch.equal(embed(loaded), embed(original))


def test_that_another_network_s_file_is_refused_and_the_network_stays(tmp_path: Path) -> None:
    write_network(tmp_path / "m.tflite", random_network(2))
    other = FoldedMobileFaceNet(embedding_size=SIZE + 1)
    before = embed(other)
    with pytest.raises(CheckpointUnusable, match="shape"):
        load_pretrained(other, tmp_path / "m.tflite")
    assert torch.equal(embed(other), before)
    with pytest.raises(CheckpointUnusable, match="137 arrays"):
        load_pretrained(BACKBONES["mobilefacenet"].build(), tmp_path / "m.tflite")


def layer_file(kind: str) -> TfliteFile:
    """A file of one convolution with something that no network here has."""
    file, layer = TfliteFile(), FoldedConv(2, 3)
    x = file.tensor()
    if kind == "activation":
        file.convolution(x, layer, activation=RELU)
    elif kind == "half":
        half, bias = np.zeros((3, 1, 1, 2), np.float16), np.zeros(3, np.float32)
        file.operator("CONV_2D", [x, file.tensor(half), file.tensor(bias)])
    elif kind == "not finite":
        weights, bias = np.full((3, 1, 1, 2), np.nan, np.float32), np.zeros(3, np.float32)
        file.operator("CONV_2D", [x, file.tensor(weights), file.tensor(bias)])
    elif kind == "scaled":
        file.operator("MUL", [x, file.tensor(np.ones(3, np.float32))])
    else:
        file.operator("FULLY_CONNECTED", [x, file.tensor(np.ones((3, 2), np.float32))])
    return file


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("activation", "built-in activation"),
        ("half", "half precision"),
        ("not finite", "not finite"),
        ("scaled", "MUL is not part of a PReLU"),
        ("dense", "FULLY_CONNECTED has weights"),
    ],
)
def test_that_what_no_network_here_has_is_refused(kind: str, words: str, tmp_path: Path) -> None:
    layer_file(kind).write(tmp_path / "m.tflite")
    with pytest.raises(CheckpointUnusable, match=words):
        read_tflite(tmp_path / "m.tflite")


def test_that_a_damaged_file_is_refused_in_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "m.tflite"
    with pytest.raises(CheckpointUnusable, match="no such file"):
        read_tflite(path)
    path.write_bytes(b"PK\x03\x04" + bytes(100))
    with pytest.raises(CheckpointUnusable, match="not a TFLite file"):
        read_tflite(path)
    write_network(path, random_network(2))
    whole = path.read_bytes()
    rng = np.random.default_rng(7)
    read = refused = 0
    for _ in range(60):
        spoilt = bytearray(whole[: int(rng.integers(8, len(whole)))] if rng.random() < 0.5 else whole)
        for at in rng.integers(8, min(4096, len(spoilt)) if len(spoilt) > 9 else 9, 20):
            spoilt[min(int(at), len(spoilt) - 1)] = int(rng.integers(256))
        path.write_bytes(spoilt)
        try:
            load_pretrained(FoldedMobileFaceNet(embedding_size=SIZE), path)
            read += 1
        except CheckpointUnusable:
            refused += 1
    assert read + refused == 60
    assert refused > 20


@pytest.mark.needs_shared
def test_that_the_bundled_recognizer_answers_as_the_published_one(shared: Path) -> None:
    with np.load(shared / "faces" / "crops" / "shard-00.npz") as shard:
        pictures, starts = shard["jpeg"], shard["offset"][: CROPS + 1]
    crops = np.stack([cv2.imdecode(pictures[a:b], cv2.IMREAD_COLOR) for a, b in pairwise(starts)])
    files = (shared / "packs" / "reference" / "rec_mobilefacenet.onnx", resource_path("models", "bundled") / "rec.onnx")
    published, bundled = (OnnxRecognizer(file).embed(crops) for file in files)
    assert (published * bundled).sum(axis=1).min() >= 0.99999
