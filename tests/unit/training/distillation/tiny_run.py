"""A distillation small enough for a test: a folder of made-up crops, a teacher of one matrix, a tiny student."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from torch import nn

from attendance_training.backbones.dense_cnn import DenseNet112
from attendance_training.data.face_shards import to_tensor
from attendance_training.distillation.teacher import OnnxTeacher
from attendance_training.runs.recipe import DistilConfig

SIZE = 12
CROPS = 60
HINTS = ("h28", "h14", "h7")
WIDTHS = (16, 16, 16, 16)
"""Not below 16: torch 2.13 on a CPU writes past its memory in the backward pass of a channels-last 1x1 convolution
with stride 2 and fewer input channels (seen with 4 and 8 of them)."""
RECIPE = {"backbone": "tiny", "minutes": 0.1, "batch": 8, "blended": 0.25, "warm_up_steps": 2, "ema": 0.5}


def build_student() -> nn.Module:
    return DenseNet112(WIDTHS, (1, 1, 1), embedding_size=SIZE)


def make_config(**changes: object) -> DistilConfig:
    return DistilConfig(**{**RECIPE, **changes})  # type: ignore[arg-type]


def write_recipe(path: Path, **changes: object) -> Path:
    lines = (f"{key} = {value!r}".replace("'", '"') for key, value in {**RECIPE, **changes}.items())
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def write_teacher(path: Path, *, size: int = SIZE, seed: int = 1, batch: int | str = "batch", side: int = 112) -> Path:
    """Write a network that multiplies the 4x4 mean colours of a crop by one matrix.

    Inside it are also the mean colours of HINTS: 28x28, 14x14 and 7x7 of them.
    """
    cells = side // 4
    weights = np.random.default_rng(seed).normal(size=(48, size)).astype(np.float32)
    pooled = {"means": cells, "h28": 4, "h14": 8, "h7": 16}
    graph = helper.make_graph(
        [
            *(
                helper.make_node("AveragePool", ["crops"], [name], kernel_shape=[cell] * 2, strides=[cell] * 2)
                for name, cell in pooled.items()
            ),
            helper.make_node("Flatten", ["means"], ["flat"]),
            helper.make_node("MatMul", ["flat", "w"], ["embedding"]),
        ],
        "teacher",
        [helper.make_tensor_value_info("crops", TensorProto.FLOAT, [batch, 3, side, side])],
        [helper.make_tensor_value_info("embedding", TensorProto.FLOAT, [batch, size])],
        [numpy_helper.from_array(weights, "w")],
    )
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9), str(path))
    return path


def make_crops(count: int, *, seed: int = 7) -> NDArray[np.uint8]:
    """Return (count, 112, 112, 3) uint8 pictures of 4x4 coloured cells."""
    cells = np.random.default_rng(seed).integers(0, 256, (count, 4, 4, 3), dtype=np.uint8)
    return cells.repeat(28, axis=1).repeat(28, axis=2)


def shard_arrays(teacher: Path) -> dict[str, NDArray[np.generic]]:
    """Return the arrays of one shard of CROPS crops, labelled by the teacher in ``teacher``."""
    files = [cv2.imencode(".png", crop)[1].reshape(-1) for crop in make_crops(CROPS)]
    crops = np.stack([cv2.imdecode(file, cv2.IMREAD_COLOR) for file in files])
    return {
        "jpeg": np.concatenate(files),
        "offset": np.cumsum([0, *(len(file) for file in files)], dtype=np.int64),
        "name": np.array([f"made/{index}.jpg".encode() for index in range(CROPS)]),
        "teacher": OnnxTeacher(teacher, embedding_size=SIZE).embed(to_tensor(crops)).astype(np.float16),
    }


def write_crops(folder: Path, teacher: Path) -> Path:
    folder.mkdir()
    np.savez(folder / "shard-00.npz", allow_pickle=False, **shard_arrays(teacher))
    return folder
