"""Choice on validation people, rates of test people, table, plot and JSON."""

from __future__ import annotations

import json
import threading
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

pytest.importorskip("torch")
pytest.importorskip("matplotlib")

import torch

from attendance_training.backbones import BACKBONES
from attendance_training.sweep.choice import choose, score
from attendance_training.sweep.measure import Rates
from attendance_training.sweep.plan import Run
from attendance_training.sweep.report import PLOT_NAME, TABLE_NAME, summarise, write_report
from attendance_training.sweep.results import ABOUT_NAME
from attendance_training.sweep.stopping import Stopped
from tests.unit.training.sweep.made_up import DrawnTrainer
from tests.unit.training.sweep.test_run import make

CLEAR = {"softmax": 3.0, "triplet": 0.0}


def test_that_the_larger_rate_and_the_smaller_error_win() -> None:
    rates = Rates(tar=0.4, eer=0.1, accuracy=float("nan"))
    assert (score(rates, "tar"), score(rates, "eer"), score(rates, "accuracy")) == (0.4, -0.1, -np.inf)


def test_that_the_choice_is_the_best_mean_of_the_validation(tmp_path: Path) -> None:
    sweep = make(tmp_path, DrawnTrainer(noise=CLEAR))
    sweep.train()
    choice = choose(sweep.plan, sweep.folder.rows)
    means = {result.point.label: result.spreads["tar"].mean for result in choice.results}
    assert choice.best is not None
    assert choice.best.point.label == max(means, key=lambda label: means[label])
    of_softmax = [row.tar for row in sweep.folder.rows.values() if row.loss == "softmax"]
    assert means["softmax"] == pytest.approx(np.mean(of_softmax))


def test_that_test_people_are_looked_at_for_chosen_places_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sweep = make(tmp_path, DrawnTrainer(noise=CLEAR))
    sweep.train()
    looked: list[str] = []
    kept = sweep.folder.embeddings

    def spy(run: Run, part: str) -> NDArray[np.float32]:
        if part == "test":
            looked.append(run.point.label)
        return kept(run, part)

    monkeypatch.setattr(sweep.folder, "embeddings", spy)
    outcome = summarise(sweep)
    assert set(looked) == {result.point.label for result in outcome.choice.of_loss.values()}
    assert len(set(looked)) == 2  # softmax and one of the two triplets


def test_that_a_clear_difference_of_losses_is_told_and_none_between_equal_margins(tmp_path: Path) -> None:
    sweep = make(tmp_path, DrawnTrainer(noise=CLEAR))
    sweep.train()
    outcome = write_report(sweep, say=lambda _line: None)
    table = (tmp_path / "out" / TABLE_NAME).read_text()
    (between_losses,) = outcome.losses
    assert between_losses.is_told
    assert "is better than softmax on these people" in table
    (between_margins,) = outcome.margins  # the drawn networks do not depend on the margin
    assert (between_margins.by_seed.low, between_margins.by_seed.high) == (0.0, 0.0)
    assert "No difference can be told." in table


def test_that_table_and_json_hold_the_same_numbers_as_the_rows(tmp_path: Path) -> None:
    sweep = make(tmp_path, DrawnTrainer(noise=CLEAR), tune="{ peak_lr = [0.1, 0.01] }")
    sweep.train()
    write_report(sweep, say=lambda _line: None)
    about = json.loads((tmp_path / "out" / ABOUT_NAME).read_text())
    runs = [row.tar for row in sweep.folder.rows.values() if row.run.startswith("triplet margin=0.5 peak_lr=0.1 ")]
    found = about["outcome"]["validation"]["triplet margin=0.5"]
    assert found["tar"]["mean"] == pytest.approx(np.mean(runs), abs=1e-5)
    assert found["tar_of_people"]["low"] <= found["tar"]["mean"] <= found["tar_of_people"]["high"]
    table = (tmp_path / "out" / TABLE_NAME).read_text()
    cells = f"{100 * np.mean(runs):.1f} ± {100 * np.std(runs, ddof=1):.1f}"
    (line,) = [line for line in table.splitlines() if line.replace("*", "").startswith("| margin = 0.5 |")]
    assert line.split(" | ")[1] == cells
    assert "## Tuned on validation, the same values for every loss" in table
    assert "| triplet | peak_lr = 0.1 | peak_lr |" in table  # of two values each is at an end
    assert about["plan"]["tune"] == [{"peak_lr": 0.1}, {"peak_lr": 0.01}]


def test_that_the_plot_is_a_picture_of_every_panel(tmp_path: Path) -> None:
    sweep = make(tmp_path, DrawnTrainer(noise=CLEAR))
    sweep.train()
    write_report(sweep, say=lambda _line: None)
    with Image.open(tmp_path / "out" / PLOT_NAME) as image:
        assert image.format == "PNG"
        width, height = image.size
        pixels = np.asarray(image.convert("RGB"))
    assert width == pytest.approx(2 * height, rel=0.02)  # the triplets' grid, and the chosen ones
    blue = (pixels == (0, 0x72, 0xB2)).all(2)
    assert blue[:, : width // 2].any()
    assert blue[:, width // 2 :].any()


def test_that_a_diverged_loss_is_never_chosen_and_stands_in_the_table(tmp_path: Path) -> None:
    sweep = make(tmp_path, DrawnTrainer(diverging=("softmax",)))
    sweep.train()
    outcome = write_report(sweep, say=lambda _line: None)
    assert set(outcome.choice.of_loss) == {"triplet"}
    assert "| softmax | – | – | – | diverged |" in (tmp_path / "out" / TABLE_NAME).read_text()


def test_that_a_sweep_in_which_everything_diverged_says_so(tmp_path: Path) -> None:
    sweep = make(tmp_path, DrawnTrainer(diverging=("softmax", "triplet")))
    sweep.train()
    outcome = write_report(sweep, say=lambda _line: None)
    assert outcome.choice.best is None
    assert "Every run diverged." in (tmp_path / "out" / TABLE_NAME).read_text()


def test_that_the_weights_to_begin_with_stand_beside_what_was_made_of_them(tmp_path: Path) -> None:
    torch.manual_seed(1)
    network = BACKBONES["dense112_tiny"].build()
    sweep = make(tmp_path, DrawnTrainer(noise=CLEAR), start=dict(network.state_dict()))
    sweep.train()
    outcome = write_report(sweep, say=lambda _line: None)
    assert len(outcome.before) == 2
    assert outcome.gain is not None
    best = outcome.choice.best
    assert best is not None
    chosen = next(test.tar.value for test in outcome.test if test.result == best)
    assert outcome.gain.by_seed.value == pytest.approx(chosen - outcome.before[1].value)
    assert "The weights that every run began with: " in (tmp_path / "out" / TABLE_NAME).read_text()


def test_that_a_report_can_be_stopped(tmp_path: Path) -> None:
    stop = threading.Event()
    sweep = make(tmp_path, DrawnTrainer(), stop=stop)
    sweep.train()
    stop.set()
    with pytest.raises(Stopped):
        write_report(sweep, say=lambda _line: None)
    assert not (tmp_path / "out" / TABLE_NAME).exists()


def test_that_a_tuned_value_between_others_is_not_marked(tmp_path: Path) -> None:
    noise = {("softmax", 0.1): 3.0, ("softmax", 0.01): 0.0, ("softmax", 0.001): 3.0}
    points = '[{ loss = "softmax" }]'
    sweep = make(tmp_path, DrawnTrainer(noise=noise), tune="{ peak_lr = [0.1, 0.01, 0.001] }", points=points)
    sweep.train()
    write_report(sweep, say=lambda _line: None)
    assert "| softmax | peak_lr = 0.01 |  |" in (tmp_path / "out" / TABLE_NAME).read_text()
