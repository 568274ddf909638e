"""Tar shards in WebDataset's layout: read from anywhere, known again the second time, trouble in one sentence."""

from __future__ import annotations

import io
import json
import os
import pickle
import tarfile
from pathlib import Path

import numpy as np
import pytest

from attendance.errors import Reason
from attendance_training.data.check_command import open_faces
from attendance_training.data.face_source import IndexedFaces, LeftOut
from attendance_training.data.folder_faces import FolderFaces
from attendance_training.data.tar_faces import TarFaces, write_shards
from attendance_training.errors import TrainingDataUnusable
from tests.unit.training.data.pictures import jpg, make_crop, png, write_folder


def write_tar(path: Path, members: list[tuple[str, bytes]]) -> Path:
    path.parent.mkdir(exist_ok=True)
    with tarfile.open(path, "w") as tar:
        for name, data in members:
            member = tarfile.TarInfo(name)
            member.size = len(data)
            tar.addfile(member, io.BytesIO(data))
    return path


def two_shards(folder: Path) -> Path:
    """Five pictures of the people 7 and 30, a member of another kind, and the class before or behind its picture."""
    write_tar(
        folder / "a.tar",
        [
            ("x/01.png", png(make_crop(1))),
            ("x/01.cls", b"30"),
            ("x/01.json", b"{}"),
            ("02.cls", b" 7\n"),
            ("02.left.png", png(make_crop(2))),
            ("x/02.cls", b"30"),
            ("x/02.png", png(make_crop(3))),
        ],
    )
    write_tar(
        folder / "b.tar", [("1.cls", b"7"), ("1.png", png(make_crop(4))), ("2.png", png(make_crop(5))), ("2.cls", b"7")]
    )
    return folder


def test_that_pictures_and_classes_of_all_shards_are_found(tmp_path: Path) -> None:
    faces = open_faces(two_shards(tmp_path / "set"))
    assert isinstance(faces, TarFaces)
    assert isinstance(faces, IndexedFaces)
    assert list(faces.people) == ["7", "30"]
    np.testing.assert_array_equal(faces.labels, [1, 0, 1, 0, 0])
    np.testing.assert_array_equal([faces.crop_bgr(row) for row in range(5)], [make_crop(seed) for seed in range(1, 6)])
    assert list(faces.names) == [
        "a.tar, picture 1",
        "a.tar, picture 2",
        "a.tar, picture 3",
        "b.tar, picture 1",
        "b.tar, picture 2",
    ]
    assert faces.names[3:] == ["b.tar, picture 1", "b.tar, picture 2"]
    assert list(open_faces(tmp_path / "set" / "b.tar").people) == ["7"]


def test_that_a_second_start_reads_no_shard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = TarFaces(two_shards(tmp_path / "set"))
    first.digests[3] = 9
    first.keep_digests()
    with monkeypatch.context() as patch:
        patch.setattr(tarfile, "open", lambda *_given, **_named: pytest.fail("read"))
        again = TarFaces(tmp_path / "set")
    np.testing.assert_array_equal(again.labels, first.labels)
    np.testing.assert_array_equal(again.digests, first.digests)
    np.testing.assert_array_equal(again.crop_bgr(4), make_crop(5))

    write_tar(tmp_path / "set" / "b.tar", [("1.cls", b"7"), ("1.png", png(make_crop(6)))])
    os.utime(tmp_path / "set" / "b.tar", ns=(1, 1))
    changed = TarFaces(tmp_path / "set")
    assert len(changed) == 4
    assert not changed.digests.any(), "what was known of the other file is forgotten"
    (tmp_path / "set" / ".a.tar.faces.npz").write_bytes(b"damaged")
    assert len(TarFaces(tmp_path / "set")) == 4


def test_that_it_can_be_sent_to_a_process(tmp_path: Path) -> None:
    faces = pickle.loads(pickle.dumps(TarFaces(two_shards(tmp_path / "set"))))
    np.testing.assert_array_equal(faces.crop_bgr(2), make_crop(3))


def test_that_shards_of_a_folder_hold_its_files_and_its_names(tmp_path: Path) -> None:
    folder = FolderFaces(write_folder(tmp_path / "faces", {"Ada": [make_crop(1)] * 2, "Zoë": [make_crop(2)]}))
    (tmp_path / "faces" / "Ada" / "0.png").write_bytes(jpg(make_crop(1)))
    assert write_shards(folder, tmp_path / "set", per_shard=2) == 2
    assert sorted(path.name for path in (tmp_path / "set").iterdir()) == [
        "faces-000000.tar",
        "faces-000001.tar",
        "people.json",
    ]
    with tarfile.open(tmp_path / "set" / "faces-000000.tar") as tar:
        assert tar.getnames() == ["000000000.jpg", "000000000.cls", "000000001.png", "000000001.cls"]
    faces = TarFaces(tmp_path / "set")
    assert list(faces.people) == ["Ada", "Zoë"]
    np.testing.assert_array_equal(faces.labels, folder.labels)
    assert [faces.picture_file(row) for row in range(3)] == [folder.picture_file(row) for row in range(3)]
    with pytest.raises(TrainingDataUnusable, match="it holds shards already; take an empty folder"):
        write_shards(folder, tmp_path / "set", per_shard=2)


def test_that_pictures_of_nobody_are_left_out(tmp_path: Path) -> None:
    picture = png(make_crop(1))
    write_tar(
        tmp_path / "a.tar",
        [
            ("1.png", picture),
            ("2.png", picture),
            ("2.cls", b"Ada"),
            ("3.png", picture),
            ("3.cls", b"3"),
            ("4.cls", b"4"),
        ],
    )
    for faces in (TarFaces(tmp_path / "a.tar"), TarFaces(tmp_path / "a.tar")):
        assert list(faces.people) == ["3"]
        assert list(faces.left_out) == [
            LeftOut("a.tar, 2.cls", Reason("it does not hold the number of a person")),
            LeftOut("a.tar, 1", Reason("it has no .cls file that says who it shows")),
        ]


def test_that_shards_that_cannot_be_used_are_one_sentence(tmp_path: Path) -> None:
    def refused(match: str) -> None:
        with pytest.raises(TrainingDataUnusable, match=match):
            TarFaces(tmp_path / "a.tar")

    refused("there is no such file")
    (tmp_path / "a.tar").write_bytes(b"no tar" * 200)
    refused("it is not a whole, uncompressed tar file")
    write_tar(tmp_path / "a.tar", [("1.cls", b"1")])
    refused("it holds no picture with its .cls file")
    with tarfile.open(tmp_path / "a.tar", "w:gz"):
        pass
    refused("it is not a whole, uncompressed tar file")
    (tmp_path / "none").mkdir()
    with pytest.raises(TrainingDataUnusable, match=r"it holds no \.tar file"):
        TarFaces(tmp_path / "none")


@pytest.mark.parametrize("names", ["{}", '["Ada"]', '["Ada", "Ada", "Bob"]', '["Ada", 3, "Bob"]', "no JSON"])
def test_that_names_that_do_not_fit_are_refused(tmp_path: Path, names: str) -> None:
    write_tar(tmp_path / "a.tar", [("1.png", png(make_crop(1))), ("1.cls", b"2")])
    (tmp_path / "people.json").write_text(names)
    with pytest.raises(TrainingDataUnusable, match=r"people\.json.*it is not a list of different names"):
        TarFaces(tmp_path / "a.tar")
    (tmp_path / "people.json").write_text(json.dumps(["Ada", "Bob", "Cleo"]))
    assert list(TarFaces(tmp_path / "a.tar").people) == ["Cleo"]


def test_that_a_shard_that_was_cut_or_removed_since_is_named(tmp_path: Path) -> None:
    faces = TarFaces(two_shards(tmp_path / "set"))
    shard = tmp_path / "set" / "a.tar"
    shard.write_bytes(shard.read_bytes()[:600])
    with pytest.raises(TrainingDataUnusable, match=r"a\.tar.*the file ends inside of it"):
        faces.crop_bgr(0)
    shard.unlink()
    with pytest.raises(TrainingDataUnusable, match=r"a\.tar.*it cannot be read"):
        faces.crop_bgr(0)
