"""Reads the weights of a TFLite file in the order in which the network uses them; nothing in it is run.

Only what a convolutional recognizer in float32 needs is read: convolutions with bias, and PReLU, either as one
operator or as TensorFlow's converter writes it: ``relu(x) + c * (x - |x|)``, whose slope for negative x is 2c.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np
import tflite
from numpy.typing import NDArray

from attendance.errors import Reason
from attendance.file_errors import reason_of
from attendance_training.errors import CheckpointUnusable

_MAX_BYTES = 512 * 2**20
_IDENTIFIER = b"TFL3"
"""Bytes 4 to 7 of every TFLite file (the schema's file_identifier)."""
_DAMAGE = (struct.error, LookupError, ValueError, TypeError, AttributeError, OverflowError)
"""What flatbuffers and numpy raise on a damaged file."""
_OPERATORS: Mapping[int, str] = {
    value: name for name, value in vars(tflite.BuiltinOperator).items() if isinstance(value, int)
}


def read_tflite(path: Path) -> list[NDArray[np.float32]]:
    """Read the weights of a TFLite file.

    Args:
        path: a float32 network of one subgraph.

    Returns:
        For each convolution its weights, (out, in / groups, height, width), and its bias, (out,); after it the slopes
        of its PReLU, (out,), when it has one.

    Raises:
        CheckpointUnusable: absent, damaged, quantised, or with weights in an operator that is not one of the above.
    """
    try:
        data = path.read_bytes() if path.stat().st_size <= _MAX_BYTES else b""
    except FileNotFoundError as err:
        raise CheckpointUnusable(path=path, reason=Reason("there is no such file")) from err
    except OSError as err:
        raise CheckpointUnusable(path=path, reason=Reason("it cannot be read ({cause})", cause=reason_of(err))) from err
    if data[4:8] != _IDENTIFIER:
        raise CheckpointUnusable(path=path, reason=Reason("it is not a TFLite file"))
    try:
        return _Network(data, path).weights()
    except _DAMAGE as err:
        raise CheckpointUnusable(path=path, reason=Reason("it is damaged ({kind})", kind=type(err).__name__)) from err


class _Network:
    """The one subgraph of a file."""

    def __init__(self, data: bytes, path: Path) -> None:
        self._path = path
        self._model = tflite.Model.GetRootAs(data, 0)
        self._graph = self._model.Subgraphs(0)
        self._made_by: dict[int, tflite.Operator] = {}

    def weights(self) -> list[NDArray[np.float32]]:
        readers: Mapping[str, Callable[[tflite.Operator], list[NDArray[np.float32]]]] = {
            "CONV_2D": self._convolution,
            "DEPTHWISE_CONV_2D": self._convolution,
            "PRELU": lambda operator: [self._constant(operator.Inputs(1)).reshape(-1)],
            "MUL": self._slopes,
        }
        found: list[NDArray[np.float32]] = []
        for index in range(self._graph.OperatorsLength()):
            operator = self._graph.Operators(index)
            name = self._name(operator)
            if name in readers:
                found += readers[name](operator)
            elif name != "RESHAPE" and any(map(self._is_constant, self._inputs(operator))):
                raise self._unusable(Reason("{name} has weights, which no network here knows", name=name))
            for output in operator.OutputsAsNumpy():
                self._made_by[int(output)] = operator
        return found

    def _convolution(self, operator: tflite.Operator) -> list[NDArray[np.float32]]:
        """TFLite keeps (out, height, width, in), and (1, height, width, channels) where each channel has its own."""
        _, kernel, bias = self._inputs(operator)
        is_depthwise = self._name(operator) == "DEPTHWISE_CONV_2D"
        table = operator.BuiltinOptions()
        if table is not None:
            options = tflite.DepthwiseConv2DOptions() if is_depthwise else tflite.Conv2DOptions()
            options.Init(table.Bytes, table.Pos)
            if options.FusedActivationFunction() != tflite.ActivationFunctionType.NONE:
                raise self._unusable(Reason("a convolution has a built-in activation, which no network here knows"))
        weights = self._constant(kernel).transpose((3, 0, 1, 2) if is_depthwise else (0, 3, 1, 2))
        return [np.ascontiguousarray(weights), self._constant(bias)]

    def _slopes(self, operator: tflite.Operator) -> list[NDArray[np.float32]]:
        """C of ``c * (x - |x|)``."""
        constants = [tensor for tensor in self._inputs(operator) if self._is_constant(tensor)]
        others = [tensor for tensor in self._inputs(operator) if not self._is_constant(tensor)]
        if len(constants) != 1 or not self._is_below_zero(others[0]):
            raise self._unusable(Reason("MUL is not part of a PReLU, which no network here knows"))
        return [2.0 * self._constant(constants[0]).reshape(-1)]

    def _is_below_zero(self, tensor: int) -> bool:
        """Tell whether a tensor is ``x - |x|``."""
        minus = self._made_by.get(tensor)
        if minus is None or self._name(minus) != "SUB":
            return False
        value, absolute = self._inputs(minus)
        made = self._made_by.get(absolute)
        return made is not None and self._name(made) == "ABS" and self._inputs(made) == [value]

    def _constant(self, tensor: int) -> NDArray[np.float32]:
        entry = self._graph.Tensors(tensor)
        name = entry.Name().decode("utf-8", "replace")
        if entry.Type() != tflite.TensorType.FLOAT32:
            raise self._unusable(Reason("{name} is quantised or in half precision; only float32 is read", name=name))
        content = self._model.Buffers(entry.Buffer()).DataAsNumpy().tobytes()
        values: NDArray[np.float32] = np.frombuffer(content, dtype="<f4").reshape(entry.ShapeAsNumpy())
        if not np.isfinite(values).all():
            raise self._unusable(Reason("{name} holds values that are not finite", name=name))
        return values.astype(np.float32)

    def _is_constant(self, tensor: int) -> bool:
        return bool(self._model.Buffers(self._graph.Tensors(tensor).Buffer()).DataLength() > 0)

    def _name(self, operator: tflite.Operator) -> str:
        number = self._model.OperatorCodes(operator.OpcodeIndex()).BuiltinCode()
        return _OPERATORS.get(number, f"operator {number}")

    def _inputs(self, operator: tflite.Operator) -> list[int]:
        return [int(tensor) for tensor in operator.InputsAsNumpy()]

    def _unusable(self, reason: Reason) -> CheckpointUnusable:
        return CheckpointUnusable(path=self._path, reason=reason)
