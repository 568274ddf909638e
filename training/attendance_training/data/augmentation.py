"""A door camera's pictures from clean aligned crops: worn things, pose, light, blur, resolution, noise, JPEG.

Pose, light and blur are kornia's (Apache code on torch alone). Side light, tint,
resolution, noise, JPEG and the covering square are those of ``data.door_camera``, and worn things are drawn by
``data.occluders``. All numbers come from one numpy generator, so a batch can be made again, in any thread.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import torch
from kornia.enhance import adjust_brightness, adjust_contrast_with_mean_subtraction, adjust_gamma, adjust_saturation
from kornia.filters import gaussian_blur2d, motion_blur
from kornia.geometry.transform import get_perspective_transform, warp_perspective
from numpy.typing import NDArray
from torch import Tensor

from attendance_training.data import door_camera
from attendance_training.data.face_source import SIDE_PX
from attendance_training.data.occluders import draw_glasses, draw_hair, draw_mask

_Value = TypeVar("_Value", np.uint8, np.float32)
Crops = NDArray[np.uint8]
"""(B, 112, 112, 3) uint8 BGR."""

_CORNERS = np.array([[0, 0], [1, 0], [1, 1], [0, 1]], np.float32) * (SIDE_PX - 1)
_BLUR_KERNEL_PX = 13
"""Three deviations of the widest Gaussian to each side."""
_WEARING = (draw_mask, draw_glasses, draw_hair, door_camera.cover)


@dataclass(frozen=True, slots=True)
class DoorCamera:
    """How often and how strongly crops are degraded; each crop draws for itself.

    Attributes:
        worn: share of crops with a mask, with glasses, with hair over the forehead, and with a square painted over.
        rotation_deg: largest turn to either side.
        scale: largest change of size, as a share.
        shift: largest shift, as a share of the side.
        tilt: largest move of a corner towards another, as a share of the side: the head seen from beside or above.
        contrast: largest change of the contrast, as a share; of the saturation as well.
        brightness: largest change, as a share of white.
        gamma: darkest and brightest exponent; above 1 is darker.
        lamp: share of crops with light from one side.
        gaussian: share out of focus, deviation 0.6 to 2.2 pixels.
        motion: share blurred by moving, over 3, 5, 7 or 9 pixels.
        small: share of faces that were far away.
        noise: share with sensor noise.
        jpeg: share that went through JPEG.
    """

    worn: tuple[float, float, float, float] = (0.08, 0.10, 0.08, 0.04)
    rotation_deg: float = 5.0
    scale: float = 0.07
    shift: float = 0.04
    tilt: float = 0.06
    contrast: float = 0.3
    brightness: float = 0.12
    gamma: tuple[float, float] = (0.6, 1.7)
    lamp: float = 0.25
    gaussian: float = 0.08
    motion: float = 0.06
    small: float = 0.18
    noise: float = 0.3
    jpeg: float = 0.25


def degrade_batch(crops_bgr: Crops, rng: np.random.Generator, camera: DoorCamera = DoorCamera()) -> Crops:
    """Return degraded copies of a batch.

    Args:
        crops_bgr: (B, 112, 112, 3) uint8 BGR, aligned; not changed.
        rng: source of all randomness.
        camera: how often and how strongly.

    Returns:
        (B, 112, 112, 3) uint8 BGR.

    Raises:
        ValueError: another shape or type.
    """
    if crops_bgr.dtype != np.uint8 or crops_bgr.shape[1:] != (SIDE_PX, SIDE_PX, 3):
        raise ValueError(f"needs uint8 (B, 112, 112, 3), not {crops_bgr.dtype} {crops_bgr.shape}")
    crops = crops_bgr.copy()
    for draw, share in zip(_WEARING, camera.worn, strict=True):
        crops = _some(crops, draw, share, rng)
    if not len(crops):
        return crops
    images = torch.from_numpy(np.ascontiguousarray(crops[..., ::-1])).permute(0, 3, 1, 2).float() / 255.0
    images = _pose(images, camera, rng)
    images = _light(images, camera, rng)
    images = _blur(images, camera, rng)
    values: NDArray[np.float32] = images.permute(0, 2, 3, 1).numpy()[..., ::-1] * np.float32(255.0)
    values = values * np.stack([door_camera.tint(rng) for _ in values])[:, None, None, :]
    values = _some(values, lambda value, r: value * door_camera.side_lamp(r), camera.lamp, rng)
    crops = _whole(values)
    crops = _some(crops, door_camera.lower_resolution, camera.small, rng)
    crops = _whole(_some(crops.astype(np.float32), lambda v, r: v + door_camera.sensor_noise(r), camera.noise, rng))
    return _some(crops, door_camera.jpeg, camera.jpeg, rng)


def _some(
    batch: NDArray[_Value],
    change: Callable[[NDArray[_Value], np.random.Generator], NDArray[_Value]],
    share: float,
    rng: np.random.Generator,
) -> NDArray[_Value]:
    """Return the batch with about ``share`` of its pictures changed."""
    out = batch.copy()
    for row in np.flatnonzero(rng.random(len(batch)) < share):
        out[row] = change(batch[row], rng)
    return out


def _whole(values: NDArray[np.float32]) -> Crops:
    crops: Crops = np.clip(values + 0.5, 0, 255).astype(np.uint8)
    return crops


def _pose(images: Tensor, camera: DoorCamera, rng: np.random.Generator) -> Tensor:
    """Turn, scale, shift and tilt by one projective map a picture, found from where its corners go."""
    count = len(images)
    centre = (SIDE_PX - 1) / 2
    turn = np.radians(rng.uniform(-camera.rotation_deg, camera.rotation_deg, count))
    size = 1.0 + rng.uniform(-camera.scale, camera.scale, count)
    cos, sin = np.cos(turn) * size, np.sin(turn) * size
    matrix = np.stack([np.stack([cos, sin], -1), np.stack([-sin, cos], -1)], -2)
    goal = (_CORNERS - centre) @ matrix + centre
    goal = goal + rng.uniform(-camera.shift, camera.shift, (count, 1, 2)) * SIDE_PX
    goal = goal + rng.uniform(-camera.tilt, camera.tilt, (count, 4, 2)) * SIDE_PX
    source = torch.from_numpy(np.tile(_CORNERS, (count, 1, 1)))
    maps = get_perspective_transform(source, torch.from_numpy(goal.astype(np.float32)))
    return warp_perspective(images, maps, (SIDE_PX, SIDE_PX), padding_mode="reflection")


def _light(images: Tensor, camera: DoorCamera, rng: np.random.Generator) -> Tensor:
    count = len(images)

    def around_one(width: float) -> Tensor:
        return _column(1.0 + rng.uniform(-width, width, count))

    low, high = np.log(camera.gamma)
    images = adjust_gamma(images.clamp(0.0, 1.0), _column(np.exp(rng.uniform(low, high, count))))
    images = adjust_contrast_with_mean_subtraction(images, around_one(camera.contrast))
    images = adjust_saturation(images, around_one(camera.contrast))
    return adjust_brightness(images, _column(rng.uniform(-camera.brightness, camera.brightness, count)))


def _blur(images: Tensor, camera: DoorCamera, rng: np.random.Generator) -> Tensor:
    images = images.clone()
    unfocused = np.flatnonzero(rng.random(len(images)) < camera.gaussian)
    if len(unfocused):
        deviation = _column(rng.uniform(0.6, 2.2, len(unfocused)))
        images[unfocused] = gaussian_blur2d(
            images[unfocused], (_BLUR_KERNEL_PX, _BLUR_KERNEL_PX), deviation[:, None].expand(-1, 2)
        )
    length = rng.choice([3, 5, 7, 9], len(images))
    is_moving = rng.random(len(images)) < camera.motion
    for size in (3, 5, 7, 9):
        rows = np.flatnonzero(is_moving & (length == size))
        if len(rows):
            angle = _column(rng.uniform(0, 180, len(rows)))
            images[rows] = motion_blur(images[rows], size, angle, torch.zeros(len(rows)))
    return images


def _column(numbers: NDArray[np.float64]) -> Tensor:
    return torch.from_numpy(numbers.astype(np.float32))
