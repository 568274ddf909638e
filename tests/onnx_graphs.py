"""Tiny model files for tests, so that no test needs a download."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from attendance.vision.onnx_session import ModelSession, SessionRuns, open_session

OPSET = [helper.make_opsetid("", 17)]
STRIDES = (8, 16, 32)


def open_model(path: Path, *, pack: str = "test", runs: SessionRuns | None = None) -> ModelSession:
    """Open a model on one CPU thread."""
    session, _ = open_session(path, pack=pack, provider="cpu", threads=1)
    return ModelSession(session, pack=pack, path=path, runs=runs)


def save_recognizer(
    path: Path,
    *,
    size: int = 64,
    batch: int | None = None,
    side: int = 112,
    factor: float = 1.0,
    baked_in: bool = False,
    declare_output: bool = True,
    seed: int = 7,
) -> Path:
    """Write a recognizer: mean colours of a 4x4 grid times a random matrix.

    Args:
        path: where to.
        size: D.
        batch: fixed batch, None for any.
        side: side of the input in pixels.
        factor: multiplies the embedding; 0 and nan make a broken model.
        baked_in: begin with nodes named Sub and Mul like mxnet exports.
        declare_output: write D into the output's shape.
        seed: of the matrix.
    """
    matrix = np.random.default_rng(seed).normal(size=(48, size)).astype(np.float32) * np.float32(factor)
    nodes = []
    last = "data"
    if baked_in:
        nodes.append(helper.make_node("Sub", [last, "mean"], ["minus"], name="Sub_0"))
        nodes.append(helper.make_node("Mul", ["minus", "scale"], ["normal"], name="Mul_0"))
        last = "normal"
    cell = side // 4
    nodes += [
        helper.make_node("AveragePool", [last], ["pooled"], name="pool", kernel_shape=[cell] * 2, strides=[cell] * 2),
        helper.make_node("Flatten", ["pooled"], ["flat"], name="flatten"),
        helper.make_node("MatMul", ["flat", "matrix"], ["embedding"], name="fc"),
    ]
    weights = {"matrix": matrix, "mean": np.float32(127.5), "scale": np.float32(1 / 127.5)}
    first: int | str = batch if batch is not None else "batch"
    inputs = [helper.make_tensor_value_info("data", TensorProto.FLOAT, [first, 3, side, side])]
    shape: list[Any] = [first, size] if declare_output else ["a", "b"]
    outputs = [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, shape)]
    used = {name: value for name, value in weights.items() if baked_in or name == "matrix"}
    return _save(path, nodes, inputs, outputs, used)


def save_scrfd(
    path: Path,
    *,
    side: int = 64,
    hits: Sequence[tuple[int, int, float, Sequence[float], Sequence[float]]] = (),
    batched: bool = True,
    is_fixed: bool = True,
    landmarks: bool = True,
    fill: float = 0.0,
) -> Path:
    """Write a detector in SCRFD's layout that finds the same faces in every picture.

    Args:
        path: where to.
        side: side of the square input.
        hits: (stride, anchor index, score, 4 edge distances, 10 landmark offsets), in strides.
        batched: outputs (1, K, n) instead of (K, n).
        is_fixed: the input's size is written in the file.
        landmarks: False leaves the landmark outputs out.
        fill: score of all other anchors.
    """
    nodes: list[onnx.NodeProto] = [
        helper.make_node("ReduceMean", ["data"], ["mean"], keepdims=0),
        helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
    ]
    weights: dict[str, Any] = {"zero": np.float32(0)}
    outputs = []
    for kind, width in (("score", 1), ("bbox", 4), ("kps", 10))[: 3 if landmarks else 2]:
        for stride in STRIDES:
            values = np.zeros(((side // stride) ** 2 * 2, width), np.float32)
            if kind == "score":
                values[:] = fill
            for hit_stride, index, score, edges, points in hits:
                if hit_stride == stride:
                    values[index] = {"score": [score], "bbox": edges, "kps": points}[kind]
            name = f"{kind}_{stride}"
            weights[f"const_{name}"] = values[None] if batched else values
            nodes.append(helper.make_node("Add", [f"const_{name}", "nothing"], [name]))
            outputs.append(helper.make_tensor_value_info(name, TensorProto.FLOAT, weights[f"const_{name}"].shape))
    size: list[Any] = [1, 3, side, side] if is_fixed else [1, 3, "h", "w"]
    return _save(path, nodes, [helper.make_tensor_value_info("data", TensorProto.FLOAT, size)], outputs, weights)


def save_other(path: Path, *, side: int = 192, outputs: int = 1) -> Path:
    """Write a model that is neither detector nor recognizer: landmarks 192x192, age 96x96 and so on."""
    nodes = [helper.make_node("ReduceMean", ["data"], [f"out{i}"], axes=[2, 3], keepdims=0) for i in range(outputs)]
    infos = [helper.make_tensor_value_info(f"out{i}", TensorProto.FLOAT, [1, 3]) for i in range(outputs)]
    inputs = [helper.make_tensor_value_info("data", TensorProto.FLOAT, [1, 3, side, side])]
    return _save(path, nodes, inputs, infos, {})


def save_landmarks(path: Path, values: NDArray[np.float32], *, side: int = 192) -> Path:
    """Write a landmark model that answers every picture with the same values.

    Args:
        path: where to.
        values: (n,); 3309 for points in space, 212 for points in the picture.
        side: side of the input in pixels.
    """
    nodes = [
        helper.make_node("ReduceMean", ["data"], ["mean"], axes=[1, 2, 3], keepdims=0),
        helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
        helper.make_node("Add", ["values", "nothing"], ["fc1"]),
    ]
    weights = {"values": np.asarray(values, np.float32)[None], "zero": np.float32(0)}
    inputs = [helper.make_tensor_value_info("data", TensorProto.FLOAT, ["None", 3, side, side])]
    outputs = [helper.make_tensor_value_info("fc1", TensorProto.FLOAT, [1, len(values)])]
    return _save(path, nodes, inputs, outputs, weights)


def _save(
    path: Path,
    nodes: list[onnx.NodeProto],
    inputs: list[onnx.ValueInfoProto],
    outputs: list[onnx.ValueInfoProto],
    weights: dict[str, Any],
) -> Path:
    initializers = [numpy_helper.from_array(np.asarray(value), name) for name, value in weights.items()]
    graph = helper.make_graph(nodes, "test", inputs, outputs, initializers)
    model = helper.make_model(graph, opset_imports=OPSET, ir_version=8)
    onnx.checker.check_model(model)
    onnx.save(model, str(path))
    return path


def picture(height: int, width: int, seed: int = 0) -> NDArray[np.uint8]:
    """Return a noisy (H, W, 3) picture."""
    return np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8)


def save_endless(path: Path, *, size: int = 64, side: int = 112) -> Path:
    """Write a recognizer whose loop runs for as long as anybody waits."""
    scalar = helper.make_tensor_value_info("sum_in", TensorProto.FLOAT, [])
    body = helper.make_graph(
        [
            helper.make_node("Identity", ["going"], ["still_going"]),
            helper.make_node("Add", ["sum_in", "one"], ["sum_out"]),
        ],
        "body",
        [
            helper.make_tensor_value_info("number", TensorProto.INT64, []),
            helper.make_tensor_value_info("going", TensorProto.BOOL, []),
            scalar,
        ],
        [
            helper.make_tensor_value_info("still_going", TensorProto.BOOL, []),
            helper.make_tensor_value_info("sum_out", TensorProto.FLOAT, []),
        ],
        [numpy_helper.from_array(np.float32(1.0), "one")],
    )
    nodes = [
        helper.make_node("ReduceMean", ["data"], ["start"], keepdims=0),  # of the picture, so that nothing is folded
        helper.make_node("Loop", ["trips", "true", "start"], ["sum"], body=body),
        helper.make_node("Flatten", ["data"], ["flat"]),
        helper.make_node("MatMul", ["flat", "matrix"], ["raw"]),
        helper.make_node("Add", ["raw", "sum"], ["embedding"]),
    ]
    matrix = np.random.default_rng(7).normal(size=(3 * side * side, size)).astype(np.float32)
    graph = helper.make_graph(
        nodes,
        "endless",
        [helper.make_tensor_value_info("data", TensorProto.FLOAT, ["n", 3, side, side])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, ["n", size])],
        [
            numpy_helper.from_array(matrix, "matrix"),
            numpy_helper.from_array(np.int64(2**62), "trips"),
            numpy_helper.from_array(np.bool_(True), "true"),
        ],
    )
    onnx.save(helper.make_model(graph, opset_imports=OPSET, ir_version=10), path)
    return path
