"""Recipes: every key, type and range is checked, and the one that is shipped can be read."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("torch")

from attendance.errors.settings import ConfigError
from attendance_training.backbones import BACKBONES
from attendance_training.runs.recipe import DistilConfig, load_recipe, refuse_other_config
from tests.unit.training.distillation.tiny_run import make_config, write_recipe

pytestmark = pytest.mark.needs_torch
SHIPPED = Path(__file__).resolve().parents[4] / "training" / "recipes" / "dense112-wide.toml"


def test_that_the_shipped_recipe_holds_the_values_of_the_bundled_recognizer() -> None:
    recipe = load_recipe(SHIPPED)
    assert recipe == DistilConfig(
        backbone="dense112_wide",
        minutes=92.0,
        batch=128,
        views=98304,
        spoiled=0.5,
        hints="t170,t211,t228",
        hint_weight=1.0,
        peak_lr=2.5e-3,
        warm_up_steps=200,
        weight_decay=0.02,
        relation_weight=4.0,
        ema=0.998,
        seed=7,
        is_bfloat16=True,
    )
    assert recipe.backbone in BACKBONES
    assert recipe.hint_names == ("t170", "t211", "t228")


def test_that_minutes_of_the_command_line_take_the_place_of_the_recipes(tmp_path: Path) -> None:
    path = write_recipe(tmp_path / "r.toml", minutes=5)
    assert load_recipe(path).minutes == 5.0
    assert load_recipe(path, minutes=7.5).minutes == 7.5
    with pytest.raises(ConfigError, match=r"key minutes: must be from 0\.01"):
        load_recipe(path, minutes=0.0)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("bach = 128", "key bach: unknown key; known: backbone, minutes, batch"),
        ("batch = 1", "key batch: must be from 2 to 4096"),
        ("batch = 12.5", "key batch: must be int, not float"),
        ("batch = true", "key batch: must be int, not bool"),
        ("blended = 1.5", r"key blended: must be from 0\.0 to 1\.0"),
        ("peak_lr = nan", "key peak_lr: must be from"),
        ("ema = 1.0", "key ema: must be from"),
        ("seed = -1", "key seed: must be from 0"),
        ("is_bfloat16 = 1", "key is_bfloat16: must be bool, not int"),
        ("batch = ", "key -: not valid TOML"),
    ],
)
def test_that_a_wrong_line_is_named(tmp_path: Path, line: str, message: str) -> None:
    path = tmp_path / "r.toml"
    path.write_text(f'backbone = "dense112"\nminutes = 1\n{line}\n', encoding="utf-8")
    with pytest.raises(ConfigError, match=rf"r\.toml, {message}"):
        load_recipe(path)


def test_that_a_recipe_without_a_backbone_and_an_absent_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "r.toml").write_text("minutes = 1\n")
    with pytest.raises(ConfigError, match="key backbone: is missing"):
        load_recipe(tmp_path / "r.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        load_recipe(tmp_path / "absent.toml")


def test_that_a_configuration_cannot_be_made_out_of_range_in_code() -> None:
    with pytest.raises(ValueError, match="batch must be from 2 to 4096"):
        make_config(batch=1)


def test_that_another_configuration_is_refused_with_both_values() -> None:
    begun = {"batch": 128, "seed": 1}
    refuse_other_config(Path("r.toml"), {"batch": 128, "seed": 1}, begun, Path("run"))
    with pytest.raises(ConfigError, match=r"r\.toml, key batch: is 64, but the run in run was begun with 128"):
        refuse_other_config(Path("r.toml"), {"batch": 64, "seed": 1}, begun, Path("run"))
