"""Photographs of the people of the demo, as the tests of the whole program use them."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np


def still_pictures(photo: Path, folder: Path) -> None:
    """Write eight pictures of one person standing still, each with its own sensor noise."""
    picture = cv2.imread(str(photo))
    folder.mkdir()
    rng = np.random.default_rng(7)
    for index in range(8):
        noisy = np.clip(picture.astype(np.int16) + rng.integers(-3, 4, picture.shape), 0, 255).astype(np.uint8)
        cv2.imwrite(str(folder / f"{index:02}.png"), noisy)


def first_code(photos: dict[str, list[Path]]) -> str:
    return next(iter(photos))
