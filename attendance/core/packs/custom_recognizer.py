"""What somebody says of a recognizer that is a single ONNX file, and which of it cannot be."""

from __future__ import annotations

from dataclasses import dataclass

from attendance.core.packs.format import (
    COLOURS,
    LARGEST_MEAN,
    LARGEST_STD,
    MAX_SIDE_PX,
    MIN_SIDE_PX,
    SMALLEST_STD,
    is_pack_id,
)
from attendance.errors import Reason


@dataclass(frozen=True, slots=True)
class CustomRecognizer:
    """What an ONNX file does not say about itself.

    Attributes:
        name: of the new pack.
        mean: subtracted from each pixel value 0..255.
        std: divisor after that.
        side_px: of the input; None = what the file says.
        colour: order of the channels, "rgb" or "bgr".
        licence: who made it and under which terms; "" when nobody knows.
        may_be_used: the terms allow a company to use it.
    """

    name: str
    mean: float = 127.5
    std: float = 127.5
    side_px: int | None = None
    colour: str = "rgb"
    licence: str = ""
    may_be_used: bool = False


def mistakes(given: CustomRecognizer) -> dict[str, Reason]:
    """Return what no recognizer can have, by attribute of ``CustomRecognizer``; empty when all of it can be."""
    found: dict[str, Reason] = {}
    if not is_pack_id(given.name):
        found["name"] = Reason("the name of a pack holds letters, digits, '-', '_' and single dots inside")
    if not 0.0 <= given.mean <= LARGEST_MEAN:  # so that NaN is a mistake too
        found["mean"] = Reason("mean is a pixel value, 0 to 255")
    if not SMALLEST_STD <= given.std <= LARGEST_STD:
        found["std"] = Reason("std is a number above 0, at most 1000")
    if given.colour not in COLOURS:
        found["colour"] = Reason("the colour order is one of {names}", names=[*COLOURS])
    if given.side_px is not None and not MIN_SIDE_PX <= given.side_px <= MAX_SIDE_PX:
        found["side_px"] = Reason("the side is from {low} to {high} pixels", low=MIN_SIDE_PX, high=MAX_SIDE_PX)
    return found
