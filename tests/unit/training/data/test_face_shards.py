"""Shards: what was stored comes back, damage is refused in one sentence, the split never moves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("torch")

from attendance_training.data.face_shards import FaceShards, is_held_back
from attendance_training.errors import TrainingDataUnusable
from tests.unit.training.distillation.tiny_run import CROPS, SIZE, make_crops, shard_arrays

pytestmark = pytest.mark.needs_torch
Arrays = dict[str, NDArray[np.generic]]
FROZEN_HELD_BACK = [0, 4, 19, 33, 38, 53]


@pytest.fixture(scope="module")
def arrays(teacher_file: Path) -> Arrays:
    return shard_arrays(teacher_file)


def write(folder: Path, arrays: Arrays, name: str = "shard-00.npz") -> Path:
    np.savez(folder / name, allow_pickle=False, **arrays)
    return folder


def test_that_shards_give_back_crops_names_and_unit_embeddings(tmp_path: Path, arrays: Arrays) -> None:
    shards = FaceShards(write(tmp_path, arrays))
    assert len(shards) == CROPS
    np.testing.assert_array_equal(shards.crop_bgr(5), make_crops(CROPS)[5])
    assert shards.names[5] == "made/5.jpg"
    np.testing.assert_allclose(np.linalg.norm(shards.teacher, axis=1), 1.0, atol=1e-6)
    np.testing.assert_allclose(shards.teacher[5], arrays["teacher"][5], atol=2e-3)


DAMAGE: dict[str, tuple[Callable[[Arrays], object], str]] = {
    "no names": (lambda a: a.pop("name"), "lacks name"),
    "fewer embeddings": (lambda a: a.update(teacher=a["teacher"][1:]), "different lengths"),
    "another length": (lambda a: a.update(teacher=a["teacher"] * np.float16(0.5)), "unit length"),
    "not a number": (lambda a: a.update(teacher=a["teacher"] * np.float16("nan")), "unit length"),
    "pictures cut off": (lambda a: a.update(jpeg=a["jpeg"][:-1]), "offsets"),
    "first offset": (lambda a: a.update(offset=np.concatenate([[1], a["offset"][1:]])), "offsets"),
    "falling offsets": (lambda a: a.update(offset=a["offset"][[0, 2, 1, *range(3, CROPS + 1)]]), "offsets"),
    "text names": (lambda a: a.update(name=a["name"].astype(str)), "shapes and types"),
    "no shard": (lambda a: a.update(offset=np.float32(1)), "shapes and types"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_that_a_damaged_shard_is_refused(tmp_path: Path, arrays: Arrays, damage: str) -> None:
    change, reason = DAMAGE[damage]
    changed = dict(arrays)
    change(changed)
    with pytest.raises(TrainingDataUnusable, match=rf"shard-00\.npz.*{reason}"):
        FaceShards(write(tmp_path, changed))


def test_that_a_shard_with_one_wrong_byte_is_refused(tmp_path: Path, arrays: Arrays) -> None:
    path = write(tmp_path, arrays) / "shard-00.npz"
    data = bytearray(path.read_bytes())
    data[len(data) // 3] ^= 1
    path.write_bytes(data)
    with pytest.raises(TrainingDataUnusable, match=r"shard-00\.npz"):
        FaceShards(tmp_path)


@pytest.mark.parametrize("packed", [np.savez, np.savez_compressed])
def test_that_random_damage_is_refused_or_harmless(tmp_path: Path, arrays: Arrays, packed: Callable[..., None]) -> None:
    path = tmp_path / "shard-00.npz"
    packed(path, **arrays)
    whole = path.read_bytes()
    rng = np.random.default_rng(3)
    refused = 0
    for _ in range(150):
        data = bytearray(whole)
        for place in (rng.integers(len(data)), rng.integers(300), len(data) - 1 - rng.integers(500)):
            data[place] = rng.integers(256)
        path.write_bytes(data)
        try:
            FaceShards(tmp_path)
        except TrainingDataUnusable:
            refused += 1
    assert refused > 100


def test_that_a_cut_shard_and_an_empty_folder_are_refused(tmp_path: Path, arrays: Arrays) -> None:
    with pytest.raises(TrainingDataUnusable, match="holds no shard"):
        FaceShards(tmp_path)
    path = write(tmp_path, arrays) / "shard-00.npz"
    path.write_bytes(path.read_bytes()[:-100])
    with pytest.raises(TrainingDataUnusable, match=r"shard-00\.npz"):
        FaceShards(tmp_path)


def test_that_shards_of_two_teachers_are_refused(tmp_path: Path, arrays: Arrays) -> None:
    write(tmp_path, arrays)
    rows = np.zeros((CROPS, SIZE + 1), np.float16)
    rows[:, 0] = 1
    write(tmp_path, {**arrays, "teacher": rows}, "shard-01.npz")
    with pytest.raises(TrainingDataUnusable, match="different sizes"):
        FaceShards(tmp_path)


def test_that_a_damaged_picture_is_named(tmp_path: Path, arrays: Arrays) -> None:
    pictures = arrays["jpeg"].copy()
    pictures[: int(arrays["offset"][1])] = 0
    shards = FaceShards(write(tmp_path, {**arrays, "jpeg": pictures}))
    with pytest.raises(TrainingDataUnusable, match=r"made/0\.jpg"):
        shards.crop_bgr(0)


def test_that_the_held_back_crops_are_fixed_by_their_names(tmp_path: Path, arrays: Arrays) -> None:
    # Frozen: another rule would train on what older runs were measured with.
    assert [index for index in range(CROPS) if is_held_back(f"made/{index}.jpg")] == FROZEN_HELD_BACK
    assert sum(is_held_back(f"face-{index}") for index in range(20_000)) == pytest.approx(1000, abs=100)
    backwards = {**arrays, "name": arrays["name"][::-1]}
    train, held_back = FaceShards(write(tmp_path, backwards)).split()
    assert sorted(CROPS - 1 - held_back) == FROZEN_HELD_BACK
    assert sorted([*train, *held_back]) == list(range(CROPS))
