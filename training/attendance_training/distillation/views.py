"""Made faces for distillation: every view is new to the student, and the teacher labels exactly what is shown.

Beyer et al., "Knowledge distillation: A good teacher is patient and consistent", CVPR 2022, arXiv:2106.05237: a
student that sees the very picture the teacher saw, mixed from several and in endless variety, learns the teacher's
function instead of the training pictures. Faces are aligned, so eyes meet eyes when two of them are mixed.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from attendance_training.data.face_shards import FaceShards

_SIDE_PX = 112
_CENTRE = np.array([(_SIDE_PX - 1) / 2, (_SIDE_PX - 1) / 2])
_BLENDED = 0.25
"""Share of views that are a mean of two faces; as many again are joined along a soft line, the others one face."""

Crop = NDArray[np.uint8]


def make_view(shards: FaceShards, candidates: NDArray[np.int64], seed: int, index: int) -> Crop:
    """Make one view; it depends on the arguments only.

    Args:
        shards: aligned faces.
        candidates: rows of ``shards`` to make it from.
        seed: of the whole set of views.
        index: of this view.

    Returns:
        (112, 112, 3) uint8 BGR.
    """
    rng = np.random.default_rng((seed, index))
    face = _pick(shards, candidates, rng)
    kind = rng.random()
    if kind < 2 * _BLENDED:
        face = _mix(face, _pick(shards, candidates, rng), rng, is_joined=kind >= _BLENDED)
    face = _warp(face, rng)
    return _relight(face, rng) if rng.random() < 0.5 else face


def _pick(shards: FaceShards, candidates: NDArray[np.int64], rng: np.random.Generator) -> Crop:
    face = shards.crop_bgr(int(candidates[rng.integers(len(candidates))]))
    return face[:, ::-1] if rng.random() < 0.5 else face


def _mix(first: Crop, second: Crop, rng: np.random.Generator, *, is_joined: bool) -> Crop:
    if is_joined:  # one side of a soft line from one face, the other side from the other
        angle, along = rng.uniform(0, 2 * np.pi), np.linspace(-1, 1, _SIDE_PX, dtype=np.float32)
        distance = np.cos(angle) * along[None] + np.sin(angle) * along[:, None] - rng.uniform(-0.5, 0.5)
        share = 1 / (1 + np.exp(-distance * rng.uniform(4, 20)))
    else:
        share = np.full((_SIDE_PX, _SIDE_PX), rng.uniform(0.2, 0.8))
    weight = share[..., None].astype(np.float32)
    mixed: Crop = (first * weight + second * (1 - weight)).astype(np.uint8)
    return mixed


def _warp(face: Crop, rng: np.random.Generator) -> Crop:
    """Turn by 6 degrees, scale by 8 %, stretch by 5 %, shear by 4 % and shift by 3 % at most."""
    angle, scale = np.deg2rad(rng.uniform(-6, 6)), rng.uniform(0.92, 1.08)
    stretch, shear = rng.uniform(0.95, 1.05), rng.uniform(-0.04, 0.04)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    linear = turn @ np.array([[scale * stretch, shear], [0, scale / stretch]])
    shift = _CENTRE - linear @ _CENTRE + rng.uniform(-0.03, 0.03, 2) * _SIDE_PX
    warped = cv2.warpAffine(
        np.ascontiguousarray(face),
        np.c_[linear, shift],
        (_SIDE_PX, _SIDE_PX),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    )
    return warped.astype(np.uint8, copy=False)


def _relight(face: Crop, rng: np.random.Generator) -> Crop:
    values = face.astype(np.float64)
    values = (values - 127.5) * rng.uniform(0.6, 1.3) + 127.5 + rng.uniform(-35, 35)
    values = values * (1 + rng.uniform(-0.1, 0.1, 3))
    if rng.random() < 0.15:
        values = np.repeat(values.mean(2, keepdims=True), 3, 2)
    return np.clip(values, 0, 255).astype(np.uint8)
