"""Whatever is done to a row of the audit log is found."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from tests.unit.data.audit.site import Site, bodies, tamper
from tests.unit.data.conftest import check_in


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
        ("UPDATE check_in SET person_id = NULL WHERE event_id = 'e4'", 8, "e4 lost its person, and nobody was erased"),
        ("UPDATE check_in SET id = -id WHERE event_id = 'e3'", 4, "e0 was moved"),
        ("UPDATE correction SET reason = 'other' WHERE correction_id = 'c2'", 11, "c2 was changed"),
        (
            "UPDATE correction SET reason = '(erased)', leave_kind = 'x' WHERE correction_id = 'c2'",
            11,
            "c2 was changed",
        ),
        ("UPDATE correction SET person_id = 1 WHERE correction_id = 'c2'", 11, "c2 was changed"),
        ("UPDATE correction_step SET made_by = 'me' WHERE state = 'approved'", 12, "step of the correction c1"),
        ("DELETE FROM correction_step WHERE state = 'approved'", 12, "step of the correction c1"),
        ("DELETE FROM correction WHERE correction_id = 'c1'", 10, "c1 was removed"),
        (
            "INSERT INTO check_in SELECT 99, 'new', person_id, at_utc, utc_offset_s, direction, similarity, margin, "
            "source, model_id, made_by, method FROM check_in WHERE event_id = 'e1'",
            None,
            "new was added past the log",
        ),
        (
            "INSERT INTO correction_step VALUES (99, 1, 'rejected', 'me', '2026-03-05 00:00:00.000000', '')",
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
