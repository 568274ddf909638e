"""The one place that makes an InferenceSession, and says which provider it got and why."""

from __future__ import annotations

import ctypes
import os
import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from attendance.core.types import ProviderReport
from attendance.errors import Reason
from attendance.errors.models import CudaMissing, ModelContractBroken, ModelMissing
from attendance.vision.own_prints import own_prints

# Read by onnxruntime while it is imported, so it stands before the import.
os.environ["ORT_DISABLE_TELEMETRY"] = "1"

import onnxruntime as ort
from onnxruntime.capi import onnxruntime_pybind11_state as _state

CPU = "CPUExecutionProvider"
CUDA = "CUDAExecutionProvider"
_SEVERITY_ERROR, _SEVERITY_FATAL = 3, 4  # onnxruntime's logging levels: 0 verbose .. 2 warning, 3 error, 4 fatal
_REASON_CHARS = 160

# onnxruntime's errors share no base class but Exception, so all of them are named. RuntimeError and ValueError
# come from its Python layer.
_ORT_ERRORS: tuple[type[Exception], ...] = (
    *(value for value in vars(_state).values() if isinstance(value, type) and issubclass(value, Exception)),
    RuntimeError,
    ValueError,
)

FloatOutput = NDArray[np.float32]


class RawSession(Protocol):
    """The part of ``onnxruntime.InferenceSession`` that this project uses."""

    def get_inputs(self) -> Sequence[Any]:
        """Return name, shape and type of each input."""

    def get_outputs(self) -> Sequence[Any]:
        """Return name, shape and type of each output."""

    def get_providers(self) -> Sequence[str]:
        """Return the active execution providers, first choice first."""

    def run(self, output_names: Sequence[str] | None, input_feed: Mapping[str, Any]) -> Sequence[Any]:
        """Run the model."""


@dataclass(frozen=True, slots=True)
class Port:
    """One input or output of a model.

    Attributes:
        shape: sizes; None where the model leaves the size open.
        is_float32: True for ``tensor(float)``.
    """

    name: str
    shape: tuple[int | None, ...]
    is_float32: bool


class SessionRuns:
    """How long the models of a pack ran inside onnxruntime; lets the bench tell our overhead from theirs.

    Safe to use from several threads.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._total_ms = 0.0

    @property
    def count(self) -> int:
        """Runs since the last ``reset``."""
        return self._count

    @property
    def total_ms(self) -> float:
        """Milliseconds inside ``InferenceSession.run`` since the last ``reset``."""
        return self._total_ms

    def add(self, elapsed_ms: float) -> None:
        """Count one run."""
        with self._lock:
            self._count += 1
            self._total_ms += elapsed_ms

    def reset(self) -> None:
        """Start again from zero."""
        with self._lock:
            self._count = 0
            self._total_ms = 0.0


class ModelSession:
    """One model file with its session: float32 in, float32 out, errors in our own words.

    Args:
        session: the onnxruntime session.
        pack: pack name, for error messages.
        path: the model file, for error messages.
        runs: where run times are added up; None counts for itself.
    """

    def __init__(self, session: RawSession, *, pack: str, path: Path, runs: SessionRuns | None = None) -> None:
        self._session = session
        self._pack = pack
        self._path = path
        self._runs = runs if runs is not None else SessionRuns()
        self.inputs = tuple(_port(item) for item in session.get_inputs())
        self.outputs = tuple(_port(item) for item in session.get_outputs())

    @property
    def runs(self) -> SessionRuns:
        """Where run times are added up."""
        return self._runs

    def run(self, blob: FloatOutput, output_names: Sequence[str] | None = None) -> list[FloatOutput]:
        """Run a model of one input.

        Args:
            blob: the input, float32, contiguous.
            output_names: which outputs, in this order; None = all, in the model's order.

        Raises:
            ModelContractBroken: onnxruntime refused the input or failed.
        """
        start_s = time.perf_counter()
        try:
            outputs = self._session.run(output_names, {self.inputs[0].name: blob})
        except _ORT_ERRORS as err:
            raise self.broken(Reason("it failed while running ({cause})", cause=Reason.quoted(_short(err)))) from err
        self._runs.add((time.perf_counter() - start_s) * 1000.0)
        return list(outputs)

    def broken(self, reason: Reason) -> ModelContractBroken:
        """Return the error that this model is not what it should be."""
        return ModelContractBroken(pack=self._pack, path=self._path, reason=reason)


def default_threads() -> int:
    """Return the number of cores minus one, at least 1: one core stays free for the camera and the window."""
    return max(1, (os.cpu_count() or 1) - 1)


def open_session(
    path: Path, *, pack: str, provider: str = "auto", threads: int = 0
) -> tuple[ort.InferenceSession, ProviderReport]:
    """Open one model file.

    Args:
        path: the .onnx file.
        pack: pack name, for error messages.
        provider: "auto" takes CUDA when it works, else the CPU; "cuda" insists; "cpu" never tries.
        threads: onnxruntime's threads inside one operator; 0 = ``default_threads()``.

    Returns:
        The session and where it really runs: the first name in ``session.get_providers()``, not what was asked for.

    Raises:
        ModelMissing: no such file.
        ModelContractBroken: onnxruntime cannot load the file.
        CudaMissing: "cuda" was asked for and is not to be had.
        ValueError: an unknown provider name.
    """
    if provider not in {"auto", "cpu", "cuda"}:
        raise ValueError(f"unknown provider {provider!r}")
    if not path.is_file():
        raise ModelMissing(pack=pack, reason=Reason("{path} does not exist", path=path))
    ort.set_default_logger_severity(_SEVERITY_FATAL)  # a provider that fails is told in our report, not on stderr
    wants_cuda = provider != "cpu" and CUDA in ort.get_available_providers()
    if wants_cuda and hasattr(ort, "preload_dlls"):
        with own_prints():  # it prints what is missing; ``_report`` says it better
            ort.preload_dlls()
    session, printed = _create(path, pack, _options(threads), [CUDA, CPU] if wants_cuda else [CPU])
    session.disable_fallback()  # a provider that dies later must not be swapped behind our back
    report = _report(session.get_providers()[0], provider, wants_cuda, printed)
    if provider == "cuda" and not report.is_gpu:
        raise CudaMissing(pack=pack, reason=report.reason)
    return session, report


def describe_model(path: Path, *, pack: str) -> tuple[tuple[Port, ...], tuple[Port, ...]]:
    """Return the inputs and outputs of a model file, without preparing it for running.

    Raises:
        ModelContractBroken: onnxruntime cannot load the file.
    """
    options = _options(1)
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_DISABLE_ALL
    session, _ = _create(path, pack, options, [CPU])
    model = ModelSession(session, pack=pack, path=path)
    return model.inputs, model.outputs


def _create(
    path: Path, pack: str, options: ort.SessionOptions, providers: list[str]
) -> tuple[ort.InferenceSession, str]:
    """Make a session; return it with what onnxruntime printed: its only way to say why a provider failed."""
    try:
        with own_prints() as printed:
            session = ort.InferenceSession(str(path), options, providers=providers)
    except _ORT_ERRORS as err:
        reason = Reason("onnxruntime cannot load it ({cause})", cause=Reason.quoted(_short(err)))
        raise ModelContractBroken(pack=pack, path=path, reason=reason) from err
    return session, printed.getvalue()


def _options(threads: int) -> ort.SessionOptions:
    options = ort.SessionOptions()
    options.intra_op_num_threads = threads if threads > 0 else default_threads()
    options.inter_op_num_threads = 1
    # Threads that spin while they wait take the cores from the camera and the window.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = _SEVERITY_ERROR
    return options


def _report(active: str, provider: str, tried_cuda: bool, printed: str) -> ProviderReport:
    if active == CUDA:
        reason = Reason("CUDA is active (onnxruntime {version}).", version=ort.__version__)
        return ProviderReport(active, reason, is_gpu=True)
    if provider == "cpu":
        return ProviderReport(active, Reason("The settings ask for the CPU."), is_gpu=False)
    if tried_cuda:
        reason = Reason(
            "The installed onnxruntime supports CUDA but could not start it ({cause}).", cause=_cuda_failure(printed)
        )
    else:
        reason = Reason("The installed onnxruntime has no CUDA support.")
    if provider != "cuda":
        reason = Reason("{cause} The CPU is used.", cause=reason)
    return ProviderReport(active, reason, is_gpu=False)


def _cuda_failure(printed: str) -> Reason:
    """Say in a few words why CUDA did not start: a missing library, or what onnxruntime printed."""
    library = next(Path(ort.__file__).parent.glob("capi/*onnxruntime_providers_cuda.*"), None)
    if library is not None:
        try:
            ctypes.CDLL(str(library))
        except OSError as err:
            # With every CUDA library in place only onnxruntime's own symbols stay open: no reason to tell.
            if "undefined symbol" not in str(err):
                return Reason.quoted(_short(err))
    for line in printed.splitlines():
        if "CUDA" in line and line.startswith("EP Error"):
            return Reason.quoted(_clip(line.removeprefix("EP Error").strip()))
    return Reason("no NVIDIA GPU, or its driver is missing or too old")


def _short(err: Exception) -> str:
    # "[ONNXRuntimeError] : 7 : INVALID_PROTOBUF : Load model from x failed:..." -> the part that says something
    return _clip(re.sub(r"^\[ONNXRuntimeError\] : \d+ : \w+ : ", "", str(err)))


def _clip(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _REASON_CHARS else line[: _REASON_CHARS - 3] + "..."


def _port(item: Any) -> Port:
    sizes = tuple(size if isinstance(size, int) and size > 0 else None for size in item.shape)
    return Port(name=item.name, shape=sizes, is_float32=item.type == "tensor(float)")
