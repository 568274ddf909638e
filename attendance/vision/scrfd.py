"""SCRFD, the detector of InsightFace's packs: letterbox, one run, decode only what scores high enough."""

from __future__ import annotations

import math

import cv2
import numpy as np

from attendance.core.recognition.boxes import anchor_centres, distance_to_box, distance_to_landmarks, nms
from attendance.core.recognition.close_up import find_in_region
from attendance.core.types import Detection, FloatArray, ImageBgr
from attendance.errors import Reason
from attendance.vision.onnx_session import ModelSession

# Layout of the models with five landmarks: Guo et al. 2021, arXiv:2105.04714, and insightface
# model_zoo/scrfd.py: scores of three strides, then boxes, then landmarks.
STRIDES = (8, 16, 32)
ANCHORS_PER_CELL = 2
OUTPUT_COUNT = 3 * len(STRIDES)
_VALUES_PER_ANCHOR = (1, 4, 10)
# (pixel - 127.5) / 128, insightface model_zoo/scrfd.py. With a power of two scaling before shifting gives the same
# float32 bits.
_MEAN, _STD = 127.5, 128.0
# A damaged or hostile model may call every anchor a face; suppression is quadratic in the worst case.
_MAX_CANDIDATES = 2000
# From this share of the picture's shorter side on SCRFD misses faces (docs/results/detection.md).
_CLOSE_UP_SHARE = 0.6


class ScrfdDetector:
    """Finds faces with five landmarks; safe to call from several threads.

    Args:
        session: model with one input 1x3xHxW and nine outputs, scores already between 0 and 1.
        score_threshold: least score of a face, 0..1 (InsightFace's default 0.5).
        nms_iou: overlap above which the weaker of two boxes goes (InsightFace's default 0.4).
        input_size_wh: size of the network's input for models that leave it open; a model with a fixed
            size keeps its own.
        mean: subtracted from each pixel value 0..255 (0 where the graph does it itself).
        std: divisor after that (1 where the graph does it itself).

    Raises:
        ModelContractBroken: inputs, outputs or output sizes are not those of SCRFD.
        ValueError: ``input_size_wh`` is not a positive multiple of 32, or ``std`` not positive.
    """

    def __init__(
        self,
        session: ModelSession,
        *,
        score_threshold: float = 0.5,
        nms_iou: float = 0.4,
        input_size_wh: tuple[int, int] = (640, 640),
        mean: float = _MEAN,
        std: float = _STD,
    ) -> None:
        if not std > 0:
            raise ValueError(f"std must be positive, not {std}")
        self._session = session
        self._scale, self._shift = np.float32(1.0 / std), np.float32(mean / std)
        self._score_threshold = score_threshold
        self._nms_iou = nms_iou
        self._input_size_wh = _input_size(session, input_size_wh)
        self._is_open = session.inputs[0].shape[2:] == (None, None)
        self._centres: dict[tuple[int, int], list[FloatArray]] = {}
        self._check_outputs()

    @property
    def input_size_wh(self) -> tuple[int, int]:
        """Width and height of the network's input in pixels."""
        return self._input_size_wh

    def detect(self, image_bgr: ImageBgr) -> list[Detection]:
        """Return the faces of a picture, best score first.

        Args:
            image_bgr: (H, W, 3) uint8 BGR of any size.

        Raises:
            ModelContractBroken: the model failed while running.
        """
        return self._detect(image_bgr, self._input_size_wh)

    def look_again(self, image_bgr: ImageBgr, boxes_px: FloatArray) -> list[Detection] | None:
        """Return the faces around expected places, best score first.

        A model with an open input gets a smaller one. With a fixed input every run costs the same, so there is no
        closer look, unless a face is so large that it is only found with more around it.

        Args:
            image_bgr: (H, W, 3) uint8 BGR of any size.
            boxes_px: (K, 4), K > 0.

        Returns:
            None when ``detect`` would do the same.

        Raises:
            ModelContractBroken: the model failed while running.
        """
        height, width = image_bgr.shape[:2]
        scale = min(self._input_size_wh[0] / width, self._input_size_wh[1] / height)
        low, high = boxes_px[:, :2].min(axis=0), boxes_px[:, 2:].max(axis=0)
        largest = float((boxes_px[:, 2:] - boxes_px[:, :2]).max())
        around = float((high - low).max()) + largest
        side = math.ceil(around * scale / STRIDES[-1]) * STRIDES[-1]
        if self._is_open and 0 < side**2 < self._input_size_wh[0] * self._input_size_wh[1] / 2:
            size_wh, around = (side, side), side / scale  # what the whole picture shows, at the same scale
        elif largest < _CLOSE_UP_SHARE * min(height, width):
            return None
        else:
            size_wh = self._input_size_wh
        left, top = (math.floor(v) for v in (low + high - around) / 2)
        right, bottom = left + math.ceil(around), top + math.ceil(around)
        if left >= width or top >= height or right <= 0 or bottom <= 0:
            return []
        return find_in_region(lambda part: self._detect(part, size_wh), image_bgr, (left, top, right, bottom))

    def _detect(self, image_bgr: ImageBgr, size_wh: tuple[int, int]) -> list[Detection]:
        blob, scale = self._letterbox(image_bgr, size_wh)
        scores, boxes, landmarks = self._decode(self._session.run(blob), self._anchors(size_wh))
        if not len(scores):
            return []
        if len(scores) > _MAX_CANDIDATES:
            best = np.argsort(-scores, kind="stable")[:_MAX_CANDIDATES]
            scores, boxes, landmarks = scores[best], boxes[best], landmarks[best]
        kept = nms(boxes, scores, self._nms_iou)
        boxes, landmarks = boxes[kept] / scale, landmarks[kept] / scale
        return [Detection(boxes[row], landmarks[row], float(scores[index])) for row, index in enumerate(kept)]

    def _anchors(self, size_wh: tuple[int, int]) -> list[FloatArray]:
        """Return the anchors' points of each stride for one size of input."""
        if size_wh not in self._centres:
            self._centres[size_wh] = [anchor_centres(size_wh, stride, ANCHORS_PER_CELL) for stride in STRIDES]
        return self._centres[size_wh]

    def _letterbox(self, image_bgr: ImageBgr, size_wh: tuple[int, int]) -> tuple[FloatArray, np.float32]:
        """Scale into the top left corner of a black canvas; return the blob (1, 3, H, W) RGB and the scale."""
        height, width = image_bgr.shape[:2]
        canvas_width, canvas_height = size_wh
        # The roundings and the use of the height's scale for both axes are InsightFace's.
        ratio = height / width
        if ratio > canvas_height / canvas_width:
            fit_width, fit_height = max(1, int(canvas_height / ratio)), canvas_height
        else:
            fit_width, fit_height = canvas_width, max(1, int(canvas_width * ratio))
        resized = cv2.resize(image_bgr, (fit_width, fit_height))
        blob = np.full((1, 3, canvas_height, canvas_width), -self._shift, dtype=np.float32)
        inside = blob[0, :, :fit_height, :fit_width]
        for channel, plane in zip(inside, reversed(cv2.split(resized)), strict=True):
            np.multiply(plane, self._scale, out=channel)
        inside -= self._shift
        return blob, np.float32(fit_height / height)

    def _decode(
        self, outputs: list[FloatArray], anchors: list[FloatArray]
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return scores (K,), boxes (K, 4) and landmarks (K, 5, 2) in pixels of the network's input."""
        scores, boxes, landmarks = [], [], []
        levels = len(STRIDES)
        for level, stride in enumerate(STRIDES):
            score = outputs[level].reshape(-1)
            hits = np.flatnonzero(score >= self._score_threshold)
            if not hits.size:
                continue
            centres = anchors[level][hits]
            to_edges = outputs[level + levels].reshape(-1, 4)[hits] * np.float32(stride)
            to_points = outputs[level + 2 * levels].reshape(-1, 10)[hits] * np.float32(stride)
            scores.append(score[hits])
            boxes.append(distance_to_box(centres, to_edges))
            landmarks.append(distance_to_landmarks(centres, to_points))
        if not scores:
            return np.empty(0, np.float32), np.empty((0, 4), np.float32), np.empty((0, 5, 2), np.float32)
        return np.concatenate(scores), np.concatenate(boxes), np.concatenate(landmarks)

    def _check_outputs(self) -> None:
        """Run once on a black canvas: sizes declared in the file are often missing or wrong."""
        width, height = self._input_size_wh
        outputs = self._session.run(np.full((1, 3, height, width), -self._shift, dtype=np.float32))
        for index, output in enumerate(outputs):
            kind, level = divmod(index, len(STRIDES))
            expected = len(self._anchors(self._input_size_wh)[level]) * _VALUES_PER_ANCHOR[kind]
            if output.size != expected or output.dtype != np.float32:
                raise self._session.broken(
                    Reason(
                        "output {count} has {size} values of {dtype}, expected {expected} of float32",
                        count=index + 1,
                        size=output.size,
                        dtype=output.dtype,
                        expected=expected,
                    )
                )


def _input_size(session: ModelSession, wished_wh: tuple[int, int]) -> tuple[int, int]:
    if any(side <= 0 or side % STRIDES[-1] for side in wished_wh):
        raise ValueError(f"input size {wished_wh} is not a positive multiple of {STRIDES[-1]}")
    if len(session.outputs) != OUTPUT_COUNT:
        raise session.broken(
            Reason(
                "a detector with five landmarks has {output_count} outputs, not {count}",
                output_count=OUTPUT_COUNT,
                count=len(session.outputs),
            )
        )
    shape = session.inputs[0].shape if len(session.inputs) == 1 else ()
    if len(shape) != 4 or shape[1] not in (3, None) or not session.inputs[0].is_float32:
        raise session.broken(Reason("a detector has one float32 input 1x3xHxW"))
    width, height = shape[3] or wished_wh[0], shape[2] or wished_wh[1]
    if width % STRIDES[-1] or height % STRIDES[-1]:
        raise session.broken(
            Reason(
                "its input {width}x{height} is not a multiple of {value}", width=width, height=height, value=STRIDES[-1]
            )
        )
    return width, height
