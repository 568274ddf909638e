"""What many points of a face tell beyond the five of the detector: where the head points, how far the eyes are open."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from attendance.core.types import FloatArray

# Corner, three points of the upper lid from there to the other corner, that corner, and the lower lid's points below
# those of the upper lid. Of 106 points: the mark-up picture of InsightFace's 2d106det (alignment/coordinate_reg of
# deepinsight/insightface); 33 and 87 are the middle of the lower lid, no corners.
_EYES_106 = (((35, 39), (41, 40, 42), (36, 33, 37)), ((89, 93), (95, 94, 96), (90, 87, 91)))
# Of 68 points: the numbering of iBUG 300-W (Sagonas et al. 2013), counted from 0; two points a lid.
_EYES_68 = (((36, 39), (37, 38), (41, 40)), ((42, 45), (43, 44), (47, 46)))
_EYES = {106: _EYES_106, 68: _EYES_68}


@dataclass(frozen=True, slots=True)
class HeadPose:
    """Where a head points, in degrees; all are 0 for a face that looks straight into the camera.

    Attributes:
        pitch_deg: positive when the head looks up.
        yaw_deg: positive when the nose points to the image right, like ``FaceQuality.yaw_ratio``.
        roll_deg: positive when the eye at image right is lower, like ``FaceQuality.roll_deg``.
    """

    pitch_deg: float
    yaw_deg: float
    roll_deg: float


@dataclass(frozen=True, slots=True)
class EyeOpening:
    """How far each eye is open: its height divided by its width, around 0.3 for an open eye and below 0.2 in a blink.

    Attributes:
        left: of the eye at image left.
        right: of the eye at image right.
    """

    left: float
    right: float


def eye_opening(points: FloatArray) -> EyeOpening | None:
    """Return how far the eyes are open: the eye aspect ratio, the mean height between the lids by the width.

    Source: Soukupova and Cech 2016, "Real-Time Eye Blink Detection using Facial Landmarks" (21st Computer Vision Winter
    Workshop), formula 1, with two heights for 68 points and three for 106.

    Args:
        points: (106, 2) or (68, 2 or 3) in pixels; depth is left aside.

    Returns:
        None when a width is zero or a point is not a number.

    Raises:
        ValueError: another number of points.
    """
    if len(points) not in _EYES:
        raise ValueError(f"eyes are known of 106 and of 68 points, not of {len(points)}")
    flat = points[:, :2].astype(np.float64)
    ratios = [_aspect_ratio(flat, *eye) for eye in _EYES[len(points)]]
    return EyeOpening(*ratios) if all(np.isfinite(ratios)) else None


def _aspect_ratio(
    points: np.ndarray, corners: tuple[int, ...], upper: tuple[int, ...], lower: tuple[int, ...]
) -> float:
    width = float(np.linalg.norm(points[corners[0]] - points[corners[1]]))
    height = float(np.linalg.norm(points[list(upper)] - points[list(lower)], axis=1).mean())
    return height / width if width > 0 else float("nan")
