"""The similarity transform from five landmarks to the ArcFace crop; one definition for live use and training."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.floating[Any]]

CROP_SIDE_PX = 112
"""Side of an ArcFace crop (Deng et al., CVPR 2019; insightface.utils.face_align)."""
TEMPLATE_112 = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]],
    dtype=np.float32,
)
"""(5, 2) float32, pixels of the 112x112 crop: eye at image left, eye at image right, nose, mouth at image
left, mouth at image right. Source: ``arcface_dst`` of insightface.utils.face_align. Read-only."""
TEMPLATE_112.setflags(write=False)

# The template's eyes are 35 px apart: a scale of 10 means eyes 3.5 px apart in the picture (nothing to
# recognise), 0.001 means 35,000 px (more than any picture that is let in).
_SCALE_RANGE = (1e-3, 10.0)
# Second singular value of the covariance relative to the first. Five landmarks seen in full profile are near
# 0.1; below this they lie on one line and the handedness of the face is decided by rounding.
_MIN_FLATNESS = 1e-6


def similarity_transform(source: Points, target: Points) -> NDArray[np.float64]:
    """Return the rotation, uniform scale and shift that maps ``source`` onto ``target`` best.

    Least squares over all points, in closed form. Source: S. Umeyama, "Least-squares estimation of
    transformation parameters between two point patterns", IEEE TPAMI 13(4), 1991, eqs. 38-42. Robust
    estimators (RANSAC) are no substitute: dropping one of five landmarks visibly moves the crop.

    Args:
        source: (N, 2) float, N >= 3, not all on one line.
        target: (N, 2) float, likewise.

    Returns:
        (2, 3) float64 [s*R | t]: ``target ~ source @ M[:, :2].T + M[:, 2]``. Its determinant is positive.

    Raises:
        ValueError: wrong shape, a value is not finite, the points of either set coincide or lie on one line,
            or one set is the mirror image of the other.
    """
    a = np.asarray(source, dtype=np.float64)
    b = np.asarray(target, dtype=np.float64)
    if a.ndim != 2 or a.shape != b.shape or a.shape[0] < 3 or a.shape[1] != 2:
        raise ValueError(f"need two point sets of the same shape (N >= 3, 2), got {a.shape} and {b.shape}")
    if not (np.isfinite(a).all() and np.isfinite(b).all()):
        raise ValueError("a landmark is not finite")
    a_mean, b_mean = a.mean(axis=0), b.mean(axis=0)
    a_centred, b_centred = a - a_mean, b - b_mean
    (xx, xy), (yx, yy) = (b_centred.T @ a_centred / len(a)).tolist()  # eq. 38
    # The singular value decomposition of a 2x2 matrix in closed form (six times faster than the general one):
    # the sum and the difference of the singular values are the lengths of its rotating and mirroring parts.
    total, difference = math.hypot(xx + yy, yx - xy), math.hypot(xx - yy, yx + xy)
    if not abs(total - difference) > _MIN_FLATNESS * (total + difference):  # also true for 0 > 0: all points coincide
        raise ValueError("the landmarks coincide or lie on one line")
    if difference > total:  # eq. 39 would force a rotation here: a face seen through a mirror
        raise ValueError("the landmarks are mirrored")
    variance = float(np.square(a_centred).sum()) / len(a)
    # eqs. 40 and 42 with S = I: scale times rotation is the rotating part over the variance.
    cosine, sine = (xx + yy) / variance, (yx - xy) / variance
    linear = np.array([[cosine, -sine], [sine, cosine]])
    return np.column_stack([linear, b_mean - linear @ a_mean])  # eq. 41


def align_matrix(landmarks_px: Points) -> NDArray[np.float64]:
    """Return the matrix that warps a face into the 112x112 ArcFace crop.

    Args:
        landmarks_px: (5, 2) float, pixels of the picture, in the order of ``TEMPLATE_112``.

    Returns:
        (2, 3) float64 from picture pixels to crop pixels, as ``cv2.warpAffine`` takes it.

    Raises:
        ValueError: the landmarks are degenerate (see ``similarity_transform``), not (5, 2), or so close
            together or so far apart that there is no face to see.
    """
    matrix = similarity_transform(landmarks_px, TEMPLATE_112)
    scale = float(np.hypot(matrix[0, 0], matrix[1, 0]))
    if not _SCALE_RANGE[0] <= scale <= _SCALE_RANGE[1]:
        raise ValueError(f"the landmarks would be scaled by {scale:.3g}, outside {_SCALE_RANGE}")
    return matrix
