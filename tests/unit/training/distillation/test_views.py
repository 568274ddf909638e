"""Made faces: they depend on seed and index only, stay faces of the given rows, and come in all kinds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("torch")
pytest.importorskip("onnx")

from attendance_training.data.face_shards import FaceShards
from attendance_training.distillation.views import make_view

pytestmark = pytest.mark.needs_torch

COUNT = 60


@pytest.fixture(scope="module")
def shards(crops_folder: Path) -> FaceShards:
    return FaceShards(crops_folder)


def test_that_a_view_depends_on_seed_and_index_only(shards: FaceShards) -> None:
    rows = np.arange(len(shards))
    first = [make_view(shards, rows, 3, index) for index in range(COUNT)]
    again = [make_view(shards, rows, 3, index) for index in reversed(range(COUNT))][::-1]
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert len({view.tobytes() for view in first}) == COUNT
    assert not np.array_equal(make_view(shards, rows, 4, 0), first[0])
    assert all(view.shape == (112, 112, 3) and view.dtype == np.uint8 for view in first)


def test_that_only_the_given_rows_are_used(shards: FaceShards, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []
    read = shards.crop_bgr

    def remember(index: int) -> np.ndarray:
        asked.append(index)
        return read(index)

    monkeypatch.setattr(shards, "crop_bgr", remember)
    for index in range(COUNT):
        make_view(shards, np.array([4, 7, 9]), 3, index)
    assert set(asked) == {4, 7, 9}
    assert COUNT * 1.2 < len(asked) < COUNT * 1.8, "about half of the views are made of two faces"


def test_that_views_of_one_grey_face_are_lit_and_coloured_differently(monkeypatch: pytest.MonkeyPatch) -> None:
    class Grey:
        def crop_bgr(self, index: int) -> np.ndarray:
            return np.full((112, 112, 3), 100, np.uint8)

    views = [make_view(Grey(), np.array([0]), 3, index) for index in range(COUNT)]  # type: ignore[arg-type]
    untouched = sum(bool((abs(view.astype(int) - 100) <= 1).all()) for view in views)
    assert 0.25 * COUNT < untouched < 0.75 * COUNT, "mixing and warping one grey leaves it; half are lit anew"
