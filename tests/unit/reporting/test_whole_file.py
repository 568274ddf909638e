from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import BinaryIO

import pytest

from attendance.errors.reports import ReportError
from attendance.errors.storage import DiskFull
from attendance.reporting.whole_file import write_whole
from tests.small_company import WRITERS, SmallCompany

ENDINGS = sorted(WRITERS)


@pytest.fixture(scope="module")
def company() -> SmallCompany:
    return SmallCompany()


@pytest.mark.parametrize("ending", ENDINGS)
def test_that_a_file_open_in_another_program_is_kept_and_said(
    company: SmallCompany, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    path = tmp_path / f"r.{ending}"
    path.write_bytes(b"old")

    def refuse(self: Path, target: Path) -> Path:
        raise PermissionError(errno.EACCES, "Access is denied")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(ReportError, match="the file is open in another program"):
        company.write(path, "late")
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == b"old"


@pytest.mark.parametrize("ending", ENDINGS)
def test_that_a_full_disk_leaves_the_old_file(
    company: SmallCompany, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, ending: str
) -> None:
    path = tmp_path / f"r.{ending}"
    path.write_bytes(b"old")

    def full(_number: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(DiskFull):
        company.write(path, "late")
    assert [file.name for file in tmp_path.iterdir()] == [path.name]
    assert path.read_bytes() == b"old"


def test_that_a_disk_that_fills_up_inside_a_workbook_is_said(
    company: SmallCompany, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not Path("/dev/full").exists():
        pytest.skip("no /dev/full on this system")
    part = tmp_path / ".r.xlsx.part"
    monkeypatch.setattr("attendance.whole_file.make_private_part", lambda _path: part)
    part.symlink_to("/dev/full")
    with pytest.raises(DiskFull):
        company.write(tmp_path / "r.xlsx", "late")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("ending", ENDINGS)
def test_that_a_missing_folder_or_a_folder_as_the_file_is_one_sentence(
    company: SmallCompany, tmp_path: Path, ending: str
) -> None:
    with pytest.raises(ReportError, match="No such file"):
        company.write(tmp_path / "no" / f"r.{ending}", "late")
    folder = tmp_path / f"r.{ending}"
    folder.mkdir()
    with pytest.raises(ReportError, match="this is a folder"):
        company.write(folder, "late")


def test_that_a_locked_folder_is_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def locked(self: Path, mode: str) -> BinaryIO:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", locked)
    with pytest.raises(ReportError, match="Permission denied"):
        write_whole(tmp_path / "r.pdf", lambda file: file.write(b"x"))


def test_that_a_crash_while_writing_leaves_nothing_half_done(tmp_path: Path) -> None:
    path = tmp_path / "r.pdf"
    path.write_bytes(b"old")

    def crash(file: BinaryIO) -> int:
        file.write(b"half")
        raise ValueError("a bug")

    with pytest.raises(ValueError, match="a bug"):
        write_whole(path, crash)
    assert path.read_bytes() == b"old"
    assert len(list(tmp_path.iterdir())) == 1
