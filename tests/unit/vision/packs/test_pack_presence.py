from __future__ import annotations

import shutil
from pathlib import Path

import onnxruntime
import pytest

from attendance.core.packs.manifest_file import MANIFEST_NAME, read_manifest
from attendance.errors.models import ModelChecksumMismatch, ModelContractBroken, ModelMissing
from attendance.resource_files import resource_path
from attendance.vision.packs.presence import inspect_pack


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The bundled pack, to be damaged."""
    bundled, folder = resource_path("models", "bundled"), tmp_path / "pack"
    folder.mkdir()
    for name in (MANIFEST_NAME, *read_manifest(bundled).files):
        shutil.copy(bundled / name, folder / name)
    return folder


def test_that_a_pack_is_described_without_opening_a_model(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnxruntime, "InferenceSession", None)
    info = inspect_pack(folder)
    assert info == read_manifest(folder).to_info()
    assert info.model_id.startswith("bundled:")


def test_that_missing_and_shortened_files_are_noticed(folder: Path) -> None:
    model = folder / "rec.onnx"
    model.write_bytes(model.read_bytes()[:-1])
    with pytest.raises(ModelChecksumMismatch, match=r"rec\.onnx"):
        inspect_pack(folder)
    model.unlink()
    with pytest.raises(ModelMissing, match=r"rec\.onnx"):
        inspect_pack(folder)
    (folder / MANIFEST_NAME).write_text("{")
    with pytest.raises(ModelContractBroken):
        inspect_pack(folder)
    with pytest.raises(ModelMissing):
        inspect_pack(folder / "nowhere")
