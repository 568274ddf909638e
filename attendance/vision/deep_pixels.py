"""Pictures of more than 8 bits a channel, brought to 8 by the range that their values really use.

A camera of 10 or 12 bits stores its values as they are in a file of 16 bits: white is 4095, not 65535, and the upper
eight bits show a picture that is nearly black. No field of the file says so reliably, therefore the values decide.
"""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, TiffImagePlugin

# What cameras and files have. The smallest that holds the highest value is taken.
_DEPTHS_BIT = (8, 10, 12, 14, 16)
_PNG_DEPTH_AT = 24
"""Offset of the bit depth in a PNG file (PNG specification, third edition, 11.2.1: IHDR comes first)."""


def shallow_copy(opened: Image.Image, content: bytes) -> Image.Image | None:
    """Return a picture of 9 to 16 bits a channel as one of 8 bits, None for a picture that has no more than 8.

    Args:
        opened: the loaded picture.
        content: bytes of its file. Pillow keeps the upper eight bits of deep colours, so these are decoded anew. That
            costs as much again (0.15 s for 3 megapixels), and only deep files pay it; Pillow's own turn is needed to
            tell a damaged file, of which OpenCV's libraries write to the terminal, and to find how it is turned.

    Returns:
        Mode L, RGB or RGBA, of the same size and turned as ``opened`` is.
    """
    if opened.mode.startswith("I"):  # deep grey; "I" is how older versions of Pillow open it
        return Image.fromarray(to_8_bits(np.clip(np.asarray(opened), 0, 65535).astype(np.uint16)))
    if opened.mode not in ("RGB", "RGBA", "LA") or not _is_deep(opened, content):
        return None
    levels = _decoded(content)
    if levels is None or levels.shape[:2] != (opened.height, opened.width):
        return None  # a layout that OpenCV does not know; Pillow's upper eight bits are better than nothing
    if levels.ndim == 2:
        return Image.fromarray(to_8_bits(levels))
    colours = to_8_bits(levels[:, :, 2::-1])
    if levels.shape[2] == 3:
        return Image.fromarray(colours)
    return Image.fromarray(np.dstack([colours, to_8_bits(levels[:, :, 3])]))


def to_8_bits(levels: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Return the upper eight bits of those that a picture uses.

    Args:
        levels: of any shape; their highest value tells the depth: 8, 10, 12, 14 or 16 bits.

    Returns:
        The same shape. A black picture stays black; one that is darker than a quarter of its depth's white becomes
        brighter, because it cannot be told from one of fewer bits.
    """
    highest = int(levels.max(initial=0))
    depth_bit = next(depth for depth in _DEPTHS_BIT if highest < 1 << depth)
    shifted: NDArray[Any] = levels >> (depth_bit - 8)
    return np.ascontiguousarray(shifted, dtype=np.uint8)


def _decoded(content: bytes) -> NDArray[np.uint16] | None:
    """Return (H, W), (H, W, 3) BGR or (H, W, 4) BGRA; like Pillow, OpenCV turns TIFFs upright and PNGs not."""
    try:
        levels = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_UNCHANGED)
    except cv2.error:
        return None
    return np.asarray(levels, dtype=np.uint16) if levels is not None and levels.dtype == np.uint16 else None


def _is_deep(opened: Image.Image, content: bytes) -> bool:
    if opened.format == "PNG":
        return content[_PNG_DEPTH_AT] > 8
    if isinstance(opened, TiffImagePlugin.TiffImageFile):
        return any(bits > 8 for bits in opened.tag_v2.get(TiffImagePlugin.BITSPERSAMPLE, ()))
    return False
