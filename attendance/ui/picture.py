"""From the services' arrays to Qt's pictures."""

from __future__ import annotations

import numpy as np
from PySide6.QtGui import QImage

from attendance.core.types import ImageBgr


def to_qimage(image_bgr: ImageBgr) -> QImage:
    """Copy an array into a picture.

    Args:
        image_bgr: (H, W, 3) uint8 BGR, contiguous or a slice; may be changed afterwards.
    """
    rows = np.ascontiguousarray(image_bgr)
    height, width = rows.shape[:2]
    # Without the copy the picture would show later writes to the array, and outlive it.
    return QImage(rows.data, width, height, 3 * width, QImage.Format.Format_BGR888).copy()
