"""A replaced file is whole or the old one, whoever writes it, and nothing is left beside it."""

from __future__ import annotations

import ast
import errno
import os
import re
import stat
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from attendance.whole_file import made_beside, part_beside, replaced, replaced_text

Block = Callable[[Path], AbstractContextManager[object]]


def test_that_every_kind_of_block_leaves_its_content_and_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    with replaced(path) as file:
        file.write(b"bytes")
    assert path.read_bytes() == b"bytes"
    with replaced_text(path, encoding="utf-8-sig", newline="") as text:
        text.write("ü\r\n")
    assert path.read_bytes() == "\ufeffü\r\n".encode()
    with made_beside(path) as part:
        assert part.parent == tmp_path
        part.write_bytes(b"a library's")
    assert path.read_bytes() == b"a library's"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("block", [made_beside, replaced, replaced_text])
def test_that_an_error_in_the_block_keeps_the_old_file(tmp_path: Path, block: Block) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"old")
    with pytest.raises(ZeroDivisionError), block(path):
        raise ZeroDivisionError
    assert path.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize("block", [replaced, replaced_text])
def test_that_the_content_is_on_the_disk_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, block: Block
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space"), block(tmp_path / "a.txt"):
        pass
    assert list(tmp_path.iterdir()) == []


def test_that_two_parts_of_one_file_have_two_names(tmp_path: Path) -> None:
    assert part_beside(tmp_path / "a") != part_beside(tmp_path / "a")


@pytest.mark.skipif(sys.platform == "win32", reason="modes are POSIX's")
def test_that_a_private_file_is_never_readable_by_others(tmp_path: Path) -> None:
    with replaced_text(tmp_path / "key", is_private=True) as file:
        assert stat.S_IMODE(os.fstat(file.fileno()).st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "key").stat().st_mode) == 0o600


# What is not replaced: files in a new folder that is put in place as a whole or thrown away, and files that grow.
_WRITTEN_PLAINLY = {
    "attendance/bench/reports.py": "the settings of a database that is thrown away",
    "attendance/data/audit/head.py": "the first of two programs wins, so an older file is never replaced",
    "attendance/data/keys/key_store.py": "the first of two processes wins, so an older file is never replaced",
    "attendance/data/process_lock.py": "who has the lock, which is all that counts",
    "attendance/data/loss/reserve.py": "a record that grows in room taken before",
    "attendance/data/upgrade.py": "a new database: SQLite writes it, beside its place",
    "attendance/demo/people.py": "the demo's own folder, made anew each time",
    "attendance/demo/run.py": "the same",
    "attendance/ui/admin/parts/stylesheet.py": "pictures in a folder of this process alone",
    "attendance/vision/packs/archive.py": "a pack that is unpacked beside its place",
    "attendance/vision/packs/download.py": "a part that grows until it is whole",
    "training/attendance_training/data/tar_faces.py": "a tar file that is written beside its place",
    "attendance/whole_file.py": "this is where it is done",
}


def test_that_files_are_written_by_the_one_writer_of_whole_files() -> None:
    root = Path(__file__).parents[2]
    found = set()
    for folder in ("attendance", "training/attendance_training"):
        for path in (root / folder).rglob("*.py"):
            if any(map(_writes_plainly, ast.walk(ast.parse(path.read_text(encoding="utf-8"))))):
                found.add(path.relative_to(root).as_posix())
    assert found == set(_WRITTEN_PLAINLY)


def _writes_plainly(node: ast.AST) -> bool:
    """Tell a call of ``write_text`` or ``write_bytes``, or one of ``open`` with a mode that writes."""
    if not isinstance(node, ast.Call):
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    given = [*node.args, *(keyword.value for keyword in node.keywords if keyword.arg == "mode")]
    texts = [one.value for part in given for one in ast.walk(part) if isinstance(one, ast.Constant)]
    writes = any(re.fullmatch(r"[wax+]b?t?|[ra]b?\+b?", text) for text in texts if isinstance(text, str))
    return name in {"write_text", "write_bytes"} or (name == "open" and writes)
