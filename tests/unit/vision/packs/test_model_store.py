from __future__ import annotations

import errno
import json
import logging
import os
import shutil
import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from attendance.core.packs.calibration import Calibration
from attendance.core.packs.format import Licence
from attendance.core.packs.manifest_file import read_manifest, write_manifest
from attendance.core.types import FmrPoint, LicenceUse
from attendance.errors.models import (
    ModelChecksumMismatch,
    ModelContractBroken,
    ModelError,
    ModelMissing,
)
from attendance.errors.storage import DiskFull, ReadOnlyStorage, StorageError
from attendance.resource_files import resource_path
from attendance.vision.packs import store as model_store
from attendance.vision.packs.insightface import infer_manifest
from attendance.vision.packs.licences import INSIGHTFACE_LICENCE
from attendance.vision.packs.loading import load_pack
from attendance.vision.packs.store import ModelStore
from tests.onnx_graphs import save_landmarks, save_other, save_recognizer, save_scrfd
from tests.unit.vision.packs.pack_folders import WITH_LANDMARKS, add_landmarks, installed, make_pack, zipped


def test_that_only_the_bundled_pack_is_there_at_first(store: ModelStore, tmp_path: Path) -> None:
    (info,) = store.list("bundled")
    assert info.pack_id == "bundled"
    assert info.is_bundled
    assert info.is_active
    assert store.folder("bundled") == tmp_path / "bundled"
    assert not (tmp_path / "models").exists()


@pytest.mark.parametrize("as_zip", [False, True])
def test_that_an_imported_folder_or_zip_can_be_loaded(
    store: ModelStore, stick: Path, tmp_path: Path, as_zip: bool
) -> None:
    info = store.import_pack(zipped(stick) if as_zip else stick)
    assert info.pack_id == "office"
    assert [pack.pack_id for pack in store.list("office")] == ["bundled", "office"]
    assert store.list("office")[1].is_active
    assert load_pack(store.folder("office"), provider="cpu").info.model_id == info.model_id
    assert store.verify("office") == []
    assert installed(tmp_path) == ["office"]


def test_that_a_zip_with_a_folder_inside_and_unused_models_is_imported(
    store: ModelStore, stick: Path, tmp_path: Path
) -> None:
    save_other(stick / "genderage.onnx", side=96)
    store.import_pack(zipped(stick, "office/"))
    assert sorted(path.name for path in store.folder("office").iterdir()) == ["det.onnx", "manifest.json", "rec.onnx"]


def test_that_landmark_models_are_kept_and_age_and_gender_are_not(store: ModelStore, stick: Path) -> None:
    save_other(add_landmarks(stick) / "genderage.onnx", side=96)
    info = store.import_pack(stick)
    assert info.landmarks == ("mesh_68", "points_106")
    assert sorted(path.name for path in store.folder("office").iterdir()) == WITH_LANDMARKS
    assert store.verify("office") == []
    assert store.list("office")[1].landmarks == info.landmarks


def test_that_a_landmark_model_that_does_not_run_is_refused_at_import(
    store: ModelStore, stick: Path, tmp_path: Path
) -> None:
    save_landmarks(stick / "1k3d68.onnx", np.full(3309, np.nan, np.float32))
    with pytest.raises(ModelContractBroken, match=r"stick.office.1k3d68\.onnx .* not finite"):
        store.import_pack(stick)
    assert installed(tmp_path) == []


def test_that_an_installed_pack_gets_landmark_models_that_come_later_and_keeps_its_calibration(
    store: ModelStore, stick: Path
) -> None:
    store.import_pack(stick)
    folder = store.folder("office")
    points = (FmrPoint(0.001, 0.4, 0.38, 0.42),)
    write_manifest(folder, replace(read_manifest(folder), calibration=Calibration("our people", 3000, points)))
    info = store.import_pack(add_landmarks(stick))
    assert info.landmarks == ("mesh_68", "points_106")
    assert info.calibration == points
    assert sorted(path.name for path in folder.iterdir()) == WITH_LANDMARKS
    assert store.verify("office") == []
    pack = load_pack(folder, provider="cpu", threads=1)
    assert pack.landmarks is not None
    assert set(pack.landmarks.check()) == {"mesh_68", "points_106"}
    assert store.import_pack(zipped(make_pack(stick.parent / "again" / "office"))).landmarks == info.landmarks


def test_that_a_repaired_pack_keeps_what_the_site_measured_and_its_landmark_models(
    store: ModelStore, stick: Path
) -> None:
    plain = make_pack(stick.parent / "again" / "office")
    points = (FmrPoint(0.001, 0.4, 0.38, 0.42),)
    published = Calibration("press photographs", 9000, points)
    write_manifest(plain, replace(infer_manifest(plain), calibration=published))
    store.import_pack(add_landmarks(stick))
    folder = store.folder("office")
    for damaged, roles in (("rec.onnx", ("mesh_68", "points_106")), ("1k3d68.onnx", ("points_106",))):
        measured = replace(published, data="our people")
        store.calibrate("office", measured)
        (folder / damaged).write_bytes(b"damaged")
        info = store.import_pack(plain)
        assert (info.calibration_data, info.landmarks) == ("our people", roles)
        assert read_manifest(folder).calibration == measured
        assert store.verify("office") == []
        landmarks = load_pack(folder, provider="cpu", threads=1).landmarks
        assert landmarks is not None
        assert set(landmarks.check()) == set(roles)


def test_that_a_repaired_pack_takes_a_calibration_when_it_had_none(store: ModelStore, stick: Path) -> None:
    store.import_pack(stick)
    published = Calibration("press photographs", 9000, (FmrPoint(0.001, 0.4, 0.38, 0.42),))
    write_manifest(stick, replace(infer_manifest(stick), calibration=published))
    (store.folder("office") / "rec.onnx").write_bytes(b"damaged")
    assert store.import_pack(stick).calibration == published.points


def test_that_the_manifest_on_the_stick_is_verified(store: ModelStore, stick: Path, tmp_path: Path) -> None:
    write_manifest(stick, infer_manifest(stick))
    save_recognizer(stick / "rec.onnx", seed=99)
    with pytest.raises(ModelChecksumMismatch, match=r"stick.office.rec\.onnx is damaged") as caught:
        store.import_pack(stick)
    assert ".incoming" not in str(caught.value)
    assert installed(tmp_path) == []


def test_that_a_pack_whose_files_another_system_spells_otherwise_is_imported(store: ModelStore, tmp_path: Path) -> None:
    folder = make_pack(tmp_path / "office", with_manifest=True)
    for path in list(folder.glob("*.onnx")):
        path.rename(folder / path.name.upper())
    pack_id = store.import_pack(folder).pack_id
    assert store.verify(pack_id) == []
    assert store.import_pack(folder).pack_id == pack_id


def test_that_the_manifest_on_the_stick_names_the_pack(store: ModelStore, stick: Path) -> None:
    manifest = replace(infer_manifest(stick), pack_id="headquarters", licence=Licence("MIT", "MIT", LicenceUse.ALLOWED))
    write_manifest(stick, manifest)
    info = store.import_pack(stick)
    assert info.pack_id == "headquarters"
    assert info.use is LicenceUse.ALLOWED


def test_that_insightfaces_weights_keep_their_licence_whatever_the_stick_says(store: ModelStore, stick: Path) -> None:
    write_manifest(
        stick, replace(infer_manifest(stick), pack_id="buffalo_l", licence=Licence("MIT", "MIT", LicenceUse.ALLOWED))
    )
    info = store.import_pack(stick)
    assert info.use is LicenceUse.RESEARCH_ONLY
    assert read_manifest(store.folder("buffalo_l")).licence == INSIGHTFACE_LICENCE


@pytest.mark.parametrize("break_it", ["recognizer", "detector", "size", "nan"])
def test_that_nothing_is_installed_when_a_model_cannot_be_used(
    store: ModelStore, stick: Path, tmp_path: Path, break_it: str
) -> None:
    if break_it == "recognizer":
        (stick / "rec.onnx").write_bytes(b"damaged")
    elif break_it == "detector":
        save_scrfd(stick / "det.onnx", landmarks=False)
    elif break_it == "size":
        manifest = infer_manifest(stick)
        write_manifest(stick, replace(manifest, recognizer=replace(manifest.recognizer, embedding_size=65)))
    else:
        save_recognizer(stick / "rec.onnx", factor=float("nan"))
    with pytest.raises(ModelContractBroken) as caught:
        store.import_pack(stick)
    assert ".incoming" not in str(caught.value)
    assert installed(tmp_path) == []


def test_that_an_unsafe_zip_installs_nothing(store: ModelStore, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "evil.zip", "w") as file:
        file.writestr("../../evil.onnx", b"x")
    with pytest.raises(ModelError, match="unsafe"):
        store.import_pack(tmp_path / "evil.zip")
    assert installed(tmp_path) == []


def test_that_importing_the_same_pack_twice_changes_nothing(store: ModelStore, stick: Path) -> None:
    first = store.import_pack(stick)
    before = (store.folder("office") / "rec.onnx").stat().st_mtime_ns
    assert store.import_pack(zipped(stick)) == first
    assert (store.folder("office") / "rec.onnx").stat().st_mtime_ns == before


def test_that_another_pack_of_the_same_name_is_refused(store: ModelStore, stick: Path, tmp_path: Path) -> None:
    first = store.import_pack(stick)
    with pytest.raises(ModelError, match="another pack of this name"):
        store.import_pack(make_pack(tmp_path / "other" / "office", seed=8))
    assert store.list("")[1] == first
    assert installed(tmp_path) == ["office"]


def test_that_a_folder_that_somebody_put_there_is_not_replaced(store: ModelStore, stick: Path, tmp_path: Path) -> None:
    (tmp_path / "models" / "office").mkdir(parents=True)
    (tmp_path / "models" / "office" / "notes.txt").write_text("mine")
    with pytest.raises(ModelError, match="another pack of this name"):
        store.import_pack(stick)
    assert (tmp_path / "models" / "office" / "notes.txt").read_text() == "mine"


@pytest.mark.parametrize("broken", ["rec.onnx", "manifest.json"])
def test_that_a_damaged_pack_is_replaced_by_a_good_one(
    store: ModelStore, stick: Path, tmp_path: Path, broken: str
) -> None:
    store.import_pack(stick)
    (store.folder("office") / broken).write_bytes(b"damaged")
    assert store.verify("office") != []
    store.import_pack(stick)
    assert store.verify("office") == []
    assert installed(tmp_path) == ["office"]


def test_that_the_bundled_pack_is_never_replaced(store: ModelStore, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="another pack of this name"):
        store.import_pack(make_pack(tmp_path / "stick" / "bundled", seed=8))
    same = shutil.copytree(tmp_path / "bundled", tmp_path / "copy")
    assert store.import_pack(same).is_bundled
    assert installed(tmp_path) == []


def test_that_a_zip_whose_name_is_no_pack_name_is_refused_in_words(store: ModelStore, stick: Path) -> None:
    path = zipped(stick).rename(stick.with_name("office (1).zip"))
    with pytest.raises(ModelError, match="name of a pack holds"):
        store.import_pack(path)


def test_that_damage_is_listed_in_sentences(store: ModelStore, stick: Path) -> None:
    store.import_pack(stick)
    folder = store.folder("office")
    save_recognizer(folder / "rec.onnx", seed=50)
    (folder / "det.onnx").unlink()
    missing, damaged = sorted((problem.user_text for problem in store.verify("office")), key=len)
    assert "rec.onnx is damaged" in damaged
    assert "det.onnx does not exist" in missing
    (folder / "manifest.json").write_text("{")
    (problem,) = store.verify("office")
    assert "manifest is wrong" in problem.user_text


def test_that_a_folder_that_is_no_pack_is_left_out_of_the_list_and_logged(
    store: ModelStore, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "models" / "junk").mkdir(parents=True)
    with caplog.at_level(logging.WARNING):
        assert [info.pack_id for info in store.list("")] == ["bundled"]
    assert "junk" in caplog.text


@pytest.mark.parametrize("pack_id", ["none", "../bundled", "", "/etc", ".."])
def test_that_an_unknown_pack_is_missing(store: ModelStore, pack_id: str, tmp_path: Path) -> None:
    (tmp_path / "models").mkdir()
    with pytest.raises(ModelMissing):
        store.folder(pack_id)
    with pytest.raises(ModelMissing):
        store.verify(pack_id)


@pytest.mark.parametrize(("number", "kind"), [(errno.ENOSPC, DiskFull), (errno.EACCES, ReadOnlyStorage)])
def test_that_a_disk_that_fails_leaves_nothing_behind(
    store: ModelStore, stick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, kind: type[Exception]
) -> None:
    def fail(*_: object) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(model_store, "write_manifest", fail)
    with pytest.raises(kind):
        store.import_pack(stick)
    assert installed(tmp_path) == []


def test_that_the_old_pack_stays_when_the_new_one_cannot_be_moved(
    store: ModelStore, stick: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store.import_pack(stick)
    (store.folder("office") / "rec.onnx").write_bytes(b"damaged")
    real = Path.rename

    def rename(self: Path, target: Path) -> Path:
        if self.name == "pack":
            raise OSError(errno.EIO, "no")
        return real(self, target)

    monkeypatch.setattr(Path, "rename", rename)
    with pytest.raises(StorageError, match="models: no"):
        store.import_pack(stick)
    assert (store.folder("office") / "rec.onnx").read_bytes() == b"damaged"
    assert installed(tmp_path) == ["office"]


def test_that_what_a_crash_left_behind_is_swept_after_a_day(store: ModelStore, stick: Path, tmp_path: Path) -> None:
    for name, age_s in (("old", 90_000), ("new", 10)):
        folder = tmp_path / "models" / f".incoming-{name}"
        folder.mkdir(parents=True)
        then = folder.stat().st_mtime - age_s
        os.utime(folder, (then, then))
    store.import_pack(stick)
    assert installed(tmp_path) == [".incoming-new", "office"]


def test_that_the_shipped_bundle_is_whole() -> None:
    store = ModelStore(resource_path("none"), resource_path("models", "bundled"))
    assert store.verify("bundled") == []
    manifest = json.loads((resource_path("models", "bundled") / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["id"] == "bundled"
