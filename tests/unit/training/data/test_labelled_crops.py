"""Aligned faces of known people: read as the application writes them, drawn the same every time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from attendance.core.types import PackInfo
from attendance.services.people.bulk_embedding import EmbeddedFile, save_crops
from attendance_training.data.labelled_crops import LabelledCrops, load_crops, sample_people
from attendance_training.errors import EvaluationDataUnusable


def write(path: Path, names: list[str]) -> Path:
    """Crop number i is filled with the value i."""
    rows = [
        EmbeddedFile(name, "ok", np.ones(1, np.float32), None, np.full((112, 112, 3), number, np.uint8))
        for number, name in enumerate(names)
    ]
    save_crops(path, rows, PackInfo("p", "p:1", "P", 1, "none", True))
    return path


def values(data: LabelledCrops) -> list[int]:
    return data.crops[:, 0, 0, 0].tolist()


def test_that_crops_are_grouped_by_their_folder_in_the_order_of_their_paths(tmp_path: Path) -> None:
    data = load_crops(write(tmp_path / "c.npz", ["b/2.jpg", "a/1.jpg", "b/1.jpg", "c\\1.jpg"]))
    assert values(data) == [1, 2, 0, 3]
    assert data.person.tolist() == [0, 1, 1, 2]
    assert (data.people, data.model_id) == (3, "p:1")
    labelled = data.labelled(np.eye(4, dtype=np.float32))
    assert labelled.people == 3
    assert labelled.person is data.person


@pytest.mark.parametrize(
    ("names", "reason"), [(["a.jpg", "b/1.jpg"], "not in a person's folder"), (["a/1"], "it holds 1")]
)
def test_that_a_file_without_people_is_refused(tmp_path: Path, names: list[str], reason: str) -> None:
    with pytest.raises(EvaluationDataUnusable, match=reason):
        load_crops(write(tmp_path / "c.npz", names))


def test_that_other_arrays_are_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "e.npz", path=np.array(["a/1"]), embedding=np.ones((1, 4), np.float32))
    with pytest.raises(EvaluationDataUnusable, match="a file of aligned faces is needed"):
        load_crops(tmp_path / "e.npz")
    np.savez(tmp_path / "f.npz", path=np.array(["a/1", "b/1"]), crop=np.zeros((2, 112, 112, 3), np.float32))
    with pytest.raises(EvaluationDataUnusable, match="uint8"):
        load_crops(tmp_path / "f.npz")


def test_that_a_sample_holds_people_with_several_photographs_only(tmp_path: Path) -> None:
    names = [f"p{person:02}/{photo}.jpg" for person in range(30) for photo in range(1 + person % 4)]
    data = load_crops(write(tmp_path / "c.npz", names))
    sample = sample_people(data, people=10, photos=3, seed=5)
    counts = np.bincount(sample.person)
    assert len(counts) == sample.people == 10
    assert counts.min() >= 2
    assert counts.max() == 3
    of_sample = {names[value].split("/")[0] for value in values(sample)}
    assert all(int(name[1:]) % 4 >= 1 for name in of_sample)
    assert values(sample) == values(sample_people(data, people=10, photos=3, seed=5))
    assert values(sample) != values(sample_people(data, people=10, photos=3, seed=6))


def test_that_a_sample_of_single_photographs_is_refused(tmp_path: Path) -> None:
    data = load_crops(write(tmp_path / "c.npz", ["a/1", "b/1", "c/1", "c/2"]))
    with pytest.raises(ValueError, match="two photographs"):
        sample_people(data, people=2, photos=2, seed=1)
