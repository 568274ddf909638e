"""Smaller copies of a recognizer, made to measure what they would cost in accuracy. None of them is shipped by this."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
from numpy.typing import NDArray
from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_dynamic, quantize_static
from onnxruntime.quantization.shape_inference import quant_pre_process

from attendance_training.packs.export import write_float16_weights
from attendance_training.packs.recognizer import OnnxRecognizer


def write_int8_weights(source: Path, target: Path) -> None:
    """Store weights as int8 by output channel, with scales for the values found while running (dynamic)."""
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(source), str(prepared))
        quantize_dynamic(str(prepared), str(target), per_channel=True, weight_type=QuantType.QInt8)


def write_int8(source: Path, target: Path, blobs: NDArray[np.float32]) -> None:
    """Store weights and inner values as int8 (static, QDQ format), with scales found on real crops.

    Args:
        source: float32 ONNX file.
        target: file to write.
        blobs: (n, 3, 112, 112) float32 normalised RGB, for the ranges of the inner values.
    """
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared.onnx"
        quant_pre_process(str(source), str(prepared))
        name = onnx.load(str(source)).graph.input[0].name
        quantize_static(
            str(prepared),
            str(target),
            _Blobs(name, blobs),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QInt8,
            weight_type=QuantType.QInt8,
        )


def write_variants(recognizer: OnnxRecognizer, folder: Path, crops_bgr: NDArray[np.uint8]) -> list[OnnxRecognizer]:
    """Write every variant into a folder and open it with the recognizer's own preprocessing.

    Args:
        recognizer: float32.
        folder: made when absent.
        crops_bgr: (n, 112, 112, 3) uint8 BGR for the static scales; not those to be measured on.
    """
    folder.mkdir(parents=True, exist_ok=True)
    writers: dict[str, Callable[[Path, Path], None]] = {
        "float16-weights": write_float16_weights,
        "int8-dynamic": write_int8_weights,
        "int8-static": lambda source, target: write_int8(source, target, recognizer.blob(crops_bgr)),
    }
    for name, write in writers.items():
        write(recognizer.path, folder / f"{name}.onnx")
    return [recognizer.with_file(folder / f"{name}.onnx") for name in writers]


class _Blobs(CalibrationDataReader):  # type: ignore[misc]
    """Gives the calibrator one crop after the other."""

    def __init__(self, name: str, blobs: NDArray[np.float32]) -> None:
        self._parts = iter({name: np.ascontiguousarray(blobs[i : i + 1])} for i in range(len(blobs)))

    def get_next(self) -> dict[str, NDArray[np.float32]] | None:
        """Return the next input, None at the end."""
        return next(self._parts, None)
