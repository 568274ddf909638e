"""The door camera's degradations: same shape, same seed same picture, and the input stays."""

from __future__ import annotations

import numpy as np
import pytest

pytest.importorskip("torch")

from attendance_training.data.door_camera import blend, degrade
from tests.unit.training.distillation.tiny_run import make_crops

pytestmark = pytest.mark.needs_torch
DRAWS = 80
"""Enough that every rare branch runs: the rarest comes with 6 %, and 0.94 ** 80 is below 1 %."""


def test_that_degrade_keeps_shape_type_and_input() -> None:
    crop = make_crops(1)[0]
    before = crop.copy()
    for seed in range(DRAWS):
        out = degrade(crop, np.random.default_rng(seed))
        assert out.shape == (112, 112, 3)
        assert out.dtype == np.uint8
    np.testing.assert_array_equal(crop, before)


def test_that_degrade_depends_on_its_seed_only() -> None:
    crop = make_crops(1)[0]
    first = [degrade(crop, np.random.default_rng(seed)) for seed in range(DRAWS)]
    again = [degrade(crop, np.random.default_rng(seed)) for seed in range(DRAWS)]
    np.testing.assert_array_equal(first, again)
    assert len({picture.tobytes() for picture in first}) == DRAWS


def test_that_a_blend_lies_between_its_two_faces() -> None:
    black, white = np.zeros((112, 112, 3), np.uint8), np.full((112, 112, 3), 200, np.uint8)
    shares = [blend(black, white, np.random.default_rng(seed)) / 200 for seed in range(20)]
    assert all(np.ptp(share) == 0 for share in shares)
    assert 0.29 <= np.min(shares) < np.max(shares) <= 0.71
