"""Embedding of many files: which face is taken, and what is written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from attendance.core.types import Detection, PackInfo
from attendance.errors.reports import ReportError
from attendance.services.people.bulk_embedding import EmbeddedFile, save_crops, save_embeddings

INFO = PackInfo("p", "p:1", "P", 3, "none", True)


def face(left: float, top: float, side: float) -> Detection:
    box = np.array([left, top, left + side, top + side], np.float32)
    return Detection(box, np.zeros((5, 2), np.float32), 0.9)


def test_that_rows_are_saved_as_arrays_and_read_without_pickle(tmp_path: Path) -> None:
    rows = [
        EmbeddedFile("a/1.jpg", "ok", np.array([1, 0, 0], np.float32), face(1, 2, 3)),
        EmbeddedFile("b/2.jpg", "no_face", np.zeros(3, np.float32), None),
    ]
    save_embeddings(tmp_path / "out.npz", rows, INFO)
    with np.load(tmp_path / "out.npz", allow_pickle=False) as table:
        assert table["path"].tolist() == ["a/1.jpg", "b/2.jpg"]
        assert table["status"].tolist() == ["ok", "no_face"]
        np.testing.assert_array_equal(table["box"][0], [1, 2, 4, 5])
        assert not table["box"][1].any()
        assert str(table["model_id"]) == "p:1"


def test_that_crops_are_saved_of_the_rows_that_have_one(tmp_path: Path) -> None:
    crop = np.arange(112 * 112 * 3, dtype=np.uint32).astype(np.uint8).reshape(112, 112, 3)
    rows = [
        EmbeddedFile("b/2.jpg", "no_face", np.zeros(3, np.float32), None),
        EmbeddedFile("a/1.jpg", "ok", np.array([1, 0, 0], np.float32), face(1, 2, 3), crop),
    ]
    save_crops(tmp_path / "crops.npz", rows, INFO)
    with np.load(tmp_path / "crops.npz", allow_pickle=False) as table:
        assert table["path"].tolist() == ["a/1.jpg"]
        np.testing.assert_array_equal(table["crop"], crop[None])
        assert table["crop"].dtype == np.uint8
        assert str(table["model_id"]) == "p:1"
    save_crops(tmp_path / "crops.npz", rows[:1], INFO)
    with np.load(tmp_path / "crops.npz", allow_pickle=False) as table:
        assert table["crop"].shape == (0, 112, 112, 3)


def test_that_crops_that_cannot_be_written_leave_nothing(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="crops"):
        save_crops(tmp_path / "absent" / "crops.npz", [], INFO)
    assert list(tmp_path.iterdir()) == []


def test_that_an_empty_table_keeps_its_shapes(tmp_path: Path) -> None:
    save_embeddings(tmp_path / "out.npz", [], INFO)
    with np.load(tmp_path / "out.npz", allow_pickle=False) as table:
        assert table["embedding"].shape == (0, 3)
        assert table["landmarks"].shape == (0, 5, 2)


def test_that_an_unwritable_file_is_said_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(ReportError, match="out"):
        save_embeddings(tmp_path / "absent" / "out.npz", [], INFO)
    assert list(tmp_path.iterdir()) == []


def test_that_a_file_that_cannot_take_its_place_leaves_no_part_behind(tmp_path: Path) -> None:
    target = tmp_path / "out.npz"
    target.mkdir()
    with pytest.raises(ReportError, match="out"):
        save_embeddings(target, [], INFO)
    assert list(tmp_path.iterdir()) == [target]
