"""A recognizer for aligned faces as an ONNX file, with the preprocessing of its pack."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from attendance.core.packs.manifest_file import model_path, read_manifest
from attendance.core.recognition.alignment import CROP_SIDE_PX
from attendance.errors import Reason
from attendance.errors.models import ModelContractBroken, ModelMissing
from attendance_training.packs.onnx_session import ORT_REFUSALS, open_session, run_crops

FLIP_SUFFIX = ",flip"
_BATCH = 32
_MIN_NORM = 1e-6


class Recognizer(Protocol):
    """What embeds crops."""

    @property
    def model_id(self) -> str:
        """How reports name it."""

    def embed(self, crops_bgr: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return (n, D) unit rows of (n, 112, 112, 3) uint8 BGR."""


class OnnxRecognizer:
    """Embeds crops as the application does: the raw outputs of a crop and its mirror image are added.

    Not safe for several threads at once.

    Args:
        path: takes (B, 3, 112, 112) float32 RGB, with a free batch size or one of 1; gives (B, D).
        flip_average: add the output for the mirror image before normalising.
        mean: subtracted from each pixel value.
        std: divisor after that.
        threads: of onnxruntime.
        model_id: how reports name it; "" makes it from the file's name and SHA-256.

    Raises:
        ModelMissing: there is no such file.
        ModelContractBroken: it is not such a network.
    """

    def __init__(
        self,
        path: Path,
        *,
        flip_average: bool = False,
        mean: float = 127.5,
        std: float = 127.5,
        threads: int = 1,
        model_id: str = "",
    ) -> None:
        self.path = path
        self.flip_average = flip_average
        self._mean, self._std, self._threads = np.float32(mean), np.float32(std), threads
        try:
            content = path.read_bytes()
        except OSError as err:
            raise ModelMissing(pack=path.parent.name, reason=Reason("{path} cannot be read", path=path)) from err
        self.model_id = model_id or f"{path.stem}:{hashlib.sha256(content).hexdigest()[:12]}"
        try:
            self._session = open_session(content, threads=threads)
        except ORT_REFUSALS as err:
            raise self._broken(Reason("it is not a readable ONNX network")) from err
        self._is_single = self._check_input()
        answer = self._probe()
        self.embedding_size: int = answer.shape[1]

    def embed(self, crops_bgr: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Embed aligned crops.

        Args:
            crops_bgr: (n, 112, 112, 3) uint8 BGR.

        Returns:
            (n, D) float32 unit rows.

        Raises:
            ModelContractBroken: an embedding is zero or not finite.
        """
        rows = [np.empty((0, self.embedding_size), np.float32)]
        for start in range(0, len(crops_bgr), _BATCH):
            blob = self.blob(crops_bgr[start : start + _BATCH])
            raw = self.run(blob)
            rows.append(raw + self.run(blob[..., ::-1]) if self.flip_average else raw)
        raw = np.concatenate(rows)
        lengths = np.linalg.norm(raw, axis=1, keepdims=True)
        if not (np.isfinite(lengths).all() and (lengths > _MIN_NORM).all()):
            raise self._broken(Reason("it gave an embedding of zeros or of values that are not finite"))
        return np.asarray(raw / lengths, dtype=np.float32)

    def with_file(self, path: Path) -> OnnxRecognizer:
        """Return another file with the same preprocessing; raises as the constructor."""
        return OnnxRecognizer(
            path,
            flip_average=self.flip_average,
            mean=float(self._mean),
            std=float(self._std),
            threads=self._threads,
        )

    def blob(self, crops_bgr: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return (B, 3, 112, 112) float32 normalised RGB of (B, 112, 112, 3) uint8 BGR."""
        rgb = crops_bgr[..., ::-1].transpose(0, 3, 1, 2).astype(np.float32)
        return np.asarray((rgb - self._mean) / self._std, dtype=np.float32)

    def run(self, blob: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return the raw (B, D) output for (B, 3, 112, 112) float32 normalised RGB."""
        try:
            outputs = run_crops(self._session, blob, is_single=self._is_single)
        except ORT_REFUSALS as err:
            raise self._broken(Reason("it refused crops of 112x112 pixels")) from err
        return np.asarray(outputs[0], dtype=np.float32)

    def _check_input(self) -> bool:
        """Return whether the network takes one crop at a time."""
        inputs = self._session.get_inputs()
        shape = inputs[0].shape if len(inputs) == 1 else []
        wanted = (3, CROP_SIDE_PX, CROP_SIDE_PX)
        if len(shape) != 4 or any(
            isinstance(got, int) and got != want for got, want in zip(shape[1:], wanted, strict=True)
        ):
            raise self._broken(
                Reason("it takes {value}, not crops of shape (B, 3, 112, 112)", value=[i.shape for i in inputs])
            )
        if isinstance(shape[0], int) and shape[0] != 1:
            raise self._broken(Reason("its batch is fixed at {value}, expected 1 or any", value=shape[0]))
        return bool(shape[0] == 1)

    def _probe(self) -> NDArray[np.float32]:
        answer = self.run(np.zeros((2, 3, CROP_SIDE_PX, CROP_SIDE_PX), np.float32))
        if answer.ndim != 2 or len(answer) != 2:
            raise self._broken(Reason("its output is {shape} for two faces, expected (2, D)", shape=answer.shape))
        return answer

    def _broken(self, reason: Reason) -> ModelContractBroken:
        return ModelContractBroken(path=self.path, pack=self.path.parent.name, reason=reason)


def open_recognizer(spec: str, *, threads: int = 1) -> OnnxRecognizer:
    """Open what a command line names.

    Args:
        spec: a pack folder (preprocessing from its manifest), or "FILE.onnx" or "FILE.onnx,flip" with
            (value - 127.5) / 127.5; "flip" averages with the mirror image.
        threads: of onnxruntime.

    Raises:
        ModelMissing: no such folder or file.
        ModelContractBroken: the manifest or the network cannot be used.
    """
    if Path(spec).is_dir():
        folder = Path(spec)
        manifest = read_manifest(folder)
        found = manifest.recognizer
        if (found.side_px, found.colour) != (CROP_SIDE_PX, "rgb"):
            reason = Reason("training knows inputs of 112x112 in the order red, green, blue only")
            raise ModelContractBroken(path=folder / found.file, pack=folder.name, reason=reason)
        return OnnxRecognizer(
            model_path(folder, found.file, pack=folder.name),
            flip_average=found.flip_average,
            mean=found.mean,
            std=found.std,
            threads=threads,
            model_id=manifest.model_id,
        )
    name = spec.removesuffix(FLIP_SUFFIX)
    return OnnxRecognizer(Path(name), flip_average=name != spec, threads=threads)
