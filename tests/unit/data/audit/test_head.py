"""The head of the audit log, kept beside the database, and two programs on one log."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from attendance.data.audit.head import AuditHead
from attendance.data.audit.repository import SqlAuditLog
from attendance.data.database import Database
from tests.patience import PATIENCE_S
from tests.unit.data.audit.site import EVER, Site, tamper
from tests.unit.data.conftest import check_in


def test_that_a_head_that_lags_is_brought_up_and_noted(folder: Path) -> None:
    with Site(folder) as site:
        old = site.head.path.read_bytes()
        for number in range(3):
            site.log.append(check_in(f"late{number}")).result()
    site.head.path.write_bytes(old)  # as if the program was killed before it wrote the head
    with Site(folder) as site:
        check = site.audit.verify()
        assert (check.finding, check.lag, check.entries) == (None, 3, 15)
    with Site(folder) as site:
        assert site.audit.verify().lag == 0


def test_that_a_head_that_lags_is_not_brought_up_over_a_broken_tail(folder: Path) -> None:
    with Site(folder) as site:
        old = site.head.path.read_bytes()
        for number in range(3):
            site.log.append(check_in(f"late{number}")).result()
    site.head.path.write_bytes(old)
    tamper(folder, "UPDATE audit_entry SET body = replace(body, 'late1', 'late9') WHERE seq = 14")
    with Site(folder) as site:
        finding = site.finding(deep=False)
        assert finding is not None
        assert finding.seq == 14
    assert site.head.path.read_bytes() == old


@pytest.mark.parametrize(
    "harm",
    [
        lambda path: path.unlink(),
        lambda path: path.write_text(path.read_text().replace('"count":12', '"count":11')),
        lambda path: path.write_text(path.read_text().replace('"since":1', '"since":9')),
        lambda path: path.write_bytes(b"\xff\x00nonsense"),
        lambda path: path.write_text(""),
    ],
)
def test_that_a_head_that_was_removed_or_changed_is_found_and_not_replaced(
    folder: Path, harm: Callable[[Path], object]
) -> None:
    path = folder / "audit-head.json"
    harm(path)
    left = path.read_bytes() if path.exists() else None
    with Site(folder) as site:
        site.log.append(check_in("later")).result()
        finding = site.finding()
    assert finding is not None
    assert finding.seq is None
    assert (path.read_bytes() if path.exists() else None) == left


def test_that_a_head_of_another_key_is_found(folder: Path) -> None:
    database = Database(folder / "attendance.db")
    database.open()
    check = SqlAuditLog(database, AuditHead(folder / "audit-head.json", lambda: bytes(32))).verify()
    database.close()
    assert check.finding is not None
    assert "another key" in str(check.finding.what)


def test_that_a_copy_of_the_head_kept_elsewhere_finds_a_restored_older_database(folder: Path, tmp_path: Path) -> None:
    older = Path(shutil.copytree(folder, tmp_path / "older"))
    with Site(folder) as site:
        site.log.append(check_in("later")).result()
    kept = Path(shutil.copy(folder / "audit-head.json", tmp_path / "kept.json"))
    with Site(older) as site:
        assert site.finding() is None
        finding = site.audit.verify(head_file=kept).finding
        assert finding is not None
        assert finding.seq == 13
        missing = site.audit.verify(head_file=tmp_path / "none.json").finding
        assert missing is not None
        assert "missing" in str(missing.what)


def test_that_two_folders_with_one_key_have_logs_of_their_own(tmp_path: Path) -> None:
    with Site(tmp_path / "here") as here, Site(tmp_path / "there") as there:
        found = here.audit.log_id(), there.audit.log_id()
        assert here.audit.log_id() == found[0]
    assert len(set(found)) == 2
    assert all(found)


def test_that_a_restored_backup_can_be_accepted_and_the_log_says_so(folder: Path, tmp_path: Path) -> None:
    backup = Path(shutil.copy(folder / "attendance.db", tmp_path / "backup.db"))
    with Site(folder) as site:
        site.log.append(check_in("later")).result()
    shutil.copy(backup, folder / "attendance.db")
    with Site(folder) as site:
        finding = site.finding()
        assert finding is not None
        assert "removed from the end" in str(finding.what)
        assert site.audit.accept(by="boss", reason="the disk failed").head.count == 13
        assert site.finding() is None
        entry = list(site.audit.entries(*EVER))[-1]
        assert (entry.actor, entry.data["by"], entry.data["head_before"]["count"]) == ("desk", "boss", 13)
        site.log.append(check_in("next")).result()
    with Site(folder) as site:
        assert site.audit.verify().lag == 0
        assert site.finding() is None


def test_that_a_head_that_cannot_be_written_stops_no_check_in(folder: Path) -> None:
    (folder / "audit-head.json").unlink()
    (folder / "audit-head.json").mkdir()
    with Site(folder) as site:
        site.log.append(check_in("later")).result()
        assert site.log.count() == 7


def test_that_only_this_user_may_read_the_head(folder: Path) -> None:
    assert (folder / "audit-head.json").stat().st_mode & 0o077 == 0


WRITER = """
import sys
from pathlib import Path
from tests.unit.data.conftest import check_in
from tests.unit.data.audit.site import Site
with Site(Path(sys.argv[1])) as site:
    print("ready", flush=True)
    sys.stdin.readline()
    for number in range(30):
        site.log.append(check_in(f"{sys.argv[2]}-{number}")).result()
"""


def test_that_two_programs_extend_one_chain(folder: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(folder)]
    pipe = subprocess.PIPE
    programs = [subprocess.Popen([*command, name], stdin=pipe, stdout=pipe, text=True) for name in ("a", "b")]
    for program in programs:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
    for program in programs:
        assert program.stdin is not None
        program.stdin.write("go\n")
        program.stdin.flush()
    for program in programs:
        program.communicate(timeout=120)
        assert program.returncode == 0
    path = folder / "audit-head.json"
    assert json.loads(path.read_text())["count"] == 72
    with Site(folder) as site:
        check = site.audit.verify(deep=True)
        assert (check.finding, check.entries, check.lag) == (None, 72, 0)
        subjects = [e.subject[0] for e in site.audit.entries(*EVER) if e.seq > 12]
    assert sorted(subjects) == ["a"] * 30 + ["b"] * 30


def test_that_a_killed_program_leaves_a_chain_that_can_be_checked(folder: Path) -> None:
    script = WRITER.replace("range(30)", "range(100_000)") + "        print(number, flush=True)\n"
    program = subprocess.Popen(
        [sys.executable, "-c", script, str(folder), "a"], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert program.stdout is not None
    assert program.stdin is not None
    program.stdin.write("go\n")
    program.stdin.flush()
    lines = [program.stdout.readline() for _ in range(21)]
    program.kill()
    program.wait(PATIENCE_S)
    program.stdin.close()
    program.stdout.close()
    assert lines[-1] == "19\n"
    with Site(folder) as site:
        check = site.audit.verify(deep=True)
    assert check.finding is None
    assert check.entries >= 12 + 20
