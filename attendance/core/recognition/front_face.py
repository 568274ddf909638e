"""Which of several faces is meant: the one in front."""

from __future__ import annotations

from collections.abc import Sequence

from attendance.core.types import Detection


def prominence(detection: Detection, size_wh: tuple[int, int]) -> float:
    """Return how much a face is in front: its area minus twice its squared distance from the picture's centre.

    That is the choice of InsightFace's own tooling: the largest face, and of two equally large ones the more central.

    Args:
        detection: one face.
        size_wh: width and height of the picture in pixels.

    Returns:
        Square pixels; may be negative. Only the order means something.
    """
    width, height = detection.size_wh
    left, top, _, _ = (float(v) for v in detection.box_xyxy_px)
    off_x = left + width / 2 - size_wh[0] / 2
    off_y = top + height / 2 - size_wh[1] / 2
    return width * height - 2.0 * (off_x * off_x + off_y * off_y)


def front_face(detections: Sequence[Detection], size_wh: tuple[int, int]) -> Detection | None:
    """Return the most prominent face, None when there is none.

    Args:
        detections: faces of one picture.
        size_wh: width and height of the picture in pixels.
    """
    return max(detections, key=lambda detection: prominence(detection, size_wh), default=None)
