"""Writes a recognizer as ONNX and proves that the file computes what the network computes."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import onnx
import onnxruntime as ort
import torch
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors
from torch import Tensor, nn

from attendance.errors import Reason, Refusal
from attendance.file_errors import storage_error
from attendance.whole_file import made_beside
from attendance_training.errors import ExportFailed

OPSET = 18
"""Oldest opset that torch 2.13 writes without converting (17 is silently ignored)."""
BATCH_SIZES = (1, 2, 3, 17)
MAX_BATCH = 64
MAX_COSINE_ERROR = 1e-4
"""Largest accepted change of any cosine between two embeddings; thresholds are given to two digits."""
MIN_HALF_COSINE = 0.9999
"""Smallest accepted cosine between the embeddings of a network and of its float16 copy."""
_INPUT_PX = 112
_FLOAT16_MIN_VALUES = 64
"""Smaller tensors stay as they are: they save nothing."""
_REFUSALS = (
    torch.onnx.OnnxExporterError,
    onnx.checker.ValidationError,
    onnx.shape_inference.InferenceError,
    # onnxruntime's errors have no common base of their own.
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.NotImplemented,
    ort_errors.RuntimeException,
    ValueError,
)
"""What exporter, checker and runtime raise about a network they cannot take."""
Checked = TypeVar("Checked")
_EXAMPLE_BATCH = 2  # a batch of one can be frozen into the graph


@dataclass(frozen=True, slots=True)
class Parity:
    """How far the ONNX file is from the network.

    Attributes:
        max_abs_difference: largest difference of one output value, in units of the output.
        min_cosine: smallest cosine between the two embeddings of one picture.
        max_cosine_error: largest change of the cosine between any two pictures' embeddings.
    """

    max_abs_difference: float
    min_cosine: float
    max_cosine_error: float


def export_onnx(model: nn.Module, path: Path, *, embedding_size: int) -> Parity:
    """Write ``model`` as one ONNX file with a free batch size, after it passed the comparison.

    The file is made under a temporary name in the same folder and replaces ``path`` only at the end. The
    network is moved to the CPU and put into evaluation mode.

    Args:
        model: takes (B, 3, 112, 112) float32, returns (B, D).
        path: the file to write.
        embedding_size: D.

    Returns:
        The measured agreement.

    Raises:
        ExportFailed: the file is not valid, an output has the wrong shape, or a cosine differs by more than
            MAX_COSINE_ERROR. The old file stays.
        StorageError: the file cannot be written; likewise.
    """
    model = model.cpu().eval()

    def check(file: Path) -> Parity:
        parity = compare(model, file, embedding_size=embedding_size)
        if not parity.max_cosine_error <= MAX_COSINE_ERROR:  # so that NaN fails too
            raise ExportFailed(
                path=path, reason=Reason("a cosine changed by {change}", change=f"{parity.max_cosine_error:.1e}")
            )
        return parity

    return write_onnx(
        model,
        path,
        example=torch.randn(_EXAMPLE_BATCH, 3, _INPUT_PX, _INPUT_PX),
        input_name="input",
        output_names=["embedding"],
        free_sizes={0: torch.export.Dim("batch", min=1, max=MAX_BATCH)},
        check=check,
    )


def halve(model: nn.Module, path: Path, *, embedding_size: int) -> Parity:
    """Store the weights of an exported network as float16, after a comparison with the network.

    Args:
        model: what ``path`` was exported from, on the CPU.
        path: written by ``export_onnx``; replaced.
        embedding_size: D.

    Returns:
        The measured agreement.

    Raises:
        ExportFailed: a picture's embedding turned by more than a cosine of MIN_HALF_COSINE. The old file stays.
        StorageError: the file cannot be written; likewise.
    """
    try:
        with made_beside(path, is_private=False) as part:
            write_float16_weights(path, part)
            parity = compare(model.eval(), part, embedding_size=embedding_size)
            if not parity.min_cosine >= MIN_HALF_COSINE:  # so that NaN fails too
                reason = Reason("in float16 an embedding keeps a cosine of {cosine}", cosine=f"{parity.min_cosine:.5f}")
                raise ExportFailed(path=path, reason=reason)
    except Refusal as err:
        raise ExportFailed(path=path, reason=err.reason) from err
    except _REFUSALS as err:
        raise ExportFailed(path=path, reason=Reason.quoted(str(err).splitlines()[0])) from err
    except OSError as err:
        raise storage_error(err, path) from err
    return parity


def write_float16_weights(source: Path, target: Path) -> None:
    """Store the weights as float16; they are widened when the file is opened, so the network computes in float32.

    Args:
        source: float32 ONNX file.
        target: file to write.
    """
    model = onnx.load(str(source))
    casts = []
    for tensor in model.graph.initializer:
        values = numpy_helper.to_array(tensor)
        if tensor.data_type != TensorProto.FLOAT or values.size < _FLOAT16_MIN_VALUES:
            continue
        name = tensor.name
        with np.errstate(over="ignore"):  # too large a weight becomes infinite; the comparison afterwards refuses it
            small = values.astype(np.float16)
        tensor.CopyFrom(numpy_helper.from_array(small, f"{name}.float16"))
        casts.append(helper.make_node("Cast", [f"{name}.float16"], [name], to=TensorProto.FLOAT))
    nodes = [*casts, *model.graph.node]
    del model.graph.node[:]
    model.graph.node.extend(nodes)
    onnx.checker.check_model(model)
    onnx.save(model, str(target))


def write_onnx(
    model: nn.Module,
    path: Path,
    *,
    example: Tensor,
    input_name: str,
    output_names: Sequence[str],
    free_sizes: Mapping[int, Any],
    check: Callable[[Path], Checked],
) -> Checked:
    """Write a network of one input as one ONNX file, after it passed a check.

    The file is made under a temporary name in the same folder and replaces ``path`` only at the end.

    Args:
        model: on the CPU, in evaluation mode.
        path: the file to write.
        example: an input.
        input_name: name of the input in the file.
        output_names: names of the outputs in the file.
        free_sizes: ``torch.export`` dimension of each axis of the input that stays free.
        check: looks at the written file; raises what ``Raises`` names, or Refusal, when it is not good.

    Returns:
        What ``check`` returned.

    Raises:
        ExportFailed: the file is not valid, or the check failed. The old file stays.
        StorageError: the file cannot be written; likewise.
    """
    try:
        with made_beside(path, is_private=False) as part:
            with _known_noise_silenced():
                torch.onnx.export(
                    model,
                    (example,),
                    str(part),
                    dynamo=True,
                    verbose=False,  # the progress text has a character that a Windows console cannot print
                    input_names=[input_name],
                    output_names=list(output_names),
                    opset_version=OPSET,
                    external_data=False,  # the default puts the weights into a second file
                    dynamic_shapes=(dict(free_sizes),),
                )
            strip_origins(part)
            onnx.checker.check_model(str(part), full_check=True)
            checked = check(part)
    except Refusal as err:
        raise ExportFailed(path=path, reason=err.reason) from err
    except _REFUSALS as err:
        raise ExportFailed(path=path, reason=Reason.quoted(str(err).splitlines()[0])) from err
    except OSError as err:
        raise storage_error(err, path) from err
    return checked


def strip_origins(path: Path) -> None:
    """Remove what the exporter notes about its own machine: stack traces with folder names, at every node.

    Args:
        path: an ONNX file, rewritten in place; what it computes does not change.
    """
    model = onnx.load(str(path))
    parts = [model, model.graph, *model.graph.node, *model.graph.input, *model.graph.output]
    parts += [*model.graph.value_info, *model.graph.initializer]
    for part in parts:
        del part.metadata_props[:]
        part.doc_string = ""
    onnx.save(model, str(path))


def compare(model: nn.Module, path: Path, *, embedding_size: int) -> Parity:
    """Run the network and the ONNX file on the same pictures.

    Pictures: noise over the whole value range, and smooth gradients as in a real crop; each in batches of 1, 2,
    3 and 17.

    Args:
        model: in evaluation mode, on the CPU.
        path: the ONNX file.
        embedding_size: D.

    Raises:
        ValueError: the file cannot be run, or an output is not (B, D).
    """
    options = ort.SessionOptions()
    options.log_severity_level = 3
    session = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    theirs, ours = [], []
    for batch in _test_batches():
        answer = np.asarray(session.run(None, {"input": batch})[0])
        if answer.shape != (len(batch), embedding_size):
            raise Refusal(
                Reason(
                    "output has shape {shape} for a batch of {batch}, not (B, {embedding_size})",
                    shape=str(answer.shape),
                    batch=len(batch),
                    embedding_size=embedding_size,
                )
            )
        theirs.append(answer)
        with torch.inference_mode():
            ours.append(model(torch.from_numpy(batch)).numpy())
    return agreement(np.concatenate(ours), np.concatenate(theirs))


def agreement(ours: NDArray[np.float32], theirs: NDArray[np.float32]) -> Parity:
    """Compare (n, D) outputs of any length, row by row and as matrices of all cosines."""
    with np.errstate(invalid="ignore", over="ignore"):  # what is no number becomes none here, and is refused by that
        a = ours / np.linalg.norm(ours, axis=1, keepdims=True)
        b = theirs / np.linalg.norm(theirs, axis=1, keepdims=True)
        # Differences of embeddings vanish in the matrix of all pairs, which is what the product compares.
        pairs, own = np.abs(a @ a.T - b @ b.T).max(), np.abs(1.0 - (a * b).sum(axis=1)).max()
        return Parity(
            max_abs_difference=float(np.abs(ours - theirs).max()),
            min_cosine=float((a * b).sum(axis=1).min()),
            max_cosine_error=float(np.maximum(pairs, own)),  # numpy's: Python's max drops a NaN that stands second
        )


def _test_batches() -> Sequence[NDArray[np.float32]]:
    rng = np.random.default_rng(20260101)
    batches: list[NDArray[np.float32]] = []
    for size in BATCH_SIZES:
        shape = (size, 3, _INPUT_PX, _INPUT_PX)
        batches.append(rng.uniform(-1.0, 1.0, shape).astype(np.float32))
        batches.append(_smooth_pictures(rng, size))
    return batches


def _smooth_pictures(rng: np.random.Generator, count: int) -> NDArray[np.float32]:
    """Low-frequency pictures: 7x7 random cells, each 16 pixels wide, blended to the neighbour."""
    cells = rng.uniform(-1.0, 1.0, (count, 3, 8, 8))
    at = np.linspace(0.0, 7.0, _INPUT_PX)
    low = np.minimum(at.astype(int), 6)
    share = at - low
    rows = cells[:, :, low] * (1 - share)[:, None] + cells[:, :, low + 1] * share[:, None]
    return np.asarray(rows[..., low] * (1 - share) + rows[..., low + 1] * share, dtype=np.float32)


@contextmanager
def _known_noise_silenced() -> Iterator[None]:
    """Hide what torch 2.13 says about its own code and about torchvision's absence, and nothing else."""

    def is_news(record: logging.LogRecord) -> bool:
        return not record.getMessage().startswith("torchvision is not installed")

    logger = logging.getLogger("torch.onnx._internal.exporter._registration")
    logger.addFilter(is_news)
    try:
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message=r".*isinstance\(treespec, LeafSpec\).*", category=FutureWarning)
            yield
    finally:
        logger.removeFilter(is_news)
