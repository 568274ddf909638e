"""The embeddings file: grouping by folder, the cap, and every way it can be wrong."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from attendance_training.errors import CalibrationDataUnusable
from attendance_training.evaluation.embeddings import load_embeddings


def write(target: Path, rows: list[tuple[str, str]], **changes: Any) -> Path:
    vectors = np.zeros((len(rows), 4), np.float32)
    for index, (_, status) in enumerate(rows):
        if status == "ok":
            vectors[index, index % 4] = 1.0
    arrays: dict[str, Any] = {
        "path": np.array([name for name, _ in rows]),
        "status": np.array([status for _, status in rows]),
        "embedding": vectors,
    }
    arrays.update(changes)
    np.savez(target, **{key: value for key, value in arrays.items() if value is not None})
    return target


ROWS = [("b/2.jpg", "ok"), ("a/1.jpg", "ok"), ("b/1.jpg", "no_face"), ("b/3/x.jpg", "ok"), ("a/2.jpg", "unreadable")]


def test_that_load_embeddings_groups_by_the_first_folder(tmp_path: Path) -> None:
    data = load_embeddings(write(tmp_path / "e.npz", ROWS), max_per_person=10)
    assert data.people == 2
    assert data.person.tolist() == [0, 1, 1]
    assert data.vectors.argmax(axis=1).tolist() == [1, 0, 3]
    assert (data.photos, data.failed) == (5, 2)


def test_that_load_embeddings_reads_windows_paths(tmp_path: Path) -> None:
    data = load_embeddings(write(tmp_path / "e.npz", [("a\\1.jpg", "ok"), ("b\\1.jpg", "ok")]), max_per_person=1)
    assert data.people == 2


def test_that_load_embeddings_caps_the_photographs_of_one_person(tmp_path: Path) -> None:
    rows = [(f"a/{n}.jpg", "ok") for n in range(9)] + [("b/0.jpg", "ok")]
    data = load_embeddings(write(tmp_path / "e.npz", rows), max_per_person=3)
    assert np.bincount(data.person).tolist() == [3, 1]


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"status": None}, "status"),
        ({"embedding": np.ones((5, 4), np.float32)}, "unit length"),
        ({"embedding": np.zeros((4, 4), np.float32)}, "fit together"),
        ({"embedding": np.zeros((5, 4), np.float64)}, "fit together"),
        ({"path": np.array(["1.jpg", "2.jpg", "3.jpg", "4.jpg", "5.jpg"])}, "person's folder"),
        ({"path": np.array(["a/1", "a/2", "a/3", "a/4", "a/5"])}, "it holds 1"),
        ({"path": np.array([{"x": 1}] * 5, dtype=object)}, "not opened"),
    ],
)
def test_that_load_embeddings_names_what_is_wrong(tmp_path: Path, changes: dict[str, Any], reason: str) -> None:
    path = write(tmp_path / "e.npz", ROWS, **changes)
    with pytest.raises(CalibrationDataUnusable, match=reason):
        load_embeddings(path, max_per_person=10)


def test_that_load_embeddings_refuses_absent_and_foreign_files(tmp_path: Path) -> None:
    with pytest.raises(CalibrationDataUnusable, match="no such file"):
        load_embeddings(tmp_path / "absent.npz", max_per_person=10)
    (tmp_path / "text.npz").write_text("hello")
    with pytest.raises(CalibrationDataUnusable, match="not opened"):
        load_embeddings(tmp_path / "text.npz", max_per_person=10)
