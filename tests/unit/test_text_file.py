"""Text files of people and other programs: one reader, whatever editor saved them."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from attendance.errors.settings import ConfigError
from attendance.text_file import NotText, read_text, text_of
from tests.reasons_in_code import ROOT, SOURCES

TEXT = "Zoë,张伟\n"
OWN_FILES = {
    # Written by the program itself, or by the system, never by a person or another program.
    "attendance/bench/door.py",
    "attendance/bench/machine.py",
    "attendance/bench/reports.py",
    "attendance/data/audit/anchors.py",
    "attendance/data/audit/head.py",
    "attendance/diagnostics/installed.py",
    "attendance/local_zone.py",
    "attendance/services/training/files.py",
    "attendance/ui/admin/parts/stylesheet.py",
    "attendance/ui/theme.py",
    "attendance/vision/packs/download.py",
    "attendance/vision/cameras/webcam.py",
    "training/attendance_training/adversarial/command.py",
    "training/attendance_training/runs/csv_log.py",
    "training/attendance_training/runs/held_out.py",
    "training/attendance_training/data/record_io.py",
    "training/attendance_training/sweep/results.py",
    "training/attendance_training/distillation/view_bank.py",
}


def refused(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        read_text(path, lambda reason: ConfigError(path=path, key="-", reason=reason), max_bytes=1_000_000)
    assert str(path) in caught.value.user_text
    return str(caught.value.facts["reason"])


@pytest.mark.parametrize(
    "raw",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        ("\ufeff" + TEXT).encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        b"\xff\xfe" + TEXT.encode("utf-16-le"),
        b"\xfe\xff" + TEXT.encode("utf-16-be"),
        TEXT.replace("\n", "\r\n").encode("utf-16"),
        TEXT.replace("\n", "\r").encode(),
    ],
)
def test_that_text_is_the_same_from_every_editor(tmp_path: Path, raw: bytes) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(raw)
    assert read_text(path, lambda reason: ConfigError(path=path, key="-", reason=reason)) == TEXT


@pytest.mark.parametrize("raw", [b"", b"\xef\xbb\xbf", b"\xff\xfe"])
def test_that_an_empty_file_is_an_empty_text(raw: bytes) -> None:
    assert text_of(raw) == ""


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        ("a\nb\nJosé".encode("latin-1"), "line 3 has the byte 0xe9, which is not UTF-8; save it as UTF-8"),
        ("a\r\nJosé".encode("latin-1"), "line 2 has the byte 0xe9, which is not UTF-8; save it as UTF-8"),
        ("a\rJosé".encode("latin-1"), "line 2 has the byte 0xe9, which is not UTF-8; save it as UTF-8"),
        (b"\xe9", "line 1 has the byte 0xe9, which is not UTF-8; save it as UTF-8"),
        (b"\n\xe9", "line 2 has the byte 0xe9, which is not UTF-8; save it as UTF-8"),
        ("张".encode("gbk"), "line 1 has the byte 0xd5, which is not UTF-8; save it as UTF-8"),
        (b"\xff\xfea", "its UTF-16 text is damaged; save it as UTF-8"),
        (b"\xff\xfe\x00\xd8a\x00", "its UTF-16 text is damaged; save it as UTF-8"),
        ("code".encode("utf-16-le"), "it is not UTF-8 text; save it as UTF-8"),
        ("code".encode("utf-16-be"), "it is not UTF-8 text; save it as UTF-8"),
        ("code".encode("utf-32"), "it is not UTF-8 text; save it as UTF-8"),
        ("code".encode("utf-32-be"), "it is not UTF-8 text; save it as UTF-8"),
    ],
)
def test_that_anything_else_is_refused_with_what_to_do(tmp_path: Path, raw: bytes, reason: str) -> None:
    with pytest.raises(NotText):
        text_of(raw)
    (tmp_path / "a.txt").write_bytes(raw)
    assert refused(tmp_path / "a.txt") == reason


def test_that_a_file_that_is_absent_no_file_or_too_large_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "absent") == "it cannot be read (No such file or directory)"
    assert "it cannot be read" in refused(tmp_path)
    with (tmp_path / "large").open("wb") as file:
        file.truncate(1_000_001)
    assert refused(tmp_path / "large") == "it is larger than 1 MB"


def test_that_no_other_module_reads_text_files_of_others() -> None:
    readers = set()
    for folder in SOURCES:
        for path in folder.rglob("*.py"):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                    continue
                is_json_of_bytes = node.func.attr == "loads" and "read_bytes" in ast.unparse(node)
                if node.func.attr == "read_text" or (is_json_of_bytes and "text_of" not in ast.unparse(node)):
                    readers.add(path.relative_to(ROOT).as_posix())
    assert readers == OWN_FILES
