"""Pictures without a face: walls, gradients, noise, patterns, text, and places of photographs away from people."""

from __future__ import annotations

import string

import cv2
import numpy as np
from numpy.typing import NDArray

from attendance_training.detector.pictures import LabelledPicture

Picture = NDArray[np.uint8]
_LETTERS = np.array(list(string.ascii_letters + string.digits + "  .,:-"))
_LEAST_STRIP_PX = 40
_CLEARANCE_PX = 14
"""Between a strip of a photograph and the nearest face: hair and ears reach beyond a face's box."""


def procedural(rng: np.random.Generator, size_wh: tuple[int, int]) -> Picture:
    """Return a made-up background, (H, W, 3) uint8."""
    kinds = tuple(KINDS.values())
    picture = kinds[int(rng.integers(len(kinds)))](rng, size_wh)
    if rng.random() < 0.2:
        other = kinds[int(rng.integers(len(kinds)))](rng, size_wh)
        picture = cv2.addWeighted(picture, 0.6, other, 0.4, 0.0).astype(np.uint8, copy=False)
    return add_shapes(rng, picture) if rng.random() < 0.4 else picture


def strip_of_photo(rng: np.random.Generator, photo: LabelledPicture, size_wh: tuple[int, int]) -> Picture | None:
    """Return a faceless strip of a photograph, scaled to fill the size; None when faces leave no room."""
    height, width = photo.picture_bgr.shape[:2]
    if not len(photo.faces.boxes):
        left, top, right, bottom = 0, 0, width, height
    else:
        low = photo.faces.boxes.min(axis=0)[:2] - _CLEARANCE_PX
        high = photo.faces.boxes.max(axis=0)[2:] + _CLEARANCE_PX
        strips = [
            (0, 0, int(low[0]), height),
            (int(high[0]), 0, width, height),
            (0, int(high[1]), width, height),
        ]
        strips = [s for s in strips if min(s[2] - s[0], s[3] - s[1]) >= _LEAST_STRIP_PX]
        if not strips:
            return None
        left, top, right, bottom = strips[int(rng.integers(len(strips)))]
    strip = photo.picture_bgr[top:bottom, left:right]
    # Any part of it with the sides' proportion of the scene, and mirrored as often as not.
    wanted = size_wh[0] / size_wh[1]
    rows, columns = strip.shape[:2]
    share = rng.uniform(0.5, 1.0)
    w = max(8, int(min(columns, rows * wanted) * share))
    h = max(8, min(rows, int(w / wanted)))
    x, y = int(rng.integers(columns - w + 1)), int(rng.integers(rows - h + 1))
    part = strip[y : y + h, x : x + w]
    if rng.random() < 0.5:
        part = part[:, ::-1]
    return cv2.resize(np.ascontiguousarray(part), size_wh, interpolation=cv2.INTER_LINEAR).astype(np.uint8, copy=False)


def add_shapes(rng: np.random.Generator, picture: Picture) -> Picture:
    """Draw discs, ellipses, boxes and lines; some discs carry dots, which a face is not yet."""
    out = np.ascontiguousarray(picture)
    height, width = out.shape[:2]
    for _ in range(int(rng.integers(1, 8))):
        x, y = int(rng.integers(width)), int(rng.integers(height))
        size = int(np.exp(rng.uniform(np.log(6), np.log(min(width, height) / 2))))
        colour = _skin(rng) if rng.random() < 0.3 else _colour(rng)
        kind = rng.random()
        if kind < 0.55:
            tall = int(size * rng.uniform(0.6, 1.4)) + 1
            fill = -1 if rng.random() < 0.7 else int(rng.integers(1, 6))
            cv2.ellipse(
                out, (x, y), (size // 2 + 1, tall // 2 + 1), rng.uniform(0, 180), 0, 360, colour, fill, cv2.LINE_AA
            )
            for _ in range(int(rng.integers(0, 4))):
                dx, dy = rng.uniform(-0.3, 0.3, 2) * size
                cv2.circle(out, (int(x + dx), int(y + dy)), max(1, size // 12), _colour(rng), -1, cv2.LINE_AA)
        elif kind < 0.8:
            cv2.rectangle(out, (x, y), (x + size, y + int(size * rng.uniform(0.3, 2.5))), colour, -1)
        else:
            end = (int(rng.integers(width)), int(rng.integers(height)))
            cv2.line(out, (x, y), end, colour, int(rng.integers(1, 9)), cv2.LINE_AA)
    return out


def _colour(rng: np.random.Generator) -> tuple[int, int, int]:
    blue, green, red = (int(v) for v in rng.integers(0, 256, 3))
    return blue, green, red


def _skin(rng: np.random.Generator) -> tuple[int, int, int]:
    red = rng.uniform(70, 245)
    return int(red * rng.uniform(0.4, 0.8)), int(red * rng.uniform(0.6, 0.88)), int(red)


def _flat(rng: np.random.Generator, size_wh: tuple[int, int]) -> Picture:
    return np.full((size_wh[1], size_wh[0], 3), _skin(rng) if rng.random() < 0.2 else _colour(rng), np.uint8)


def _wall(rng: np.random.Generator, size_wh: tuple[int, int]) -> Picture:
    """One colour with uneven light and a grain."""
    grain = cv2.resize(rng.normal(0, rng.uniform(1, 8), (size_wh[1] // 2, size_wh[0] // 2)).astype(np.float32), size_wh)
    light = cv2.resize(rng.uniform(-40, 40, (3, 3)).astype(np.float32), size_wh, interpolation=cv2.INTER_CUBIC)
    return np.clip(_flat(rng, size_wh) + (grain + light)[..., None], 0, 255).astype(np.uint8)


def _gradient(rng: np.random.Generator, size_wh: tuple[int, int]) -> Picture:
    corners = rng.uniform(0, 255, (2, 2, 3)).astype(np.float32)
    return cv2.resize(corners, size_wh, interpolation=cv2.INTER_LINEAR).astype(np.uint8)


def _clouds(rng: np.random.Generator, size_wh: tuple[int, int]) -> Picture:
    """Noise of several grains on top of each other."""
    total = np.zeros((size_wh[1], size_wh[0], 3), np.float32) + rng.uniform(50, 200, 3).astype(np.float32)
    for cells in (3, 8, 24, 80):
        cell = rng.uniform(-1, 1, (cells, cells, 3)).astype(np.float32) * rng.uniform(0, 70)
        total += cv2.resize(cell, size_wh, interpolation=cv2.INTER_CUBIC)
    return np.clip(total, 0, 255).astype(np.uint8)


def _stripes(rng: np.random.Generator, size_wh: tuple[int, int]) -> Picture:
    angle, period = rng.uniform(0, np.pi), np.exp(rng.uniform(np.log(4), np.log(120)))
    x = np.arange(size_wh[0], dtype=np.float32)[None] * np.float32(np.cos(angle))
    y = np.arange(size_wh[1], dtype=np.float32)[:, None] * np.float32(np.sin(angle))
    wave = np.sin((x + y) * np.float32(2 * np.pi / period))
    share = (wave > 0).astype(np.float32) if rng.random() < 0.5 else (wave + 1) / 2
    first, second = (np.array(_colour(rng), np.float32) for _ in range(2))
    return (first + (second - first) * share[..., None]).astype(np.uint8)


def _tiles(rng: np.random.Generator, size_wh: tuple[int, int]) -> Picture:
    """Cells of random colours, with or without joints."""
    cell = int(rng.integers(6, 90))
    columns, rows = size_wh[0] // cell + 1, size_wh[1] // cell + 1
    colours = np.clip(np.array(_colour(rng)) + rng.normal(0, rng.uniform(5, 80), (rows, columns, 3)), 0, 255)
    cells = colours.astype(np.uint8)
    full = cv2.resize(cells, (columns * cell, rows * cell), interpolation=cv2.INTER_NEAREST).astype(np.uint8)
    out = np.ascontiguousarray(full[: size_wh[1], : size_wh[0]])
    if rng.random() < 0.5:
        joint, wide = _colour(rng), max(1, cell // 12)
        for x in range(0, size_wh[0], cell):
            out[:, x : x + wide] = joint
        for y in range(0, size_wh[1], cell):
            out[y : y + wide] = joint
    return out


def _text(rng: np.random.Generator, size_wh: tuple[int, int]) -> Picture:
    out = _flat(rng, size_wh)
    colour, scale = _colour(rng), rng.uniform(0.3, 2.5)
    font = int(rng.integers(0, 8))
    for y in range(10, size_wh[1] + 20, int(14 + 26 * scale)):
        line = "".join(rng.choice(_LETTERS, int(rng.integers(3, 40))))
        cv2.putText(out, line, (int(rng.integers(0, 40)), y), font, scale, colour, int(rng.integers(1, 4)), cv2.LINE_AA)
    return out


KINDS = {
    "walls": _wall,
    "gradients": _gradient,
    "noise": _clouds,
    "stripes": _stripes,
    "tiles": _tiles,
    "text": _text,
}
"""Made-up backgrounds by kind; each takes a random state and (width, height)."""
