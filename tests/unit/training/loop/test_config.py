"""The recipe of a training: read, written, refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from attendance.errors.settings import ConfigError
from attendance_training.loop.config import TrainConfig, config_text, read_config

pytestmark = pytest.mark.needs_torch

RECIPE = Path(__file__).parents[4] / "training" / "recipes" / "named-faces.toml"


@pytest.mark.parametrize(
    "config",
    [
        TrainConfig(),
        TrainConfig(loss="triplet", loss_options={"margin": 0.3, "mining": "hard", "is_normalised": True}),
        TrainConfig(peak_lr=1e-7, sharded_head=True, sampled_classes=0.1, adversarial="fgsm"),
    ],
)
def test_that_a_written_recipe_is_read_as_the_same(tmp_path: Path, config: TrainConfig) -> None:
    path = tmp_path / "config.toml"
    path.write_text(config_text(config))
    assert read_config(path) == config


def test_that_the_ready_recipe_can_be_read() -> None:
    assert read_config(RECIPE).loss_options == {"scale": 32.0, "margin_rad": 0.3}


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('backbone = "vgg"', "key backbone: must be one of dense112"),
        ('loss = "hinge"', "key loss: must be one of softmax"),
        ("[loss_options]\nmargin = 0.5", "key loss_options: of arcface: unknown option 'margin'"),
        ("[loss_options]\nmargin_rad = 7", "key loss_options: of arcface: margin_rad must be in"),
        ('[loss_options]\nscale = "x"', "key loss_options: of arcface"),
        ("loss_options = 3", "key loss_options: must be dict"),
        ("epochs = 0", "key epochs: must be from 1"),
        ("epochs = 1.5", "key epochs: must be int, not float"),
        ("peak_lr = nan", "key peak_lr: must be from"),
        ('precision = "int8"', "key precision: must be one of auto"),
        ('loss = "triplet"\nsharded_head = true', "key sharded_head: needs a loss with class centres"),
        ("speed = 3", "key speed: unknown key"),
        ("epochs = ", "not valid TOML"),
    ],
)
def test_that_a_wrong_line_is_named(tmp_path: Path, line: str, sentence: str) -> None:
    path = tmp_path / "recipe.toml"
    path.write_text(line)
    with pytest.raises(ConfigError) as refused:
        read_config(path)
    assert sentence in str(refused.value)
