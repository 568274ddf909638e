"""A folder a person: labels, what is left out, what is refused."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from attendance_training.data.folder_faces import FolderFaces
from attendance_training.errors import TrainingDataUnusable
from tests.unit.training.data.pictures import jpg, make_crop, png, write_folder


def test_that_folders_become_labels_and_pictures_come_back(tmp_path: Path) -> None:
    write_folder(tmp_path, {"Bo": [make_crop(3)], "Ann": [make_crop(1), make_crop(2)]})
    faces = FolderFaces(tmp_path)
    assert list(faces.people) == ["Ann", "Bo"]
    assert list(faces.names) == ["Ann/0.png", "Ann/1.png", "Bo/0.png"]
    np.testing.assert_array_equal(faces.labels, [0, 0, 1])
    np.testing.assert_array_equal(faces.crop_bgr(2), make_crop(3))
    assert (len(faces), list(faces.left_out)) == (3, [])


def test_that_deeper_folders_grey_pictures_and_other_files_are_understood(tmp_path: Path) -> None:
    write_folder(tmp_path, {"Ann": [make_crop(1)]})
    deep = tmp_path / "Ann" / "2026" / "door"
    deep.mkdir(parents=True)
    grey = cv2.cvtColor(make_crop(4), cv2.COLOR_BGR2GRAY)
    (deep / "x.JPG").write_bytes(cv2.imencode(".png", grey)[1].tobytes())
    (tmp_path / "Ann" / "notes.txt").write_text("no picture")
    (tmp_path / "readme.txt").write_text("no picture")
    (tmp_path / ".cache").mkdir()
    faces = FolderFaces(tmp_path)
    assert list(faces.names) == ["Ann/0.png", "Ann/2026/door/x.JPG"]
    np.testing.assert_array_equal(faces.crop_bgr(1), np.repeat(grey[:, :, None], 3, axis=2))


def test_that_empty_folders_and_unreadable_pictures_are_left_out_by_name(tmp_path: Path) -> None:
    write_folder(tmp_path, {"Ann": [make_crop(1)], "Bad": [], "Cut": [], "Empty": []})
    (tmp_path / "Bad" / "0.jpg").write_bytes(b"not a picture")
    (tmp_path / "Ann" / "zero.png").write_bytes(b"")
    (tmp_path / "Cut" / "0.png").write_bytes(png(make_crop(2))[:20])
    faces = FolderFaces(tmp_path)
    assert list(faces.people) == ["Ann"]
    assert {item.name for item in faces.left_out} == {"Ann/zero.png", "Bad/0.jpg", "Bad", "Cut/0.png", "Cut", "Empty"}


def test_that_another_size_is_refused_with_the_file_and_the_command(tmp_path: Path) -> None:
    write_folder(tmp_path, {"Ann": [make_crop(1), cv2.resize(make_crop(2), (250, 200))]})
    with pytest.raises(TrainingDataUnusable, match=r"1\.png.*250x200.*attendance embed .*--crops"):
        FolderFaces(tmp_path)


def test_that_a_picture_of_nobody_is_refused(tmp_path: Path) -> None:
    write_folder(tmp_path, {"Ann": [make_crop(1)]})
    (tmp_path / "stray.jpg").write_bytes(jpg(make_crop(2)))
    with pytest.raises(TrainingDataUnusable, match=r"stray\.jpg.*no person's folder"):
        FolderFaces(tmp_path)


@pytest.mark.parametrize("photos", [{}, {"Ann": []}])
def test_that_a_folder_without_faces_is_refused(tmp_path: Path, photos: dict[str, list[np.ndarray]]) -> None:
    with pytest.raises(TrainingDataUnusable, match="no folder of a person"):
        FolderFaces(write_folder(tmp_path, photos))
    with pytest.raises(TrainingDataUnusable, match="no such folder"):
        FolderFaces(tmp_path / "absent")


def test_that_a_picture_cut_off_in_the_middle_is_refused_when_it_is_read(tmp_path: Path) -> None:
    write_folder(tmp_path, {"Ann": [make_crop(1)]})
    whole = jpg(make_crop(2))
    (tmp_path / "Ann" / "9.jpg").write_bytes(whole[: len(whole) // 2])
    faces = FolderFaces(tmp_path)
    with pytest.raises(TrainingDataUnusable, match=r"9\.jpg.*damaged"):
        faces.crop_bgr(1)
    (tmp_path / "Ann" / "0.png").unlink()
    with pytest.raises(TrainingDataUnusable, match=r"0\.png.*cannot be read"):
        faces.crop_bgr(0)
