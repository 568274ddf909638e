"""Distillation from views with hints: the loss, what is averaged and kept, and a stopped run that goes on."""

from __future__ import annotations

import itertools
import threading
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")
pytest.importorskip("safetensors")

import torch
from torch import nn

from attendance_training.data.door_camera import spoil
from attendance_training.data.face_shards import FaceShards, to_tensor
from attendance_training.distillation import view_bank
from attendance_training.distillation.hinted_student import HintedStudent
from attendance_training.distillation.teacher import OnnxTeacher
from attendance_training.distillation.trainer import Distillation, distillation_loss
from attendance_training.distillation.view_bank import ViewBank
from attendance_training.errors import CheckpointUnusable, TrainingDataUnusable
from attendance_training.runs.run_state import compact, read_state, write_state
from tests.unit.training.distillation.tiny_run import HINTS, SIZE, build_student, make_config

pytestmark = pytest.mark.needs_torch

VIEWS = 32
SHAPES = [(3, 28, 28), (3, 14, 14), (3, 7, 7)]


@pytest.fixture(scope="module")
def shards(crops_folder: Path) -> FaceShards:
    return FaceShards(crops_folder)


@pytest.fixture(scope="module")
def bank(shards: FaceShards, teacher_file: Path, tmp_path_factory: pytest.TempPathFactory) -> ViewBank:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(view_bank, "_BATCH", 8)
        patch.setattr(view_bank, "CHUNK", VIEWS)
        teacher = OnnxTeacher(teacher_file, embedding_size=SIZE, hints=HINTS)
        bank = ViewBank(tmp_path_factory.mktemp("views"), shards, shards.split()[0], teacher, seed=1)
        assert bank.grow(VIEWS, stop=threading.Event(), report=lambda _: None)
    return bank


def start(shards: FaceShards, bank: ViewBank, **changes: object) -> Distillation:
    torch.manual_seed(4)
    config = make_config(views=VIEWS, hints=", ".join(HINTS), **changes)
    clock = itertools.count(0.0, 0.5).__next__
    return Distillation(build_student(), shards, config, bank=bank, clock=clock)


def train(distillation: Distillation, steps: int) -> list[float]:
    stop, losses = threading.Event(), []
    last = distillation.progress.step + steps

    def report(progress: object, loss: float) -> None:
        losses.append(loss)
        if distillation.progress.step == last:
            stop.set()

    distillation.run(stop=stop, every_steps=1, report=report)
    return losses


def test_that_the_first_loss_is_the_regression_plus_weighted_squared_differences(
    shards: FaceShards, bank: ViewBank
) -> None:
    distillation = start(shards, bank, hint_weight=0.5)
    images, targets, hints = distillation.batch(0)
    with torch.no_grad():
        embeddings, guesses = distillation.model.train().forward_hints(torch.from_numpy(images))
    expected = float(distillation_loss(embeddings, torch.from_numpy(targets), 4.0))
    for guess, hint in zip(guesses, hints, strict=True):
        expected += 0.5 * float(np.mean((guess.numpy() - hint) ** 2))
    assert train(start(shards, bank, hint_weight=0.5), 1)[0] == pytest.approx(expected, rel=1e-4)


def test_that_training_brings_the_guesses_nearer_to_the_hints(shards: FaceShards, bank: ViewBank) -> None:
    distillation = start(shards, bank, peak_lr=1e-2, minutes=10.0)

    def error() -> float:
        images, _, hints = distillation.batch(1000)
        with torch.no_grad():
            _, guesses = distillation.model.eval().forward_hints(torch.from_numpy(images))
        return float(sum(np.mean((g.numpy() - h) ** 2) for g, h in zip(guesses, hints, strict=True)))

    before = error()
    train(distillation, 25)
    assert error() < 0.7 * before


def test_that_a_share_of_the_views_is_spoiled_and_the_labels_stay(shards: FaceShards, bank: ViewBank) -> None:
    stored = to_tensor(bank.take(np.arange(VIEWS))[0])
    rows = {row.tobytes() for row in stored}
    clean = start(shards, bank, spoiled=0.0, batch=16).batch(0)
    assert all(image.tobytes() in rows for image in np.ascontiguousarray(clean[0]))
    spoiled = start(shards, bank, spoiled=1.0, batch=16).batch(0)
    assert not any(image.tobytes() in rows for image in np.ascontiguousarray(spoiled[0]))
    np.testing.assert_array_equal(clean[1], spoiled[1])
    np.testing.assert_allclose(np.linalg.norm(clean[1], axis=1), 1.0, atol=1e-6)


def test_that_kept_weights_are_those_of_the_network_alone(shards: FaceShards, bank: ViewBank) -> None:
    distillation = start(shards, bank)
    train(distillation, 3)
    kept = distillation.averaged_weights()
    assert kept.keys() == {n for n, v in build_student().state_dict().items() if v.dtype == torch.float32}
    assert not np.array_equal(kept["fc.weight"], distillation.model.network.fc.weight.detach().numpy())


def test_that_a_stopped_run_ends_where_one_that_was_not_stopped_ends(
    shards: FaceShards, bank: ViewBank, tmp_path: Path
) -> None:
    whole = start(shards, bank)
    train(whole, 5)
    first = start(shards, bank)
    train(first, 2)
    first.save(tmp_path / "state.safetensors")
    second = start(shards, bank)
    second.load(tmp_path / "state.safetensors")
    train(second, 3)
    for (name, a), b in zip(whole.model.state_dict().items(), second.model.state_dict().values(), strict=True):
        assert torch.equal(a, b), name


def test_that_the_student_stages_are_those_of_its_forward_pass() -> None:
    network = build_student().eval()
    student = HintedStudent(network, SHAPES).eval()
    x = torch.randn(2, 3, 112, 112, generator=torch.Generator().manual_seed(1))
    with torch.no_grad():
        embedding, guesses = student.forward_hints(x)
        torch.testing.assert_close(embedding, network(x))
        torch.testing.assert_close(student(x), network(x))
    assert [tuple(guess.shape[1:]) for guess in guesses] == SHAPES


def test_that_hints_of_other_places_or_networks_are_refused() -> None:
    with pytest.raises(TrainingDataUnusable, match=r"need heights and widths \[\(28, 28\)"):
        HintedStudent(build_student(), SHAPES[:2])
    with pytest.raises(TrainingDataUnusable, match="DenseNet112"):
        HintedStudent(nn.Linear(1, 1), SHAPES)


def test_that_spoiling_moves_nothing() -> None:
    """A bright cross stays where it is: its column and row are the brightest in every spoiled copy."""
    cross = np.zeros((112, 112, 3), np.uint8)
    cross[:, 30:38] = cross[70:78] = 200
    for seed in range(30):
        out = spoil(cross, np.random.default_rng(seed)).astype(float).mean(axis=2)
        out -= np.median(out)  # the light may have changed everywhere
        assert abs(int(np.convolve(out.mean(axis=0), np.ones(8), "valid").argmax()) - 30) <= 3, seed
        assert abs(int(np.convolve(out.mean(axis=1), np.ones(8), "valid").argmax()) - 70) <= 3, seed


def test_that_a_compacted_state_begins_a_new_schedule_where_the_other_ended(
    shards: FaceShards, bank: ViewBank, tmp_path: Path
) -> None:
    ended = start(shards, bank)
    train(ended, 4)
    ended.save(tmp_path / "state.safetensors")
    small = tmp_path / "small.safetensors"
    write_state(small, compact(read_state(tmp_path / "state.safetensors")))
    assert small.stat().st_size < 0.45 * (tmp_path / "state.safetensors").stat().st_size
    begun = start(shards, bank, peak_lr=1e-4)
    begun.begin_from(read_state(small), small)
    assert begun.progress.step == 0
    for name, value in begun.averaged_weights().items():
        np.testing.assert_array_equal(value, ended.averaged_weights()[name])
    moments = ended.optimizer.state_dict()["state"]
    for parameter, values in begun.optimizer.state_dict()["state"].items():
        assert values["exp_avg_sq"].dtype == torch.float32
        torch.testing.assert_close(values["exp_avg_sq"], moments[parameter]["exp_avg_sq"], rtol=0.01, atol=1e-12)
        assert not values["exp_avg"].any()
    train(begun, 1)
    assert begun.optimizer.param_groups[0]["lr"] <= 1e-4


def test_that_a_state_with_other_hints_is_refused(shards: FaceShards, bank: ViewBank, tmp_path: Path) -> None:
    plain = Distillation(build_student(), shards, make_config(), clock=itertools.count(0.0, 0.5).__next__)
    train(plain, 1)
    plain.save(tmp_path / "state.safetensors")
    with pytest.raises(CheckpointUnusable, match="another network or other hints"):
        start(shards, bank).begin_from(read_state(tmp_path / "state.safetensors"), tmp_path / "state.safetensors")
