"""A recognizer opened by the training side gives the embeddings of the application."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from attendance.core.packs.manifest_file import read_manifest
from attendance.errors.models import ModelContractBroken, ModelMissing
from attendance.resource_files import resource_path
from attendance.vision.embedder import OnnxEmbedder
from attendance_training.packs.recognizer import OnnxRecognizer, open_recognizer
from tests.onnx_graphs import open_model, save_recognizer
from tests.unit.training.packs.made_up import write_made_up

BUNDLED = resource_path("models", "bundled")


def crops(count: int) -> NDArray[np.uint8]:
    cells = np.random.default_rng(7).integers(0, 256, (count, 4, 4, 3), dtype=np.uint8)
    return cells.repeat(28, axis=1).repeat(28, axis=2)


@pytest.mark.parametrize("flip", [True, False])
@pytest.mark.parametrize("batch", [None, 1])
def test_that_it_embeds_as_the_application_does(tmp_path: Path, flip: bool, batch: int | None) -> None:
    path = save_recognizer(tmp_path / "r.onnx", size=16, batch=batch)
    app = OnnxEmbedder(open_model(path), model_id="m", embedding_size=16, mean=100.0, std=50.0, flip_average=flip)
    own = OnnxRecognizer(path, flip_average=flip, mean=100.0, std=50.0)
    assert own.embedding_size == 16
    pictures = crops(35)  # more than one batch
    np.testing.assert_allclose(own.embed(pictures), app.embed(list(pictures)), atol=1e-5)
    assert own.embed(pictures[:0]).shape == (0, 16)


def test_that_a_flip_after_the_file_name_averages_with_the_mirror_image(tmp_path: Path) -> None:
    path = save_recognizer(tmp_path / "r.onnx", size=16)
    flipped = open_recognizer(f"{path},flip")
    alone = open_recognizer(str(path))
    assert flipped.flip_average
    assert not alone.flip_average
    mirrored = np.ascontiguousarray(crops(3)[:, :, ::-1])
    np.testing.assert_allclose(flipped.embed(crops(3)), flipped.embed(mirrored), atol=1e-5)
    assert np.abs(alone.embed(crops(3)) - alone.embed(mirrored)).max() > 0.01


def test_that_a_pack_folder_is_opened_by_its_manifest() -> None:
    manifest = read_manifest(BUNDLED)
    recognizer = open_recognizer(str(BUNDLED))
    assert recognizer.model_id == manifest.model_id
    assert recognizer.flip_average == manifest.recognizer.flip_average
    assert recognizer.embedding_size == manifest.recognizer.embedding_size


def test_that_another_file_keeps_the_preprocessing(tmp_path: Path) -> None:
    first = OnnxRecognizer(save_recognizer(tmp_path / "a.onnx", size=8), flip_average=True, mean=90.0, std=60.0)
    other = first.with_file(save_recognizer(tmp_path / "b.onnx", size=8))
    np.testing.assert_allclose(first.embed(crops(2)), other.embed(crops(2)), atol=1e-6)
    assert other.model_id.startswith("b:")


@pytest.mark.parametrize(("changes", "reason"), [({"side": 160}, "not crops of shape"), ({"batch": 4}, "fixed at 4")])
def test_that_a_network_for_other_pictures_is_refused(tmp_path: Path, changes: dict[str, int], reason: str) -> None:
    with pytest.raises(ModelContractBroken, match=reason):
        OnnxRecognizer(save_recognizer(tmp_path / "r.onnx", **changes))  # type: ignore[arg-type]


def test_that_embeddings_of_zeros_are_refused(tmp_path: Path) -> None:
    recognizer = OnnxRecognizer(save_recognizer(tmp_path / "r.onnx", factor=0.0))
    with pytest.raises(ModelContractBroken, match="zeros"):
        recognizer.embed(crops(1))


def test_that_files_that_are_no_network_are_refused(tmp_path: Path) -> None:
    (tmp_path / "r.onnx").write_bytes(b"nothing")
    with pytest.raises(ModelContractBroken, match="not a readable ONNX"):
        open_recognizer(str(tmp_path / "r.onnx"))
    with pytest.raises(ModelMissing, match="absent"):
        open_recognizer(str(tmp_path / "absent.onnx"))
    with pytest.raises(ModelMissing, match="manifest"):
        open_recognizer(str(tmp_path))


ENTRY = {"file": "rec.onnx", "embedding_size": 16}


@pytest.mark.parametrize("entry", [None, [], {"file": "../rec.onnx"}, ENTRY | {"mean": "much"}, ENTRY | {"std": 0}])
def test_that_a_manifest_without_a_usable_recognizer_is_refused(tmp_path: Path, entry: object) -> None:
    path = write_made_up(tmp_path) / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(content | {"recognizer": entry}), encoding="utf-8")
    with pytest.raises(ModelContractBroken, match="the manifest is wrong: recognizer"):
        open_recognizer(str(tmp_path))


@pytest.mark.parametrize(("key", "value"), [("colour", "bgr"), ("side", 128)])
def test_that_a_pack_that_prepares_pixels_in_another_way_is_refused(tmp_path: Path, key: str, value: object) -> None:
    save_recognizer(tmp_path / "rec.onnx", size=16)
    path = write_made_up(tmp_path) / "manifest.json"
    content = json.loads(path.read_text(encoding="utf-8"))
    content["recognizer"][key] = value
    path.write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(ModelContractBroken, match="red, green, blue only"):
        open_recognizer(str(tmp_path))
