"""The audit log over a real database: every change is an entry, and whatever is done to the file is found."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from attendance.core.audit import AuditFinding
from attendance.core.corrections import Correction, CorrectionKind, CorrectionState
from attendance.core.types import Direction
from attendance.data.audit.head import AuditHead
from attendance.data.audit.repository import SqlAuditLog
from attendance.data.check_in_repository import SqlCheckInLog
from attendance.data.database import Database
from attendance.data.hours.correction_repository import SqlCorrections
from attendance.data.keys.encryption import Cipher
from attendance.data.roster.repository import SqlRoster
from attendance.data.settings_repository import SqlSettings
from attendance.errors.storage import StorageError
from tests.patience import PATIENCE_S
from tests.unit.data.conftest import KEY, MODEL, check_in, unit_vector

EVER = (datetime(1971, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC))
TRIGGERS = (
    "audit_entry_never_deleted",
    "audit_entry_never_updated",
    "check_in_never_deleted",
    "check_in_never_changed",
    "correction_never_changed",
    "correction_never_deleted",
    "correction_step_never_updated",
    "correction_step_never_deleted",
)


class Site:
    """One data folder, opened by one program after the other."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.head = AuditHead(folder / "audit-head.json", lambda: KEY)
        # A loaded machine lets the two programs of a test wait for each other longer than a person would.
        path = folder / "attendance.db"
        self.database = Database(path, busy_timeout_ms=60_000, actor="desk", head=self.head)

    def __enter__(self) -> Site:
        self.database.open()
        self.roster = SqlRoster(self.database, Cipher(KEY), keep_crops=lambda: True)
        self.log = SqlCheckInLog(self.database)
        self.corrections = SqlCorrections(self.database)
        self.audit = SqlAuditLog(self.database, self.head)
        return self

    def __exit__(self, *_: object) -> None:
        self.database.close()

    def finding(self, *, deep: bool = True) -> AuditFinding | None:
        return self.audit.verify(deep=deep).finding


def correction(number: int, person_id: int | None, **more: object) -> Correction:
    new = Correction(
        correction_id=f"c{number}",
        kind=CorrectionKind.VOID,
        state=CorrectionState.REQUESTED,
        person_id=person_id,
        reason="Ann asked for it",
        requested_by="desk",
        requested_utc=datetime(2026, 3, 3, 9, 0, tzinfo=UTC),
    )
    return replace(new, **more)  # type: ignore[arg-type]


def fill(folder: Path) -> None:
    """Two people, six check-ins, two corrections with three steps: 12 entries."""
    with Site(folder) as site:
        people = [
            site.roster.enrol(code=code, name=name, templates=[(unit_vector(1), None)], model_id=MODEL)
            for code, name in (("k1", "Ann Example"), ("k2", "Bob"))
        ]
        for number in range(6):
            site.log.append(check_in(f"e{number}", people[number % 2].id)).result()
        site.corrections.request(correction(1, people[0].id, event_id="e0"))
        leave = replace(correction(2, people[1].id), kind=CorrectionKind.LEAVE, leave_kind="sick")
        site.corrections.request(replace(leave, first_day=date(2026, 3, 4), last_day=date(2026, 3, 5)))
        site.corrections.decide("c1", CorrectionState.APPROVED, by="boss", at_utc=datetime(2026, 3, 4, tzinfo=UTC))


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "data"
    fill(folder)
    return folder


@pytest.fixture
def folder(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "data"))


def tamper(folder: Path, *statements: str) -> None:
    """Change the file as somebody would who knows SQL: triggers and constraints out of the way."""
    with closing(sqlite3.connect(folder / "attendance.db", isolation_level=None)) as connection:
        connection.execute("PRAGMA ignore_check_constraints=ON")
        for name in TRIGGERS:
            connection.execute(f"DROP TRIGGER IF EXISTS {name}")
        for statement in statements:
            connection.execute(statement)


def bodies(folder: Path) -> list[str]:
    with closing(sqlite3.connect(folder / "attendance.db")) as connection:
        return [body for (body,) in connection.execute("SELECT body FROM audit_entry ORDER BY seq")]


# --- what is written ---------------------------------------------------------------------------------


def test_that_every_change_is_an_entry_by_whom_it_was(folder: Path) -> None:
    with Site(folder) as site:
        site.roster.update("k1", name="Ann Other", may_train=True)
        SqlSettings(site.database).set("active_pack", "new")
        SqlSettings(site.database).set("mail_password", "secret")
        site.roster.erase("k2")
        found = [(e.actor, e.action, e.subject) for e in site.audit.entries(*EVER)]
        assert site.finding() is None
        told = {e.subject: e.data for e in site.audit.entries(*EVER)}
    assert found == [
        ("import", "audit.started", "audit"),
        *[("desk", "person.enrolled", "person")] * 2,
        *[("kiosk", "check_in", f"e{number}") for number in range(6)],
        ("desk", "correction.requested", "c1"),
        ("desk", "correction.requested", "c2"),
        ("boss", "correction.approved", "c1"),
        ("desk", "person.updated", "person"),
        ("desk", "setting.changed", "active_pack"),
        ("desk", "setting.changed", "mail_password"),
        ("desk", "person.erased", "person"),
    ]
    assert told["active_pack"] == {"before": None, "after": "new"}
    assert told["mail_password"] == {}
    assert told["person"] | {"person": ""} == {"person": "", "templates": 1, "crops": 0, "check_ins": 3}


def test_that_no_entry_holds_a_name_a_code_or_a_reason(folder: Path) -> None:
    with Site(folder) as site:
        site.roster.update("k1", name="Ann Other", department="Lab")
    everything = "\n".join(bodies(folder))
    for word in ("Ann", "Bob", "Example", "Other", "Lab", "k1", "k2", "asked", "sick"):
        assert word not in everything


def test_that_a_correction_tells_what_the_event_was_and_is(folder: Path) -> None:
    with Site(folder) as site:
        entry = next(e for e in site.audit.entries(*EVER) if e.action == "correction.approved")
        assert entry.data["before"]["counts"] is True
        assert entry.data["after"] == {**entry.data["before"], "counts": False}
        site.corrections.decide("c1", CorrectionState.REJECTED, by="boss", at_utc=EVER[0])
        entry = next(e for e in site.audit.entries(*EVER) if e.action == "correction.rejected")
        assert entry.data["before"] == entry.data["after"]
        assert entry.data["after"]["counts"] is True


def test_that_what_changes_nothing_is_no_entry(folder: Path) -> None:
    before = len(bodies(folder))
    with Site(folder) as site:
        site.log.append(check_in("e0")).result()  # a repeated append
        site.roster.update("k1", name="Ann Example")
        settings = SqlSettings(site.database)
        settings.set("kiosk_language", "en")
        settings.set("keep_crops", "1")
        settings.set("keep_crops", "1")
        with pytest.raises(StorageError):
            site.log.append(replace(check_in("bad"), similarity=7.0)).result()
    assert len(bodies(folder)) == before + 1


def test_that_entries_of_a_time_and_of_a_person_are_found(folder: Path) -> None:
    with Site(folder) as site:
        person = site.roster.get_by_code("k1")
        own = list(site.audit.entries(*EVER, person_id=person.id))
        assert [e.subject for e in own] == ["person", "e0", "e2", "e4", "c1", "c1"]
        assert list(site.audit.entries(EVER[0], own[0].at_utc)) == list(site.audit.entries(*EVER))[: own[0].seq - 1]
        site.roster.erase("k1")
        assert {e.person_id for e in site.audit.entries(*EVER)} == {None, site.roster.get_by_code("k2").id}


# --- what is found -----------------------------------------------------------------------------------


def test_that_an_untouched_log_is_whole(folder: Path) -> None:
    with Site(folder) as site:
        check = site.audit.verify(deep=True)
    assert (check.finding, check.entries, check.lag, check.compared) == (None, 12, 0, 9)
    assert check.head is not None
    assert check.head.count == 12


COLUMNS = st.sampled_from(["body", "hash_before", "hash"])


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seq=st.integers(1, 12), column=COLUMNS, how=st.sampled_from(["edit", "remove", "swap", "cut", "renumber"]))
def test_that_whatever_is_done_to_one_row_is_found_and_named(
    template: Path, tmp_path: Path, seq: int, column: str, how: str
) -> None:
    folder = tmp_path / f"{seq}-{column}-{how}"
    shutil.copytree(template, folder, dirs_exist_ok=True)
    other = seq % 12 + 1
    move = "UPDATE audit_entry SET seq = {} WHERE seq = {}"
    statements = {
        "edit": [f"UPDATE audit_entry SET {column} = CAST(substr({column}, 2) AS BLOB) WHERE seq = {seq}"],
        "remove": [f"DELETE FROM audit_entry WHERE seq = {seq}"],
        "swap": [move.format(-1, seq), move.format(seq, other), move.format(other, -1)],
        "cut": [f"DELETE FROM audit_entry WHERE seq >= {seq}"],
        "renumber": [
            f"DELETE FROM audit_entry WHERE seq = {seq}",
            f"UPDATE audit_entry SET seq = -seq WHERE seq > {seq}",
            "UPDATE audit_entry SET seq = -seq - 1 WHERE seq < 0",
        ],
    }[how]
    tamper(folder, *statements)
    with Site(folder) as site:
        finding = site.finding(deep=False)
        site.log.append(check_in("later")).result()  # the door goes on working, and hides nothing
    assert finding is not None
    assert finding.seq == (min(seq, other) if how == "swap" else seq)
    with Site(folder) as site:
        assert site.finding(deep=False) is not None


@pytest.mark.parametrize(
    ("statement", "seq", "words"),
    [
        ("DELETE FROM check_in WHERE event_id = 'e1'", 5, "e1 was removed"),
        ("UPDATE check_in SET at_utc = '2026-03-02 07:00:00.000000' WHERE event_id = 'e2'", 6, "e2 was changed"),
        ("UPDATE check_in SET direction = 'out' WHERE event_id = 'e2'", 6, "e2 was changed"),
        ("UPDATE check_in SET person_id = 2 WHERE event_id = 'e4'", 8, "e4 was given to another person"),
        ("UPDATE check_in SET person_id = NULL WHERE event_id = 'e4'", None, "1 check-ins lost their person"),
        ("UPDATE check_in SET id = -id WHERE event_id = 'e3'", 4, "e0 was moved"),
        ("UPDATE correction SET reason = 'other' WHERE correction_id = 'c2'", 11, "c2 was changed"),
        ("UPDATE correction SET person_id = 1 WHERE correction_id = 'c2'", 11, "c2 was changed"),
        ("UPDATE correction_step SET made_by = 'me' WHERE state = 'approved'", 12, "step of the correction c1"),
        ("DELETE FROM correction_step WHERE state = 'approved'", 12, "step of the correction c1"),
        ("DELETE FROM correction WHERE correction_id = 'c1'", 10, "c1 was removed"),
        (
            "INSERT INTO check_in SELECT 99, 'new', person_id, at_utc, utc_offset_s, direction, similarity, margin, "
            "source, model_id, made_by FROM check_in WHERE event_id = 'e1'",
            None,
            "new was added past the log",
        ),
        (
            "INSERT INTO correction_step VALUES (99, 1, 'rejected', 'me', '2026-03-05 00:00:00.000000')",
            None,
            "added past the log",
        ),
    ],
)
def test_that_stored_rows_are_compared_with_the_log(folder: Path, statement: str, seq: int | None, words: str) -> None:
    tamper(folder, statement)
    with Site(folder) as site:
        assert site.finding(deep=False) is None
        finding = site.finding()
    assert finding is not None
    assert finding.seq == seq
    assert words in str(finding.what)


def test_that_erasing_a_person_breaks_nothing(folder: Path) -> None:
    with Site(folder) as site:
        for code in ("k1", "k2"):
            site.roster.erase(code)
            assert site.finding() is None
        assert [c.reason for c in site.corrections.for_event("e0")] == ["(erased)"]
        salts = site.database.write(lambda session: session.execute(text("SELECT count(*) FROM audit_salt")).scalar())
    assert salts == 0


def test_that_marks_of_one_persons_check_ins_differ(folder: Path) -> None:
    entries = [json.loads(body) for body in bodies(folder)]
    marks = [e["data"]["person"] for e in entries if e["action"] == "check_in"]
    assert len(set(marks)) == len(marks) == 6


# --- the head ----------------------------------------------------------------------------------------


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


def test_that_a_restored_backup_can_be_accepted_and_the_log_says_so(folder: Path, tmp_path: Path) -> None:
    backup = Path(shutil.copy(folder / "attendance.db", tmp_path / "backup.db"))
    with Site(folder) as site:
        site.log.append(check_in("later")).result()
    shutil.copy(backup, folder / "attendance.db")
    with Site(folder) as site:
        finding = site.finding()
        assert finding is not None
        assert "removed from the end" in str(finding.what)
        assert site.audit.accept(by="boss", reason="the disk failed").count == 13
        assert site.finding() is None
        entry = list(site.audit.entries(*EVER))[-1]
        assert (entry.actor, entry.data["head_before"]["count"]) == ("boss", 13)
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
from tests.unit.data.test_audit_repository import Site
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


def test_that_directions_of_breaks_are_stored(folder: Path) -> None:
    with Site(folder) as site:
        event = replace(check_in("pause"), direction=Direction.BREAK_START)
        assert site.log.append(event).result() == event == site.log.get("pause")
        assert site.log.get("nothing") is None
