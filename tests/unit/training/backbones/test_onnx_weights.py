"""The bundled recognizer gives its weights back; a file whose normalisation was merged says why it cannot."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

pytest.importorskip("torch")

import torch

from attendance.resource_files import resource_path
from attendance_training.backbones.onnx_weights import read_onnx
from attendance_training.errors import CheckpointUnusable
from attendance_training.packs.recognizer import open_recognizer
from attendance_training.runs.network_weights import open_network

pytestmark = pytest.mark.needs_torch

BUNDLED = resource_path("models", "bundled")


@pytest.mark.parametrize("path", [BUNDLED, BUNDLED / "rec.onnx"])
def test_that_the_bundled_pack_is_a_network_that_answers_as_it_does(path: Path) -> None:
    found = open_network(path)
    assert (found.backbone.name, found.backbone.embedding_size) == ("mobilefacenet_tf", 192)
    recognizer = open_recognizer(str(BUNDLED))
    crops = np.random.default_rng(3).integers(0, 256, (3, 112, 112, 3), dtype=np.uint8)
    with torch.inference_mode():
        ours = found.network(torch.from_numpy(recognizer.blob(crops))).numpy()
    np.testing.assert_allclose(ours, recognizer.run(recognizer.blob(crops)), atol=1e-4)


def test_that_merged_normalisation_is_told() -> None:
    with pytest.raises(
        CheckpointUnusable, match=r"normalisation merged into other weights \(Gemm has them\); give the"
    ):
        open_network(resource_path("models", "dense112_wide"))


def write_network(path: Path, weights: dict[str, np.ndarray], nodes: list[onnx.NodeProto]) -> Path:
    size = ["n", 3, 112, 112]
    graph = helper.make_graph(
        nodes,
        "g",
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, size)],
        [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)],
        [numpy_helper.from_array(value, name) for name, value in weights.items()],
    )
    onnx.save(helper.make_model(graph), str(path))
    return path


def test_that_weights_come_in_the_order_of_use_and_from_float16(tmp_path: Path) -> None:
    weights = {
        "b": np.arange(2, dtype=np.float32),
        "w.half": np.full((2, 3, 1, 1), 0.5, np.float16),
        "s": np.full((2, 1, 1), 0.25, np.float32),
    }
    nodes = [
        helper.make_node("Cast", ["w.half"], ["w"], to=TensorProto.FLOAT),
        helper.make_node("Conv", ["x", "w", "b"], ["c"]),
        helper.make_node("PRelu", ["c", "s"], ["y"]),
    ]
    kernel, bias, slopes = read_onnx(write_network(tmp_path / "n.onnx", weights, nodes))
    assert kernel.dtype == np.float32
    assert (kernel.shape, kernel.max()) == ((2, 3, 1, 1), 0.5)
    assert bias.tolist() == [0.0, 1.0]
    assert slopes.tolist() == [0.25, 0.25]


def test_that_a_convolution_without_bias_is_not_of_this_kind(tmp_path: Path) -> None:
    nodes = [helper.make_node("Conv", ["x", "w"], ["y"])]
    path = write_network(tmp_path / "n.onnx", {"w": np.zeros((2, 3, 1, 1), np.float32)}, nodes)
    with pytest.raises(CheckpointUnusable, match="merged"):
        read_onnx(path)


@pytest.mark.parametrize(("content", "reason"), [(b"nothing", "not a readable ONNX"), (None, "cannot be read")])
def test_that_files_that_are_no_network_are_refused(tmp_path: Path, content: bytes | None, reason: str) -> None:
    path = tmp_path / "n.onnx"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CheckpointUnusable, match=reason):
        read_onnx(path)
    empty = write_network(tmp_path / "e.onnx", {}, [helper.make_node("Relu", ["x"], ["y"])])
    with pytest.raises(CheckpointUnusable, match="no weights"):
        read_onnx(empty)
