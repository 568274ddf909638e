"""Reading a sweep: the whole grid, and every wrong key named before anything runs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

pytest.importorskip("torch")

from attendance.errors.settings import ConfigError
from attendance_training.sweep.plan import Point, Run, read_plan
from tests.unit.training.sweep.made_up import write_plan

RECIPE = Path(__file__).parents[4] / "training" / "recipes" / "sweep-margins.toml"


def test_that_lists_are_crossed_and_single_values_stay(tmp_path: Path) -> None:
    plan = read_plan(
        write_plan(
            tmp_path / "s.toml",
            points='[{ loss = "arcface", scale = [16.0, 32.0], margin_rad = [0.2, 0.5], continuation = "easy" }]',
        )
    )
    assert [dict(point.options) for point in plan.points] == [
        {"scale": scale, "margin_rad": margin, "continuation": "easy"}
        for scale in (16.0, 32.0)
        for margin in (0.2, 0.5)
    ]
    assert plan.points[0].label == "arcface scale=16.0 margin_rad=0.2 continuation=easy"


def test_that_only_the_tuning_seeds_try_every_tuned_value(tmp_path: Path) -> None:
    plan = read_plan(write_plan(tmp_path / "s.toml", tune="{ peak_lr = [0.1, 0.01], momentum = [0.5, 0.9] }"))
    tuning = plan.tuning_runs()
    assert len(tuning) == 4 * 3
    assert {run.seed for run in tuning} == {1}
    chosen = {"softmax": plan.tuned[3], "triplet": plan.tuned[0]}
    rest = plan.remaining_runs(chosen)
    assert [(run.seed, run.point.loss, dict(run.tuned)["peak_lr"]) for run in rest] == [
        (seed, loss, rate) for seed in (2, 3) for loss, rate in (("softmax", 0.01), ("triplet", 0.1), ("triplet", 0.1))
    ]
    assert plan.run_count == len(tuning) + len(rest)
    assert len({run.label for run in (*tuning, *rest)}) == plan.run_count


def test_that_a_run_becomes_the_recipe_of_a_training(tmp_path: Path) -> None:
    plan = read_plan(write_plan(tmp_path / "s.toml", tune="{ peak_lr = [0.1, 0.01] }"))
    config = plan.config(Run(Point("triplet", (("margin", 0.5),)), (("peak_lr", 0.01),), 7))
    assert (config.loss, config.loss_options, config.peak_lr, config.seed) == ("triplet", {"margin": 0.5}, 0.01, 7)
    assert (config.backbone, config.people_per_batch, config.epochs) == ("dense112_tiny", 2, 1)


def test_that_the_shipped_sweep_covers_the_margins_that_were_asked_for() -> None:
    plan = read_plan(RECIPE)
    assert [dict(p.options)["margin"] for p in plan.points_of("triplet")] == [0.2, 0.35, 0.5, 1.0]
    assert [dict(p.options)["margin_rad"] for p in plan.points_of("arcface")] == [0.2, 0.3, 0.4, 0.5, 0.6]
    assert plan.losses == ("softmax", "contrastive", "triplet", "arcface")
    assert len(plan.seeds) >= 3


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"margins": "[1]"}, "key margins: unknown key"),
        ({"seeds": "[1, 2]"}, "key seeds: 3 different ones are needed"),
        ({"seeds": "[1, 1, 2]"}, "key seeds: 3 different"),
        ({"seeds": "[1, 2, -3]"}, "key seeds: must be a list of whole numbers"),
        ({"seeds": "3"}, "key seeds: must be a list"),
        ({"tuning_seeds": "4"}, "key tuning_seeds: must be a whole number from 1 to 3, not 4"),
        ({"far": "0"}, "key far: must be a number from 1e-06 to 0.5"),
        ({"far": '"low"'}, "key far: must be a number"),
        ({"far": "nan"}, "key far: must be a number"),
        ({"choose_by": '"loss"'}, "key choose_by: must be one of tar, eer, accuracy"),
        ({"copies": "true"}, "key copies: must be a whole number"),
        ({"copies": "4"}, "key training.degrade: must be false with copies"),
        ({"people": "{ train = 0.9 }"}, "key people: train, validation and test must be together 1"),
        ({"people": "{ salt = 3 }"}, "key people.salt: must be a text"),
        ({"people": "{ fewest_photos = 4, most_photos = 3 }"}, "key most_photos: must be a whole number from 4"),
        ({"people": "{ thirds = 3 }"}, "key people.thirds: unknown key"),
        ({"training": "3"}, "key training: must be a table"),
        ({"training": '{ loss = "softmax" }'}, "key training.loss: unknown key"),
        ({"training": "{ peak_lr = 1e9 }"}, "peak_lr must be from"),
        ({"training": '{ backbone = "resnet" }'}, "backbone must be one of"),
        ({"training": '{ peak_lr = "high" }'}, "key training"),
        ({"tune": "{ epochs = 3 }"}, "key tune.epochs: stands in [training] as well"),
        ({"tune": "{ peak_lr = 0.1 }"}, "key tune.peak_lr: must be a list of different values"),
        ({"tune": "{ peak_lr = [0.1, 0.1] }"}, "key tune.peak_lr: must be a list of different values"),
        ({"tune": "{ margin = [0.1] }"}, "key tune.margin: unknown key"),
        ({"points": None}, "key points: at least one"),
        ({"points": "[]"}, "key points: at least one"),
        ({"points": "[{ margin = 0.2 }]"}, "key points.loss: None is not one of softmax"),
        ({"points": '[{ loss = "arc" }]'}, "key points.loss: 'arc' is not one of"),
        (
            {"points": '[{ loss = "arcface", margin = 0.2 }]'},
            "key points.margin: unknown key; known: scale, margin_rad",
        ),
        ({"points": '[{ loss = "arcface", margin_rad = 28.6 }]'}, "margin_rad must be in"),
        ({"points": '[{ loss = "triplet", margin = [] }]'}, "key points: triplet: a list is empty"),
        ({"points": '[{ loss = "triplet", margin = [0.2, 0.2] }]'}, "triplet margin=0.2 stands there twice"),
    ],
)
def test_that_a_wrong_sweep_is_refused_by_its_key(tmp_path: Path, changes: dict[str, str | None], text: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(text)):
        read_plan(write_plan(tmp_path / "s.toml", **changes))


def test_that_no_toml_and_no_file_are_refused(tmp_path: Path) -> None:
    (tmp_path / "s.toml").write_text("seeds = [")
    with pytest.raises(ConfigError, match="not valid TOML"):
        read_plan(tmp_path / "s.toml")
    with pytest.raises(ConfigError, match="cannot be read"):
        read_plan(tmp_path / "absent.toml")


def test_that_a_short_label_leaves_out_what_all_places_share(tmp_path: Path) -> None:
    points = """[
        { loss = "softmax" },
        { loss = "arcface", scale = 32.0, margin_rad = [0.2, 0.5] },
        { loss = "triplet", margin = 0.5 },
        { loss = "triplet", margin = 0.5, mining = "all" },
    ]"""
    plan = read_plan(write_plan(tmp_path / "s.toml", points=points))
    assert [plan.short_label(point) for point in plan.points] == [
        "softmax",
        "arcface margin_rad=0.2",
        "arcface margin_rad=0.5",
        "triplet",
        "triplet mining=all",
    ]
