"""Labelled views: what is stored is what the teacher said, an interrupted labelling goes on, damage is named."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")

from attendance_training.data.face_shards import FaceShards, to_tensor
from attendance_training.distillation import view_bank
from attendance_training.distillation.teacher import OnnxTeacher
from attendance_training.distillation.view_bank import ViewBank
from attendance_training.distillation.views import make_view
from attendance_training.errors import TrainingDataUnusable
from tests.unit.training.distillation.tiny_run import HINTS, SIZE

pytestmark = pytest.mark.needs_torch

CHUNK = 16


@pytest.fixture(autouse=True)
def _small_chunks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(view_bank, "CHUNK", CHUNK)
    monkeypatch.setattr(view_bank, "_BATCH", 8)


@pytest.fixture
def shards(crops_folder: Path) -> FaceShards:
    return FaceShards(crops_folder)


@pytest.fixture
def teacher(teacher_file: Path) -> OnnxTeacher:
    return OnnxTeacher(teacher_file, embedding_size=SIZE, hints=HINTS)


def open_bank(folder: Path, shards: FaceShards, teacher: OnnxTeacher, *, seed: int = 5) -> ViewBank:
    return ViewBank(folder, shards, shards.split()[0], teacher, seed=seed)


def grow(bank: ViewBank, count: int) -> list[int]:
    done: list[int] = []
    assert bank.grow(count, stop=threading.Event(), report=done.append)
    return done


def test_that_stored_views_are_the_views_and_their_labels(
    tmp_path: Path, shards: FaceShards, teacher: OnnxTeacher
) -> None:
    bank = open_bank(tmp_path, shards, teacher)
    assert grow(bank, CHUNK + 1) == [8, 16, 24, 32]
    assert len(bank) == 2 * CHUNK
    assert bank.hint_shapes == [(3, 28, 28), (3, 14, 14), (3, 7, 7)]
    rows = np.array([20, 3, 31])
    images, embeddings, hints = bank.take(rows)
    expected = np.stack([make_view(shards, shards.split()[0], 5, int(row)) for row in rows])
    np.testing.assert_array_equal(images, expected)
    said, inner = teacher.embed_with_hints(to_tensor(expected))
    np.testing.assert_allclose(embeddings, said, atol=1e-5)
    with np.load(tmp_path / "statistics.npz") as statistics:
        for index, (hint, original) in enumerate(zip(hints, inner, strict=True)):
            mean, deviation = statistics[f"mean{index}"], statistics[f"deviation{index}"]
            standard = (original - mean[:, None, None]) / deviation[:, None, None]
            np.testing.assert_allclose(hint, np.clip(standard, -127 / 21, 127 / 21), atol=0.5 / 21 + 1e-4)


def test_that_an_interrupted_labelling_goes_on_with_the_same_views(
    tmp_path: Path, shards: FaceShards, teacher: OnnxTeacher
) -> None:
    whole = open_bank(tmp_path / "whole", shards, teacher)
    grow(whole, 2 * CHUNK)
    stop = threading.Event()
    bank = open_bank(tmp_path / "cut", shards, teacher)

    def stop_in_second_chunk(done: int) -> None:
        if done == CHUNK + 8:
            stop.set()

    assert not bank.grow(2 * CHUNK, stop=stop, report=stop_in_second_chunk)
    assert len(bank) == CHUNK
    again = open_bank(tmp_path / "cut", shards, teacher)
    assert len(again) == CHUNK
    grow(again, 2 * CHUNK)
    rows = np.arange(2 * CHUNK)
    for left, right in zip(whole.take(rows)[:2], again.take(rows)[:2], strict=True):
        np.testing.assert_array_equal(left, right)


def test_that_views_of_another_seed_or_teacher_are_refused(
    tmp_path: Path, shards: FaceShards, teacher: OnnxTeacher, teacher_file: Path
) -> None:
    grow(open_bank(tmp_path, shards, teacher), CHUNK)
    with pytest.raises(TrainingDataUnusable, match=r"'seed': 5.*not of.*'seed': 6"):
        open_bank(tmp_path, shards, teacher, seed=6)
    with pytest.raises(TrainingDataUnusable, match="'h14'"):
        open_bank(tmp_path, shards, OnnxTeacher(teacher_file, embedding_size=SIZE, hints=HINTS[:1]))
    (tmp_path / "bank.json").write_bytes(b"\xff")
    with pytest.raises(TrainingDataUnusable, match="not readable"):
        open_bank(tmp_path, shards, teacher)


@pytest.mark.parametrize("name", ["0000-image.npy", "0000-hint1.npy"])
def test_that_a_damaged_chunk_is_named(tmp_path: Path, shards: FaceShards, teacher: OnnxTeacher, name: str) -> None:
    grow(open_bank(tmp_path, shards, teacher), CHUNK)
    data = (tmp_path / name).read_bytes()
    for broken in (b"", b"no array", data[: len(data) // 2]):
        (tmp_path / name).write_bytes(broken)
        with pytest.raises(TrainingDataUnusable, match=f"{name}.*damaged"):
            open_bank(tmp_path, shards, teacher)
    (tmp_path / name).unlink()
    with pytest.raises(TrainingDataUnusable, match=f"{name}.*damaged"):
        open_bank(tmp_path, shards, teacher)
