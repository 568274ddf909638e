"""The ONNX teacher: what it labels, and which networks are refused before a run begins."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")

from attendance_training.data.face_shards import FaceShards, to_tensor
from attendance_training.distillation.teacher import OnnxTeacher, refuse_other_teacher
from attendance_training.errors import TrainingDataUnusable
from tests.unit.training.distillation.tiny_run import HINTS, SIZE, make_crops, write_teacher

pytestmark = pytest.mark.needs_torch


def test_that_the_teacher_labels_a_crop_with_the_mean_of_it_and_its_mirror_image(teacher_file: Path) -> None:
    crops = to_tensor(make_crops(3))
    labels = OnnxTeacher(teacher_file, embedding_size=SIZE).embed(crops)
    weights = np.random.default_rng(1).normal(size=(48, SIZE))  # of write_teacher

    def embed(pictures: np.ndarray) -> np.ndarray:
        means = pictures.astype(np.float64).reshape(3, 3, 4, 28, 4, 28).mean(axis=(3, 5))
        rows = means.reshape(3, 48) @ weights
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)

    both = embed(crops) + embed(crops[..., ::-1])
    np.testing.assert_allclose(labels, both / np.linalg.norm(both, axis=1, keepdims=True), atol=1e-5)
    assert labels.dtype == np.float32


def test_that_a_teacher_with_a_fixed_batch_of_one_gives_the_same_labels(tmp_path: Path, teacher_file: Path) -> None:
    single = OnnxTeacher(write_teacher(tmp_path / "one.onnx", batch=1), embedding_size=SIZE)
    crops = to_tensor(make_crops(3))
    np.testing.assert_allclose(
        single.embed(crops), OnnxTeacher(teacher_file, embedding_size=SIZE).embed(crops), atol=1e-6
    )


def test_that_a_teacher_of_another_embedding_size_is_refused(tmp_path: Path) -> None:
    path = write_teacher(tmp_path / "wide.onnx", size=SIZE + 1)
    with pytest.raises(TrainingDataUnusable, match=rf"wide\.onnx.*\(2, {SIZE + 1}\) for two faces.*\(2, {SIZE}\)"):
        OnnxTeacher(path, embedding_size=SIZE)


@pytest.mark.parametrize(("batch", "side"), [("batch", 160), (4, 112)])
def test_that_a_teacher_for_other_pictures_is_refused(tmp_path: Path, batch: int | str, side: int) -> None:
    path = write_teacher(tmp_path / "t.onnx", batch=batch, side=side)
    with pytest.raises(TrainingDataUnusable, match="not crops of shape"):
        OnnxTeacher(path, embedding_size=SIZE)


def test_that_a_file_that_is_no_network_is_refused(tmp_path: Path) -> None:
    (tmp_path / "t.onnx").write_bytes(b"no network")
    for name in ("t.onnx", "absent.onnx"):
        with pytest.raises(TrainingDataUnusable, match="not a readable ONNX network"):
            OnnxTeacher(tmp_path / name, embedding_size=SIZE)


def test_that_another_teacher_of_the_same_size_is_refused(
    tmp_path: Path, teacher_file: Path, crops_folder: Path
) -> None:
    shards = FaceShards(crops_folder)
    refuse_other_teacher(OnnxTeacher(teacher_file, embedding_size=SIZE), shards)
    other = OnnxTeacher(write_teacher(tmp_path / "t.onnx", seed=2), embedding_size=SIZE)
    with pytest.raises(TrainingDataUnusable, match="not the one that labelled the shards"):
        refuse_other_teacher(other, shards)


def test_that_hints_are_values_from_inside_the_network(teacher_file: Path) -> None:
    crops = to_tensor(make_crops(3))
    embeddings, hints = OnnxTeacher(teacher_file, embedding_size=SIZE, hints=HINTS).embed_with_hints(crops)
    for hint, side in zip(hints, (28, 14, 7), strict=True):
        cell = 112 // side
        np.testing.assert_allclose(hint, crops.reshape(3, 3, side, cell, side, cell).mean(axis=(3, 5)), atol=1e-5)
    plain, none = OnnxTeacher(teacher_file, embedding_size=SIZE).embed_with_hints(crops)
    np.testing.assert_allclose(embeddings, plain, atol=1e-6)
    assert none == ()


def test_that_hints_that_are_absent_or_no_maps_are_refused(teacher_file: Path) -> None:
    with pytest.raises(TrainingDataUnusable, match="computes no value named 'h56'"):
        OnnxTeacher(teacher_file, embedding_size=SIZE, hints=("h28", "h56"))
    with pytest.raises(TrainingDataUnusable, match="'flat' is not a map"):
        OnnxTeacher(teacher_file, embedding_size=SIZE, hints=("flat",))
