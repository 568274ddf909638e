"""Appends an adapter to the graph of a recognizer and proves that the file computes what was trained."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import torch
from google.protobuf.message import DecodeError
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper

from attendance.core.recognition.alignment import CROP_SIDE_PX
from attendance.errors import AttendanceError, Reason
from attendance.file_errors import reason_of
from attendance_training.errors import ExportFailed
from attendance_training.files.atomic_file import replace_file
from attendance_training.finetune.adapter import ResidualAdapter
from attendance_training.packs.export import BATCH_SIZES, MAX_COSINE_ERROR, Parity, agreement
from attendance_training.packs.recognizer import OnnxRecognizer

_PREFIX = "adapter"
_CELLS = 8


def append_adapter(source: Path, adapter: ResidualAdapter) -> bytes:
    """Return an ONNX file: the recognizer's nodes, then r + U·V·r of its raw output r.

    The input, the name of the output, the opset and the batch size stay as they are, so whatever read the old file
    reads the new one. Nothing is normalised: see ``ResidualAdapter``.

    Args:
        source: a recognizer with one output (B, D) float32.
        adapter: of the same D.

    Raises:
        ExportFailed: the file is not such a network, or the result is not a valid one.
    """
    try:
        model = onnx.load(str(source))
        graph = model.graph
        if len(graph.output) != 1 or graph.output[0].type.tensor_type.elem_type != TensorProto.FLOAT:
            raise ExportFailed(path=source, reason=Reason("an adapter needs a recognizer with one float32 output"))
        name = graph.output[0].name
        raw = f"{_PREFIX}_input"
        _rename(graph, name, raw)
        matrices = {"down": adapter.down.detach().numpy().T, "up": adapter.up.detach().numpy().T}
        for part, matrix in matrices.items():
            constant = np.ascontiguousarray(matrix, dtype=np.float32)
            graph.initializer.append(numpy_helper.from_array(constant, f"{_PREFIX}_{part}"))
        steps = (
            ("MatMul", [raw, f"{_PREFIX}_down"], f"{_PREFIX}_middle"),
            ("MatMul", [f"{_PREFIX}_middle", f"{_PREFIX}_up"], f"{_PREFIX}_change"),
            ("Add", [raw, f"{_PREFIX}_change"], name),
        )
        for kind, inputs, output in steps:
            graph.node.append(helper.make_node(kind, inputs, [output], name=f"{_PREFIX}_{kind}_{output}"))
        onnx.checker.check_model(model, full_check=True)
        return bytes(model.SerializeToString())
    except DecodeError as err:
        raise ExportFailed(path=source, reason=Reason("it is not a readable ONNX network")) from err
    except (onnx.checker.ValidationError, onnx.shape_inference.InferenceError, ValueError) as err:
        raise ExportFailed(path=source, reason=Reason.quoted(str(err).splitlines()[0])) from err
    except OSError as err:
        raise ExportFailed(path=source, reason=reason_of(err)) from err


def write_adapted(
    base: OnnxRecognizer, adapter: ResidualAdapter, path: Path, *, crops_bgr: NDArray[np.uint8]
) -> Parity:
    """Write the recognizer with its adapter and compare it, through the whole preprocessing, with the trained one.

    Compared are finished embeddings, mirror image and all: torch's adapter on the pack's own, and what onnxruntime
    gives for the new file; for ``crops_bgr`` and for made-up pictures in batches of 1, 2, 3 and 17.

    Args:
        base: of the pack.
        adapter: trained on its embeddings.
        path: the file to write; kept only when it passed.
        crops_bgr: (n, 112, 112, 3) uint8, n may be 0.

    Raises:
        ExportFailed: the networks cannot be joined, or a cosine differs by more than 1e-4.
        StorageError: DiskFull, ReadOnlyStorage or itself.
    """
    replace_file(path, append_adapter(base.path, adapter))
    try:
        parity = _compare(base, adapter, base.with_file(path), crops_bgr)
        if not parity.max_cosine_error <= MAX_COSINE_ERROR:
            raise ExportFailed(
                path=path, reason=Reason("a cosine changed by {change}", change=f"{parity.max_cosine_error:.1e}")
            )
    except AttendanceError:
        path.unlink(missing_ok=True)
        raise
    return parity


def _compare(
    base: OnnxRecognizer, adapter: ResidualAdapter, adapted: OnnxRecognizer, crops_bgr: NDArray[np.uint8]
) -> Parity:
    pictures = [made_up_pictures(size) for size in BATCH_SIZES]
    if len(crops_bgr):
        pictures.append(crops_bgr)
    with torch.inference_mode():
        ours = [adapter(torch.from_numpy(base.embed(one))).numpy() for one in pictures]
    return agreement(np.concatenate(ours), np.concatenate([adapted.embed(one) for one in pictures]))


def made_up_pictures(count: int) -> NDArray[np.uint8]:
    """Return (count, 112, 112, 3) made-up pictures: 8x8 cells of random colours under noise."""
    rng = np.random.default_rng(count)
    cells = rng.integers(0, 216, (count, _CELLS, _CELLS, 3))
    side = CROP_SIDE_PX // _CELLS
    smooth = cells.repeat(side, axis=1).repeat(side, axis=2)
    return np.asarray(smooth + rng.integers(0, 40, smooth.shape), dtype=np.uint8)


def _rename(graph: onnx.GraphProto, old: str, new: str) -> None:
    """Give the value ``old`` another name wherever nodes make or use it.

    Raises:
        ValueError: no node makes it: an input or a constant is handed through.
    """
    if not any(old in node.output for node in graph.node):
        raise ValueError("no node makes the output")
    for node in graph.node:
        for names in (node.input, node.output):
            for index, name in enumerate(names):
                if name == old:
                    names[index] = new
    for info in graph.value_info:
        if info.name == old:
            info.name = new
