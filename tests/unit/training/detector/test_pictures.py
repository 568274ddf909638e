"""Reading and labelling the pictures that scenes are made of."""

from __future__ import annotations

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

from attendance_training.detector.pictures import PictureSet, is_held_back, load_pictures
from attendance_training.errors import TrainingDataUnusable
from tests.unit.training.detector import made_up

pytestmark = pytest.mark.needs_torch


def load(
    photos: Path, reference: Path, labels: Path, *, crops: Path | None = None, said: list[str] | None = None
) -> tuple[PictureSet, PictureSet]:
    heard: list[str] = [] if said is None else said
    return load_pictures(photos, crops, reference, labels, crop_count=40, say=heard.append)


def test_that_people_are_split_between_training_and_held_back(
    photos_folder: Path, reference_file: Path, tmp_path: Path
) -> None:
    training, held_back = load(photos_folder, reference_file, tmp_path / "labels.npz")

    assert (len(training.photos), len(held_back.photos)) == (6, 3)
    assert training.photos[0].faces.boxes.shape[1:] == (4,)


def test_that_labels_are_made_once_and_anew_for_another_reference(
    photos_folder: Path, reference_file: Path, tmp_path: Path
) -> None:
    labels, said = tmp_path / "labels.npz", list[str]()
    first, _ = load(photos_folder, reference_file, labels, said=said)
    again, _ = load(photos_folder, reference_file, labels, said=said)
    other = tmp_path / "other.onnx"
    shutil.copy(reference_file, other)
    other.write_bytes(other.read_bytes() + b"\x82\x01\x00")  # an unknown, empty field: another digest
    load(photos_folder, other, labels, said=said)

    assert [line.startswith("Labelling") for line in said] == [True, False, False, True, False]
    for a, b in zip(first.photos, again.photos, strict=True):
        assert np.array_equal(a.faces.boxes, b.faces.boxes)
        assert np.array_equal(a.faces.landmarks, b.faces.landmarks)


def test_that_damaged_labels_are_refused(photos_folder: Path, reference_file: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.npz"
    labels.write_bytes(b"PK\x03\x04 half a file")

    with pytest.raises(TrainingDataUnusable, match=r"labels\.npz cannot be used"):
        load(photos_folder, reference_file, labels)


def test_that_a_folder_without_photographs_says_what_is_needed(reference_file: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingDataUnusable, match=r"no photographs <person>/\*\.jpg; .*--photos"):
        load(tmp_path / "absent", reference_file, tmp_path / "labels.npz")


@pytest.mark.parametrize("content", [b"", b"\xff\xd8 no picture"])
def test_that_a_damaged_photograph_is_refused_by_name(reference_file: Path, tmp_path: Path, content: bytes) -> None:
    (tmp_path / "photos" / "A").mkdir(parents=True)
    (tmp_path / "photos" / "A" / "bad.jpg").write_bytes(content)

    with pytest.raises(TrainingDataUnusable, match=r"bad\.jpg cannot be used for training: it is damaged"):
        load(tmp_path / "photos", reference_file, tmp_path / "labels.npz")


def test_that_an_absent_reference_detector_is_refused(photos_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(TrainingDataUnusable, match=r"gone\.onnx cannot be used for training: it cannot be read"):
        load(photos_folder, tmp_path / "gone.onnx", tmp_path / "labels.npz")


def test_that_a_damaged_shard_is_refused(photos_folder: Path, reference_file: Path, tmp_path: Path) -> None:
    (tmp_path / "shard-00.npz").write_bytes(b"PK\x03\x04 half a file")

    with pytest.raises(TrainingDataUnusable, match=r"shard-00\.npz cannot be used"):
        load(photos_folder, reference_file, tmp_path / "labels.npz", crops=tmp_path)


def test_that_photographs_without_a_held_back_face_are_refused(reference_file: Path, tmp_path: Path) -> None:
    made_up.write_photos(tmp_path / "photos", 2, is_wanted=lambda name: not is_held_back(name))

    with pytest.raises(TrainingDataUnusable, match="found no face in any held-back photograph"):
        load(tmp_path / "photos", reference_file, tmp_path / "labels.npz")


def test_that_a_crop_is_labelled_where_it_stands_in_its_sheet(
    photos_folder: Path, reference_file: Path, tmp_path: Path
) -> None:
    """The made-up reference sees a face in the middle of a sheet only: there lies the fifth of nine crops."""
    files = [
        cv2.imencode(".png", np.full((112, 112, 3), shade, np.uint8))[1].reshape(-1) for shade in range(0, 180, 20)
    ]
    np.savez(
        tmp_path / "shard-00.npz",
        allow_pickle=False,
        jpeg=np.concatenate(files),
        offset=np.cumsum([0, *(len(file) for file in files)], dtype=np.int64),
        name=np.array([f"crop-{index}".encode() for index in range(len(files))]),
        teacher=np.eye(len(files), dtype=np.float16),
    )

    training, held_back = load(photos_folder, reference_file, tmp_path / "labels.npz", crops=tmp_path)

    found = [*training.crops, *held_back.crops]
    assert [int(crop.picture_bgr[0, 0, 0]) for crop in found] == [80]
    middle = (found[0].faces.boxes[0, :2] + found[0].faces.boxes[0, 2:]) / 2
    assert middle == pytest.approx([56, 56], abs=1.0)
