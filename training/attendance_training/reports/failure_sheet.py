"""A sheet of pictures for the model card: what the recognizer takes for somebody else, and what it does not.

The photograph is NASA's of the astronaut Eileen Collins, which is in the public domain and comes with scikit-image.
Each case compares it with a spoilt copy of itself, which is far easier than two photographs of two days: what fails
here fails at the door, what passes here may fail there.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage import data as pictures

from attendance.core.recognition.alignment import CROP_SIDE_PX, align_matrix
from attendance_training.packs.recognizer import OnnxRecognizer
from attendance_training.reports.alterations import (
    MASK_COLOURS_BGR,
    Crop,
    blur,
    compress,
    draw_mask,
    draw_sunglasses,
    scale_brightness,
    shrink,
)
from attendance_training.reports.synthetic_yaw import turn_head
from attendance_training.reports.text import markdown_table

LANDMARKS_PX = np.array([(204.3, 100.7), (246.8, 103.2), (224.8, 128.8), (202.0, 139.4), (245.0, 141.3)])
"""(5, 2) pixels in ``skimage.data.astronaut()``: eyes, nose, corners of the mouth, found by the bundled detector."""
_COLUMNS = 4
_SCALE = 2
_GAP_PX = 16
_CAPTION_PX = 80
_INK, _PASS, _FAIL, _PAPER = (40, 34, 30), (60, 120, 20), (40, 40, 190), (255, 255, 255)


@dataclass(frozen=True, slots=True, eq=False)
class Case:
    """One spoilt copy.

    Attributes:
        name: of what was done.
        crop_bgr: (112, 112, 3) uint8 BGR.
        cosine: to the clean picture.
        is_accepted: the cosine reaches the threshold.
        refused: share of real probes, altered in the same way, that are refused; nan when not measured.
    """

    name: str
    crop_bgr: Crop
    cosine: float
    is_accepted: bool
    refused: float


_CHANGES: tuple[tuple[str, str, Callable[[Crop], Crop]], ...] = (
    ("as it is", "none", lambda crop: crop),
    ("dark (x0.3)", "brightness ×0.3", lambda crop: scale_brightness(crop, 0.3)),
    ("bright (x2)", "brightness ×2.0", lambda crop: scale_brightness(crop, 2.0)),
    ("blurred (sigma 3 px)", "blur, sigma 3 px", lambda crop: blur(crop, 3.0)),
    ("face 40 px wide", "face 40 px wide", lambda crop: shrink(crop, 40)),
    ("face 28 px wide", "face 28 px wide", lambda crop: shrink(crop, 28)),
    ("turned by 30 degrees", "yaw ±30°", lambda crop: turn_head(crop, 30.0)),
    ("turned by 45 degrees", "yaw ±45°", lambda crop: turn_head(crop, 45.0)),
    ("mask", "mask", lambda crop: draw_mask(crop, MASK_COLOURS_BGR[0])),
    ("sunglasses", "sunglasses", draw_sunglasses),
    ("mask and sunglasses", "", lambda crop: draw_sunglasses(draw_mask(crop, MASK_COLOURS_BGR[2]))),
    ("16 px, dark, JPEG 20", "", lambda crop: compress(scale_brightness(shrink(crop, 16), 0.3), 20)),
)
"""What is written below (OpenCV 4 writes ASCII only), the row of the robustness report with that change, the change."""


def load_face() -> Crop:
    """Return the aligned (112, 112, 3) uint8 BGR face of the photograph."""
    image = np.ascontiguousarray(pictures.astronaut()[..., ::-1])  # type: ignore[no-untyped-call]
    side = (CROP_SIDE_PX, CROP_SIDE_PX)
    return cv2.warpAffine(image, align_matrix(LANDMARKS_PX), side, flags=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def rate_cases(recognizer: OnnxRecognizer, *, threshold: float, refused: Mapping[str, float]) -> list[Case]:
    """Compare every spoilt copy with the clean face.

    Args:
        recognizer: measured.
        threshold: cosine that accepts.
        refused: shares by row of the robustness report; may be empty.
    """
    face = load_face()
    crops = np.stack([change(face) for _, _, change in _CHANGES])
    vectors = recognizer.embed(crops)
    cosines = (vectors @ vectors[0]).tolist()
    return [
        Case(name, crop, cosine, cosine >= threshold, refused.get(row, math.nan))
        for (name, row, _), crop, cosine in zip(_CHANGES, crops, cosines, strict=True)
    ]


def make_sheet(cases: Sequence[Case], *, threshold: float) -> bytes:
    """Return the sheet as PNG: each case twice its size, with name, cosine and verdict below.

    Args:
        cases: in reading order.
        threshold: for the line at the bottom.
    """
    side = CROP_SIDE_PX * _SCALE
    rows = -(-len(cases) // _COLUMNS)
    width = _COLUMNS * (side + _GAP_PX) + _GAP_PX
    height = rows * (side + _CAPTION_PX + _GAP_PX) + _GAP_PX + 24
    sheet = np.full((height, width, 3), _PAPER, np.uint8)
    for number, case in enumerate(cases):
        row, column = divmod(number, _COLUMNS)
        left, top = _GAP_PX + column * (side + _GAP_PX), _GAP_PX + row * (side + _CAPTION_PX + _GAP_PX)
        colour = _PASS if case.is_accepted else _FAIL
        sheet[top : top + side, left : left + side] = cv2.resize(
            case.crop_bgr, (side, side), interpolation=cv2.INTER_CUBIC
        )
        cv2.rectangle(sheet, (left - 2, top - 2), (left + side + 1, top + side + 1), colour, 3)
        _write(sheet, case.name, (left, top + side + 22), _INK)
        verdict = "accepted" if case.is_accepted else "refused"
        _write(sheet, f"{case.cosine:.2f}  {verdict}", (left, top + side + 46), colour)
        if not math.isnan(case.refused):
            _write(sheet, f"LFW: {100 * case.refused:.0f} % refused", (left, top + side + 70), _INK)
    line = f"cosine to the first picture, accepted from {threshold:.2f}"
    if any(not math.isnan(case.refused) for case in cases):
        line += "; LFW: photographs of another day, changed likewise"
    _write(sheet, line, (_GAP_PX, height - 12), _INK)
    is_written, data = cv2.imencode(".png", sheet, [cv2.IMWRITE_PNG_COMPRESSION, 9])
    if not is_written:
        raise AssertionError("OpenCV could not write a PNG into memory")
    return data.tobytes()


def describe_sheet(cases: Sequence[Case], model_id: str, *, threshold: float, fmr: float) -> str:
    """Return the cases as a Markdown table under one line on the picture and the threshold."""
    rows = [
        [
            case.name,
            f"{case.cosine:.3f}",
            "accepted" if case.is_accepted else "refused",
            "–" if math.isnan(case.refused) else f"{100 * case.refused:.1f}",
        ]
        for case in cases
    ]
    line = (
        f"`{model_id}`, threshold {threshold:.4f} (FMR {fmr:g}); the photograph (NASA, public domain) against itself:"
    )
    return f"{line}\n\n{markdown_table(['copy', 'cosine', 'verdict', 'real probes refused, %'], rows)}"


def _write(sheet: NDArray[np.uint8], text: str, at_px: tuple[int, int], colour: tuple[int, int, int]) -> None:
    cv2.putText(sheet, text, at_px, cv2.FONT_HERSHEY_SIMPLEX, 0.6, colour, 1, cv2.LINE_AA)
