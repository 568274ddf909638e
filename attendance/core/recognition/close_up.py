"""Faces that fill the picture: a detector sees them better with a border around the picture.

A detector learned faces that stand in a scene. SCRFD finds almost none that is higher than 0.7 of its picture, as on
passport photographs, and every detector places boxes and landmarks worse that the edge of the picture cuts. With a grey
border the same face is half as high, and nothing of it lies at an edge. One rule for all detectors, and all coordinates
come back in pixels of the picture.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from attendance.core.ports.vision import Detector
from attendance.core.recognition.boxes import iou, nms
from attendance.core.types import Detection, FloatArray, ImageBgr

# On each side, as a share of the longer side of the picture. Measured with SCRFD-500M on 62 photographs of LFW, cut
# to a seventh of their area: 0.25 finds 9 of 62, 0.33 and more all of them (docs/results/detection.md).
_BORDER_SHARE = 0.5
# Middle of the grey levels: what both kinds of networks take for zero.
_GREY = 127
# Longer side of a picture with its border. Detectors work on 400 to 640 pixels, so no more of it would be seen, and a
# bordered picture of 50 megapixels would take 600 MB.
_MOST_PX = 1280
# A box may end this share of its longer side before the edge and count as touching it: detectors jitter by that much.
_EDGE_SHARE = 0.02
# Boxes that share more of the smaller one are of the same face: at an edge a box may be far too small.
_SAME_FACE_SHARE = 0.4
# A box found without a border is right in outline when it overlaps the other one by at least this.
_GOOD_BOX_IOU = 0.5


def find_faces(detector: Detector, image_bgr: ImageBgr) -> list[Detection]:
    """Return the faces of a picture, also one that fills it.

    When nothing was found, or only faces that touch the edge, the picture is searched once more with a border. What is
    found then takes the place of the same face found before: landmarks of SCRFD are wrong by a whole face at times when
    the face touches the edge. The former box stays when it is about the same. It leans inwards at an edge, the gates
    were fitted to such boxes, and a face cut at the forehead is as good a face as before.

    Args:
        detector: any.
        image_bgr: (H, W, 3) uint8 BGR of any size.

    Returns:
        Best score first. Boxes and landmarks in pixels of the picture; a box reaches over the edge where the face is
        cut, as the gates expect.
    """
    found = detector.detect(image_bgr)
    height, width = image_bgr.shape[:2]
    if any(not touches_edge(face, (width, height)) for face in found):
        return found
    with_border = find_with_border(detector, image_bgr)
    better = [replace(face, box_xyxy_px=_box_of(face, found)) for face in with_border]
    kept = [face for face in found if not is_among(face, with_border)]
    return sorted([*better, *kept], key=lambda face: face.score, reverse=True)


def find_with_border(detector: Detector, image_bgr: ImageBgr) -> list[Detection]:
    """Return the faces that a detector finds in a picture with a grey border, best score first.

    Args:
        detector: any.
        image_bgr: (H, W, 3) uint8 BGR of any size.

    Returns:
        As ``find_faces``. A face with its middle in the border is none.
    """
    height, width = image_bgr.shape[:2]
    border = round(max(height, width) * _BORDER_SHARE)
    return find_in_region(detector.detect, image_bgr, (-border, -border, width + border, height + border))


class NowAndThenWithBorder:
    """Searches pictures of a stream in which nobody was found with a border too: somebody may fill them.

    Args:
        detector: any.
        every: only so many of them, because each time would double their cost.
    """

    def __init__(self, detector: Detector, *, every: int = 5) -> None:
        self._detector = detector
        self._every = every
        self._empty = 0

    def find(self, image_bgr: ImageBgr) -> list[Detection]:
        """Return what ``find_with_border`` finds in a (H, W, 3) uint8 BGR picture, mostly nothing without a search."""
        self._empty += 1
        return find_with_border(self._detector, image_bgr) if self._empty % self._every == 0 else []


def find_in_region(
    detect: Callable[[ImageBgr], list[Detection]], image_bgr: ImageBgr, region_xyxy_px: tuple[int, int, int, int]
) -> list[Detection]:
    """Return the faces of a part of a picture, grey where it reaches over the edge.

    Args:
        detect: finds the faces of a picture, best score first; may get a view of ``image_bgr``.
        image_bgr: (H, W, 3) uint8 BGR of any size.
        region_xyxy_px: left, top, right, bottom; at least a pixel of it lies in the picture.

    Returns:
        Best score first, in pixels of the picture; no face with its middle outside the picture.
    """
    height, width = image_bgr.shape[:2]
    left, top, right, bottom = region_xyxy_px
    step = -(-max(right - left, bottom - top) // _MOST_PX)
    # Whole steps over the edge, so that a step never mixes picture and grey.
    left, top = left // step * step, top // step * step
    inside = _shrunk(image_bgr[max(top, 0) : min(bottom, height), max(left, 0) : min(right, width)], step)
    x, y = max(-left, 0) // step, max(-top, 0) // step
    size = max((bottom - top) // step, y + inside.shape[0]), max((right - left) // step, x + inside.shape[1])
    canvas = inside
    if size != inside.shape[:2]:  # mostly it is a face in the middle of a picture, of which nothing has to be copied
        canvas = np.full((*size, 3), _GREY, dtype=np.uint8)
        canvas[y : y + inside.shape[0], x : x + inside.shape[1]] = inside
    corner = np.array([left, top], dtype=np.float64)
    # A canvas pixel's centre is that of the step x step pixels it was made of; boxes count from edges, not centres.
    centre = corner + (step - 1) / 2
    faces = [
        Detection(
            (face.box_xyxy_px * step + np.tile(corner, 2)).astype(np.float32),
            (face.landmarks_px * step + centre).astype(np.float32),
            face.score,
        )
        for face in detect(canvas)
    ]
    return [face for face in faces if _has_middle_inside(face, (width, height))]


def touches_edge(face: Detection, size_wh: tuple[int, int]) -> bool:
    """Return whether a face's box reaches the edge of the picture, or nearly.

    Args:
        face: in pixels of the picture.
        size_wh: width and height of the picture in pixels.
    """
    left, top, right, bottom = (float(v) for v in face.box_xyxy_px)
    near = _EDGE_SHARE * max(right - left, bottom - top)
    return left <= near or top <= near or right >= size_wh[0] - near or bottom >= size_wh[1] - near


def is_among(face: Detection, others: Sequence[Detection]) -> bool:
    """Return whether one of other boxes in the same picture is of the same face."""
    # Suppression with one kept box after the other: what goes is of the same face.
    return any(len(nms(_boxes([other, face]), np.ones(2), _SAME_FACE_SHARE, mode="min")) == 1 for other in others)


def _shrunk(image_bgr: ImageBgr, step: int) -> ImageBgr:
    """Average squares of step x step pixels; what is left over at right and bottom goes, unless it is all there is."""
    if step == 1:
        return image_bgr
    height, width = image_bgr.shape[:2]
    rows, columns = max(height // step, 1), max(width // step, 1)
    picture = image_bgr[: rows * step, : columns * step]
    # A panorama may be lower than one step: such a side keeps what it has.
    row_step, column_step = min(step, height), min(step, width)
    total = np.zeros((rows, columns, 3), dtype=np.uint32)
    for row in range(row_step):
        for column in range(column_step):
            total += picture[row::step, column::step][:rows, :columns]
    return np.asarray(total // (row_step * column_step), dtype=np.uint8)


def _has_middle_inside(face: Detection, size_wh: tuple[int, int]) -> bool:
    x, y = face.landmarks_px.mean(axis=0)
    return bool(0 <= x < size_wh[0] and 0 <= y < size_wh[1])


def _box_of(face: Detection, found: Sequence[Detection]) -> FloatArray:
    """Return the box of the same face found without a border, else its own."""
    overlap = iou(face.box_xyxy_px, _boxes(found))[0]
    if not overlap.size or overlap.max() < _GOOD_BOX_IOU:
        return face.box_xyxy_px
    return found[int(overlap.argmax())].box_xyxy_px


def _boxes(faces: Sequence[Detection]) -> FloatArray:
    return np.array([face.box_xyxy_px for face in faces], dtype=np.float32).reshape(-1, 4)
