"""What a killed program left half made is removed; what a living one makes is not."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from attendance.in_use import LONGEST_S, being_made, is_left_behind
from attendance.vision.packs.staging import sweep_incoming
from attendance.whole_file import made_beside, part_beside, sweep_parts
from tests.patience import PATIENCE_S

WRITER = """
import sys, pathlib
from attendance.whole_file import replaced_text
from attendance.vision.packs.staging import staging
folder = pathlib.Path(sys.argv[1])
with replaced_text(folder / "audit-head.json", is_private=True) as file, staging(folder / "models"):
    file.write("half")
    file.flush()
    print("writing", flush=True)
    sys.stdin.read()
"""


def start_writer(folder: Path) -> subprocess.Popen[str]:
    """Start a process that is in the middle of a file and of an import."""
    process = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "writing\n"
    return process


def end(process: subprocess.Popen[str]) -> None:
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            stream.close()
    process.wait(PATIENCE_S)


def dead_pid() -> int:
    """Return the number of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait(PATIENCE_S)
    return process.pid


@pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX")
def test_that_parts_go_when_their_program_was_killed_and_stay_while_it_writes(tmp_path: Path) -> None:
    process = start_writer(tmp_path)
    (part,) = tmp_path.glob(".audit-head.json.*")
    (incoming,) = (tmp_path / "models").iterdir()
    assert sweep_parts(tmp_path) == []
    sweep_incoming(tmp_path / "models")
    assert part.exists()
    assert incoming.exists()

    process.send_signal(signal.SIGKILL)
    end(process)
    assert sweep_parts(tmp_path) == [part]
    sweep_incoming(tmp_path / "models")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["models"]


@pytest.mark.skipif(os.name != "posix", reason="locks of files are of POSIX")
def test_that_a_writer_whose_number_cannot_be_seen_is_known_by_its_lock(tmp_path: Path) -> None:
    # A process in another container has a number that means nothing here.
    process = start_writer(tmp_path)
    try:
        (part,) = tmp_path.glob(".audit-head.json.*")
        (incoming,) = (tmp_path / "models").iterdir()
        assert not is_left_behind(part, dead_pid())
        assert not is_left_behind(incoming, dead_pid())
    finally:
        end(process)


def test_that_this_programs_own_parts_stay_and_those_of_an_earlier_one_with_its_number_go(tmp_path: Path) -> None:
    # In a container every program may have the number that the one before it had.
    stray = part_beside(tmp_path / "audit-head.json")
    stray.write_text("half")
    with made_beside(tmp_path / "report.csv") as part:
        part.write_text("half")
        assert sweep_parts(tmp_path) == [stray]
        assert part.exists()
    assert [path.name for path in tmp_path.iterdir()] == ["report.csv"]


def test_that_only_parts_are_removed_and_those_of_earlier_versions_too(tmp_path: Path) -> None:
    pid = dead_pid()
    old = [f"{name}.{pid}.0a1b2c3d" for name in ("audit-head.json", "attendance.key", "attendance.db")]
    kept = ["attendance.db", "attendance.key", ".hidden.tmp", f"report.{pid}.0a1b2c3d", f".audit-head.json.{pid}.tmp"]
    for name in (*old, *kept, f".audit-head.json.{pid}.0a1b2c3d.tmp"):
        (tmp_path / name).write_text("x")
    (tmp_path / f".folder.{pid}.0a1b2c3d.tmp").mkdir()
    sweep_parts(tmp_path)
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([*kept, f".folder.{pid}.0a1b2c3d.tmp"])


def test_that_a_part_of_another_living_process_is_given_up_after_a_day(tmp_path: Path) -> None:
    part = tmp_path / "part"
    part.write_text("half")
    pid = os.getppid()  # alive, and not the one that wrote it
    assert not is_left_behind(part, pid)
    then = part.stat().st_mtime - LONGEST_S - 1
    os.utime(part, (then, then))
    assert is_left_behind(part, pid)
    with being_made(part):
        assert not is_left_behind(part, pid)


def test_that_a_folder_that_is_not_there_has_nothing_to_sweep(tmp_path: Path) -> None:
    assert sweep_parts(tmp_path / "none") == []
    sweep_incoming(tmp_path / "none")
    assert not is_left_behind(tmp_path / "gone", dead_pid())
