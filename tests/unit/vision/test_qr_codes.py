"""QR codes as a camera sees them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from attendance.core.credentials.badge import badge_text
from attendance.core.types import ImageBgr
from attendance.vision.qr_codes import qr_modules, read_qr_codes

TEXT = badge_text(bytes(range(100, 120)))


def held_up(pixel: int, *, turn_deg: float = 0.0, blur: float = 0.0, seed: int = 1) -> ImageBgr:
    """Return a picture of a badge in front of a wall, with a code whose modules are so many pixels large."""
    rng = np.random.default_rng(seed)
    wall = cv2.GaussianBlur(rng.integers(60, 200, (480, 640, 3), dtype=np.uint8), (0, 0), 5)
    quiet = np.pad(~qr_modules(TEXT), 4, constant_values=True)
    card = np.kron(quiet, np.ones((pixel, pixel))) * 190 + 30
    place = cv2.getRotationMatrix2D((card.shape[1] / 2, card.shape[0] / 2), turn_deg, 1.0)
    place[:, 2] += (320 - card.shape[1] / 2, 240 - card.shape[0] / 2)
    shown = cv2.warpAffine(card.astype(np.float32), place, (640, 480), borderValue=-1.0)
    mixed = np.where(shown[..., None] >= 0, shown[..., None], wall.astype(np.float32))
    if blur:
        mixed = cv2.GaussianBlur(mixed.astype(np.float32), (0, 0), blur)
    return np.clip(mixed + rng.normal(0, 6, mixed.shape), 0, 255).astype(np.uint8)


@pytest.mark.parametrize("turn_deg", [0.0, 12.0, 90.0, 200.0])
def test_that_a_badge_is_read_however_it_is_turned(turn_deg: float) -> None:
    assert read_qr_codes(held_up(4, turn_deg=turn_deg)) == [TEXT]


def test_that_a_badge_is_read_from_a_mirrored_small_or_unsharp_picture() -> None:
    picture = held_up(4)
    assert read_qr_codes(picture[:, ::-1]) == [TEXT]
    assert read_qr_codes(held_up(3)) == [TEXT]
    assert read_qr_codes(held_up(5, blur=1.5)) == [TEXT]


def test_that_a_quarter_of_a_badge_may_be_behind_a_finger() -> None:
    picture = held_up(6)
    picture[250:300, 300:345] = (120, 150, 210)
    assert read_qr_codes(picture) == [TEXT]


def test_that_a_picture_without_a_badge_has_none() -> None:
    assert read_qr_codes(np.full((480, 640, 3), 90, np.uint8)) == []
    assert read_qr_codes(held_up(4)[:, :300]) == []
