"""What goes into a run: its batches, where its pictures come from, and the people it is validated with."""

from __future__ import annotations

import errno
import math
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from torch import Tensor, nn

from attendance.errors import Reason
from attendance.errors.settings import ConfigError
from attendance_training.data.check_command import open_faces
from attendance_training.data.face_source import IndexedFaces
from attendance_training.data.folder_faces import FolderFaces
from attendance_training.data.record_io import RecordFile
from attendance_training.errors import TrainingDataUnusable
from attendance_training.loop import provenance
from attendance_training.loop.face_batches import FaceBatches
from attendance_training.loop.processes import Processes
from attendance_training.loop.provenance import fingerprint, git_commit
from attendance_training.loop.validation import HeldOutPeople
from tests.unit.training.data.pictures import picture_record, png, write_folder, write_records
from tests.unit.training.loop.tiny import MadeUpFaces, make_config, photo

pytestmark = pytest.mark.needs_torch


def _folder(tmp_path: Path) -> Path:
    photos = {f"p{who}": [photo(who, number) for number in range(3)] for who in range(3)}
    return write_folder(tmp_path / "faces", photos)


def _records(tmp_path: Path) -> Path:
    records = {key: picture_record(key // 3, png(photo(0, key))) for key in range(1, 9)}
    return write_records(tmp_path / "train.rec", {**records, 9: b"short"})


def test_that_the_processes_share_a_batch_out_without_overlap(faces: MadeUpFaces) -> None:
    config = make_config()
    whole = FaceBatches(faces, faces.rows, config, Processes())
    parts = [FaceBatches(faces, faces.rows, config, Processes(rank, 2)) for rank in range(2)]
    for step in (0, 3, 1):
        images, classes = whole(step)
        found = [part(step) for part in parts]
        assert torch.equal(torch.cat([own for own, _ in found]), images)
        assert torch.equal(torch.cat([own for _, own in found]), classes)
        assert not set(found[0][1].tolist()) & set(found[1][1].tolist())


def test_that_degraded_batches_follow_from_step_and_process(faces: MadeUpFaces) -> None:
    config = make_config(degrade=True)
    batches = FaceBatches(faces, faces.rows, config, Processes())
    again = FaceBatches(faces, faces.rows, config, Processes())
    later = again(3)[0]
    assert torch.equal(batches(0)[0], again(0)[0])
    assert torch.equal(batches(3)[0], later)
    assert not torch.equal(batches(0)[0], later)


def test_that_people_who_cannot_be_shared_evenly_are_refused(faces: MadeUpFaces) -> None:
    for processes, parts in ((3, 1), (1, 3), (2, 4)):
        with pytest.raises(
            ConfigError,
            match=f"people_per_batch: is 4, which {processes} processes with {parts} parts each cannot share evenly",
        ):
            FaceBatches(faces, faces.rows, make_config(accumulate=parts), Processes(0, processes))


def test_that_the_fingerprint_is_of_people_names_and_pixels(faces: MadeUpFaces) -> None:
    def digest(source: MadeUpFaces, rows: Any = None) -> str:
        found = fingerprint(source, source.rows if rows is None else rows)
        assert found is not None
        return found.sha256

    same, pixel, name, person = (MadeUpFaces() for _ in range(4))
    pixel.crops[3][0, 0, 0] ^= 1
    name.names = ["other.png", *name.names[1:]]
    person.people = ["other", *person.people[1:]]
    digests = [digest(faces), digest(pixel), digest(name), digest(person), digest(faces, faces.rows[1:])]
    assert len(set(digests)) == 5
    assert digest(same) == digests[0]


def test_that_a_damaged_picture_is_found_before_training(faces: MadeUpFaces, monkeypatch: pytest.MonkeyPatch) -> None:
    def crop_bgr(_faces: MadeUpFaces, index: int) -> np.ndarray[Any, np.dtype[np.uint8]]:
        if index == 2:
            raise TrainingDataUnusable(path="2.png", reason=Reason("it is a damaged picture"))
        return faces.crops[index]

    monkeypatch.setattr(MadeUpFaces, "crop_bgr", crop_bgr)
    seen: list[int] = []
    found = fingerprint(faces, faces.rows, progress=seen.append)
    assert found is not None
    assert found.rows.tolist() == [row for row in faces.rows.tolist() if row != 2]
    assert [item.reason for item in found.damaged] == [Reason("it is a damaged picture")]
    assert seen[-1] == len(faces.rows)


def test_that_a_stop_ends_the_reading(faces: MadeUpFaces) -> None:
    seen: list[int] = []
    assert fingerprint(faces, faces.rows, progress=seen.append, should_stop=lambda: len(seen) == 3) is None
    assert seen == [1, 2, 3]


def test_that_the_commit_is_empty_outside_of_the_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    subprocess.run(["git", "init", "-q", str(tmp_path)], check=True)  # somebody else's
    (tmp_path / "provenance.py").touch()
    monkeypatch.setattr(provenance, "__file__", str(tmp_path / "provenance.py"))
    assert git_commit() == ""


@pytest.mark.parametrize("make", [_folder, _records], ids=["folder", "records"])
def test_that_a_second_start_reads_no_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], Path]
) -> None:
    path = make(tmp_path)
    first = open_faces(path)
    rows = np.arange(len(first.labels))
    found = fingerprint(first, rows)
    assert found is not None
    assert isinstance(first, IndexedFaces)
    first.keep_digests()

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", lambda path: pytest.fail(f"{path} was read"))
        patch.setattr(RecordFile, "read", lambda *_given, **_named: pytest.fail("a record was read"))
        again = fingerprint(open_faces(path), rows)
    assert again is not None
    assert again.sha256 == found.sha256
    np.testing.assert_array_equal(again.digests, found.digests)


def test_that_only_a_picture_that_changed_is_read_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = _folder(tmp_path)
    faces = FolderFaces(path)
    rows = np.arange(len(faces.labels))
    before = fingerprint(faces, rows)
    faces.keep_digests()
    (path / "p1" / "2.png").write_bytes(png(photo(1, 77)))
    (path / "p1" / "9.png").write_bytes(png(photo(1, 78)))
    (path / "p0" / "1.png").unlink()
    read: list[str] = []
    inner = FolderFaces.picture_file

    def watch(faces: FolderFaces, index: int) -> bytes:
        read.append(faces.names[index])
        return inner(faces, index)

    monkeypatch.setattr(FolderFaces, "picture_file", watch)
    changed = FolderFaces(path)
    after = fingerprint(changed, np.arange(len(changed.labels)))
    assert read == ["p1/2.png", "p1/9.png"]
    assert before is not None
    assert after is not None
    assert before.sha256 != after.sha256
    (path / ".faces.npz").write_bytes(b"damaged")
    fresh = fingerprint(FolderFaces(path), np.arange(len(changed.labels)))
    assert fresh is not None
    assert fresh.sha256 == after.sha256


def test_that_a_folder_that_may_not_be_written_is_only_read_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    faces = FolderFaces(_folder(tmp_path))
    fingerprint(faces, np.arange(len(faces.labels)))

    def refuse(*_given: object, **_named: object) -> int:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", refuse)
        faces.keep_digests()
    assert not list((tmp_path / "faces").glob(".*"))


class Told(nn.Module):
    """Embeds a picture as the person whose number is in its first pixel, and some as nobody."""

    def __init__(self) -> None:
        super().__init__()
        self.unused = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        values = torch.round(x[:, 0, 0, 0] * 127.5 + 127.5).long()
        return torch.eye(256)[values]


def test_that_validation_counts_the_pairs_of_held_out_people() -> None:
    faces = MadeUpFaces(people=8, photos=4)
    for row, crop in enumerate(faces.crops):
        crop[0, 0] = faces.labels[row] if row % 4 else 100 + row  # the first of four looks like nobody
    held_out = HeldOutPeople(faces, faces.rows[::-1].copy())
    assert held_out.far == 1e-1  # 448 pairs of two people
    assert held_out(Told()) == pytest.approx(0.5)  # three of the six pairs of each person
    assert held_out.last is not None
    assert 0.0 < held_out.last.eer <= 0.5


def test_that_validation_stops_and_needs_pairs() -> None:
    faces = MadeUpFaces(people=3, photos=2)
    assert math.isnan(HeldOutPeople(faces, faces.rows, should_stop=lambda: True)(Told()))
    for rows, why in (
        (faces.rows[:2], "too few people are held out for validation: 1"),
        (faces.rows[:0], "too few people are held out for validation: 0"),
        (faces.rows[::2], "nobody of those to validate with has two pictures"),
    ):
        with pytest.raises(TrainingDataUnusable, match=why):
            HeldOutPeople(faces, rows)
