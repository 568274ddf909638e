"""The teacher of a distillation: any recognizer for aligned 112x112 faces, as an ONNX file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray
from onnxruntime.capi import onnxruntime_pybind11_state as ort_errors

from attendance.errors import TrainingDataUnusable
from training.face_shards import FaceShards, to_tensor

_SIDE_PX = 112
_PROBES = 16
_MIN_AGREEMENT = 0.9
"""Least median cosine to the stored embeddings. The same teacher gave 0.997 on 256 crops of the bundled
recognizer's shards (float16 and JPEG make the rest); another network of the same size is near 0."""
_REFUSALS = (
    ort_errors.Fail,
    ort_errors.InvalidArgument,
    ort_errors.InvalidGraph,
    ort_errors.InvalidProtobuf,
    ort_errors.NoSuchFile,
    ort_errors.NotImplemented,
    ort_errors.RuntimeException,
)
"""What onnxruntime raises about a file it cannot run; its errors have no common base of their own."""


class OnnxTeacher:
    """Embeds crops as the shards' teacher did: the mean over a crop and its mirror image.

    Not safe for several threads at once.

    Args:
        path: takes (B, 3, 112, 112) float32 RGB, (value - 127.5) / 127.5, with a free batch size or one of 1; gives
            (B, D).
        embedding_size: D that the student and the shards have.
        threads: of onnxruntime.
        hints: names of values inside the network, (B, C, H, W) each, for ``embed_with_hints``.

    Raises:
        TrainingDataUnusable: not such a network, another D, or no value of such a name.
    """

    def __init__(self, path: Path, *, embedding_size: int, threads: int = 1, hints: tuple[str, ...] = ()) -> None:
        self.path = path
        self.hints = hints
        options = ort.SessionOptions()
        options.intra_op_num_threads = threads
        # Waiting threads would otherwise spin and take the processor from the training step.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        try:
            network = _with_outputs(path, hints) if hints else str(path)
            self._session = ort.InferenceSession(network, options, providers=["CPUExecutionProvider"])
        except _REFUSALS as err:
            raise TrainingDataUnusable(path=path, reason="the teacher is not a readable ONNX network") from err
        inputs = self._session.get_inputs()
        self._input = inputs[0].name
        batch = inputs[0].shape[0] if inputs[0].shape else None
        self._is_single = batch == 1
        self._check(inputs, batch, embedding_size)

    def embed(self, crops_rgb: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (B, D) float32 unit rows of (B, 3, 112, 112) float32 normalised RGB crops."""
        both = _unit(self._run(crops_rgb)[0]) + _unit(self._run(crops_rgb[:, :, :, ::-1])[0])
        return _unit(both)

    def embed_with_hints(
        self, crops_rgb: NDArray[np.float32]
    ) -> tuple[NDArray[np.float32], tuple[NDArray[np.float32], ...]]:
        """Return what the network computes for crops as they are, without their mirror images.

        Args:
            crops_rgb: (B, 3, 112, 112) float32 normalised RGB.

        Returns:
            (B, D) float32 of any length, and one (B, C, H, W) float32 array per hint.
        """
        embeddings, *hints = self._run(crops_rgb)
        return embeddings, tuple(hints)

    def _run(self, crops_rgb: NDArray[np.float32]) -> list[NDArray[np.float32]]:
        parts = [crops_rgb[i : i + 1] for i in range(len(crops_rgb))] if self._is_single else [crops_rgb]
        answers = [self._session.run(None, {self._input: np.ascontiguousarray(part)}) for part in parts]
        return [np.concatenate([np.asarray(value) for value in output]) for output in zip(*answers, strict=True)]

    def _check(self, inputs: list[ort.NodeArg], batch: object, embedding_size: int) -> None:
        shape = inputs[0].shape
        is_free_or_112 = all(
            not isinstance(got, int) or got == want
            for got, want in zip(shape[1:], (3, _SIDE_PX, _SIDE_PX), strict=False)
        )
        if len(inputs) != 1 or len(shape) != 4 or not is_free_or_112 or (isinstance(batch, int) and batch != 1):
            raise TrainingDataUnusable(
                path=self.path, reason=f"the teacher takes {shape}, not crops of shape (B, 3, {_SIDE_PX}, {_SIDE_PX})"
            )
        try:
            answer, *inner = self._run(np.zeros((2, 3, _SIDE_PX, _SIDE_PX), np.float32))[: 1 + len(self.hints)]
        except (*_REFUSALS, ValueError) as err:
            raise TrainingDataUnusable(
                path=self.path, reason=f"the teacher refuses two crops of {_SIDE_PX}x{_SIDE_PX} pixels"
            ) from err
        if answer.shape != (2, embedding_size):
            raise TrainingDataUnusable(
                path=self.path,
                reason=f"the teacher gives {answer.shape} for two faces, the shards need (2, {embedding_size})",
            )
        for name, value in zip(self.hints, inner, strict=True):
            if value.ndim != 4 or len(value) != 2:
                raise TrainingDataUnusable(path=self.path, reason=f"its value {name!r} is no map of features")


def refuse_other_teacher(teacher: OnnxTeacher, shards: FaceShards) -> None:
    """Check that this teacher made the shards' embeddings: two teachers' embeddings have nothing in common.

    Args:
        teacher: labels the blends.
        shards: hold embeddings of the same size.

    Raises:
        TrainingDataUnusable: the embeddings differ.
    """
    picked = np.linspace(0, len(shards) - 1, min(_PROBES, len(shards)), dtype=np.int64)
    own = teacher.embed(to_tensor(np.stack([shards.crop_bgr(int(i)) for i in picked])))
    agreement = float(np.median((own * shards.teacher[picked]).sum(axis=1)))
    if not agreement >= _MIN_AGREEMENT:
        raise TrainingDataUnusable(
            path=teacher.path,
            reason=f"the teacher is not the one that labelled the shards (median cosine {agreement:.2f})",
        )


def _with_outputs(path: Path, names: tuple[str, ...]) -> bytes:
    """Return the network with values from its inside as additional outputs."""
    ort.InferenceSession(str(path), providers=["CPUExecutionProvider"])  # refuses what is no network at all
    model = onnx.load(str(path))
    known = {name for node in model.graph.node for name in node.output}
    for name in names:
        if name not in known:
            raise TrainingDataUnusable(path=path, reason=f"the teacher computes no value named {name!r}")
        model.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    return bytes(model.SerializeToString())


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), dtype=np.float32)
