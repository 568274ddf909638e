"""The bundled pack and the reference pack on a real photograph."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from attendance.core.types import ImageBgr
from attendance.errors.models import ModelChecksumMismatch
from attendance.resource_files import resource_path
from attendance.vision.packs.loading import LoadedPack, load_pack

BUNDLED = resource_path("models", "bundled")


@pytest.fixture(scope="module")
def group_photo() -> ImageBgr:
    insightface = pytest.importorskip("insightface")
    image = cv2.imread(str(Path(insightface.__file__).parent / "data" / "images" / "t1.jpg"))
    return np.asarray(image, dtype=np.uint8)


@pytest.fixture(scope="module")
def bundled() -> LoadedPack:
    if not (BUNDLED / "rec.onnx").exists():
        pytest.skip("the bundled recognizer has not been made yet")
    return load_pack(BUNDLED, provider="cpu", threads=1, is_bundled=True)


def rows_of(pack: LoadedPack, image: ImageBgr) -> np.ndarray:
    faces = pack.detector.detect(image)
    return pack.embedder.embed([pack.embedder.align(image, face.landmarks_px) for face in faces])


def test_that_the_bundled_pack_finds_and_embeds_six_faces(bundled: LoadedPack, group_photo: ImageBgr) -> None:
    rows = rows_of(bundled, group_photo)
    assert rows.shape == (6, bundled.info.embedding_size)
    np.testing.assert_allclose(np.linalg.norm(rows, axis=1), 1.0, atol=1e-5)
    between = rows @ rows.T - 2.0 * np.eye(6)
    assert between.max() < 0.6  # six different people


def test_that_a_face_is_itself_in_a_darker_and_smaller_picture(bundled: LoadedPack, group_photo: ImageBgr) -> None:
    changed = cv2.convertScaleAbs(cv2.resize(group_photo, None, fx=0.8, fy=0.8), alpha=0.7)
    first, second = rows_of(bundled, group_photo), rows_of(bundled, np.asarray(changed, dtype=np.uint8))
    assert len(second) == 6
    similar = first @ second.T
    assert sorted(similar.argmax(axis=1)) == list(range(6))
    assert similar.max(axis=1).min() > 0.7


def test_that_a_damaged_bundled_file_is_not_loaded(bundled: LoadedPack, tmp_path: Path) -> None:
    folder = shutil.copytree(BUNDLED, tmp_path / "pack")
    content = bytearray((folder / "det_onet.onnx").read_bytes())
    content[len(content) // 2] ^= 1
    (folder / "det_onet.onnx").write_bytes(content)
    with pytest.raises(ModelChecksumMismatch, match=r"det_onet\.onnx is damaged"):
        load_pack(folder, provider="cpu")


@pytest.mark.needs_shared
def test_that_the_reference_pack_gives_insightfaces_embeddings(shared: Path, group_photo: ImageBgr) -> None:
    app = pytest.importorskip("insightface.app")
    folder = shared / "packs" / "reference"
    analysis = app.FaceAnalysis(name=str(folder), providers=["CPUExecutionProvider"])
    analysis.prepare(ctx_id=-1, det_size=(640, 640))
    with pytest.warns(FutureWarning):  # from its use of scikit-image
        theirs = np.stack([face.normed_embedding for face in analysis.get(group_photo)])
    ours = rows_of(load_pack(folder, provider="cpu", threads=1), group_photo)
    assert np.sum(theirs * ours, axis=1).min() > 0.999
