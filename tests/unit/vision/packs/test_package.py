"""InsightFace's packages with a manifest of version 2: what is taken of them, and what is refused in a sentence."""

from __future__ import annotations

import json
import shutil
import socket
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from attendance.core.packs.manifest_file import read_manifest, write_manifest
from attendance.errors.models import ModelChecksumMismatch, ModelContractBroken, ModelError, ModelMissing
from attendance.vision.packs.insightface import infer_manifest
from attendance.vision.packs.licences import INSIGHTFACE_LICENCE
from attendance.vision.packs.loading import load_pack
from attendance.vision.packs.package import package_manifest
from attendance.vision.packs.presence import inspect_pack
from attendance.vision.packs.store import ModelStore
from tests.face_packages import save_package, write
from tests.onnx_graphs import picture, save_recognizer, save_scrfd

pytest.importorskip("insightface")

FACE = (8, 20, 0.9, (1.0, 1.0, 2.0, 2.0), (0.0, 0.0, 1.0, 0.0, 0.5, 0.5, 0.0, 1.0, 1.0, 1.0))


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    bundled = tmp_path / "bundled"
    bundled.mkdir()
    save_scrfd(bundled / "det.onnx")
    save_recognizer(bundled / "rec.onnx")
    write_manifest(bundled, infer_manifest(bundled))
    return ModelStore(tmp_path / "models", bundled)


def zipped(folder: Path, prefix: str = "") -> Path:
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as file:
        for member in sorted(folder.rglob("*")):
            if member.is_file():
                file.write(member, prefix + member.relative_to(folder).as_posix())
    return path


def models(folder: Path) -> list[str]:
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.suffix == ".onnx")


@pytest.mark.parametrize("as_zip", [False, True])
@pytest.mark.parametrize("where", ["", "models", "a/b"])
def test_that_detector_and_recognizer_of_a_package_become_a_pack(
    store: ModelStore, tmp_path: Path, where: str, as_zip: bool
) -> None:
    folder = tmp_path / "stick" / "download"
    save_package(folder, where=where)
    info = store.import_pack(zipped(folder, "raccoon_s/") if as_zip else folder)
    assert (info.pack_id, info.title, info.licence) == ("raccoon_s", "InsightFace raccoon_s", INSIGHTFACE_LICENCE.name)
    assert models(store.folder("raccoon_s")) == ["det.onnx", "rec.onnx"]
    assert store.verify("raccoon_s") == []
    pack = load_pack(store.folder("raccoon_s"), provider="cpu", threads=1)
    assert pack.embedder.embed([picture(112, 112)]).shape == (1, 64)
    assert pack.landmarks is None


def test_that_models_of_one_name_in_two_folders_are_kept_apart(store: ModelStore, tmp_path: Path) -> None:
    folder = tmp_path / "stick"
    content = save_package(folder)
    for task, name in (("detection", "det.onnx"), ("recognition", "rec.onnx")):
        (folder / task).mkdir()
        (folder / name).rename(folder / task / "model.onnx")
        content["tasks"][task]["file"] = f"{task}/model.onnx"
    write(folder, content)
    store.import_pack(folder)
    assert models(store.folder("raccoon_s")) == ["model.onnx", "recognition-model.onnx"]
    assert read_manifest(store.folder("raccoon_s")).recognizer.file == "recognition-model.onnx"


def test_that_the_tasks_of_the_manifest_decide_and_not_the_shapes(tmp_path: Path) -> None:
    """By shapes the first file by name would be taken, ``a.onnx``."""
    folder = tmp_path / "raccoon_s"
    save_package(folder)
    save_recognizer(folder / "a.onnx", seed=99)
    assert infer_manifest(folder).recognizer.file == "rec.onnx"


@pytest.mark.parametrize("task", ["detection", "recognition"])
def test_that_pixels_are_scaled_as_the_manifest_says(tmp_path: Path, task: str) -> None:
    folder = tmp_path / "raccoon_s"
    content = save_package(folder)
    content["tasks"][task]["preprocessing"] = "embedded"
    write(folder, content)
    found = package_manifest(folder)
    spec = found.detector if task == "detection" else found.recognizer
    assert (spec.mean, spec.std) == (0.0, 1.0)
    content["tasks"][task]["preprocessing"] = {"mean": 100, "std": 50.5}
    write(folder, content)
    found = package_manifest(folder)
    spec = found.detector if task == "detection" else found.recognizer
    assert (spec.mean, spec.std) == (100.0, 50.5)
    del content["tasks"][task]["preprocessing"]
    write(folder, content)
    found = package_manifest(folder)
    spec = found.detector if task == "detection" else found.recognizer
    assert (spec.mean, spec.std) == ((127.5, 128.0) if task == "detection" else (127.5, 127.5))


@pytest.mark.filterwarnings("ignore:.estimate. is deprecated:FutureWarning")
def test_that_embeddings_are_insightfaces_own(store: ModelStore, tmp_path: Path) -> None:
    from insightface.app import FaceAnalysis

    folder = tmp_path / "raccoon_s"
    content = save_package(folder, side=224)
    save_scrfd(folder / "det.onnx", hits=[FACE])
    content["tasks"]["recognition"]["preprocessing"] = {"mean": 100, "std": 50}
    for task in ("detection", "recognition"):
        del content["tasks"][task]["sha256"]
    write(folder, content)
    pack = load_pack(store.folder(store.import_pack(folder).pack_id), provider="cpu", threads=1)
    image = picture(64, 64)
    theirs = FaceAnalysis(str(folder), allowed_modules=["detection", "recognition"], providers=["CPUExecutionProvider"])
    theirs.prepare(0, det_size=(64, 64))
    (face,) = theirs.get(image)
    (ours,) = pack.detector.detect(image)
    assert ours.landmarks_px == pytest.approx(face.kps, abs=1e-3)
    row = pack.embedder.embed([pack.embedder.align(image, ours.landmarks_px)])[0]
    # The crop of 224 is an enlarged one of 112 here, cut from the picture there.
    assert float(row @ face.normed_embedding) > 0.99


def test_that_the_side_of_the_input_is_taken(tmp_path: Path) -> None:
    save_package(tmp_path / "p", side=224)
    assert infer_manifest(tmp_path / "p").recognizer.side_px == 224


def test_that_a_side_whose_crops_are_cut_otherwise_is_refused(tmp_path: Path) -> None:
    save_package(tmp_path / "p", side=128)
    with pytest.raises(ModelContractBroken, match="faces of 128 pixels; only multiples of 112"):
        infer_manifest(tmp_path / "p")


def test_that_a_name_that_nobody_knows_has_an_unknown_licence(store: ModelStore, tmp_path: Path) -> None:
    save_package(tmp_path / "stick", model_id="customer.v1")
    info = store.import_pack(tmp_path / "stick")
    assert (info.pack_id, info.title, info.licence) == ("customer.v1", "Raccoon S", "licence unknown")


def changed(content: dict[str, Any], path: str, value: object) -> dict[str, Any]:
    *parents, last = path.split("/")
    section = content
    for name in parents:
        section = section[name]
    if value is None:
        del section[last]
    else:
        section[last] = value
    return content


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("model_id", None, "missing required fields"),
        ("model_id", "../evil", "model_id has an invalid format"),
        ("model_id", "x" * 100, "not a plain name of at most 64"),
        ("license", None, "missing required fields"),
        ("license", "other.txt", "MODEL.LICENSE"),
        ("tasks", [], "tasks must be an object"),
        ("tasks/detection", None, "names no model for detection"),
        ("tasks/recognition", None, "names no model for recognition"),
        ("tasks/recognition", "rec.onnx", "must be an object"),
        ("tasks/recognition/file", None, "file is required"),
        ("tasks/recognition/file", "../rec.onnx", "escapes the package"),
        ("tasks/recognition/file", "/rec.onnx", "escapes the package"),
        ("tasks/recognition/file", "det.onnx", "distinct files"),
        ("tasks/recognition/sha256", "12", "64 lowercase hexadecimal"),
        ("tasks/recognition/preprocessing", "rgb", "embedded"),
        ("tasks/recognition/preprocessing", {"mean": "x", "std": 1}, "must be a number"),
        ("tasks/recognition/preprocessing", {"mean": 1, "std": 0}, "positive"),
        ("tasks/recognition/preprocessing", {"mean": 10**400, "std": 1}, "manifest is not valid"),
        ("tasks/recognition/preprocessing", {"mean": -500, "std": 1}, "recognizer.mean is not from"),
        ("tasks/recognition/input_size", [112, 96], "square"),
        ("tasks/recognition/input_size", [1120, 1120], "only multiples of 112"),
        ("tasks/recognition/embedding_dimension", "512", "must be an integer"),
        ("tasks/recognition/embedding_dimension", 10**6, "embedding_size"),
        ("tasks/recognition/embedding_dimension", 128, r"expected \(4, 128\)"),
        ("manifest_version", 2.0, "manifest_version must be 2"),
    ],
)
def test_that_a_wrong_manifest_is_one_sentence(
    store: ModelStore, tmp_path: Path, path: str, value: object, words: str
) -> None:
    folder = tmp_path / "stick"
    write(folder, changed(save_package(folder), path, value))
    with pytest.raises(ModelContractBroken, match=words) as caught:
        store.import_pack(folder)
    assert ".incoming" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert not [path for path in (tmp_path / "models").iterdir()]


@pytest.mark.parametrize(
    "spoil",
    [
        lambda path: path.write_bytes(b"{"),
        lambda path: path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes()),
        lambda path: path.write_text(json.dumps({"manifest_version": 2, "a": 1})[:-1] + "," + '"b":' + "[" * 10000),
    ],
)
def test_that_a_manifest_that_is_no_json_never_falls_back_to_shapes(
    store: ModelStore, tmp_path: Path, spoil: Callable[[Path], object]
) -> None:
    save_package(tmp_path / "stick")
    spoil(tmp_path / "stick" / "manifest.json")
    with pytest.raises(ModelContractBroken, match="manifest"):
        store.import_pack(tmp_path / "stick")


def test_that_a_manifest_above_the_models_is_never_left_behind(store: ModelStore, tmp_path: Path) -> None:
    """A damaged one, too: without it the models would be taken by their shapes."""
    save_package(tmp_path / "stick", where="models")
    (tmp_path / "stick" / "manifest.json").write_bytes(b"{")
    with pytest.raises(ModelError, match="do not lie beside its manifest"):
        store.import_pack(tmp_path / "stick")


@pytest.mark.parametrize("where", ["", "models"])
@pytest.mark.parametrize("task", ["detection", "recognition"])
def test_that_a_file_with_another_checksum_is_refused(store: ModelStore, tmp_path: Path, task: str, where: str) -> None:
    folder = tmp_path / "stick"
    content = save_package(folder, where=where)
    content["tasks"][task]["sha256"] = "0" * 64
    write(folder, content)
    name = content["tasks"][task]["file"].split("/")[-1]
    with pytest.raises(ModelChecksumMismatch, match=rf"{name} is damaged"):
        store.import_pack(folder)


@pytest.mark.parametrize("where", ["", "models"])
def test_that_a_missing_model_is_named(store: ModelStore, tmp_path: Path, where: str) -> None:
    save_package(tmp_path / "stick", where=where)
    (tmp_path / "stick" / where / "rec.onnx").unlink()
    with pytest.raises(ModelMissing, match=r"stick.*rec\.onnx does not exist"):
        store.import_pack(tmp_path / "stick")


def test_that_a_package_used_where_it_lies_must_be_flat(tmp_path: Path) -> None:
    save_package(tmp_path / "flat")
    assert load_pack(tmp_path / "flat", provider="cpu", threads=1).info.pack_id == "raccoon_s"
    assert inspect_pack(tmp_path / "flat").pack_id == "raccoon_s"
    save_package(tmp_path / "deep", where="models")
    with pytest.raises(ModelContractBroken, match="attendance models import"):
        load_pack(tmp_path / "deep", provider="cpu", threads=1)


def test_that_an_archive_with_another_package_inside_is_not_installed(store: ModelStore, tmp_path: Path) -> None:
    save_package(tmp_path / "raccoon_l", model_id="raccoon_s")
    archive = zipped(tmp_path / "raccoon_l")
    from tests.file_server import FileServer, running

    server = FileServer()
    server.content = archive.read_bytes()
    with running(server) as started, pytest.raises(ModelError, match="holds the pack raccoon_s"):
        store.install("raccoon_l", base_url=started.url)


def test_that_bringing_in_a_package_opens_no_connection(
    store: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise AssertionError("a connection was opened")

    save_package(tmp_path / "stick", where="models")
    for name in ("socket", "create_connection", "getaddrinfo"):
        monkeypatch.setattr(socket, name, refuse)
    for name in [name for name in sys.modules if name.split(".")[0] == "insightface"]:
        monkeypatch.delitem(sys.modules, name)
    pack = load_pack(store.folder(store.import_pack(tmp_path / "stick").pack_id), provider="cpu", threads=1)
    assert np.isfinite(pack.embedder.embed([picture(112, 112)])).all()


def test_that_a_pack_made_of_a_package_needs_no_insightface(
    store: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    save_package(tmp_path / "stick")
    folder = store.folder(store.import_pack(tmp_path / "stick").pack_id)
    for name in [name for name in sys.modules if name.split(".")[0] == "insightface"]:
        monkeypatch.delitem(sys.modules, name)
    load_pack(folder, provider="cpu", threads=1)
    inspect_pack(folder)
    store.list("raccoon_s")
    assert "insightface" not in sys.modules


def test_that_importing_the_installed_pack_elsewhere_needs_no_package(store: ModelStore, tmp_path: Path) -> None:
    save_package(tmp_path / "stick", where="models")
    installed = store.folder(store.import_pack(tmp_path / "stick").pack_id)
    shutil.copytree(installed, tmp_path / "copy")
    other = ModelStore(tmp_path / "elsewhere", tmp_path / "bundled")
    assert other.import_pack(tmp_path / "copy").model_id == store.list("")[1].model_id
