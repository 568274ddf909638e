"""RecordIO: what an independent writer wrote comes back; cut and damaged files are told apart."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np
import pytest

from attendance.errors import Reason
from attendance_training.data.face_source import LeftOut
from attendance_training.data.record_faces import RecordFaces
from attendance_training.data.record_io import DamagedRecord, RecordFile, read_positions
from attendance_training.errors import TrainingDataUnusable
from tests.unit.training.data.pictures import (
    MAGIC,
    frame,
    header_record,
    jpg,
    make_crop,
    picture_record,
    png,
    write_records,
)


def insightface_set(path: Path) -> Path:
    """Five pictures of the people 0, 7 and 9 in the layout of InsightFace's train.rec."""
    pictures = {key: picture_record(label, png(make_crop(key))) for key, label in enumerate((7, 0, 7, 9, 0), 1)}
    people = {key: picture_record(2.0, b"", more=[4.0]) for key in (6, 7, 8)}
    return write_records(path, {0: header_record(6, 9), **pictures, **people})


def test_that_a_set_of_insightface_comes_back_by_person(tmp_path: Path) -> None:
    faces = RecordFaces(insightface_set(tmp_path / "train.rec"))
    assert list(faces.people) == ["0", "7", "9"]
    assert list(faces.names) == ["key 2", "key 5", "key 1", "key 3", "key 4"]
    np.testing.assert_array_equal(faces.labels, [0, 0, 1, 1, 2])
    np.testing.assert_array_equal([faces.crop_bgr(i) for i in range(5)], [make_crop(s) for s in (2, 5, 1, 3, 4)])
    assert (len(faces), list(faces.left_out)) == (5, [])
    faces.close()


def test_that_a_set_without_a_first_record_and_with_label_arrays_is_read(tmp_path: Path) -> None:
    records = {3: picture_record(4, png(make_crop(3))), 8: picture_record(2, png(make_crop(8)), more=[0.5, 0.25])}
    faces = RecordFaces(write_records(tmp_path / "a.rec", records))
    assert list(faces.people) == ["2", "4"]
    np.testing.assert_array_equal(faces.crop_bgr(0), make_crop(8))
    np.testing.assert_array_equal(faces.crop_bgr(1), make_crop(3))


def test_that_a_first_record_with_a_picture_counts(tmp_path: Path) -> None:
    faces = RecordFaces(write_records(tmp_path / "a.rec", {0: picture_record(1, png(make_crop(1)))}))
    assert list(faces.names) == ["key 0"]


@pytest.mark.parametrize("data", [MAGIC, MAGIC * 3, b"abcd" + MAGIC + b"ef", b"abc" + MAGIC, b"wxyz" + MAGIC, b""])
def test_that_records_with_the_magic_number_in_them_are_put_together(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "a.rec").write_bytes(frame(b"first") + frame(data) + frame(b"last"))
    records = RecordFile(tmp_path / "a.rec")
    assert records.read(0) == b"first"
    assert records.read(16) == data
    assert records.read(16, at_most=5) == data[:5]
    assert records.read(16 + len(frame(data))) == b"last"
    records.close()


def test_that_parts_in_a_wrong_order_and_wrong_positions_are_damage(tmp_path: Path) -> None:
    whole = frame(b"abcd" + MAGIC + b"efgh")
    (tmp_path / "a.rec").write_bytes(whole + frame(b"next"))
    records = RecordFile(tmp_path / "a.rec")
    for position, reason in ((12, "middle"), (4, "no record"), (999, "ends before"), (-4, "ends before")):
        with pytest.raises(DamagedRecord, match=reason):
            records.read(position)
    records.close()
    (tmp_path / "b.rec").write_bytes(whole[:12] + frame(b"next"))
    with pytest.raises(DamagedRecord, match="last part"):
        RecordFile(tmp_path / "b.rec").read(0)


def test_that_a_cut_file_gives_what_is_whole_and_names_the_rest(tmp_path: Path) -> None:
    path = insightface_set(tmp_path / "train.rec")
    positions = read_positions(path.with_suffix(".idx"))
    path.write_bytes(path.read_bytes()[: positions[4] - 1 + 40])
    faces = RecordFaces(path)
    assert list(faces.names) == ["key 2", "key 1", "key 3"]
    assert list(faces.left_out) == [
        LeftOut("key 4", Reason("the file ends inside of it")),
        LeftOut("key 5", Reason("the file ends before it")),
    ]
    path.write_bytes(path.read_bytes()[: positions[1] + 8])
    with pytest.raises(TrainingDataUnusable, match=r"train\.rec.*none of its 5 records"):
        RecordFaces(path)


def test_that_every_cut_is_refused_or_shortens_the_set(tmp_path: Path) -> None:
    path = insightface_set(tmp_path / "train.rec")
    data = path.read_bytes()
    lengths = []
    for cut in (*range(1, len(data), 1999), len(data)):
        path.write_bytes(data[:cut])
        try:
            faces = RecordFaces(path)
        except TrainingDataUnusable:
            lengths.append(0)
            continue
        lengths.append(len(faces))
        np.testing.assert_array_equal(faces.crop_bgr(0), make_crop(int(faces.names[0].removeprefix("key "))))
        faces.close()
    assert lengths == sorted(lengths)
    assert (lengths[0], lengths[-1]) == (0, 5)


BAD_RECORDS = {
    "too short": (b"1234", "too short"),
    "not a number": (picture_record(float("nan"), b"x" * 8), "not a number of a person"),
    "negative": (picture_record(-3, b"x" * 8), "not a number of a person"),
    "a fraction": (picture_record(1.5, b"x" * 8), "not a number of a person"),
}


@pytest.mark.parametrize("case", BAD_RECORDS)
def test_that_a_damaged_record_is_left_out(tmp_path: Path, case: str) -> None:
    bad, reason = BAD_RECORDS[case]
    faces = RecordFaces(write_records(tmp_path / "a.rec", {1: picture_record(1, png(make_crop(1))), 2: bad}))
    assert len(faces) == 1
    assert [item.name for item in faces.left_out] == ["key 2"]
    assert reason in str(faces.left_out[0].reason)


def test_that_pictures_of_another_size_and_damaged_ones_are_named(tmp_path: Path) -> None:
    small = np.zeros((96, 112, 3), np.uint8)
    many_labels = struct.pack("<IfQQ", 2**32 - 1, 0.0, 0, 0) + struct.pack("<f", 2.0)
    records = {1: picture_record(0, png(small)), 2: picture_record(1, jpg(make_crop(1))[:300]), 3: many_labels}
    faces = RecordFaces(write_records(tmp_path / "a.rec", records))
    for row, reason in ((0, "key 1.*112x96 pixels"), (1, "key 2.*picture"), (2, "key 3.*picture")):
        with pytest.raises(TrainingDataUnusable, match=reason):
            faces.crop_bgr(row)


@pytest.mark.parametrize(("first", "reason"), [(header_record(0, 0), "where pictures end"), (b"12", "no header")])
def test_that_a_wrong_first_record_is_refused(tmp_path: Path, first: bytes, reason: str) -> None:
    with pytest.raises(TrainingDataUnusable, match=reason):
        RecordFaces(write_records(tmp_path / "a.rec", {0: first, 1: picture_record(1, png(make_crop(1)))}))


@pytest.mark.parametrize("text", ["", "1 2\n", "a\tb\n", "1\t2\t3\n", "-1\t0\n", "1\t0\n\n"])
def test_that_a_damaged_index_is_refused(tmp_path: Path, text: str) -> None:
    path = insightface_set(tmp_path / "train.rec")
    path.with_suffix(".idx").write_text(text)
    with pytest.raises(TrainingDataUnusable, match=r"train\.idx"):
        RecordFaces(path)


def test_that_absent_and_empty_files_are_named(tmp_path: Path) -> None:
    path = insightface_set(tmp_path / "train.rec")
    path.write_bytes(b"")
    with pytest.raises(TrainingDataUnusable, match=r"train\.rec.*empty"):
        RecordFaces(path)
    path.unlink()
    with pytest.raises(TrainingDataUnusable, match=r"train\.rec.*no such file"):
        RecordFaces(path)
    path.with_suffix(".idx").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(TrainingDataUnusable, match="not an index"):
        RecordFaces(path)
    path.with_suffix(".idx").unlink()
    with pytest.raises(TrainingDataUnusable, match=r"must lie beside"):
        RecordFaces(path)
