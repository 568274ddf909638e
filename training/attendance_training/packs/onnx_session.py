"""Runs ONNX files for aligned crops with onnxruntime on the processor."""

from __future__ import annotations

import numpy as np
import onnxruntime as ort
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

ORT_REFUSALS = (
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.NoSuchFile,
    ort_errors.NotImplemented,
    ort_errors.RuntimeException,
)
"""What onnxruntime raises about a file it cannot run; its errors have no common base of their own."""


def open_session(network: str | bytes, *, threads: int) -> ort.InferenceSession:
    """Open a path or the content of a file; raises one of ``ORT_REFUSALS``."""
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads
    # Waiting threads would otherwise spin and take the processor from a training step beside them.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return ort.InferenceSession(network, options, providers=["CPUExecutionProvider"])


def run_crops(
    session: ort.InferenceSession, crops_rgb: NDArray[np.float32], *, is_single: bool
) -> list[NDArray[np.float32]]:
    """Return every output for (B, 3, 112, 112) float32 crops; raises one of ``ORT_REFUSALS``.

    Args:
        session: has one input.
        crops_rgb: normalised.
        is_single: the network takes one crop at a time.
    """
    name = session.get_inputs()[0].name
    parts = [crops_rgb[i : i + 1] for i in range(len(crops_rgb))] if is_single else [crops_rgb]
    answers = [session.run(None, {name: np.ascontiguousarray(part)}) for part in parts]
    return [np.concatenate([np.asarray(value) for value in output]) for output in zip(*answers, strict=True)]
