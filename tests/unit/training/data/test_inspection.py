"""One person under two names, damage, lonely pictures: found, told, refused."""

from __future__ import annotations

import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from attendance_training import cli
from attendance_training.data.folder_faces import FolderFaces
from attendance_training.data.inspection import inspect_faces
from attendance_training.data.picture_hashes import NEAR_BITS, exact_hash, near_hash, near_pairs
from attendance_training.errors import TrainingDataUnusable
from tests.unit.training.data.pictures import Crop, jpg, make_crop, picture_record, png, write_folder, write_records


def bits_between(first: Crop, second: Crop) -> int:
    one, other = near_hash(first), near_hash(second)
    assert one is not None
    assert other is not None
    return int((one != other).sum())


def recompressed(crop: Crop) -> Crop:
    return cv2.imdecode(np.frombuffer(jpg(crop, 40), np.uint8), cv2.IMREAD_COLOR).astype(np.uint8)


def test_that_near_hashes_tell_a_changed_copy_from_another_picture() -> None:
    crop = make_crop(1)
    half = cv2.resize(cv2.resize(crop, (56, 56), interpolation=cv2.INTER_AREA), (112, 112)).astype(np.uint8)
    brighter = np.clip(crop.astype(np.float32) * 1.1 + 8, 0, 255).astype(np.uint8)
    assert bits_between(crop, crop) == 0
    assert max(bits_between(crop, copy) for copy in (recompressed(crop), half, brighter)) <= NEAR_BITS
    assert min(bits_between(crop, make_crop(seed)) for seed in range(2, 60)) > 2 * NEAR_BITS
    assert near_hash(np.full((112, 112, 3), 90, np.uint8)) is None


def test_that_exact_hashes_go_by_pixels() -> None:
    crop = make_crop(1)
    assert exact_hash(crop) == exact_hash(crop[:, ::-1][:, ::-1])
    changed = crop.copy()
    changed[0, 0, 0] ^= 1
    assert exact_hash(changed) != exact_hash(crop)


def test_that_near_pairs_are_those_of_a_slow_search(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("attendance_training.data.picture_hashes._ROWS", 7)
    rng = np.random.default_rng(2)
    hashes = rng.random((40, 255)) < 0.5
    for source, copy, flips in ((0, 33, 0), (5, 6, 40), (9, 39, 41), (20, 21, 12)):
        hashes[copy] = hashes[source]
        hashes[copy, rng.choice(255, flips, replace=False)] ^= True
    slow = {
        (a, b, int((hashes[a] != hashes[b]).sum()))
        for a in range(40)
        for b in range(a + 1, 40)
        if (hashes[a] != hashes[b]).sum() <= NEAR_BITS
    }
    assert slow == {(0, 33, 0), (5, 6, 40), (20, 21, 12)}
    assert set(near_pairs(hashes)) == slow


@pytest.fixture
def bad_folder(tmp_path: Path) -> Path:
    crops = [make_crop(seed) for seed in range(20)]
    root = write_folder(
        tmp_path / "faces",
        {
            "Ann": [crops[0], crops[1], crops[1]],
            "Anne": [crops[2], recompressed(crops[0])],
            "Bo": [crops[3], crops[4]],
            "Bob": [crops[5], crops[3]],
            "Cleo": [crops[6]],
            "Dirk": [crops[7], np.full((112, 112, 3), 60, np.uint8)],
            "Empty": [],
            "Eve": [],
        },
    )
    (root / "Eve" / "0.jpg").write_bytes(jpg(crops[8])[:1500])
    return root


def test_that_an_inspection_finds_everything_once(bad_folder: Path) -> None:
    found = inspect_faces(FolderFaces(bad_folder))
    assert set(found.same_person) == {("Ann", "Anne"), ("Bo", "Bob")}
    (near,), (exact,) = found.same_person["Ann", "Anne"], found.same_person["Bo", "Bob"]
    assert (near.first, near.second) == ("Ann/0.png", "Anne/1.png")
    assert 0 <= near.bits <= NEAR_BITS
    assert (exact.first, exact.second, exact.bits) == ("Bo/0.png", "Bob/1.png", -1)
    assert [(pair.first, pair.second) for pair in found.repeated] == [("Ann/1.png", "Ann/2.png")]
    assert list(found.alone) == ["Cleo"]
    assert list(found.without) == ["Eve"]
    assert list(found.flat) == ["Dirk/1.png"]
    assert {item.name for item in found.left_out} == {"Empty", "Eve/0.jpg"}
    assert (found.people, found.pictures) == (6, 12)


def test_that_two_names_of_one_person_are_refused_with_names_and_pictures(bad_folder: Path) -> None:
    found = inspect_faces(FolderFaces(bad_folder))
    with pytest.raises(TrainingDataUnusable, match=r"'Ann' and 'Anne' \(and 1 more\).*Ann/0\.png and Anne/1\.png"):
        found.refuse_same_person(bad_folder)


def test_that_good_faces_are_not_refused(tmp_path: Path) -> None:
    photos = {person: [make_crop(10 * number + k) for k in range(3)] for number, person in enumerate("ABCD")}
    found = inspect_faces(FolderFaces(write_folder(tmp_path, photos)))
    found.refuse_same_person(tmp_path)
    assert (found.same_person, found.repeated, found.alone, found.left_out) == ({}, [], [], [])


def run_main(monkeypatch: pytest.MonkeyPatch, *arguments: object) -> int:
    monkeypatch.setattr(sys, "argv", ["attendance-train", *map(str, arguments)])
    with pytest.raises(SystemExit) as exit_:
        cli.main()
    assert isinstance(exit_.value.code, int)
    return exit_.value.code


def test_that_the_command_prints_what_it_found_and_refuses(
    bad_folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run_main(monkeypatch, "check-faces", bad_folder) == 1
    printed = capsys.readouterr()
    for line in ("12 pictures of 6 people", "shared by 'Bo' and 'Bob'", "Ann/1.png = Ann/2.png", "  Cleo", "  Empty:"):
        assert line in printed.out
    assert "MOD-08" in printed.err
    assert "probably the same person" in printed.err


@pytest.mark.parametrize("kind", ["folder", "records", "archive"])
def test_that_the_command_takes_every_kind_of_faces(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    crops = [make_crop(seed) for seed in range(4)]
    if kind == "folder":
        path = write_folder(tmp_path / "f", {"A": crops[:2], "B": crops[2:]})
    elif kind == "records":
        records = {key: picture_record(key // 3, png(crop)) for key, crop in enumerate(crops, 1)}
        path = write_records(tmp_path / "a.rec", records)
    else:
        path = tmp_path / "crops.npz"
        np.savez(path, path=np.array(["A/0", "A/1", "B/0", "B/1"]), crop=np.stack(crops))
    assert run_main(monkeypatch, "check-faces", path) == 0
    assert capsys.readouterr().out == "4 pictures of 2 people\n"
