"""MTCNN: three small networks in a row find faces and five landmarks.

Source: Zhang, Zhang, Li, Qiao, "Joint Face Detection and Alignment Using Multitask Cascaded Convolutional
Networks", IEEE Signal Processing Letters 23(10), 2016, arXiv:1604.02878. The networks were trained on
transposed pictures: their inputs are (N, width, height, 3), RGB, (pixel - 127.5) / 128.

Coordinates are those of ``core.recognition.boxes``: a box covers left <= x < right. Landmarks count from the centre of
the first pixel, as everywhere in this project.
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from attendance.core.recognition.boxes import nms
from attendance.core.types import Detection, FloatArray, ImageBgr
from attendance.errors import Reason
from attendance.vision.onnx_session import ModelSession

# Names of the inputs' sizes and of the outputs in the bundled files (converted from Keras, hence the names).
_PNET_OUTPUTS = ("softmax", "conv2d_4")
_RNET_OUTPUTS = ("softmax_1", "dense_2")
_ONET_OUTPUTS = ("softmax_2", "dense_5", "dense_6")
_PNET_CELL_PX, _PNET_STRIDE_PX = 12, 2  # paper, section II.B: receptive field 12, one pooling
_RNET_SIDE_PX, _ONET_SIDE_PX = 24, 48
_PYRAMID_FACTOR = 0.709  # 1/sqrt(2): the area halves from level to level (authors' code)
_NMS_LEVEL, _NMS_STAGE, _NMS_FINAL = 0.5, 0.7, 0.7  # authors' code
_MIRRORED_ORDER = [1, 0, 2, 4, 3]  # left and right change places in a mirror
# Caps that keep a busy background from costing seconds; a picture with 20 faces stays far below them.
_MAX_PER_LEVEL, _MAX_RNET, _MAX_ONET = 150, 96, 32
# Sizes of parts of a picture are multiples of this: four halvings, for faces of up to 768 pixels.
_PART_STEP_PX = 16
_PIXEL_MEAN, _PIXEL_SCALE = np.float32(127.5), np.float32(1.0 / 128.0)

Boxes = NDArray[np.float64]
Scores = NDArray[np.float32]


class MtcnnDetector:
    """Finds faces with five landmarks; safe to call from several threads.

    Args:
        pnet: proposal network, (1, w, h, 3) -> face probability and box offsets per cell.
        rnet: refinement network, (N, 24, 24, 3).
        onet: output network, (N, 48, 48, 3), also gives the landmarks.
        min_face_px: smallest face looked for, in pixels of the picture.
        max_search_px: long side of the largest picture that P-Net sees. Pictures so large that ``min_face_px``
            would ask for more are searched for correspondingly larger faces only, so the time has a bound.
        thresholds: least face probability after each stage, 0..1.

    Raises:
        ModelContractBroken: a network has other inputs or outputs.
        ValueError: ``min_face_px`` is below 12.
    """

    def __init__(
        self,
        pnet: ModelSession,
        rnet: ModelSession,
        onet: ModelSession,
        *,
        min_face_px: float = 48.0,
        max_search_px: int = 400,
        thresholds: tuple[float, float, float] = (0.6, 0.7, 0.8),
    ) -> None:
        if not min_face_px >= _PNET_CELL_PX:
            raise ValueError(f"min_face_px must be at least {_PNET_CELL_PX}, not {min_face_px}")
        _check(pnet, None, _PNET_OUTPUTS, (2, 4))
        _check(rnet, _RNET_SIDE_PX, _RNET_OUTPUTS, (2, 4))
        _check(onet, _ONET_SIDE_PX, _ONET_OUTPUTS, (2, 4, 10))
        self._pnet, self._rnet, self._onet = pnet, rnet, onet
        self._min_face_px = min_face_px
        self._max_search_px = max_search_px
        self._thresholds = thresholds

    def detect(self, image_bgr: ImageBgr) -> list[Detection]:
        """Return the faces of a picture, best score first.

        Args:
            image_bgr: (H, W, 3) uint8 BGR of any size.

        Raises:
            ModelContractBroken: a network failed while running.
        """
        pyramid = _HalvedPictures(image_bgr)
        boxes = self._propose(pyramid)
        if len(boxes):
            boxes = self._refine(pyramid, boxes)
        return self._finish(pyramid, boxes) if len(boxes) else []

    def look_again(self, image_bgr: ImageBgr, boxes_px: FloatArray) -> list[Detection]:
        """Return the faces at expected places, best score first: the last network alone, a fifth of the work.

        Args:
            image_bgr: (H, W, 3) uint8 BGR of any size.
            boxes_px: (K, 4), K > 0. A face is found when it lies within about a fifth of its size.

        Raises:
            ModelContractBroken: a network failed while running.
        """
        squares = _squared(boxes_px.astype(np.float64))
        # Halving for large faces shall not touch all of the picture. A quarter of a square more on each side, because
        # the square of the landmarks is made of edges that the network moved; whole multiples of a step, because
        # OpenCV halves even sizes several times faster.
        reach = (squares[:, 2:] - squares[:, :2]).max() / 4
        low = np.floor((squares[:, :2].min(axis=0) - reach) / _PART_STEP_PX).astype(int) * _PART_STEP_PX
        high = np.ceil((squares[:, 2:].max(axis=0) + reach) / _PART_STEP_PX).astype(int) * _PART_STEP_PX
        left, top = np.maximum(low, 0)
        part = image_bgr[top : max(high[1], 0), left : max(high[0], 0)]
        if not part.size:
            return []
        corner = np.array([left, top, left, top], dtype=np.float32)
        return [
            Detection(face.box_xyxy_px + corner, face.landmarks_px + corner[:2], face.score)
            for face in self._finish(_HalvedPictures(part), squares - corner)
        ]

    def _propose(self, pyramid: _HalvedPictures) -> Boxes:
        """Stage 1: slide P-Net over scaled pictures; return square candidates (K, 4)."""
        width, height = pyramid.size_wh
        scale = min(_PNET_CELL_PX / self._min_face_px, self._max_search_px / max(width, height))
        found_boxes: list[Boxes] = []
        found_scores: list[Scores] = []
        while min(width, height) * scale >= _PNET_CELL_PX:
            boxes, scores = self._search(pyramid, scale)
            found_boxes.append(boxes)
            found_scores.append(scores)
            scale *= _PYRAMID_FACTOR
        if not found_boxes:
            return np.empty((0, 4))
        boxes, scores = np.concatenate(found_boxes), np.concatenate(found_scores)
        kept = _best(boxes[:, :4], scores, _NMS_STAGE)[:_MAX_RNET]
        return _squared(_shifted(boxes[kept, :4], boxes[kept, 4:]))

    def _search(self, pyramid: _HalvedPictures, scale: float) -> tuple[Boxes, Scores]:
        """Run P-Net at one scale; return cell boxes with their offsets (K, 8) and probabilities (K,)."""
        picture, scale_xy = pyramid.scaled(scale)
        probabilities, offsets = self._pnet.run(_network_input(_turned(picture)), _PNET_OUTPUTS)
        face = probabilities[0, :, :, 1]
        columns, rows = np.nonzero(face >= self._thresholds[0])
        scores: Scores = face[columns, rows]
        if not len(scores):
            return np.empty((0, 8)), scores
        if len(scores) > _MAX_PER_LEVEL:
            best = np.argpartition(-scores, _MAX_PER_LEVEL)[:_MAX_PER_LEVEL]
            columns, rows, scores = columns[best], rows[best], scores[best]
        corners = np.stack([columns, rows], axis=1) * float(_PNET_STRIDE_PX)
        boxes = np.hstack([corners / scale_xy, (corners + _PNET_CELL_PX) / scale_xy, offsets[0, columns, rows]])
        kept = _best(boxes[:, :4], scores, _NMS_LEVEL)
        return boxes[kept], scores[kept]

    def _refine(self, pyramid: _HalvedPictures, boxes: Boxes) -> Boxes:
        """Stage 2: R-Net throws most candidates out; return better squares (K, 4)."""
        crops = pyramid.turned_crops(boxes, _RNET_SIDE_PX)
        probabilities, offsets = self._rnet.run(_network_input(crops), _RNET_OUTPUTS)
        scores = probabilities[:, 1]
        passed = np.flatnonzero(scores > self._thresholds[1])
        kept = passed[_best(boxes[passed], scores[passed], _NMS_STAGE)][:_MAX_ONET]
        return _squared(_shifted(boxes[kept], offsets[kept]))

    def _finish(self, pyramid: _HalvedPictures, boxes: Boxes) -> list[Detection]:
        """Stage 3: O-Net gives the final boxes."""
        crops = pyramid.turned_crops(boxes, _ONET_SIDE_PX)
        probabilities, offsets = self._onet.run(_network_input(crops), _ONET_OUTPUTS[:2])
        scores = probabilities[:, 1]
        passed = np.flatnonzero(scores > self._thresholds[2])
        final = _shifted(boxes[passed], offsets[passed])
        kept = nms(final, scores[passed], _NMS_FINAL, mode="min")
        if not kept.size:
            return []
        landmarks = self._landmarks(pyramid, _squared(final[kept]))
        return [
            Detection(final[index].astype(np.float32), points, float(scores[passed[index]]))
            for index, points in zip(kept, landmarks, strict=True)
        ]

    def _landmarks(self, pyramid: _HalvedPictures, squares: Boxes) -> FloatArray:
        """Look once more at the final squares (K, 4) and their mirror images; return the mean (K, 5, 2).

        The paper takes the landmarks of the first look. O-Net places them by where it expects a face in its
        square, so the better square and the mean with the mirror image take out part of the error: on 300 LFW
        photographs the distance to SCRFD's landmarks fell from 4.9 % to 4.4 % of the eye distance.
        """
        blob = _network_input(pyramid.turned_crops(squares, _ONET_SIDE_PX))
        both = np.concatenate([blob, blob[:, ::-1]])  # axis 1 is the width
        (points,) = self._onet.run(both, _ONET_OUTPUTS[2:])
        # Five x, then five y, as shares of the square.
        shares, mirrored = np.split(points.reshape(-1, 2, 5).transpose(0, 2, 1), 2)
        mirrored = mirrored[:, _MIRRORED_ORDER]
        mirrored[..., 0] = 1.0 - mirrored[..., 0]
        sides = (squares[:, 2:] - squares[:, :2])[:, None, :]
        found: FloatArray = (squares[:, None, :2] + (shares + mirrored) / 2.0 * sides).astype(np.float32)
        return found


class _HalvedPictures:
    """A picture and its halves, quarters and so on, made when first asked for.

    Every resampling starts from the smallest one that still has the pixels, so shrinking averages over all
    source pixels (no aliasing) and a large face costs no more than a small one.
    """

    def __init__(self, image_bgr: ImageBgr) -> None:
        self._levels: list[ImageBgr] = [image_bgr]

    @property
    def size_wh(self) -> tuple[int, int]:
        """Width and height of the picture in pixels."""
        height, width = self._levels[0].shape[:2]
        return width, height

    def scaled(self, scale: float) -> tuple[ImageBgr, Boxes]:
        """Return the picture scaled down, and the exact scales in x and y after rounding (2,)."""
        width, height = self.size_wh
        target = max(1, math.ceil(width * scale)), max(1, math.ceil(height * scale))
        level = self._level(int(math.log2(max(1.0 / scale, 1.0))))
        picture = cv2.resize(level, target, interpolation=cv2.INTER_LINEAR)
        return np.asarray(picture, dtype=np.uint8), np.array([target[0] / width, target[1] / height])

    def turned_crops(self, boxes: Boxes, side_px: int) -> NDArray[np.uint8]:
        """Cut out squares (K, 4), scaled and turned to (K, width, height, 3); outside of the picture is black.

        All squares of one level are fetched by one ``cv2.remap``, which turns them on the way.
        """
        crops = np.empty((len(boxes), side_px, side_px, 3), dtype=np.uint8)
        width, height = self.size_wh
        steps = np.maximum(boxes[:, 2] - boxes[:, 0], 1.0) / side_px  # source pixels per crop pixel
        # Pixel i covers [i, i + 1): its centre i + 0.5 is what is mapped, into the picture and then into the level.
        centres = (np.arange(side_px) + 0.5) * steps[:, None]
        indices = np.log2(np.maximum(steps, 1.0)).astype(np.int64)
        for index in np.unique(indices):
            chosen = np.flatnonzero(indices == index)
            level = self._level(int(index))
            shape = (len(chosen), side_px, side_px)
            x = (boxes[chosen, 0, None] + centres[chosen]) * (level.shape[1] / width) - 0.5
            y = (boxes[chosen, 1, None] + centres[chosen]) * (level.shape[0] / height) - 0.5
            map_x = np.broadcast_to(x.astype(np.float32)[:, :, None], shape).reshape(-1, side_px)
            map_y = np.broadcast_to(y.astype(np.float32)[:, None, :], shape).reshape(-1, side_px)
            fetched = cv2.remap(level, map_x, map_y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT)
            crops[chosen] = fetched.reshape(*shape, 3)
        return crops

    def _level(self, index: int) -> ImageBgr:
        """Return the picture halved ``index`` times; of a shrinking by s, floor(log2(s)) halvings leave 1 to 2."""
        while len(self._levels) <= index:
            last = self._levels[-1]
            half = (max(1, last.shape[1] // 2), max(1, last.shape[0] // 2))
            self._levels.append(np.asarray(cv2.resize(last, half, interpolation=cv2.INTER_AREA), dtype=np.uint8))
        return self._levels[index]


def _turned(picture_bgr: ImageBgr) -> NDArray[np.uint8]:
    """Turn one (H, W, 3) picture to (1, W, H, 3)."""
    return np.asarray(cv2.transpose(picture_bgr), dtype=np.uint8)[None]


def _network_input(turned_bgr: NDArray[np.uint8]) -> FloatArray:
    """Turn (N, W, H, 3) uint8 BGR into the networks' (N, W, H, 3) float32 RGB.

    Reordered as bytes by OpenCV, then converted in one pass: several times faster than the same in numpy.
    """
    rgb = cv2.cvtColor(turned_bgr.reshape(-1, turned_bgr.shape[2], 3), cv2.COLOR_BGR2RGB)
    blob: FloatArray = np.multiply(rgb, _PIXEL_SCALE, dtype=np.float32)
    blob -= _PIXEL_MEAN * _PIXEL_SCALE
    return blob.reshape(turned_bgr.shape)


def _best(boxes: Boxes, scores: Scores, iou_threshold: float) -> NDArray[np.intp]:
    """Suppress doubles like ``core.recognition.boxes.nms``, in C++: P-Net leaves hundreds of boxes a picture."""
    corner_and_size = np.hstack([boxes[:, :2], boxes[:, 2:] - boxes[:, :2]])
    kept = cv2.dnn.NMSBoxes(corner_and_size.tolist(), scores.tolist(), 0.0, iou_threshold)
    return np.asarray(kept, dtype=np.intp).reshape(-1)


def _shifted(boxes: Boxes, offsets: FloatArray | Boxes) -> Boxes:
    """Move each edge by its offset, a share of the box's own width or height."""
    sides = boxes[:, 2:] - boxes[:, :2]
    return boxes + offsets * np.hstack([sides, sides])


def _squared(boxes: Boxes) -> Boxes:
    """Return squares of the longer side around the same centres."""
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2.0
    half = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, keepdims=True) / 2.0
    return np.hstack([centres - half, centres + half])


def _check(session: ModelSession, side_px: int | None, outputs: tuple[str, ...], widths: tuple[int, ...]) -> None:
    names = {port.name for port in session.outputs}
    if len(session.inputs) != 1 or not set(outputs) <= names:
        raise session.broken(Reason("a network of MTCNN has one input and the outputs {names}", names=[*outputs]))
    side = side_px or _PNET_CELL_PX
    for name, width, value in zip(
        outputs, widths, session.run(np.zeros((1, side, side, 3), dtype=np.float32), outputs), strict=True
    ):
        if value.ndim < 2 or value.shape[0] != 1 or value.shape[-1] != width:
            raise session.broken(
                Reason(
                    "output {name} has shape {shape}, expected 1 x ... x {width}",
                    name=name,
                    shape=value.shape,
                    width=width,
                )
            )
