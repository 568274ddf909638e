"""A run of the detector small enough for a test."""

from __future__ import annotations

from pathlib import Path

from attendance_training.detector.recipe import DetectorConfig

RECIPE = {
    "steps": 3,
    "small_side": 64,
    "small_batch": 2,
    "large_share": 0.0,
    "warm_up_steps": 1,
    "ema": 0.5,
    "most_faces": 3,
    "crop_count": 0,
}


def make_config(**changes: object) -> DetectorConfig:
    return DetectorConfig(**{**RECIPE, **changes})  # type: ignore[arg-type]


def write_recipe(path: Path, **changes: object) -> Path:
    lines = (f"{key} = {value}" for key, value in {**RECIPE, **changes}.items())
    path.write_text("\n".join(lines), encoding="utf-8")
    return path
