from __future__ import annotations

import ast
import errno
import os
from pathlib import Path

import pytest

from attendance.errors import AttendanceError
from attendance.errors.reports import ReportError
from attendance.errors.storage import DiskFull, ReadOnlyStorage, StorageError
from attendance.file_errors import report_error, storage_error
from tests.reasons_in_code import ROOT, SOURCES

PLACE = Path("data") / "attendance.db"


def refusal(number: int) -> OSError:
    return OSError(number, os.strerror(number))


@pytest.mark.parametrize(
    ("number", "expected"),
    [
        (errno.ENOSPC, DiskFull),
        (errno.EDQUOT, DiskFull),
        (errno.EROFS, ReadOnlyStorage),
        (errno.EACCES, ReadOnlyStorage),
        (errno.EPERM, ReadOnlyStorage),
        (errno.EFBIG, StorageError),
        (errno.ENOENT, StorageError),
        (errno.ENOTDIR, StorageError),
        (errno.EISDIR, StorageError),
        (errno.EIO, StorageError),
    ],
)
def test_that_a_refusal_becomes_the_error_that_helps(number: int, expected: type[StorageError]) -> None:
    error = storage_error(refusal(number), PLACE)
    assert type(error) is expected
    assert str(PLACE) in error.user_text
    if expected is StorageError:
        assert os.strerror(number) in error.user_text


def test_that_an_error_without_a_number_keeps_its_text() -> None:
    assert storage_error(OSError("cannot seek"), PLACE).user_text == f"{PLACE}: cannot seek"


@pytest.mark.parametrize(
    ("number", "expected"),
    [(errno.ENOSPC, DiskFull), (errno.EDQUOT, DiskFull), (errno.EACCES, ReportError), (errno.ENOENT, ReportError)],
)
def test_that_a_report_says_where_it_cannot_be_written(number: int, expected: type[AttendanceError]) -> None:
    error = report_error(refusal(number), PLACE)
    assert type(error) is expected
    assert str(PLACE) in error.user_text


def test_that_no_other_module_looks_at_the_numbers_of_a_full_disk() -> None:
    readers = set()
    for folder in SOURCES:
        for path in folder.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.Attribute) and node.attr in {"ENOSPC", "EDQUOT"}:
                    readers.add(path.relative_to(ROOT).as_posix())
    assert readers == {"attendance/file_errors.py"}
