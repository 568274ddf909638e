"""The runs of a sweep: who is measured, what is kept, stopping and going on."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest

pytest.importorskip("torch")

import torch

from attendance.errors import Reason
from attendance.errors.settings import ConfigError
from attendance_training.errors import EvaluationDataUnusable, TrainingDataUnusable
from attendance_training.sweep.plan import read_plan
from attendance_training.sweep.results import ABOUT_NAME, EMBEDDINGS_NAME, RESULTS_NAME
from attendance_training.sweep.run import Sweep
from attendance_training.sweep.stopping import Stopped
from tests.unit.training.sweep.made_up import DrawnTrainer, MadeUpFaces, write_plan


def make(tmp_path: Path, trainer: DrawnTrainer, **changes: Any) -> Sweep:
    faces = changes.pop("faces", None) or MadeUpFaces()
    start, stop = changes.pop("start", None), changes.pop("stop", None) or threading.Event()
    said = changes.pop("said", [])
    plan = read_plan(write_plan(tmp_path / "sweep.toml", **changes))
    return Sweep(plan, faces, tmp_path / "out", trainer=trainer, start=start, stop=stop, say=said.append)


def test_that_every_run_is_trained_on_the_same_people_and_none_of_the_measured(tmp_path: Path) -> None:
    trainer = DrawnTrainer()
    sweep = make(tmp_path, trainer)
    sweep.train()
    labels = sweep.faces.labels
    trained = {tuple(np.unique(labels[rows])) for rows in trainer.rows}
    assert len(trainer.calls) == 9
    assert len(trained) == 1
    measured = set(labels[sweep.people.validation]) | set(labels[sweep.people.test])
    assert not measured & set(trained.pop())
    assert not set(labels[sweep.people.validation]) & set(labels[sweep.people.test])
    assert sum(sweep.people.counts.values()) == 40


def test_that_people_with_few_photographs_are_left_out_and_many_are_cut(tmp_path: Path) -> None:
    faces = MadeUpFaces(people=41)
    faces.labels[-2:] = [0, 0]  # the last person keeps one photograph, the first has five
    people = '{ train = 0.4, validation = 0.3, test = 0.3, salt = "a", most_photos = 4 }'
    sweep = make(tmp_path, DrawnTrainer(), faces=faces, people=people)
    counts = np.bincount(faces.labels[sweep.people.every], minlength=41)
    assert counts[40] == 0
    assert counts[0] == 4
    assert set(counts[1:40]) == {3}


def test_that_a_row_and_the_embeddings_of_each_run_are_kept(tmp_path: Path) -> None:
    sweep = make(tmp_path, DrawnTrainer())
    sweep.train()
    lines = (tmp_path / "out" / RESULTS_NAME).read_text().splitlines()
    assert len(lines) == 1 + 9
    assert lines[0].startswith("number,run,loss,options,tuned,seed,status,steps,last_loss,cpu_seconds,tar,eer,accuracy")
    row = sweep.folder.rows["triplet margin=0.5 seed=3"]
    assert (row.loss, json.loads(row.options), row.seed, row.steps) == ("triplet", {"margin": 0.5}, 3, 10)
    assert row.last_loss == 1.0  # the last tenth
    assert 0 < row.tar <= 1
    assert 0 <= row.eer < 0.5
    vectors = sweep.folder.embeddings(sweep.plan.tuning_runs()[0], "test")
    assert vectors.shape == (len(sweep.people.test), 8)
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1.0, atol=1e-6)


def test_that_a_stopped_sweep_goes_on_with_the_runs_that_are_missing(tmp_path: Path) -> None:
    first = DrawnTrainer(stop_at=5)
    with pytest.raises(Stopped):
        make(tmp_path, first).train()
    assert len((tmp_path / "out" / RESULTS_NAME).read_text().splitlines()) == 1 + 4
    second = DrawnTrainer()
    said: list[str] = []
    sweep = make(tmp_path, second, said=said)
    assert "4 of them are finished" in said[1]
    sweep.train()
    assert len(second.calls) == 5
    assert second.calls[0] == first.calls[4]
    assert [row.number for row in sweep.folder.rows.values()] == list(range(1, 10))
    whole = DrawnTrainer()
    (tmp_path / "other").mkdir()
    uninterrupted = make(tmp_path / "other", whole)
    uninterrupted.train()
    of_both = [{k: str(row.rates) for k, row in each.folder.rows.items()} for each in (sweep, uninterrupted)]
    assert of_both[0] == of_both[1]  # as text: nan is not nan


def test_that_a_finished_sweep_trains_nothing_again(tmp_path: Path) -> None:
    make(tmp_path, DrawnTrainer()).train()
    again = DrawnTrainer()
    make(tmp_path, again).train()
    assert not again.calls


def test_that_nothing_begins_once_it_was_stopped(tmp_path: Path) -> None:
    stop, trainer = threading.Event(), DrawnTrainer()
    sweep = make(tmp_path, trainer, stop=stop)
    stop.set()
    with pytest.raises(Stopped):
        sweep.train()
    assert not trainer.calls


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"points": '[{ loss = "softmax" }]'}, "points"),
        ({"far": "0.04"}, "far"),
        ({"faces": MadeUpFaces(people=38)}, "faces_sha256"),
        ({"start": {"w": torch.zeros(1)}}, "start_sha256"),
    ],
)
def test_that_another_sweep_in_the_folder_is_refused(tmp_path: Path, changes: dict[str, Any], key: str) -> None:
    make(tmp_path, DrawnTrainer())
    with pytest.raises(ConfigError, match=f"key {key}: is another than this folder's sweep"):
        make(tmp_path, DrawnTrainer(), **changes)


@pytest.mark.parametrize(("name", "text"), [(ABOUT_NAME, "{"), (ABOUT_NAME, "[]"), (RESULTS_NAME, "number\nx\n")])
def test_that_a_damaged_folder_is_refused(tmp_path: Path, name: str, text: str) -> None:
    make(tmp_path, DrawnTrainer())
    (tmp_path / "out" / name).write_text(text)
    with pytest.raises(EvaluationDataUnusable, match=name):
        make(tmp_path, DrawnTrainer())


def test_that_lost_embeddings_are_refused_with_their_name(tmp_path: Path) -> None:
    sweep = make(tmp_path, DrawnTrainer())
    sweep.train()
    (tmp_path / "out" / EMBEDDINGS_NAME / "0001.npz").unlink()
    with pytest.raises(EvaluationDataUnusable, match=r"0001\.npz"):
        sweep.folder.embeddings(sweep.plan.tuning_runs()[0], "test")


def test_that_the_rate_of_each_loss_is_the_best_of_its_validation(tmp_path: Path) -> None:
    noise = {("softmax", 0.1): 3.0, ("softmax", 0.01): 0.0, ("triplet", 0.1): 0.0, ("triplet", 0.01): 3.0}
    trainer = DrawnTrainer(noise=noise)
    said: list[str] = []
    make(tmp_path, trainer, tune="{ peak_lr = [0.1, 0.01] }", said=said).train()
    assert [(c.loss, c.peak_lr) for c in trainer.calls if c.seed == 3] == [
        ("softmax", 0.01),
        ("triplet", 0.1),
        ("triplet", 0.1),
    ]
    assert "softmax: peak_lr = 0.01 is best on validation" in said


def test_that_a_run_without_a_number_is_noted_and_the_others_go_on(tmp_path: Path) -> None:
    sweep = make(tmp_path, DrawnTrainer(diverging=("softmax",)))
    sweep.train()
    row = sweep.folder.rows["softmax seed=1"]
    assert row.status == "diverged"
    assert np.isnan(row.tar)
    again = make(tmp_path, DrawnTrainer())
    assert again.folder.rows["softmax seed=1"].status == "diverged"
    assert sum(row.status == "finished" for row in again.folder.rows.values()) == 6


def test_that_another_error_of_the_recipe_ends_the_sweep(tmp_path: Path) -> None:
    def refuse(*_args: Any, **_kwargs: Any) -> Any:
        raise ConfigError(path="the recipe", key="people_per_batch", reason=Reason("too many"))

    sweep = make(tmp_path, DrawnTrainer())
    sweep._trainer = refuse
    with pytest.raises(ConfigError, match="people_per_batch"):
        sweep.train()
    assert not sweep.folder.rows


def test_that_all_runs_begin_with_the_given_weights(tmp_path: Path) -> None:
    trainer, start = DrawnTrainer(), {"w": torch.ones(2)}
    make(tmp_path, trainer, start=start).train()
    assert all(each is start for each in trainer.starts)


def test_that_copies_are_shared_and_another_seed_begins_with_another_one(tmp_path: Path) -> None:
    trainer = DrawnTrainer()
    training = '{ backbone = "dense112_tiny", people_per_batch = 2, degrade = false }'
    sweep = make(tmp_path, trainer, copies="2", training=training)
    sweep.train()
    of_seed = [crop for crop, config in zip(trainer.looked, trainer.calls, strict=True) if config.loss == "softmax"]
    original = sweep.faces.crop_bgr(int(trainer.rows[0][0]))
    assert not np.array_equal(of_seed[0], original)
    assert not np.array_equal(of_seed[0], of_seed[1])
    np.testing.assert_array_equal(of_seed[0], of_seed[2])  # two copies: the third seed begins where the first did


def test_that_too_few_people_for_the_false_accept_rate_are_refused(tmp_path: Path) -> None:
    with pytest.raises(TrainingDataUnusable, match=r"validation.*too few for a false accept rate of 0\.0001"):
        make(tmp_path, DrawnTrainer(), far="0.0001")
    assert not (tmp_path / "out").exists()


def test_that_a_damaged_picture_is_refused_before_the_first_run(tmp_path: Path) -> None:
    class Damaged(MadeUpFaces):
        def crop_bgr(self, index: int) -> Any:
            if index == 7:
                raise TrainingDataUnusable(path=self.names[index], reason=Reason("it is a damaged picture"))
            return super().crop_bgr(index)

    with pytest.raises(TrainingDataUnusable, match=r"p02/7\.png.*damaged"):
        make(tmp_path, DrawnTrainer(), faces=Damaged())
