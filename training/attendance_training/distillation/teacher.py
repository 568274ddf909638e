"""The teacher of a distillation: any recognizer for aligned 112x112 faces, as an ONNX file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray

from attendance.errors import Reason
from attendance.file_kinds import FileKind, other_kind
from attendance_training.data.face_shards import FaceShards, to_tensor
from attendance_training.errors import TrainingDataUnusable
from attendance_training.packs.onnx_session import ORT_REFUSALS, open_session, run_crops

_SIDE_PX = 112
_PROBES = 16
_MIN_AGREEMENT = 0.9
"""Least median cosine to the stored embeddings. The same teacher gave 0.997 on 256 crops of the bundled
recognizer's shards (float16 and JPEG make the rest); another network of the same size is near 0."""


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
        try:
            network = _with_outputs(path, hints) if hints else str(path)
            self._session = open_session(network, threads=threads)
        except ORT_REFUSALS as err:
            unreadable = Reason("the teacher is not a readable ONNX network")
            raise TrainingDataUnusable(path=path, reason=other_kind(path, FileKind.ONNX) or unreadable) from err
        inputs = self._session.get_inputs()
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
        return run_crops(self._session, crops_rgb, is_single=self._is_single)

    def _check(self, inputs: list[ort.NodeArg], batch: object, embedding_size: int) -> None:
        shape = inputs[0].shape
        is_free_or_112 = all(
            not isinstance(got, int) or got == want
            for got, want in zip(shape[1:], (3, _SIDE_PX, _SIDE_PX), strict=False)
        )
        if len(inputs) != 1 or len(shape) != 4 or not is_free_or_112 or (isinstance(batch, int) and batch != 1):
            raise TrainingDataUnusable(
                path=self.path,
                reason=Reason(
                    "the teacher takes {shape}, not crops of shape (B, 3, {side}, {side})",
                    shape=str(shape),
                    side=_SIDE_PX,
                ),
            )
        try:
            answer, *inner = self._run(np.zeros((2, 3, _SIDE_PX, _SIDE_PX), np.float32))[: 1 + len(self.hints)]
        except (*ORT_REFUSALS, ValueError) as err:
            raise TrainingDataUnusable(
                path=self.path, reason=Reason("the teacher refuses two crops of {side}x{side} pixels", side=_SIDE_PX)
            ) from err
        if answer.shape != (2, embedding_size):
            raise TrainingDataUnusable(
                path=self.path,
                reason=Reason(
                    "the teacher gives {shape} for two faces, the shards need (2, {embedding_size})",
                    shape=str(answer.shape),
                    embedding_size=embedding_size,
                ),
            )
        for name, value in zip(self.hints, inner, strict=True):
            if value.ndim != 4 or len(value) != 2:
                raise TrainingDataUnusable(
                    path=self.path, reason=Reason("its value {name} is not a map of features", name=repr(name))
                )


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
            reason=Reason(
                "the teacher is not the one that labelled the shards (median cosine {cosine})",
                cosine=f"{agreement:.2f}",
            ),
        )


def _with_outputs(path: Path, names: tuple[str, ...]) -> bytes:
    """Return the network with values from its inside as additional outputs."""
    open_session(str(path), threads=1)  # refuses what is not a network at all
    model = onnx.load(str(path))
    known = {name for node in model.graph.node for name in node.output}
    for name in names:
        if name not in known:
            raise TrainingDataUnusable(
                path=path, reason=Reason("the teacher computes no value named {name}", name=repr(name))
            )
        model.graph.output.append(onnx.helper.make_tensor_value_info(name, onnx.TensorProto.FLOAT, None))
    return bytes(model.SerializeToString())


def _unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    return np.asarray(rows / np.maximum(lengths, 1e-12), dtype=np.float32)
