from __future__ import annotations

import errno
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from attendance.core.packs.calibration import Calibration
from attendance.core.packs.custom_recognizer import CustomRecognizer
from attendance.core.packs.manifest_file import read_manifest
from attendance.core.types import FmrPoint, LicenceUse
from attendance.errors.models import CustomValueWrong, ModelContractBroken, ModelError, ModelMissing
from attendance.errors.storage import StorageError
from attendance.resource_files import resource_path
from attendance.vision.packs.loading import load_pack
from attendance.vision.packs.store import ModelStore
from tests.onnx_graphs import picture, save_other, save_recognizer, save_scrfd

BUNDLED = resource_path("models", "bundled")
OWN = CustomRecognizer("own")


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models", BUNDLED)


def test_that_a_single_file_becomes_a_pack_with_the_default_detector(store: ModelStore, tmp_path: Path) -> None:
    path = save_recognizer(tmp_path / "mine.onnx", side=128)
    given = replace(OWN, mean=0.0, std=255.0, colour="bgr", licence="MIT, by ourselves\nAll of it.", may_be_used=True)
    info = store.import_recognizer(path, given)
    assert (info.pack_id, info.embedding_size, info.detector_kind, info.calibration) == ("own", 64, "mtcnn", ())
    assert (info.licence, info.use) == ("MIT, by ourselves", LicenceUse.ALLOWED)
    manifest = read_manifest(tmp_path / "models" / "own")
    spec = manifest.recognizer
    assert (spec.mean, spec.std, spec.side_px, spec.colour) == (0.0, 255.0, 128, "bgr")
    assert manifest.detector == read_manifest(BUNDLED).detector
    loaded = load_pack(store.folder("own"), provider="cpu", threads=1)
    assert loaded.embedder.embed([np.asarray(picture(112, 112), np.uint8)]).shape == (1, 64)
    assert store.verify("own") == []


@pytest.mark.parametrize(("licence", "may_be_used"), [("", True), ("ours", False)])
def test_that_nobody_s_word_is_research_only(
    store: ModelStore, tmp_path: Path, licence: str, may_be_used: bool
) -> None:
    path = save_recognizer(tmp_path / "mine.onnx")
    info = store.import_recognizer(path, replace(OWN, licence=licence, may_be_used=may_be_used))
    assert info.use is LicenceUse.RESEARCH_ONLY


def test_that_a_side_is_needed_only_where_the_file_does_not_say(store: ModelStore, tmp_path: Path) -> None:
    path = save_recognizer(tmp_path / "mine.onnx", side=160)
    with pytest.raises(CustomValueWrong, match="side of 160 pixels, not 112") as caught:
        store.import_recognizer(path, replace(OWN, side_px=112))
    assert caught.value.facts["key"] == "side_px"
    assert store.import_recognizer(path, replace(OWN, side_px=160)).pack_id == "own"


def test_that_an_output_of_unknown_size_is_found_by_running(store: ModelStore, tmp_path: Path) -> None:
    path = save_recognizer(tmp_path / "mine.onnx", declare_output=False)
    assert store.import_recognizer(path, OWN).embedding_size == 64


def test_that_the_same_file_with_other_numbers_is_another_pack(store: ModelStore, tmp_path: Path) -> None:
    path = save_recognizer(tmp_path / "mine.onnx")
    store.import_recognizer(path, OWN)
    assert store.import_recognizer(path, OWN).pack_id == "own"
    with pytest.raises(CustomValueWrong, match=r"another pack of this name is installed$") as caught:
        store.import_recognizer(path, replace(OWN, mean=0.0))
    assert caught.value.facts["key"] == "name"
    assert store.import_recognizer(path, replace(OWN, name="own-2", mean=0.0)).model_id != "own"


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": "../x"}, "letters, digits"),
        ({"name": "bundled"}, "another pack of this name"),
        ({"mean": -1.0}, "0 to 255"),
        ({"mean": float("nan")}, "0 to 255"),
        ({"std": 0.0}, "above 0"),
        ({"std": float("inf")}, "above 0"),
        ({"colour": "grey"}, "rgb, bgr"),
        ({"side_px": 9}, "from 32 to 512"),
    ],
)
def test_that_a_value_that_cannot_be_is_one_sentence(
    store: ModelStore, tmp_path: Path, change: dict[str, object], sentence: str
) -> None:
    path = save_recognizer(tmp_path / "mine.onnx")
    with pytest.raises(CustomValueWrong, match=sentence) as caught:
        store.import_recognizer(path, replace(OWN, **change))  # type: ignore[arg-type]
    assert [caught.value.facts["key"]] == [*change]
    assert [info.pack_id for info in store.list("bundled")] == ["bundled"]


def test_that_what_is_not_a_recognizer_is_one_sentence(store: ModelStore, tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="does not exist"):
        store.import_recognizer(tmp_path / "none.onnx", OWN)
    (tmp_path / "text.onnx").write_text("not a model")
    for path in (
        tmp_path / "text.onnx",
        save_scrfd(tmp_path / "det.onnx"),
        save_other(tmp_path / "two.onnx", side=112, outputs=2),
        save_other(tmp_path / "few.onnx", side=112),
        save_recognizer(tmp_path / "four.onnx", batch=4),
        save_recognizer(tmp_path / "zero.onnx", factor=0.0),
    ):
        with pytest.raises(ModelContractBroken) as caught:
            store.import_recognizer(path, OWN)
        assert str(tmp_path / "models") not in str(caught.value), path.name
    assert not [path for path in (tmp_path / "models").iterdir() if not path.name.startswith(".")]


def test_that_a_calibration_is_noted_but_never_in_the_bundled_pack(store: ModelStore, tmp_path: Path) -> None:
    store.import_recognizer(save_recognizer(tmp_path / "mine.onnx"), OWN)
    calibration = Calibration("our 12 people", 100, (FmrPoint(0.01, 0.4, 0.3, 0.4),), photos_per_person=3)
    info = store.calibrate("own", calibration)
    assert (info.calibration, info.calibration_data) == (calibration.points, "our 12 people")
    assert load_pack(store.folder("own"), provider="cpu", threads=1).info.calibration == calibration.points
    before = (BUNDLED / "manifest.json").read_bytes()
    with pytest.raises(ModelError, match="comes with the program"):
        store.calibrate("bundled", calibration)
    assert (BUNDLED / "manifest.json").read_bytes() == before


def test_that_a_file_named_like_a_detector_file_gets_another_name(store: ModelStore, tmp_path: Path) -> None:
    detector_file = next(iter(read_manifest(BUNDLED).detector.files.values()))
    path = save_recognizer(tmp_path / detector_file)
    info = store.import_recognizer(shutil.copy(path, tmp_path / "x.onnx"), OWN)
    other = store.import_recognizer(path, replace(OWN, name="own-2"))
    assert info.embedding_size == other.embedding_size
    assert read_manifest(store.folder("own-2")).recognizer.file == "recognizer.onnx"


@pytest.mark.parametrize("change", [{"mean": 0.0}, {"std": 255.0}, {"colour": "bgr"}])
def test_that_templates_of_other_numbers_are_never_taken_for_its_own(
    store: ModelStore, tmp_path: Path, change: dict[str, object]
) -> None:
    path = save_recognizer(tmp_path / "mine.onnx")
    first = store.import_recognizer(path, OWN).model_id
    store.remove("own")
    assert store.import_recognizer(path, replace(OWN, **change)).model_id != first  # type: ignore[arg-type]
    store.remove("own")
    assert store.import_recognizer(path, OWN).model_id == first


def test_that_the_bundled_pack_cannot_be_removed_and_an_absent_one_is_a_sentence(store: ModelStore) -> None:
    with pytest.raises(ModelError, match="comes with the program"):
        store.remove("bundled")
    with pytest.raises(ModelMissing):
        store.remove("../own")


def test_that_a_repaired_pack_keeps_what_was_measured(store: ModelStore, tmp_path: Path) -> None:
    path = save_recognizer(tmp_path / "mine.onnx")
    store.import_recognizer(path, OWN)
    calibration = Calibration("our 12 people", 100, (FmrPoint(0.01, 0.4, 0.3, 0.4),))
    store.calibrate("own", calibration)
    damaged = store.folder("own") / "mine.onnx"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    assert store.import_recognizer(path, OWN).calibration == calibration.points
    assert read_manifest(store.folder("own")).calibration == calibration
    assert store.verify("own") == []


def test_that_a_pack_that_cannot_be_removed_is_a_sentence(
    store: ModelStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.import_recognizer(save_recognizer(tmp_path / "mine.onnx"), OWN)

    def refuse(_folder: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(shutil, "rmtree", refuse)
    with pytest.raises(StorageError):
        store.remove("own")
