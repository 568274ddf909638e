"""The door camera's degradations: what each may touch, and that a batch can be made again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("kornia")

from attendance_training.data.augmentation import DoorCamera, degrade_batch
from attendance_training.data.batches import batches
from attendance_training.data.folder_faces import FolderFaces
from attendance_training.data.occluders import draw_glasses, draw_hair, draw_mask
from tests.unit.training.data.pictures import Crop, make_crop, write_folder

pytestmark = pytest.mark.needs_torch

NOTHING = DoorCamera(
    worn=(0, 0, 0, 0),
    rotation_deg=0,
    scale=0,
    shift=0,
    tilt=0,
    contrast=0,
    brightness=0,
    gamma=(1, 1),
    lamp=0,
    gaussian=0,
    motion=0,
    small=0,
    noise=0,
    jpeg=0,
)
"""Only the tint is left, at most 8 % of a colour."""


def faces(count: int = 6) -> Crop:
    return np.stack([make_crop(seed) // 2 + 50 for seed in range(count)])


def difference(camera: DoorCamera, seed: int = 3) -> np.ndarray:
    """Return (B,) mean difference of a batch from the same batch without this degradation."""
    own, plain = (degrade_batch(faces(), np.random.default_rng(seed), c).astype(float) for c in (camera, NOTHING))
    return np.abs(own - plain).mean((1, 2, 3))


@pytest.mark.parametrize(
    ("draw", "kept", "changed"),
    [
        (draw_mask, slice(0, 55), slice(96, 112)),
        (draw_glasses, slice(70, 112), slice(45, 58)),
        (draw_hair, slice(72, 112), slice(0, 8)),
    ],
)
def test_that_worn_things_stay_in_their_place(
    draw: Callable[[Crop, np.random.Generator], Crop], kept: slice, changed: slice
) -> None:
    face = make_crop(1)
    before = face.copy()
    for seed in range(60):
        worn = draw(face, np.random.default_rng(seed))
        assert worn.shape == face.shape
        assert worn.dtype == np.uint8
        np.testing.assert_array_equal(worn[kept], face[kept])
        assert (worn[changed] != face[changed]).any()
    np.testing.assert_array_equal(face, before)


def test_that_glasses_touch_both_eyes_and_worn_things_vary() -> None:
    face = np.full((112, 112, 3), 128, np.uint8)
    for seed in range(30):
        touched = (draw_glasses(face, np.random.default_rng(seed)) != face).any(2)
        assert touched[40:66, 25:52].sum() > 30
        assert touched[40:66, 60:87].sum() > 30
    for draw in (draw_mask, draw_glasses, draw_hair):
        assert len({draw(face, np.random.default_rng(seed)).tobytes() for seed in range(10)}) == 10


def test_that_nothing_but_a_tint_is_left_when_all_is_switched_off() -> None:
    out = degrade_batch(faces(), np.random.default_rng(1), NOTHING).astype(float)
    gains = out.mean((1, 2)) / faces().mean((1, 2))
    assert np.abs(gains - 1).max() < 0.09
    np.testing.assert_allclose(out, faces() * gains[:, None, None, :], atol=1.5)


@pytest.mark.parametrize(
    "change",
    [
        {"worn": (1, 0, 0, 0)},
        {"worn": (0, 1, 0, 0)},
        {"worn": (0, 0, 1, 0)},
        {"worn": (0, 0, 0, 1)},
        {"rotation_deg": 8},
        {"scale": 0.1},
        {"shift": 0.05},
        {"tilt": 0.06},
        {"contrast": 0.4},
        {"brightness": 0.2},
        {"gamma": (0.5, 0.6)},
        {"lamp": 1},
        {"gaussian": 1},
        {"motion": 1},
        {"small": 1},
        {"noise": 1},
        {"jpeg": 1},
    ],
    ids=str,
)
def test_that_each_degradation_changes_every_picture_it_is_meant_for(change: dict[str, object]) -> None:
    assert difference(replace(NOTHING, **change)).min() > 0.15  # type: ignore[arg-type]


def test_that_gamma_above_one_is_darker_and_pictures_move_by_no_more_than_asked() -> None:
    dark = degrade_batch(faces(), np.random.default_rng(1), replace(NOTHING, gamma=(1.6, 1.7)))
    assert (dark.mean((1, 2, 3)) < faces().mean((1, 2, 3)) * 0.95).all()
    dot = np.full((20, 112, 112, 3), 20, np.uint8)
    dot[:, 54:58, 54:58] = 250
    moved = degrade_batch(dot, np.random.default_rng(2), replace(NOTHING, shift=0.1)).astype(float).sum(3) - 60
    rows, columns = np.mgrid[:112, :112]
    weight = np.clip(moved - 100, 0, None)
    for axis in (rows, columns):
        places = (weight * axis).sum((1, 2)) / weight.sum((1, 2))
        assert np.abs(places - 55.5).max() <= 11.3
        assert np.ptp(places) > 8


def test_that_a_batch_depends_on_its_generator_only_and_the_input_stays() -> None:
    crops = faces(12)
    before = crops.copy()
    first = degrade_batch(crops, np.random.default_rng(4))
    np.testing.assert_array_equal(first, degrade_batch(crops, np.random.default_rng(4)))
    assert not np.array_equal(first, degrade_batch(crops, np.random.default_rng(5)))
    np.testing.assert_array_equal(crops, before)
    assert first.dtype == np.uint8
    assert len({picture.tobytes() for picture in degrade_batch(crops[:1].repeat(8, 0), np.random.default_rng(6))}) == 8


def test_that_batches_of_any_length_are_taken_and_other_shapes_refused() -> None:
    for count in (0, 1, 3):
        assert degrade_batch(faces(3)[:count], np.random.default_rng(1)).shape == (count, 112, 112, 3)
    for wrong in (faces()[:, :96], faces().astype(np.float32), faces()[0]):
        with pytest.raises(ValueError, match="needs uint8"):
            degrade_batch(wrong, np.random.default_rng(1))


def test_that_batches_to_train_on_are_clean_or_degraded_and_come_again(tmp_path: Path) -> None:
    source = FolderFaces(write_folder(tmp_path, {"A": [make_crop(1), make_crop(2)], "B": [make_crop(3)]}))
    (clean,) = batches(source, [[2, 0]], seed=1, epoch=0)
    np.testing.assert_array_equal(clean.labels, [1, 0])
    np.testing.assert_allclose(clean.images[0], (make_crop(3)[..., ::-1].transpose(2, 0, 1) - 127.5) / 127.5, atol=1e-6)
    rows = [[0, 1, 2], [0, 1, 2]]
    first, second = batches(source, rows, seed=1, epoch=0, degrade=degrade_batch)
    again, _ = batches(source, rows, seed=1, epoch=0, degrade=degrade_batch)
    other, _ = batches(source, rows, seed=1, epoch=1, degrade=degrade_batch)
    np.testing.assert_array_equal(first.images, again.images)
    assert not np.array_equal(first.images, second.images)
    assert not np.array_equal(first.images, other.images)
    assert first.images.dtype == np.float32
    assert first.images.shape == (3, 3, 112, 112)
