"""Distillation: loss, batches, schedule, and a stopped run that goes on as if it had not been stopped."""

from __future__ import annotations

import itertools
import math
import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("torch")
pytest.importorskip("onnx")
pytest.importorskip("safetensors")

import torch

from attendance.errors import Reason
from attendance_training.backbones.dense_cnn import DenseNet112
from attendance_training.data.face_shards import FaceShards, to_tensor
from attendance_training.distillation.trainer import Distillation, Progress, distillation_loss
from attendance_training.errors import CheckpointUnusable, TrainingDataUnusable
from tests.patience import PATIENCE_S
from tests.unit.training.distillation.tiny_run import SIZE, WIDTHS, build_student, make_config

pytestmark = pytest.mark.needs_torch


class CountingTeacher:
    """Labels every crop with the same direction and remembers what it was shown."""

    def __init__(self) -> None:
        self.shown: list[NDArray[np.float32]] = []

    def embed(self, crops_rgb: NDArray[np.float32]) -> NDArray[np.float32]:
        self.shown.append(crops_rgb.copy())
        return np.eye(SIZE, dtype=np.float32)[np.zeros(len(crops_rgb), int)]


@pytest.fixture(scope="module")
def shards(crops_folder: Path) -> FaceShards:
    return FaceShards(crops_folder)


def ticking() -> Callable[[], float]:
    """A clock on which every training step takes exactly half a second."""
    ticks = itertools.count()
    return lambda: next(ticks) * 0.5


def start(shards: FaceShards, **changes: object) -> Distillation:
    torch.manual_seed(4)
    return Distillation(build_student(), shards, make_config(**changes), teacher=CountingTeacher(), clock=ticking())


def train(distillation: Distillation, steps: int) -> list[float]:
    stop, losses = threading.Event(), []
    last = distillation.progress.step + steps

    def report(progress: Progress, loss: float) -> None:
        losses.append(loss)
        if progress.step == last:
            stop.set()

    distillation.run(stop=stop, every_steps=1, report=report)
    return losses


def test_that_the_loss_agrees_with_a_slow_count() -> None:
    rng = np.random.default_rng(1)
    student, teacher = rng.normal(size=(5, 7)) * 3, rng.normal(size=(5, 7))
    teacher /= np.linalg.norm(teacher, axis=1, keepdims=True)

    def cosine(a: NDArray[np.float64], b: NDArray[np.float64]) -> float:
        dot = sum(x * y for x, y in zip(a, b, strict=True))
        return dot / math.sqrt(sum(x * x for x in a)) / math.sqrt(sum(y * y for y in b))

    regression = sum(1 - cosine(s, t) for s, t in zip(student, teacher, strict=True)) / 5
    relation = 0.0
    for i, j in itertools.product(range(5), repeat=2):
        relation += (cosine(student[i], student[j]) - cosine(teacher[i], teacher[j])) ** 2 / 25
    loss = distillation_loss(torch.from_numpy(student), torch.from_numpy(teacher), 4.0)
    assert float(loss) == pytest.approx(regression + 4.0 * relation, rel=1e-12)
    assert float(distillation_loss(torch.from_numpy(teacher) * 2, torch.from_numpy(teacher), 4.0)) < 1e-12


def test_that_the_loss_has_the_gradient_of_its_formula() -> None:
    torch.manual_seed(2)
    student = torch.randn(4, 5, dtype=torch.float64, requires_grad=True)
    teacher = torch.nn.functional.normalize(torch.randn(4, 5, dtype=torch.float64))
    assert torch.autograd.gradcheck(lambda s: distillation_loss(s, teacher, 4.0), (student,))


def test_that_the_loss_of_bfloat16_embeddings_is_float32() -> None:
    torch.manual_seed(2)
    student, teacher = torch.randn(4, 5, dtype=torch.bfloat16), torch.nn.functional.normalize(torch.randn(4, 5))
    loss = distillation_loss(student, teacher, 4.0)
    assert loss.dtype == torch.float32
    assert torch.equal(loss, distillation_loss(student.float(), teacher, 4.0))


def test_that_to_tensor_turns_bgr_into_normalised_rgb() -> None:
    crops = np.zeros((1, 112, 112, 3), np.uint8)
    crops[..., 2] = 255
    tensor = to_tensor(crops)
    assert tensor.shape == (1, 3, 112, 112)
    assert tensor[0, :, 5, 5].tolist() == [1.0, -1.0, -1.0]


def test_that_a_batch_depends_on_seed_and_step_only(shards: FaceShards) -> None:
    one, other = start(shards), start(shards)
    one.batch(0)
    train(other, 2)
    for left, right in zip(one.batch(3), other.batch(3), strict=True):
        np.testing.assert_array_equal(left, right)
    assert len({one.batch(step)[0].tobytes() for step in range(8)}) == 8
    assert not np.array_equal(one.batch(3)[0], start(shards, seed=2).batch(3)[0])


def test_that_blends_are_labelled_by_the_teacher_and_the_others_by_the_shards(shards: FaceShards) -> None:
    teacher = CountingTeacher()
    distillation = Distillation(build_student(), shards, make_config(batch=8, blended=0.25), teacher=teacher)
    _, targets, _ = distillation.batch(0)
    clean = to_tensor(np.stack([shards.crop_bgr(i) for i in range(len(shards))]))
    (shown,) = teacher.shown
    assert shown.shape == (2, 3, 112, 112)
    assert all(np.abs(clean - blend).max(axis=(1, 2, 3)).min() > 0.05 for blend in shown), "not a crop of the shards"
    assert targets[:2].tolist() == np.eye(SIZE)[[0, 0]].tolist()
    train_rows, _ = shards.split()
    for row in targets[2:]:
        assert (shards.teacher[train_rows] == row).all(axis=1).any()


def test_that_held_back_crops_are_never_trained_on(shards: FaceShards) -> None:
    _, held_back = shards.split()
    distillation = Distillation(build_student(), shards, make_config(batch=50, blended=0.0))
    for step in range(3):
        _, targets, _ = distillation.batch(step)
        assert not any((targets == shards.teacher[i]).all(axis=1).any() for i in held_back)


def test_that_validation_is_the_mean_cosine_of_the_running_mean(shards: FaceShards) -> None:
    distillation = start(shards)
    train(distillation, 2)
    _, held_back = shards.split()
    cosines = []
    for index in held_back:
        with torch.no_grad():
            own = distillation.average.eval()(torch.from_numpy(to_tensor(shards.crop_bgr(int(index))[None])))[0].numpy()
        cosines.append(own @ shards.teacher[index] / np.linalg.norm(own))
    assert distillation.validate() == pytest.approx(np.mean(cosines), abs=1e-5)
    stop = threading.Event()
    stop.set()
    assert math.isnan(distillation.validate(stop))


def test_that_the_rate_warms_up_and_falls_to_zero_over_the_minutes(shards: FaceShards) -> None:
    distillation = start(shards, minutes=1.0, peak_lr=0.01, warm_up_steps=4)
    rates = []
    for step, seconds in [(0, 0.0), (1, 0.0), (3, 0.0), (100, 30.0), (200, 60.0), (300, 90.0)]:
        distillation.progress = Progress(step=step, seconds=seconds)
        rates.append(distillation.learning_rate())
    assert rates == pytest.approx([0.0025, 0.005, 0.01, 0.005, 0.0, 0.0], abs=1e-9)


def test_that_a_run_ends_with_its_minutes(shards: FaceShards) -> None:
    distillation = start(shards, minutes=0.05)  # 3 seconds, half a second a step
    distillation.run(stop=threading.Event(), every_steps=100, report=lambda *_: None)
    assert distillation.progress == Progress(step=6, seconds=3.0)
    assert distillation.is_finished


def test_that_training_lowers_the_loss(shards: FaceShards) -> None:
    losses = train(start(shards, minutes=10.0, batch=16, blended=0.0, peak_lr=1e-2), 20)
    assert np.mean(losses[-5:]) < 0.8 * np.mean(losses[:5])


def test_that_a_resumed_run_is_bit_identical_to_one_that_was_not_stopped(shards: FaceShards, tmp_path: Path) -> None:
    whole = start(shards, minutes=0.2)
    losses = train(whole, 6)
    first = start(shards, minutes=0.2)
    first_losses = train(first, 3)
    first.save(tmp_path / "state.safetensors")
    second = start(shards, minutes=0.2)
    second.load(tmp_path / "state.safetensors")
    assert first_losses + train(second, 3) == losses
    assert second.progress == whole.progress
    for mine, theirs in ((second.model, whole.model), (second.average, whole.average)):
        for key, value in theirs.state_dict().items():
            assert torch.equal(mine.state_dict()[key], value), key
    for index, values in whole.optimizer.state_dict()["state"].items():
        for key, value in values.items():
            assert torch.equal(second.optimizer.state_dict()["state"][index][key], value), (index, key)


def test_that_a_checkpoint_of_another_network_is_refused(shards: FaceShards, tmp_path: Path) -> None:
    start(shards).save(tmp_path / "s.safetensors")
    deeper = Distillation(DenseNet112(WIDTHS, (2, 1, 1), embedding_size=SIZE), shards, make_config())
    with pytest.raises(CheckpointUnusable, match="cannot be resumed"):
        deeper.load(tmp_path / "s.safetensors")


def test_that_a_student_of_another_size_is_refused(shards: FaceShards) -> None:
    with pytest.raises(TrainingDataUnusable, match=f"teacher has {SIZE} dimensions, the network 5"):
        Distillation(DenseNet112(WIDTHS, (1, 1, 1), embedding_size=5), shards, make_config())


def test_that_too_few_crops_for_a_batch_are_refused(shards: FaceShards) -> None:
    with pytest.raises(TrainingDataUnusable, match="54 crops for training and 6 held back are too few"):
        Distillation(build_student(), shards, make_config(batch=55))


def test_that_a_stopped_run_waits_for_no_batch_and_makes_no_more(shards: FaceShards) -> None:
    class Slow(CountingTeacher):
        gate = threading.Event()
        was_released = True

        def embed(self, crops_rgb: NDArray[np.float32]) -> NDArray[np.float32]:
            labels = super().embed(crops_rgb)
            if len(self.shown) == 2:
                self.was_released = self.gate.wait(PATIENCE_S)
            return labels

    teacher = Slow()
    distillation = Distillation(build_student(), shards, make_config(), teacher=teacher)
    train(distillation, 1)  # returns while the second batch is still being made
    assert len(teacher.shown) <= 2
    teacher.gate.set()
    for thread in threading.enumerate():
        if thread.name.startswith("batches"):
            thread.join(PATIENCE_S)
    assert len(teacher.shown) <= 2
    assert teacher.was_released, "the run waited for the batch"


def test_that_a_teacher_that_fails_stops_the_run_with_its_error(shards: FaceShards) -> None:
    class Broken:
        def embed(self, _crops: NDArray[np.float32]) -> NDArray[np.float32]:
            raise TrainingDataUnusable(path="t.onnx", reason=Reason("gone"))

    distillation = Distillation(build_student(), shards, make_config(), teacher=Broken())
    with pytest.raises(TrainingDataUnusable, match="gone"):
        train(distillation, 1)


def test_that_exported_weights_are_the_running_mean(shards: FaceShards) -> None:
    distillation = start(shards)
    train(distillation, 2)
    weights = distillation.averaged_weights()
    assert {value.dtype for value in weights.values()} == {np.dtype(np.float32)}
    np.testing.assert_array_equal(weights["fc.weight"], distillation.average.module.fc.weight.detach().numpy())
    assert not np.array_equal(weights["fc.weight"], distillation.model.fc.weight.detach().numpy())
