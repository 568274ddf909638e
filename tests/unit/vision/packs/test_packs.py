from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from attendance.core.packs.format import DetectorSpec
from attendance.core.packs.manifest_file import file_sum, write_manifest
from attendance.core.ports.vision import VisionPack
from attendance.core.types import ProviderReport
from attendance.errors import Reason
from attendance.errors.models import ModelChecksumMismatch, ModelContractBroken, ModelMissing
from attendance.resource_files import resource_path
from attendance.vision.mtcnn import MtcnnDetector
from attendance.vision.packs import loading as packs
from attendance.vision.packs.insightface import infer_manifest
from attendance.vision.packs.loading import load_pack
from attendance.vision.packs.presence import inspect_pack
from attendance.vision.scrfd import ScrfdDetector
from tests.onnx_graphs import picture, save_recognizer, save_scrfd

FACE = (8, 20, 0.9, (1.0, 1.0, 2.0, 2.0), (0.0, 0.0, 1.0, 0.0, 0.5, 0.5, 0.0, 1.0, 1.0, 1.0))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "office"
    folder.mkdir()
    save_scrfd(folder / "det.onnx", hits=[FACE])
    save_recognizer(folder / "rec.onnx")
    write_manifest(folder, infer_manifest(folder))
    return folder


def test_that_a_loaded_pack_finds_and_embeds_a_face(folder: Path) -> None:
    pack: VisionPack = load_pack(folder, provider="cpu", threads=1, is_active=True)
    image = picture(64, 64)
    (face,) = pack.detector.detect(image)
    rows = pack.embedder.embed([pack.embedder.align(image, face.landmarks_px)])
    assert rows.shape == (1, 64)
    assert pack.info.is_active
    assert pack.info.model_id == pack.embedder.model_id == f"office:{file_sum(folder / 'rec.onnx').sha256[:12]}"
    assert pack.provider.active == "CPUExecutionProvider"


def test_that_time_inside_the_models_is_counted_from_zero(folder: Path) -> None:
    pack = load_pack(folder, provider="cpu", threads=1)
    assert isinstance(pack.detector, ScrfdDetector)
    assert pack.session_runs.count == 0
    pack.detector.detect(picture(64, 64))
    assert pack.session_runs.count == 1
    pack.embedder.embed([picture(112, 112)])
    assert pack.session_runs.count == 2
    assert pack.session_runs.total_ms > 0


def test_that_models_that_ran_in_two_places_are_told_apart(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    gpu = ProviderReport("CUDAExecutionProvider", Reason("CUDA is active."), is_gpu=True)
    cpu = ProviderReport("CPUExecutionProvider", Reason("CUDA has no memory left. The CPU is used."), is_gpu=False)
    real = packs.open_session

    def opened(path: Path, **options: object) -> tuple[object, ProviderReport]:
        session, _ = real(path, pack="office", provider="cpu", threads=1)
        return session, cpu if path.name in left else gpu

    monkeypatch.setattr(packs, "open_session", opened)
    left: set[str] = {"rec.onnx"}
    report = load_pack(folder).provider
    assert report.active == "CUDAExecutionProvider, CPUExecutionProvider"
    assert not report.is_gpu
    assert "not on it: rec.onnx. CUDA has no memory left." in str(report.reason)
    left = set()
    assert load_pack(folder).provider == gpu
    left = {"det.onnx", "rec.onnx"}
    assert load_pack(folder).provider == cpu


def test_that_a_folder_without_a_manifest_is_loaded_by_shapes(folder: Path) -> None:
    (folder / "manifest.json").unlink()
    assert load_pack(folder, provider="cpu").info.embedding_size == 64


def test_that_a_changed_file_is_refused_before_any_session_is_opened(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(packs, "open_session", lambda path, **_: opened.append(path))
    save_recognizer(folder / "rec.onnx", seed=8)
    with pytest.raises(ModelChecksumMismatch, match=r"rec\.onnx is damaged"):
        load_pack(folder)
    assert opened == []


def test_that_a_missing_file_is_named(folder: Path) -> None:
    (folder / "det.onnx").unlink()
    with pytest.raises(ModelMissing, match=r"det\.onnx does not exist"):
        load_pack(folder)


def test_that_models_are_found_as_another_system_spells_them(folder: Path) -> None:
    (folder / "det.onnx").rename(folder / "DET.onnx")
    pack = load_pack(folder, provider="cpu", threads=1)
    assert pack.detector.detect(picture(64, 64))
    assert inspect_pack(folder) == pack.info
    shutil.copy(folder / "DET.onnx", folder / "Det.onnx")
    for look in (load_pack, inspect_pack):
        with pytest.raises(ModelMissing, match=r"several files fit the name det\.onnx"):
            look(folder)


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_that_a_manifest_saved_by_any_editor_is_read(folder: Path, encoding: str) -> None:
    path = folder / "manifest.json"
    path.write_bytes(path.read_text(encoding="utf-8").encode(encoding))
    assert load_pack(folder, provider="cpu", threads=1).info.pack_id == "office"


def test_that_a_manifest_in_another_encoding_is_refused_in_words(folder: Path) -> None:
    path = folder / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b"licence unknown", b"licence inconnu\xe9"))
    with pytest.raises(ModelContractBroken, match=r"the manifest is wrong: .* has the byte 0xe9, .*; save it as UTF-8"):
        load_pack(folder)


def test_that_a_wrong_embedding_size_in_the_manifest_is_refused(folder: Path) -> None:
    manifest = infer_manifest(folder)
    write_manifest(folder, replace(manifest, recognizer=replace(manifest.recognizer, embedding_size=512)))
    with pytest.raises(ModelContractBroken, match=r"expected \(4, 512\)"):
        load_pack(folder)


def test_that_a_pack_with_mtcnn_gets_that_detector(folder: Path) -> None:
    manifest = infer_manifest(folder)
    names = {f"{net}net": f"det_{net}net.onnx" for net in "pro"}
    for name in names.values():
        shutil.copy(resource_path("models", "bundled", name), folder / name)
    sums = {name: file_sum(folder / name) for name in (*names.values(), "rec.onnx")}
    write_manifest(folder, replace(manifest, detector=DetectorSpec("mtcnn", names), files=sums))
    pack = load_pack(folder, provider="cpu", threads=1)
    assert isinstance(pack.detector, MtcnnDetector)
    assert pack.info.detector_kind == "mtcnn"
    assert pack.detector.detect(np.zeros((120, 120, 3), np.uint8)) == []


def test_that_insightface_still_loads_the_folder_of_one_of_our_packs(tmp_path: Path) -> None:
    app = pytest.importorskip("insightface.app")
    folder = tmp_path / "office"
    folder.mkdir()
    save_scrfd(folder / "det.onnx", hits=[FACE])
    save_recognizer(folder / "rec.onnx")
    write_manifest(folder, infer_manifest(folder))
    analysis = app.FaceAnalysis(name=str(folder), providers=["CPUExecutionProvider"])
    assert sorted(analysis.models) == ["detection", "recognition"]
