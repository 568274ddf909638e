from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from attendance.core.packs.manifest_file import (
    MANIFEST_NAME,
    file_sum,
    has_manifest,
    problems,
    read_manifest,
    verify_files,
    write_manifest,
)
from attendance.core.types import LicenceUse
from attendance.errors import Reason
from attendance.errors.models import ModelChecksumMismatch, ModelContractBroken, ModelError, ModelMissing
from attendance.vision.packs.insightface import infer_manifest
from tests.onnx_graphs import save_landmarks, save_other, save_recognizer, save_scrfd


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A pack as InsightFace ships them: models only, and more than we need."""
    folder = tmp_path / "office"
    folder.mkdir()
    save_scrfd(folder / "det_10g.onnx")
    save_recognizer(folder / "w600k.onnx", size=128)
    save_other(folder / "1k3d68.onnx", side=192)
    save_other(folder / "genderage.onnx", side=96)
    save_other(folder / "antispoof.onnx", side=112)  # 112x112 too, but its output is not an embedding
    return folder


def test_that_models_are_recognised_by_inputs_and_outputs(folder: Path) -> None:
    manifest = infer_manifest(folder)
    assert manifest.pack_id == "office"
    assert manifest.detector.kind == "scrfd"
    assert manifest.model_files == ("det_10g.onnx", "w600k.onnx")
    assert manifest.recognizer.embedding_size == 128
    assert (manifest.recognizer.mean, manifest.recognizer.std) == (127.5, 127.5)
    assert not manifest.recognizer.flip_average
    assert manifest.files["w600k.onnx"] == file_sum(folder / "w600k.onnx")


def test_that_an_undeclared_embedding_size_is_found_by_a_run(folder: Path) -> None:
    save_recognizer(folder / "w600k.onnx", size=96, declare_output=False)
    assert infer_manifest(folder).recognizer.embedding_size == 96


def test_that_a_graph_that_normalises_itself_gets_raw_pixels(folder: Path) -> None:
    save_recognizer(folder / "w600k.onnx", baked_in=True)
    recognizer = infer_manifest(folder).recognizer
    assert (recognizer.mean, recognizer.std) == (0.0, 1.0)


def test_that_landmark_models_are_found_by_their_outputs_and_age_is_left_aside(folder: Path) -> None:
    save_landmarks(folder / "1k3d68.onnx", np.zeros(3309, np.float32))
    save_landmarks(folder / "2d106det.onnx", np.zeros(212, np.float32))
    save_landmarks(folder / "small.onnx", np.zeros(212, np.float32), side=128)
    manifest = infer_manifest(folder)
    assert manifest.landmarks == {"mesh_68": "1k3d68.onnx", "points_106": "2d106det.onnx"}
    assert set(manifest.files) == {"det_10g.onnx", "w600k.onnx", "1k3d68.onnx", "2d106det.onnx"}
    assert manifest.model_files == ("det_10g.onnx", "w600k.onnx")
    assert set(manifest.door_files) == {"det_10g.onnx", "w600k.onnx"}
    assert manifest.to_info().landmarks == ("mesh_68", "points_106")


def test_that_the_first_of_several_models_is_taken_as_insightface_does(folder: Path) -> None:
    save_recognizer(folder / "a_rec.onnx", size=64)
    assert infer_manifest(folder).recognizer.file == "a_rec.onnx"


@pytest.mark.parametrize("pack_id", ["buffalo_l", "buffalo_sc", "antelopev2"])
def test_that_known_packs_carry_insightfaces_licence(folder: Path, pack_id: str) -> None:
    licence = infer_manifest(folder, pack_id=pack_id).licence
    assert licence.name == "non-commercial research only"
    assert licence.use is LicenceUse.RESEARCH_ONLY


def test_that_an_unknown_pack_is_not_called_free_for_business(folder: Path) -> None:
    assert infer_manifest(folder).licence.use is LicenceUse.RESEARCH_ONLY


def test_that_a_detector_without_landmarks_is_refused_in_words(folder: Path) -> None:
    save_scrfd(folder / "det_10g.onnx", landmarks=False)
    with pytest.raises(ModelContractBroken, match="gives no landmarks"):
        infer_manifest(folder)


@pytest.mark.parametrize(("gone", "word"), [("det_10g.onnx", "no detector"), ("w600k.onnx", "no recognizer")])
def test_that_a_folder_without_a_model_says_which(folder: Path, gone: str, word: str) -> None:
    (folder / gone).unlink()
    with pytest.raises(ModelContractBroken, match=word):
        infer_manifest(folder)


def test_that_a_damaged_model_is_refused(folder: Path) -> None:
    (folder / "w600k.onnx").write_bytes(b"damaged")
    with pytest.raises(ModelContractBroken, match=r"w600k\.onnx"):
        infer_manifest(folder)


def test_that_missing_folders_and_bad_names_are_refused(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        infer_manifest(tmp_path / "none")
    with pytest.raises(ModelError, match="name of a pack"):
        infer_manifest(folder, pack_id="a b")


def test_that_a_written_manifest_is_read_back(folder: Path) -> None:
    manifest = infer_manifest(folder)
    write_manifest(folder, manifest)
    assert has_manifest(folder)
    assert read_manifest(folder) == manifest
    assert not list(folder.glob("*.tmp")) + list(folder.glob(".*.tmp"))


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"manifest_version": 100}'])
def test_that_a_damaged_manifest_is_an_error_not_a_guess(folder: Path, content: bytes) -> None:
    (folder / MANIFEST_NAME).write_bytes(content)
    assert has_manifest(folder)
    with pytest.raises(ModelContractBroken, match="manifest"):
        read_manifest(folder)


def test_that_what_is_wrong_in_a_manifest_can_be_said_in_every_language(folder: Path) -> None:
    write_manifest(folder, infer_manifest(folder))
    content = json.loads((folder / MANIFEST_NAME).read_text())
    content["recognizer"]["std"] = "x"
    (folder / MANIFEST_NAME).write_text(json.dumps(content))
    with pytest.raises(ModelContractBroken) as refused:
        read_manifest(folder)
    cause = Reason("{key} is not a number", key="recognizer.std")
    assert refused.value.facts["reason"] == Reason("the manifest is wrong: {cause}", cause=cause)


def test_that_an_enormous_manifest_is_not_read(folder: Path) -> None:
    (folder / MANIFEST_NAME).write_bytes(b" " * 1_000_001)
    with pytest.raises(ModelContractBroken, match="too large"):
        read_manifest(folder)


def test_that_a_folder_without_a_manifest_is_no_pack(folder: Path) -> None:
    with pytest.raises(ModelMissing):
        read_manifest(folder)


def test_that_untouched_files_verify(folder: Path) -> None:
    verify_files(folder, infer_manifest(folder))


def test_that_one_changed_byte_is_found(folder: Path) -> None:
    manifest = infer_manifest(folder)
    path = folder / "w600k.onnx"
    content = bytearray(path.read_bytes())
    content[-1] ^= 1
    path.write_bytes(content)
    with pytest.raises(ModelChecksumMismatch, match=r"w600k\.onnx is damaged"):
        verify_files(folder, manifest)


def test_that_every_missing_and_shortened_file_is_listed(folder: Path) -> None:
    manifest = infer_manifest(folder)
    (folder / "det_10g.onnx").unlink()
    (folder / "w600k.onnx").write_bytes(b"short")
    kinds = [type(problem) for problem in problems(folder, manifest)]
    assert kinds == [ModelMissing, ModelChecksumMismatch]
