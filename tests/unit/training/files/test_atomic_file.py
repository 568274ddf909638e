"""A file is replaced whole or not at all, and the disk's answer is put in words."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from attendance.errors.storage import DiskFull, ReadOnlyStorage, StorageError
from attendance_training.files.atomic_file import replace_file


def test_that_replace_file_leaves_the_new_content_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")
    replace_file(path, b"new")
    assert path.read_bytes() == b"new"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    ("number", "error"),
    [(errno.ENOSPC, DiskFull), (errno.EDQUOT, DiskFull), (errno.EROFS, ReadOnlyStorage), (errno.EIO, StorageError)],
)
def test_that_a_refusing_disk_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, error: type[StorageError]
) -> None:
    path = tmp_path / "a.bin"
    path.write_bytes(b"old")

    def refuse(_descriptor: int) -> None:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(error) as caught:
        replace_file(path, b"new")
    assert type(caught.value) is error
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


def test_that_an_absent_folder_is_a_storage_error(tmp_path: Path) -> None:
    with pytest.raises(StorageError, match="No such file"):
        replace_file(tmp_path / "absent" / "a.bin", b"new")
