"""Aligns faces to the 112x112 ArcFace template and turns the crops into unit vectors, in batches."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from attendance.core.recognition.alignment import CROP_SIDE_PX, align_matrix
from attendance.core.types import FloatArray, ImageBgr
from attendance.errors import Reason
from attendance.vision.onnx_session import ModelSession

MAX_BATCH = 64
"""Most pictures in one run: bounds the memory of bulk enrolment (64 blobs are 9.6 MB)."""
_COLLAPSED = 0.9999
"""Cosine of pictures that have nothing in common, above which a network does not look at them."""
_MIN_NORM = 1e-6


class OnnxEmbedder:
    """A recognizer: one model with input (N, 3, S, S) and output (N, D).

    Safe to call from several threads.

    Args:
        session: the model; a fixed batch of 1 is allowed and run crop by crop.
        model_id: identity stored with every template.
        embedding_size: D that the output must have.
        mean: subtracted from each pixel (InsightFace: 127.5; 0 where the graph does it itself).
        std: divisor after that (127.5; 1 where the graph does it itself).
        flip_average: add the raw output for the mirrored crop before normalising (the usual protocol of
            ArcFace evaluations); doubles the work.
        side_px: S; aligned crops of 112 are resized to it, so that kept crops serve every recognizer.
        is_bgr: the model wants its channels in the order blue, green, red.

    Raises:
        ModelContractBroken: inputs, output, D or values are not what they must be; found by a probe run.
        ValueError: ``std`` is not positive.
    """

    def __init__(
        self,
        session: ModelSession,
        *,
        model_id: str,
        embedding_size: int,
        mean: float = 127.5,
        std: float = 127.5,
        flip_average: bool = False,
        side_px: int = CROP_SIDE_PX,
        is_bgr: bool = False,
    ) -> None:
        if not std > 0:
            raise ValueError(f"std must be positive, not {std}")
        self._session = session
        self._model_id = model_id
        self._embedding_size = embedding_size
        self._mean, self._std = np.float32(mean), np.float32(std)
        self._flip_average = flip_average
        self._side_px, self._is_bgr = side_px, is_bgr
        self._batch = self._check_ports()
        embedded = self.embed(_probes())
        if not (embedded @ embedded.T).min() < _COLLAPSED:
            raise self._session.broken(Reason("it gives the same answer for every picture"))

    @property
    def embedding_size(self) -> int:
        """D."""
        return self._embedding_size

    @property
    def model_id(self) -> str:
        """Identity of the recognizer, stored with every template."""
        return self._model_id

    def align(self, image_bgr: ImageBgr, landmarks_px: FloatArray) -> ImageBgr:
        """Warp one face to the 112x112 ArcFace template.

        Args:
            image_bgr: (H, W, 3) uint8 BGR.
            landmarks_px: (5, 2) float32; what lies outside the picture becomes black.

        Returns:
            (112, 112, 3) uint8 BGR.

        Raises:
            ValueError: the landmarks are degenerate.
        """
        crop = cv2.warpAffine(
            image_bgr,
            align_matrix(landmarks_px),
            (CROP_SIDE_PX, CROP_SIDE_PX),
            flags=cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=(0, 0, 0),
        )
        return np.asarray(crop, dtype=np.uint8)

    def embed(self, crops_bgr: Sequence[ImageBgr]) -> FloatArray:
        """Embed aligned crops.

        Args:
            crops_bgr: k crops of (112, 112, 3) uint8 BGR; k = 0 is allowed.

        Returns:
            (k, D) float32, each row of unit length.

        Raises:
            ModelContractBroken: the model failed, or gave another size, a value that is not finite, or zeros.
            ValueError: a crop has another shape or type.
        """
        step = MAX_BATCH // 2 if self._flip_average else MAX_BATCH
        parts = [self._embed_chunk(crops_bgr[start : start + step]) for start in range(0, len(crops_bgr), step)]
        if not parts:
            return np.empty((0, self._embedding_size), dtype=np.float32)
        return np.concatenate(parts)

    def _embed_chunk(self, crops_bgr: Sequence[ImageBgr]) -> FloatArray:
        blob = self._blob(crops_bgr)
        if self._flip_average:
            both = self._run(np.concatenate([blob, blob[..., ::-1]]))
            raw = both[: len(blob)] + both[len(blob) :]
        else:
            raw = self._run(blob)
        with np.errstate(over="ignore"):  # huge values: the norm is infinite and refused below
            norms = np.linalg.norm(raw, axis=1, keepdims=True)
        if not (np.isfinite(norms).all() and (norms > _MIN_NORM).all()):
            raise self._session.broken(Reason("it gave an embedding of zeros or of values that are not finite"))
        unit: FloatArray = (raw / norms).astype(np.float32, copy=False)
        return unit

    def _blob(self, crops_bgr: Sequence[ImageBgr]) -> FloatArray:
        """Stack crops into (k, 3, S, S) float32."""
        for crop in crops_bgr:
            if crop.shape != (CROP_SIDE_PX, CROP_SIDE_PX, 3) or crop.dtype != np.uint8:
                raise ValueError(f"a crop is (112, 112, 3) uint8, not {crop.shape} {crop.dtype}")
        stacked = np.stack([self._resized(crop) for crop in crops_bgr])
        channels = stacked if self._is_bgr else stacked[..., ::-1]
        blob = np.ascontiguousarray(channels.transpose(0, 3, 1, 2), dtype=np.float32)
        blob -= self._mean
        blob /= self._std
        return blob

    def _resized(self, crop_bgr: ImageBgr) -> ImageBgr:
        side = self._side_px
        if side == CROP_SIDE_PX:
            return crop_bgr
        # INTER_AREA is for making smaller; enlarging with it repeats pixels.
        how = cv2.INTER_AREA if side < CROP_SIDE_PX else cv2.INTER_CUBIC
        return np.asarray(cv2.resize(crop_bgr, (side, side), interpolation=how), dtype=np.uint8)

    def _run(self, blob: FloatArray) -> FloatArray:
        step = self._batch or len(blob)
        outputs = [self._session.run(blob[start : start + step])[0] for start in range(0, len(blob), step)]
        for output in outputs:
            if output.ndim != 2 or output.shape != (step, self._embedding_size) or output.dtype != np.float32:
                raise self._session.broken(
                    Reason(
                        "its output is {shape} {dtype}, expected ({step}, {embedding_size}) float32",
                        shape=output.shape,
                        dtype=output.dtype,
                        step=step,
                        embedding_size=self._embedding_size,
                    )
                )
        return np.concatenate(outputs)

    def _check_ports(self) -> int | None:
        """Return the fixed batch size (1), or None when any number goes."""
        inputs, outputs = self._session.inputs, self._session.outputs
        if len(inputs) != 1 or len(outputs) != 1 or not inputs[0].is_float32:
            raise self._session.broken(Reason("a recognizer has one float32 input and one output"))
        shape = inputs[0].shape
        wanted = (3, self._side_px, self._side_px)
        if len(shape) != 4 or any(size not in (want, None) for size, want in zip(shape[1:], wanted, strict=True)):
            raise self._session.broken(
                Reason("its input is {shape}, expected (N, 3, {side}, {side})", shape=shape, side=self._side_px)
            )
        if shape[0] not in (1, None):
            raise self._session.broken(Reason("its batch is fixed at {value}, expected 1 or any", value=shape[0]))
        return shape[0]


def _probes() -> list[ImageBgr]:
    """Return pictures that have nothing in common; even grey is not among them: some networks answer it with zeros."""
    shape = (CROP_SIDE_PX, CROP_SIDE_PX, 3)
    ramp = np.arange(np.prod(shape), dtype=np.uint32).astype(np.uint8).reshape(shape)
    noise = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    rows = np.linspace(0, 255, CROP_SIDE_PX)
    slope = np.broadcast_to(rows[:, np.newaxis, np.newaxis], shape).astype(np.uint8)
    return [ramp, noise, slope, np.ascontiguousarray(255 - slope.transpose(1, 0, 2))]
