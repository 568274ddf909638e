"""The recipe that is part of the project."""

from __future__ import annotations

from pathlib import Path

import pytest

from attendance_training.detector.recipe import DetectorConfig
from attendance_training.runs.recipe import read_recipe

SHIPPED = Path(__file__).parents[4] / "training" / "recipes" / "detector.toml"


def test_that_the_shipped_recipe_is_read() -> None:
    config = read_recipe(SHIPPED, DetectorConfig, required=("steps",))

    assert config.steps >= 1000
    assert config.small_side % 32 == 0


@pytest.mark.parametrize("value", [0.0, float("nan"), 2.0])
def test_that_a_rate_out_of_range_is_refused(value: float) -> None:
    with pytest.raises(ValueError, match="peak_lr must be from"):
        DetectorConfig(steps=1, peak_lr=value)
