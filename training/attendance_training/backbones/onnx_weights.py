"""Reads the weights of a network back from the ONNX file that it was exported to, where all of them are in it.

Exporting merges batch normalisation into the convolutions, and what is merged cannot be taken apart. The bundled
recognizer has none: its file holds every parameter, in the order in which they are used.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from onnx import numpy_helper

from attendance.errors import Reason
from attendance.file_errors import reason_of
from attendance_training.errors import CheckpointUnusable

_MAX_BYTES = 512 * 2**20
_WEIGHTED = {"Conv": 2, "PRelu": 1}
"""Operators that are read, and how many weights each must have."""
_HARMLESS = frozenset({"Add", "Reshape", "Cast", "Pad"})
"""Operators whose constants say how to calculate, not what was learned."""


def read_onnx(path: Path) -> list[NDArray[np.float32]]:
    """Read the weights of an ONNX file in the order of its operators.

    Args:
        path: convolutions with bias, each with or without a PReLU behind it; weights in float32 or float16.

    Returns:
        As ``attendance_training.backbones.tflite_weights.read_tflite``.

    Raises:
        CheckpointUnusable: absent, damaged, or with weights in another operator.
    """
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise CheckpointUnusable(path=path, reason=Reason("it is too large"))
        model = onnx.load(str(path), load_external_data=False)
    except OSError as err:
        raise CheckpointUnusable(path=path, reason=Reason("it cannot be read ({cause})", cause=reason_of(err))) from err
    except (DecodeError, ValueError) as err:
        raise CheckpointUnusable(path=path, reason=Reason("it is not a readable ONNX network")) from err
    constants = {tensor.name: tensor for tensor in model.graph.initializer}
    constants |= {node.output[0]: constants[node.input[0]] for node in model.graph.node if _is_widened(node, constants)}
    found: list[NDArray[np.float32]] = []
    for node in model.graph.node:
        weights = [constants[name] for name in node.input if name in constants]
        if node.op_type in _HARMLESS or not weights:
            continue
        if len(weights) != _WEIGHTED.get(node.op_type):
            raise CheckpointUnusable(path=path, reason=_merged(node.op_type))
        arrays = [numpy_helper.to_array(tensor).astype(np.float32) for tensor in weights]
        found += [array.reshape(-1) for array in arrays] if node.op_type == "PRelu" else arrays
    if not found:
        raise CheckpointUnusable(path=path, reason=Reason("it holds no weights of a network"))
    return found


def _is_widened(node: onnx.NodeProto, constants: dict[str, onnx.TensorProto]) -> bool:
    return node.op_type == "Cast" and node.input[0] in constants


def _merged(operator: str) -> Reason:
    return Reason(
        "an exported network has its normalisation merged into other weights ({operator} has them); give the run or "
        "the checkpoint that it was exported from",
        operator=operator,
    )
