"""The pack that the training side writes is the pack that the application reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from attendance.core.packs.format import Licence
from attendance.core.packs.manifest_file import MANIFEST_NAME, read_manifest, verify_files
from attendance.core.types import LicenceUse
from attendance.errors.models import ModelContractBroken, ModelMissing
from attendance_training.errors import CalibrationDataUnusable
from attendance_training.evaluation.calibration import Calibration, OperatingPoint
from attendance_training.packs.folder import (
    MTCNN_FILES,
    detector_files,
    read_calibration,
    write_calibration,
    write_pack,
)

LICENCE = Licence("research only", "Two sentences. With a “quotation”.", use=LicenceUse.RESEARCH_ONLY)
CALIBRATION = Calibration(
    people=20,
    photos=80,
    impostor_pairs=3000,
    genuine_pairs=120,
    points=(OperatingPoint(1e-2, 0.30001, 0.25, 0.35, 0.9, 0.8, 1.0),),
)


def make_pack(tmp_path: Path) -> Path:
    detector = tmp_path / "detector"
    detector.mkdir()
    for index, name in enumerate(MTCNN_FILES.values()):
        (detector / name).write_bytes(bytes([index]) * 10)
    folder = tmp_path / "pack"
    folder.mkdir()
    (folder / "rec.onnx").write_bytes(b"recognizer")
    write_pack(
        folder,
        pack_id="made-here",
        title="Made here",
        licence=LICENCE,
        detector=detector_files(detector),
        embedding_size=192,
        flip_average=True,
    )
    return folder


def test_that_the_application_reads_the_written_manifest(tmp_path: Path) -> None:
    folder = make_pack(tmp_path)
    manifest = read_manifest(folder)
    verify_files(folder, manifest)
    assert manifest.pack_id == "made-here"
    assert manifest.detector.kind == "mtcnn"
    assert dict(manifest.detector.files) == MTCNN_FILES
    recognizer = manifest.recognizer
    assert (recognizer.embedding_size, recognizer.mean, recognizer.std) == (192, 127.5, 127.5)
    assert recognizer.flip_average
    assert (manifest.licence.text, manifest.licence.use) == (LICENCE.text, LicenceUse.RESEARCH_ONLY)
    assert manifest.calibration is None


def test_that_a_single_detector_file_is_one_of_scrfds_layout(tmp_path: Path) -> None:
    (tmp_path / "trained.onnx").write_bytes(b"detector")
    folder = tmp_path / "pack"
    folder.mkdir()
    (folder / "rec.onnx").write_bytes(b"recognizer")
    detector = detector_files(tmp_path / "trained.onnx", input_size_wh=(640, 480))
    write_pack(
        folder, pack_id="own", title="Own", licence=LICENCE, detector=detector, embedding_size=192, flip_average=True
    )
    manifest = read_manifest(folder)
    verify_files(folder, manifest)
    assert (manifest.detector.kind, manifest.detector.input_size_wh) == ("scrfd", (640, 480))
    assert (folder / manifest.detector.files["detector"]).read_bytes() == b"detector"


def test_that_write_pack_accepts_a_detector_already_in_place(tmp_path: Path) -> None:
    folder = make_pack(tmp_path)
    write_pack(
        folder,
        pack_id="again",
        title="Again",
        licence=LICENCE,
        detector=detector_files(folder),
        embedding_size=192,
        flip_average=False,
    )
    manifest = read_manifest(folder)
    verify_files(folder, manifest)
    assert (manifest.pack_id, manifest.recognizer.flip_average) == ("again", False)


def test_that_write_pack_names_an_absent_detector_file(tmp_path: Path) -> None:
    folder = make_pack(tmp_path)
    with pytest.raises(ModelMissing, match=r"det_pnet\.onnx"):
        write_pack(
            folder,
            pack_id="x",
            title="x",
            licence=LICENCE,
            detector=detector_files(tmp_path),
            embedding_size=192,
            flip_average=False,
        )


def test_that_the_application_reads_the_written_calibration(tmp_path: Path) -> None:
    folder = make_pack(tmp_path)
    write_calibration(folder, CALIBRATION, data="80 photographs", model_id=read_manifest(folder).model_id)
    calibration = read_manifest(folder).calibration
    assert calibration is not None
    assert (calibration.data, calibration.impostor_pairs) == ("80 photographs", 3000)
    (point,) = calibration.points
    assert (point.fmr, point.low, point.high) == (1e-2, 0.25, 0.35)
    assert point.threshold == 0.3001  # rounded up: never more false matches than measured


def test_that_a_calibration_of_another_recognizer_is_refused(tmp_path: Path) -> None:
    folder = make_pack(tmp_path)
    before = (folder / MANIFEST_NAME).read_bytes()
    with pytest.raises(CalibrationDataUnusable, match="its embeddings were made by"):
        write_calibration(folder, CALIBRATION, data="80 photographs", model_id="made-here:0123456789ab")
    assert (folder / MANIFEST_NAME).read_bytes() == before


def test_that_a_calibration_of_the_same_file_with_other_numbers_is_refused(tmp_path: Path) -> None:
    folder = make_pack(tmp_path)
    of_the_file = read_manifest(folder).model_id
    content = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
    content["recognizer"] |= {"own": True, "mean": 0.0}
    (folder / MANIFEST_NAME).write_text(json.dumps(content), encoding="utf-8")
    with pytest.raises(CalibrationDataUnusable, match="its embeddings were made by"):
        write_calibration(folder, CALIBRATION, data="x", model_id=of_the_file)
    write_calibration(folder, CALIBRATION, data="x", model_id=read_manifest(folder).model_id)
    assert read_calibration(folder).data == "x"


def test_that_read_calibration_gives_back_what_was_written(tmp_path: Path) -> None:
    folder = make_pack(tmp_path)
    assert read_calibration(folder).points == ()
    write_calibration(folder, CALIBRATION, data="x")
    (point,) = read_calibration(folder).points
    assert (point.fmr, point.threshold, point.low, point.high) == (1e-2, 0.3001, 0.25, 0.35)
    with pytest.raises(CalibrationDataUnusable, match="its embeddings were made by"):
        read_calibration(folder, model_id="made-here:0123456789ab")


def test_that_read_calibration_refuses_points_without_a_threshold(tmp_path: Path) -> None:
    folder = make_pack(tmp_path)
    content = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
    content["calibration"] = {"data": "", "impostor_pairs": 1, "points": [{"fmr": 0.01}]}
    (folder / MANIFEST_NAME).write_text(json.dumps(content))
    with pytest.raises(ModelContractBroken, match="calibration"):
        read_calibration(folder)


@pytest.mark.parametrize("content", ["{", "[]", "", "{}"])
def test_that_a_broken_manifest_is_refused(tmp_path: Path, content: str) -> None:
    folder = make_pack(tmp_path)
    (folder / MANIFEST_NAME).write_text(content)
    with pytest.raises(ModelContractBroken, match="the manifest is wrong"):
        write_calibration(folder, CALIBRATION, data="x")
    assert (folder / MANIFEST_NAME).read_text() == content


def test_that_a_folder_without_manifest_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing):
        write_calibration(tmp_path, CALIBRATION, data="x")


def test_that_nothing_else_of_the_manifest_changes(tmp_path: Path) -> None:
    folder = make_pack(tmp_path)
    before = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8")) | {"unknown": {"to us": 1}}
    (folder / MANIFEST_NAME).write_text(json.dumps(before))
    write_calibration(folder, CALIBRATION, data="x")
    after = json.loads((folder / MANIFEST_NAME).read_text(encoding="utf-8"))
    assert after.pop("calibration")["data"] == "x"
    assert after == before
    assert {path.name for path in folder.iterdir()} == {MANIFEST_NAME, "rec.onnx", *MTCNN_FILES.values()}
