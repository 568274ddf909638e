"""Commands ``audit`` and ``correct`` on a data folder of their own; no models are loaded."""

from __future__ import annotations

import hashlib
import json
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from attendance.composition.application import Application
from attendance.composition.paths import account_name
from attendance.core.types import CheckIn, Direction
from tests.command_line import Cli, Outcome, call


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "config.toml").write_text(
        '[attendance]\nzone = "Europe/Berlin"\n[storage]\nkey_store = "file"\n', encoding="utf-8"
    )
    with Application(folder) as application:
        for code, name in (("k1", "Ann Example"), ("k2", "Bob")):
            application.storage.roster.enrol(code=code, name=name, templates=[], model_id="m")
        for number in range(3):
            at = datetime(2026, 3, 2, 7 + number, tzinfo=UTC)
            event = CheckIn(f"e{number}", 1, at, 3600, Direction.IN, 0.6, 0.2, "door", "m", "kiosk")
            application.storage.check_in_log.append(event).result()
    return folder


@pytest.fixture
def cli(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    monkeypatch.setattr("attendance.cli.session.configure_logging", lambda *_: None)

    def run(*arguments: object) -> Outcome:
        return call("--data", home, *arguments, monkeypatch=monkeypatch, capsys=capsys)

    return run


WHY = ("--reason", "forgot", "--by", "desk")


def test_that_a_day_is_corrected_and_the_log_tells_of_it(cli: Cli) -> None:
    events = cli("correct", "events", "k1", "--from", "2026-03-02", "--to", "2026-03-02").out.splitlines()
    assert [line.split()[:3] for line in events] == [
        [f"e{number}", f"2026-03-02T{8 + number:02}:00:00+01:00", "in"] for number in range(3)
    ]
    assert cli("correct", "add", "k1", "--at", "2026-03-02 16:00", "--direction", "out", *WHY).code == 0
    assert cli("correct", "move", "e1", "--at", "2026-03-02T08:30+00:00", "--direction", "break_start", *WHY).code == 0
    assert cli("correct", "void", "e2", *WHY).code == 0
    assert cli("correct", "reassign", "e0", "--to", "k2", *WHY).code == 0
    assert cli("correct", "leave", "k2", "--from", "2026-03-04", "--kind", "sick", "--half", *WHY).code == 0
    listed = [json.loads(line) for line in cli("correct", "list", "--from", "2026-03-02", "--json").out.splitlines()]
    assert [(c["kind"], c["state"], c["at_utc"]) for c in listed] == [
        ("add", "approved", "2026-03-02T15:00:00+00:00"),
        ("move", "approved", "2026-03-02T08:30:00+00:00"),
        ("void", "approved", None),
        ("reassign", "approved", None),
        ("leave", "approved", None),
    ]
    text = cli("correct", "list", "--from", "2026-03-04", "--to", "2026-03-04").out
    assert "sick 2026-03-04 to 2026-03-04 (half days)" in text
    account = account_name()
    assert text.endswith(f"by {account} (desk), decided by {account} (desk): forgot\n")
    shown = cli("audit", "show", "--person", "k1").out.splitlines()
    assert [line.split()[2:5] for line in shown[:2]] == [shown[0].split()[2:5], ["kiosk", "check_in", "k1"]]
    assert len(shown) == 4 + 8  # enrolled, three check-ins, four corrections of two steps
    entries = [json.loads(line) for line in cli("audit", "show", "--json").out.splitlines()]
    assert [entry["seq"] for entry in entries] == list(range(1, len(entries) + 1))
    assert cli("audit", "show", "--from", "2026-03-02", "--to", "2026-03-02").out == ""  # made today, about that day
    check = json.loads(cli("audit", "verify", "--deep", "--json").out)
    assert (check["whole"], check["entries"], check["compared"]) == (True, len(entries), 3 + 10)


def test_that_the_two_person_rule_of_the_settings_is_kept(cli: Cli, home: Path) -> None:
    config = home / "config.toml"
    text = config.read_text(encoding="utf-8")
    config.write_text(text.replace("[attendance]", "[attendance]\ntwo_person_rule = true"), encoding="utf-8")
    made = json.loads(cli("correct", "void", "e0", *WHY, "--json").out)
    assert made["state"] == "requested"
    own = cli("correct", "approve", made["correction_id"], "--by", "DESK")
    assert own.code == 1
    assert own.err.splitlines()[0] == (
        "error COR-01: This correction cannot be made: whoever asked for it cannot approve it"
    )
    assert made["correction_id"] in cli("correct", "list", "--open").out
    assert "approved" in cli("correct", "approve", made["correction_id"], "--by", "boss").out
    assert cli("correct", "list", "--open").out == ""
    assert "rejected" in cli("correct", "reject", made["correction_id"], "--by", "boss").out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("add", "k1", "--at", "noon", "--direction", "in"), "'noon' is not a time"),
        (("add", "k1", "--at", "2026-03-29 02:30", "--direction", "in"), "the clocks skipped 2026-03-29 02:30"),
        (
            ("add", "k1", "--at", "2025-10-26 02:30", "--direction", "in"),
            "twice; add the offset, such as 2025-10-26T02:30:00+02:00",
        ),
        (("add", "nobody", "--at", "2026-03-02 08:00", "--direction", "in"), "Nobody has the code nobody"),
        (("void", "none"), "there is no event none"),
        (("leave", "k1", "--from", "2026-02-30"), "'2026-02-30' is not a day"),
        (("leave", "k1", "--from", "2026-03-05", "--to", "2026-03-04"), "the last day is before the first"),
    ],
)
def test_that_bad_input_is_one_sentence(cli: Cli, arguments: tuple[str, ...], words: str) -> None:
    outcome = cli("correct", *arguments, *WHY)
    assert outcome.code == 1
    assert words in outcome.err.splitlines()[0]
    assert json.loads(cli("audit", "verify", "--json").out)["entries"] == 6


@pytest.mark.parametrize(("start", "end"), [("2026-03-02", "2026-03-01"), ("yesterday", ""), ("", "2026-13-01")])
def test_that_days_that_make_no_sense_are_refused(cli: Cli, start: str, end: str) -> None:
    for group in (("audit", "show"), ("correct", "list")):
        outcome = cli(*group, "--from", start, "--to", end)
        assert (outcome.code, outcome.err.split(":")[0]) == (1, "error REP-02")


def test_that_a_changed_row_is_named_with_exit_code_1(cli: Cli, home: Path) -> None:
    assert cli("audit", "verify", "--deep").out == "whole: 6 entries, 3 rows compared\n"
    with closing(sqlite3.connect(home / "attendance.db")) as connection:
        connection.execute("DROP TRIGGER audit_entry_never_updated")
        connection.execute("UPDATE audit_entry SET body = replace(body, '\"e1\"', '\"e9\"') WHERE seq = 5")
        connection.commit()
    outcome = cli("audit", "verify")
    assert outcome.code == 1
    assert outcome.out.startswith("NOT WHOLE: entry 5 (20")
    assert outcome.out.endswith("): changed: it does not fit its hash\n")
    found = json.loads(cli("audit", "verify", "--json").out)
    assert (found["whole"], found["first_bad"]["seq"]) == (False, 5)


def test_that_a_cut_end_is_named_and_a_restored_backup_accepted(cli: Cli, home: Path) -> None:
    with closing(sqlite3.connect(home / "attendance.db")) as connection:
        connection.execute("DROP TRIGGER audit_entry_never_deleted")
        connection.execute("DELETE FROM audit_entry WHERE seq > 4")
        connection.commit()
    outcome = cli("audit", "verify")
    assert (outcome.code, outcome.out) == (
        1,
        "NOT WHOLE: entry 5: removed from the end: the head knows 6 entries\n",
    )
    assert cli("audit", "accept", "--by", " ", "--reason", "x").code == 2
    accepted = cli("audit", "accept", "--by", "boss", "--reason", "restored").out.splitlines()
    assert "taken over as it is: removed from the end: the head knows 6 entries" in accepted
    assert accepted[-1] == "the head now stands at entry 5"
    assert cli("audit", "verify").out == "whole: 5 entries\n"
    assert "e1 was removed" not in cli("audit", "verify", "--deep").out
    assert cli("audit", "verify", "--deep").code == 1  # the check-ins were not restored with it


def test_that_what_did_not_fit_is_named_when_somebody_answers_for_it_and_stays_in_the_log(cli: Cli, home: Path) -> None:
    with closing(sqlite3.connect(home / "attendance.db")) as connection:
        connection.execute("UPDATE person SET name = 'Mallory' WHERE code = 'k2'")
        connection.execute("DELETE FROM audit_salt WHERE person_id = 2")
        connection.commit()
    told = [
        "in the table person, row 2 was changed past the log",
        "in the table audit_salt, row 2 was removed past the log",
    ]
    accepted = cli("audit", "accept", "--by", "boss", "--reason", "restored").out.splitlines()
    assert sorted(accepted[:-1]) == sorted(f"taken over as it is: {one}" for one in told)
    assert cli("audit", "verify", "--deep").code == 0
    entry = json.loads(cli("audit", "show", "--json").out.splitlines()[-1])
    assert entry["action"] == "audit.accepted"
    assert sorted(entry["data"]["found"]) == sorted(told)
    assert "Mallory" not in json.dumps(entry)


def test_that_a_kept_head_is_compared(cli: Cli, home: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.json"
    kept.write_bytes((home / "audit-head.json").read_bytes())
    assert cli("audit", "verify", "--head", kept).code == 0
    outcome = cli("audit", "verify", "--head", tmp_path / "none.json")
    assert outcome.code == 1
    assert "is missing" in outcome.out


def test_that_without_the_key_the_check_says_so(cli: Cli, home: Path) -> None:
    (home / "attendance.key").unlink()
    outcome = cli("audit", "verify")
    assert (outcome.code, outcome.err.split(":")[0]) == (1, "error STO-06")


# --- anchors -----------------------------------------------------------------------------------------


def test_that_a_report_has_an_anchor_beside_it_and_stays_as_it_is(cli: Cli, tmp_path: Path) -> None:
    days = ("--from", "2026-03-02", "--to", "2026-03-02")
    reports = [tmp_path / name for name in ("a.csv", "b.csv")]
    for path in reports:
        assert cli("report", "events", *days, "-o", path).code == 0
    assert reports[0].read_bytes() == reports[1].read_bytes()
    anchor = json.loads((tmp_path / "a.csv.anchor.json").read_text())
    assert (anchor["entries"], anchor["file"]) == (6, "a.csv")
    assert anchor["sha256"] == hashlib.sha256(reports[0].read_bytes()).hexdigest()
    assert cli("correct", "void", "e2", *WHY).code == 0
    outcome = cli("audit", "verify", "--against", tmp_path / "a.csv.anchor.json")
    assert outcome.code == 0
    assert outcome.out.splitlines()[0].endswith("at entry 6; 2 entries since")


def test_that_only_an_anchor_finds_a_whole_older_copy_and_that_it_needs_no_key(
    cli: Cli, home: Path, tmp_path: Path
) -> None:
    older = shutil.copytree(home, tmp_path / "older")
    assert cli("correct", "void", "e2", *WHY).code == 0
    kept = tmp_path / "elsewhere.json"
    assert cli("audit", "anchor", "-o", kept, "--of", home / "config.toml").out == f"entry 8 written to {kept}\n"
    assert cli("audit", "verify", "--deep", "--against", kept).code == 0
    shutil.rmtree(home)
    shutil.copytree(older, home)
    assert cli("audit", "verify", "--deep").code == 0
    outcome = cli("audit", "verify", "--against", kept)
    assert outcome.code == 1
    assert "knows 8 entries, and this log has 6" in outcome.out
    (home / "attendance.key").unlink()
    outcome = cli("audit", "verify", "--against", kept)
    assert outcome.code == 1
    assert outcome.out.splitlines()[0].startswith("DOES NOT CONTINUE THE ANCHOR")
    assert outcome.out.splitlines()[1].startswith("the seals were not checked")
    kept.write_text("{}")
    assert cli("audit", "verify", "--against", kept).code == 1


def test_that_a_log_of_another_folder_does_not_continue_an_anchor(cli: Cli, home: Path, tmp_path: Path) -> None:
    kept = tmp_path / "elsewhere.json"
    assert cli("audit", "anchor", "-o", kept).code == 0
    fields = json.loads(kept.read_text())
    kept.write_text(json.dumps({**fields, "hash": "00" * 32}))
    outcome = cli("audit", "verify", "--against", kept, "--json")
    told = json.loads(outcome.out.splitlines()[0])
    assert (outcome.code, told["continues_anchor"]) == (1, False)
    kept.write_text(json.dumps({**fields, "entries": 0, "hash": "00" * 32}))
    assert cli("audit", "verify", "--against", kept).code == 0
