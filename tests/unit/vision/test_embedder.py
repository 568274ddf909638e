from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from attendance.core.recognition.alignment import TEMPLATE_112
from attendance.errors.models import ModelContractBroken
from attendance.vision.embedder import MAX_BATCH, OnnxEmbedder
from attendance.vision.onnx_session import SessionRuns
from tests.onnx_graphs import open_model, picture, save_other, save_recognizer


def embedder(path: Path, *, flip_average: bool = False, runs: SessionRuns | None = None) -> OnnxEmbedder:
    session = open_model(path, runs=runs)
    return OnnxEmbedder(session, model_id="test:0", embedding_size=64, flip_average=flip_average)


def crops(count: int) -> list[np.ndarray]:
    return [picture(112, 112, seed) for seed in range(count)]


def test_that_embeddings_are_the_models_output_for_rgb_scaled_crops(tmp_path: Path) -> None:
    path = save_recognizer(tmp_path / "rec.onnx")
    images = crops(3)
    blob = cv2.dnn.blobFromImages(images, 1 / 127.5, (112, 112), (127.5,) * 3, swapRB=True)
    raw = open_model(path).run(blob)[0]
    found = embedder(path).embed(images)
    np.testing.assert_allclose(found, raw / np.linalg.norm(raw, axis=1, keepdims=True), atol=1e-5)
    assert found.dtype == np.float32


def test_that_crops_are_resized_and_their_channels_ordered_as_the_model_wants_them(tmp_path: Path) -> None:
    path = save_recognizer(tmp_path / "rec.onnx", side=160)
    image = cv2.GaussianBlur(crops(1)[0], (0, 0), 3.0)
    session = open_model(path)
    found = OnnxEmbedder(
        session, model_id="test:0", embedding_size=64, mean=0.0, std=255.0, side_px=160, is_bgr=True
    ).embed([image])[0]
    large = cv2.resize(image, (160, 160), interpolation=cv2.INTER_CUBIC).astype(np.float32) / 255.0
    raw = session.run(np.ascontiguousarray(large.transpose(2, 0, 1)[None]))[0][0]
    np.testing.assert_allclose(found, raw / np.linalg.norm(raw), atol=1e-5)


def test_that_flip_average_adds_the_mirror_image(tmp_path: Path) -> None:
    path = save_recognizer(tmp_path / "rec.onnx")
    image = crops(1)[0]
    found = embedder(path, flip_average=True).embed([image])[0]
    blob = cv2.dnn.blobFromImages([image, image[:, ::-1]], 1 / 127.5, (112, 112), (127.5,) * 3, swapRB=True)
    raw = open_model(path).run(blob)[0].sum(axis=0)
    np.testing.assert_allclose(found, raw / np.linalg.norm(raw), atol=1e-5)
    assert not np.allclose(found, embedder(path).embed([image])[0], atol=1e-3)


@pytest.mark.parametrize("flip_average", [False, True])
def test_that_batches_are_cut_and_equal_single_runs(tmp_path: Path, flip_average: bool) -> None:
    runs = SessionRuns()
    worker = embedder(save_recognizer(tmp_path / "rec.onnx"), flip_average=flip_average, runs=runs)
    images = crops(5) * 14
    runs.reset()
    found = worker.embed(images)
    assert runs.count == (3 if flip_average else 2)
    assert len(images) > MAX_BATCH
    np.testing.assert_allclose(found[65:], np.concatenate([worker.embed([image]) for image in images[:5]]), atol=1e-5)


def test_that_a_model_with_a_fixed_batch_of_one_is_run_crop_by_crop(tmp_path: Path) -> None:
    runs = SessionRuns()
    fixed = embedder(save_recognizer(tmp_path / "one.onnx", batch=1), runs=runs)
    any_batch = embedder(save_recognizer(tmp_path / "any.onnx"))
    runs.reset()
    np.testing.assert_allclose(fixed.embed(crops(4)), any_batch.embed(crops(4)), atol=1e-5)
    assert runs.count == 4


def test_that_no_crops_give_an_empty_matrix(tmp_path: Path) -> None:
    found = embedder(save_recognizer(tmp_path / "rec.onnx")).embed([])
    assert found.shape == (0, 64)
    assert found.dtype == np.float32


def test_that_rows_have_unit_length(tmp_path: Path) -> None:
    rows = embedder(save_recognizer(tmp_path / "rec.onnx")).embed(crops(9))
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-6)


@pytest.mark.parametrize("factor", [0.0, float("nan"), float("inf"), 1e30])
def test_that_a_model_without_usable_values_is_refused(tmp_path: Path, factor: float) -> None:
    with pytest.raises(ModelContractBroken, match="zeros or of values that are not finite"):
        embedder(save_recognizer(tmp_path / "rec.onnx", factor=factor))


def test_that_another_embedding_size_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelContractBroken, match=r"output is \(4, 96\)"):
        embedder(save_recognizer(tmp_path / "rec.onnx", size=96))


@pytest.mark.parametrize(("side", "batch"), [(128, None), (112, 4)])
def test_that_another_input_is_refused(tmp_path: Path, side: int, batch: int | None) -> None:
    with pytest.raises(ModelContractBroken, match=r"input is|batch is fixed at 4"):
        embedder(save_recognizer(tmp_path / "rec.onnx", side=side, batch=batch))


def test_that_a_model_with_two_outputs_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelContractBroken, match="one output"):
        embedder(save_other(tmp_path / "rec.onnx", side=112, outputs=2))


@pytest.mark.parametrize(
    "crop", [np.zeros((112, 111, 3), np.uint8), np.zeros((112, 112), np.uint8), np.zeros((112, 112, 3), np.float32)]
)
def test_that_a_crop_of_another_shape_or_type_is_a_bug(tmp_path: Path, crop: np.ndarray) -> None:
    with pytest.raises(ValueError, match="112, 112, 3"):
        embedder(save_recognizer(tmp_path / "rec.onnx")).embed([crop])


def test_that_a_face_already_at_the_template_is_cut_out_unchanged(tmp_path: Path) -> None:
    image = picture(200, 200)
    worker = embedder(save_recognizer(tmp_path / "rec.onnx"))
    crop = worker.align(image, TEMPLATE_112 + np.float32(40))
    np.testing.assert_array_equal(crop, image[40:152, 40:152])
    assert crop.shape == (112, 112, 3)
    assert crop.dtype == np.uint8


def test_that_what_lies_outside_the_picture_is_black(tmp_path: Path) -> None:
    crop = embedder(save_recognizer(tmp_path / "rec.onnx")).align(
        np.full((112, 112, 3), 200, np.uint8), TEMPLATE_112 - np.float32(56)
    )
    assert not crop[:54, :54].any()
    assert (crop[58:, 58:] == 200).all()


def test_that_degenerate_landmarks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="landmark"):
        embedder(save_recognizer(tmp_path / "rec.onnx")).align(picture(50, 50), np.zeros((5, 2), np.float32))
