"""The file of ``attendance embed --crops``: written by the product's own code, read here."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from attendance.core.types import PackInfo
from attendance.services.people.bulk_embedding import EmbeddedFile, save_crops
from attendance_training.data.crop_archive import CropArchive
from attendance_training.errors import TrainingDataUnusable
from tests.fakes import FakePack
from tests.unit.training.data.pictures import make_crop


def info() -> PackInfo:
    return FakePack().info


def test_that_the_products_file_comes_back_by_person(tmp_path: Path) -> None:
    zeros = np.zeros(4, np.float32)
    rows = [
        EmbeddedFile("Bo/1.jpg", "ok", zeros, None, make_crop(1)),
        EmbeddedFile("Ann/2.jpg", "ok", zeros, None, make_crop(2)),
        EmbeddedFile("Ann/3.jpg", "no_face", zeros, None),
        EmbeddedFile("Bo/0.jpg", "ok", zeros, None, make_crop(3)),
    ]
    save_crops(tmp_path / "crops.npz", rows, info())
    faces = CropArchive(tmp_path / "crops.npz")
    assert list(faces.people) == ["Ann", "Bo"]
    assert list(faces.names) == ["Ann/2.jpg", "Bo/0.jpg", "Bo/1.jpg"]
    np.testing.assert_array_equal(faces.labels, [0, 1, 1])
    np.testing.assert_array_equal([faces.crop_bgr(i) for i in range(3)], [make_crop(s) for s in (2, 3, 1)])
    assert faces.model_id == info().model_id
    faces.crop_bgr(0)[:] = 0
    np.testing.assert_array_equal(faces.crop_bgr(0), make_crop(2))


Arrays = dict[str, Any]
DAMAGE: dict[str, tuple[Callable[[Arrays], object], str]] = {
    "no crops": (lambda a: a.pop("crop"), "no array crop.*--crops"),
    "floats": (lambda a: a.update(crop=a["crop"].astype(np.float32)), "float32"),
    "another size": (lambda a: a.update(crop=a["crop"][:, :96]), "96"),
    "fewer names": (lambda a: a.update(path=a["path"][:1]), "do not fit"),
    "bytes": (lambda a: a.update(path=a["path"].astype("S")), "do not fit"),
    "no rows": (lambda a: a.update(path=a["path"][:0], crop=a["crop"][:0]), "no face was found"),
    "nobody's": (lambda a: a.update(path=np.array(["0.jpg", "Bo/1.jpg"])), "not in a person's folder"),
    "pickled": (lambda a: a.update(path=np.array(["Ann/0", None], object)), "pickled"),
}


@pytest.mark.parametrize("damage", DAMAGE)
def test_that_another_file_is_refused(tmp_path: Path, damage: str) -> None:
    change, reason = DAMAGE[damage]
    arrays: Arrays = {"path": np.array(["Ann/0.jpg", "Bo/1.jpg"]), "crop": np.stack([make_crop(1), make_crop(2)])}
    change(arrays)
    np.savez(tmp_path / "crops.npz", **arrays)
    with pytest.raises(TrainingDataUnusable, match=rf"crops\.npz.*{reason}"):
        CropArchive(tmp_path / "crops.npz")
