"""Turns an aligned face to the side without a second photograph: the crop as the skin of an ellipsoid.

Seen from far away (orthographic), the point of an ellipsoid of revolution about the vertical axis at longitude ``a``
and height ``y`` appears at ``x = c + r(y) sin a`` with ``r(y) = R sqrt(1 - ((y - m) / H)^2)``. Turning the head by
``yaw`` adds to the longitude, ``x' = c + r(y) sin(a + yaw)``, so the picture after the turn is
``I'(x', y) = I(c + r(y) sin(asin((x' - c) / r(y)) - yaw), y)``. It is the cylindrical head model of face tracking
(La Cascia, Sclaroff, Athitsos, "Fast, reliable head tracking under varying illumination", IEEE TPAMI 22(4), 2000) with
an ellipsoid in place of the cylinder. The face is then aligned anew from its turned landmarks, as at the door.

What it leaves out makes it easier than a real turn: the nose neither stands out nor covers the cheek, and the far side
is stretched skin instead of an ear.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from attendance.core.recognition.alignment import CROP_SIDE_PX, TEMPLATE_112, align_matrix

_RADIUS_PX = 42.0
"""Half the breadth of a head: 152 mm against 64.7 mm between the pupils (men of Gordon et al., "1988 Anthropometric
Survey of U.S. Army Personnel", Natick/TR-89/044); the template's eyes are 35.2 px apart."""
_HALF_HEIGHT_PX = 76.0
"""Chosen by eye, like the middle, so that hairline and chin lie on the ellipsoid."""
_MIDDLE_XY_PX = (56.0, 66.0)
_RIM_RAD = np.radians(10.0)
"""Of the far side's rim the photograph shows too little; after a turn of at least as much, the skin before it is
repeated there instead."""


def turn_head(crop_bgr: NDArray[np.uint8], yaw_deg: float) -> NDArray[np.uint8]:
    """Return the face turned by ``yaw_deg`` and aligned anew.

    Args:
        crop_bgr: (112, 112, 3) uint8 BGR, aligned.
        yaw_deg: positive turns the nose to the right of the picture; -60..60.

    Returns:
        (112, 112, 3) uint8 BGR.

    Raises:
        ValueError: the angle is outside of -60..60.
    """
    if not abs(yaw_deg) <= 60:
        raise ValueError(f"a yaw of {yaw_deg} degrees is outside of -60..60")
    yaw = np.radians(yaw_deg)
    to_crop = np.vstack([align_matrix(turned_landmarks(yaw_deg)), [0.0, 0.0, 1.0]])
    from_crop = np.linalg.inv(to_crop)
    side = np.arange(CROP_SIDE_PX, dtype=np.float64)
    x, y = np.meshgrid(side, side)
    # Straight from the new crop to the old one: one interpolation instead of two.
    turned_x = from_crop[0, 0] * x + from_crop[0, 1] * y + from_crop[0, 2]
    turned_y = from_crop[1, 0] * x + from_crop[1, 1] * y + from_crop[1, 2]
    radius = _radius_at(turned_y)
    share = (turned_x - _MIDDLE_XY_PX[0]) / radius
    longitude = np.arcsin(np.clip(share, -1.0, 1.0)) - yaw
    furthest = np.pi / 2 - min(abs(yaw), _RIM_RAD)
    source_x = _MIDDLE_XY_PX[0] + radius * np.sin(np.clip(longitude, -furthest, furthest))
    source_x = np.where(np.abs(share) < 1.0, source_x, turned_x)  # the background stays
    warped = cv2.remap(
        crop_bgr,
        source_x.astype(np.float32),
        turned_y.astype(np.float32),
        interpolation=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return warped.astype(np.uint8, copy=False)


def turned_landmarks(yaw_deg: float) -> NDArray[np.float64]:
    """Return the (5, 2) template landmarks after the turn, in pixels of the crop before alignment."""
    points = TEMPLATE_112.astype(np.float64)
    radius = _radius_at(points[:, 1])
    longitude = np.arcsin((points[:, 0] - _MIDDLE_XY_PX[0]) / radius) + np.radians(yaw_deg)
    return np.column_stack([_MIDDLE_XY_PX[0] + radius * np.sin(longitude), points[:, 1]])


def _radius_at(y: NDArray[np.float64]) -> NDArray[np.float64]:
    height = np.clip((y - _MIDDLE_XY_PX[1]) / _HALF_HEIGHT_PX, -0.98, 0.98)
    return np.asarray(_RADIUS_PX * np.sqrt(1.0 - height**2), dtype=np.float64)
