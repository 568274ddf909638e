"""Named ways to spoil an aligned face, each the same every time: what a door camera and people do to a picture."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import cv2
import numpy as np
from numpy.typing import NDArray

from attendance.core.recognition.alignment import CROP_SIDE_PX, TEMPLATE_112
from attendance_training.reports.synthetic_yaw import turn_head

Crop = NDArray[np.uint8]

FACE_WIDTH_IN_EYES = 2.22
"""Width of a face box in distances between the eyes: median of the bundled detector on 4,067 photographs of LFW-dev."""
_EYES_PX = float(TEMPLATE_112[1, 0] - TEMPLATE_112[0, 0])
_SHIFT = 4  # fractional bits of OpenCV's drawing coordinates
MASK_COLOURS_BGR = ((222, 205, 160), (240, 240, 240), (38, 36, 36), (96, 66, 42))
"""Surgical blue, white, black, navy."""
_MASK_XY = np.array(
    [(56, 62), (72, 65), (95, 72), (93, 92), (78, 111), (56, 116), (34, 111), (19, 92), (17, 72), (40, 65)], np.float64
)
"""Outline by the template: over the bridge of the nose (eyes at y 51.6, tip at 71.7), the cheeks, below the chin."""
_PLEATS_Y = (80, 89, 98)
_GLASS_AXES_PX = (15.5, 11.5)
_GLASS_DROP_PX = 2.0
_TEMPLE_PX = np.array([38.0, 4.0])
_GLASS_BGR = (24, 22, 22)
_HEAD_AXES_PX, _HEAD_CENTRE_PX, _HEAD_EDGE_PX = (42.0, 58.0), (56.0, 61.0), 2.0
"""Ellipse from hairline to chin (eyes at y 51.6, mouth at 92.3), and the sigma of its edge; what lies outside counts as
background, though some of it is hair."""
_VEIL = 0.04
"""Share of the background's light that the lens spreads over the whole picture (veiling glare): our choice."""
_READ_NOISE = 2.0
"""Standard deviation of the sensor's noise in grey levels: our choice."""
_LINEAR = np.where(
    np.arange(256) / 255 <= 0.04045, np.arange(256) / 255 / 12.92, ((np.arange(256) / 255 + 0.055) / 1.055) ** 2.4
)
"""Light of each pixel value, 0..1: the curve of sRGB, IEC 61966-2-1."""


@dataclass(frozen=True, slots=True)
class Alteration:
    """One way to spoil a face.

    Attributes:
        name: for tables.
        apply: from (112, 112, 3) uint8 BGR and the photograph's number to the same shape; the number picks the
            variant (side of a turn, colour of a mask) where there are several.
    """

    name: str
    apply: Callable[[Crop, int], Crop]


def scale_brightness(crop_bgr: Crop, factor: float) -> Crop:
    """Multiply every value and clip to 255, as a wrong exposure does."""
    values: NDArray[np.float32] = np.rint(crop_bgr.astype(np.float32) * np.float32(factor))
    return values.clip(0, 255).astype(np.uint8)


def blur(crop_bgr: Crop, sigma_px: float) -> Crop:
    """Blur with a Gaussian of ``sigma_px`` pixels of the crop."""
    return cv2.GaussianBlur(crop_bgr, (0, 0), sigma_px).astype(np.uint8, copy=False)


def compress(crop_bgr: Crop, quality: int) -> Crop:
    """Write and read as JPEG of this quality, 1..100."""
    _, data = cv2.imencode(".jpg", crop_bgr, [cv2.IMWRITE_JPEG_QUALITY, quality])
    decoded = cv2.imdecode(data, cv2.IMREAD_COLOR)
    if decoded is None:
        raise AssertionError("OpenCV could not read its own JPEG")
    return decoded.astype(np.uint8, copy=False)


def shrink(crop_bgr: Crop, face_px: int) -> Crop:
    """Shrink until the face box is ``face_px`` wide, and enlarge again: a face far from the camera."""
    side = round(CROP_SIDE_PX * face_px / (FACE_WIDTH_IN_EYES * _EYES_PX))
    small = cv2.resize(crop_bgr, (side, side), interpolation=cv2.INTER_AREA)
    large = cv2.resize(small, (CROP_SIDE_PX, CROP_SIDE_PX), interpolation=cv2.INTER_LINEAR)
    return large.astype(np.uint8, copy=False)


def draw_mask(crop_bgr: Crop, colour_bgr: tuple[int, int, int]) -> Crop:
    """Draw a mask over nose, mouth and chin, with three pleats."""
    out = crop_bgr.copy()
    cv2.fillPoly(out, [_fixed(_MASK_XY)], colour_bgr, cv2.LINE_AA, _SHIFT)
    pleat = tuple(round(0.82 * value) for value in colour_bgr)
    for y in _PLEATS_Y:
        ends = _fixed(np.array([(26, y), (86, y)], np.float64))
        cv2.line(out, ends[0].tolist(), ends[1].tolist(), pleat, 1, cv2.LINE_AA, _SHIFT)
    return out


def draw_sunglasses(crop_bgr: Crop) -> Crop:
    """Draw dark glasses: an ellipse over each eye, a bridge and two temples."""
    out = crop_bgr.copy()
    left, right = TEMPLATE_112[:2].astype(np.float64) + np.array([0.0, _GLASS_DROP_PX])
    for centre in (left, right):
        at, axes = _fixed(centre).tolist(), _fixed(np.array(_GLASS_AXES_PX)).tolist()
        cv2.ellipse(out, at, axes, 0, 0, 360, _GLASS_BGR, cv2.FILLED, cv2.LINE_AA, _SHIFT)
    for start, end in ((left, right), (left, left - _TEMPLE_PX), (right, right + _TEMPLE_PX * (1, -1))):
        cv2.line(out, _fixed(start).tolist(), _fixed(end).tolist(), _GLASS_BGR, 2, cv2.LINE_AA, _SHIFT)
    return out


def light_from_behind(crop_bgr: Crop, stops: float, number: int) -> Crop:
    """Show a face before a background that is blown out, ``stops`` darker than it was.

    As a camera does that exposes for the window behind somebody: the face loses light, the background is white, the
    lens spreads some of it over the face, and what is left of the contrast is read with the sensor's noise.

    Args:
        crop_bgr: (112, 112, 3) uint8 BGR.
        stops: by how many halvings of light the face is too dark, at least 0.
        number: seed of the noise, at least 0.
    """
    head = np.zeros(crop_bgr.shape[:2], np.float32)
    at, axes = _fixed(np.array(_HEAD_CENTRE_PX)).tolist(), _fixed(np.array(_HEAD_AXES_PX)).tolist()
    cv2.ellipse(head, at, axes, 0, 0, 360, 1.0, cv2.FILLED, cv2.LINE_8, _SHIFT)
    head = cv2.GaussianBlur(head, (0, 0), _HEAD_EDGE_PX).astype(np.float32, copy=False)
    share = head[:, :, None].astype(np.float64)
    light = share * _LINEAR[crop_bgr] / 2**stops + (1 - share) + _VEIL
    encoded = 255 * np.interp(light.clip(0, 1), _LINEAR, np.arange(256) / 255)
    noise = np.random.default_rng(number).normal(0, _READ_NOISE, crop_bgr.shape)
    return np.asarray(np.rint(encoded + noise).clip(0, 255), np.uint8)


def _mask_in_turn(crop_bgr: Crop, number: int) -> Crop:
    return draw_mask(crop_bgr, MASK_COLOURS_BGR[number % len(MASK_COLOURS_BGR)])


def _turn_in_turn(crop_bgr: Crop, number: int, *, yaw_deg: float) -> Crop:
    return turn_head(crop_bgr, yaw_deg if number % 2 == 0 else -yaw_deg)


def _against_light(crop_bgr: Crop, number: int, *, stops: float) -> Crop:
    return light_from_behind(crop_bgr, stops, number)


def _alone(name: str, change: Callable[..., Crop], *values: float) -> Alteration:
    return Alteration(name, lambda crop, number: change(crop, *values))


ALTERATIONS = (
    *(_alone(f"brightness ×{factor}", scale_brightness, factor) for factor in (0.3, 0.5, 1.5, 2.0)),
    *(Alteration(f"back-light, {stops} stops", partial(_against_light, stops=stops)) for stops in (0, 2, 4)),
    *(_alone(f"blur, sigma {sigma} px", blur, sigma) for sigma in (1, 2, 3)),
    _alone("JPEG quality 20", compress, 20),
    *(_alone(f"face {width} px wide", shrink, width) for width in (40, 28)),
    *(Alteration(f"yaw ±{angle}°", partial(_turn_in_turn, yaw_deg=angle)) for angle in (15, 30, 45)),
    Alteration("mask", _mask_in_turn),
    _alone("sunglasses", draw_sunglasses),
)
"""Every row of the robustness report. Left and right and the four colours take turns with the photograph's number,
which also seeds the noise of a back-light; at 0 stops only the background is white."""


def alter_all(alteration: Alteration, crops_bgr: Crop) -> Crop:
    """Return (n, 112, 112, 3) uint8 altered copies; the row is the photograph's number."""
    return np.stack([alteration.apply(crop, number) for number, crop in enumerate(crops_bgr)])


def _fixed(points: NDArray[np.float64]) -> NDArray[np.int32]:
    return np.rint(points * (1 << _SHIFT)).astype(np.int32)
