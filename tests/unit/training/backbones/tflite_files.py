"""Writes small TFLite files of a folded MobileFaceNet, the way TensorFlow's converter lays its operators out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
import tflite
from numpy.typing import NDArray

from attendance_training.backbones.folded_mobilefacenet import FoldedConv, FoldedMobileFaceNet

Array = NDArray[Any]


class TfliteFile:
    """Collects tensors and operators; shapes of results do not matter to a reader of weights."""

    def __init__(self) -> None:
        self.tensors: list[Array | None] = []
        self.operators: list[tuple[str, list[int], list[int], int]] = []

    def tensor(self, content: Array | None = None) -> int:
        """Add a constant, or the result of an operator."""
        self.tensors.append(content)
        return len(self.tensors) - 1

    def operator(self, name: str, inputs: Sequence[int], *, activation: int = 0) -> int:
        """Add an operator and return its result."""
        result = self.tensor()
        self.operators.append((name, list(inputs), [result], activation))
        return result

    def convolution(self, x: int, layer: FoldedConv, *, is_one_prelu: bool = False, activation: int = 0) -> int:
        """Add a convolution and its PReLU, which the converter takes apart unless ``is_one_prelu``."""
        weight = layer.conv.weight.detach().numpy()
        is_depthwise = layer.conv.groups > 1
        order = (1, 2, 3, 0) if is_depthwise else (0, 2, 3, 1)
        constants = [self.tensor(weight.transpose(order)), self.tensor(layer.conv.bias.detach().numpy())]  # type: ignore[union-attr]
        name = "DEPTHWISE_CONV_2D" if is_depthwise else "CONV_2D"
        x = self.operator(name, [x, *constants], activation=activation)
        slopes = getattr(layer.act, "weight", None)
        if slopes is None:
            return x
        if is_one_prelu:
            return self.operator("PRELU", [x, self.tensor(slopes.detach().numpy().reshape(1, 1, -1))])
        below = self.operator("SUB", [x, self.operator("ABS", [x])])
        scaled = self.operator("MUL", [self.tensor(slopes.detach().numpy() / 2), below])
        return self.operator("ADD", [self.operator("RELU", [x]), scaled])

    def write(self, path: Path) -> None:
        """Write the file."""
        b = flatbuffers.Builder(1 << 20)
        tables = {"buffers": [self._buffer(b, None)], "tensors": [], "operators": []}
        names = sorted({name for name, *_ in self.operators})
        for index, content in enumerate(self.tensors):
            tables["buffers"].append(self._buffer(b, content))
            tables["tensors"].append(self._tensor(b, index, content))
        for name, inputs, outputs, activation in self.operators:
            options = self._options(b, name, activation)
            ins, outs = _ints(b, inputs), _ints(b, outputs)
            tflite.OperatorStart(b)
            tflite.OperatorAddOpcodeIndex(b, names.index(name))
            tflite.OperatorAddInputs(b, ins)
            tflite.OperatorAddOutputs(b, outs)
            if options:
                kind = "DepthwiseConv2DOptions" if name.startswith("DEPTHWISE") else "Conv2DOptions"
                tflite.OperatorAddBuiltinOptionsType(b, getattr(tflite.BuiltinOptions, kind))
                tflite.OperatorAddBuiltinOptions(b, options)
            tables["operators"].append(tflite.OperatorEnd(b))
        codes = []
        for name in names:
            tflite.OperatorCodeStart(b)
            tflite.OperatorCodeAddDeprecatedBuiltinCode(b, getattr(tflite.BuiltinOperator, name))
            codes.append(tflite.OperatorCodeEnd(b))
        tensors, operators = _vector(b, tables["tensors"]), _vector(b, tables["operators"])
        tflite.SubGraphStart(b)
        tflite.SubGraphAddTensors(b, tensors)
        tflite.SubGraphAddOperators(b, operators)
        graph = tflite.SubGraphEnd(b)
        graphs, codes_at, buffers = _vector(b, [graph]), _vector(b, codes), _vector(b, tables["buffers"])
        tflite.ModelStart(b)
        tflite.ModelAddVersion(b, 3)
        tflite.ModelAddOperatorCodes(b, codes_at)
        tflite.ModelAddSubgraphs(b, graphs)
        tflite.ModelAddBuffers(b, buffers)
        b.Finish(tflite.ModelEnd(b), file_identifier=b"TFL3")
        path.write_bytes(bytes(b.Output()))

    @staticmethod
    def _buffer(b: Any, content: Array | None) -> int:
        data = b.CreateByteVector(np.ascontiguousarray(content).tobytes()) if content is not None else None
        tflite.BufferStart(b)
        if data is not None:
            tflite.BufferAddData(b, data)
        return int(tflite.BufferEnd(b))

    @staticmethod
    def _tensor(b: Any, index: int, content: Array | None) -> int:
        name = b.CreateString(f"tensor{index}")
        shape = _ints(b, content.shape if content is not None else ())
        is_half = content is not None and content.dtype == np.float16
        tflite.TensorStart(b)
        tflite.TensorAddName(b, name)
        tflite.TensorAddShape(b, shape)
        tflite.TensorAddType(b, tflite.TensorType.FLOAT16 if is_half else tflite.TensorType.FLOAT32)
        tflite.TensorAddBuffer(b, index + 1)
        return int(tflite.TensorEnd(b))

    @staticmethod
    def _options(b: Any, name: str, activation: int) -> int:
        if not activation:
            return 0
        kind = "DepthwiseConv2DOptions" if name.startswith("DEPTHWISE") else "Conv2DOptions"
        start: Callable[[Any], None] = getattr(tflite, f"{kind}Start")
        start(b)
        getattr(tflite, f"{kind}AddFusedActivationFunction")(b, activation)
        return int(getattr(tflite, f"{kind}End")(b))


def write_network(path: Path, model: FoldedMobileFaceNet, *, is_one_prelu: bool = False) -> None:
    """Write a whole network."""
    file = TfliteFile()
    x = file.tensor()
    for layer in model.modules():
        if isinstance(layer, FoldedConv):
            x = file.convolution(x, layer, is_one_prelu=is_one_prelu)
    file.write(path)


def _ints(b: Any, values: Sequence[int]) -> int:
    return int(b.CreateNumpyVector(np.asarray(values, dtype=np.int32)))


def _vector(b: Any, offsets: Sequence[int]) -> int:
    b.StartVector(4, len(offsets), 4)
    for offset in reversed(offsets):
        b.PrependUOffsetTRelative(offset)
    return int(b.EndVector())
