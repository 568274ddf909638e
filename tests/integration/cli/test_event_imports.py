"""Where imported check-ins come from: nobody is the kiosk by writing so into a file."""

from __future__ import annotations

import hashlib
import json
import os
import sqlite3
import uuid
from contextlib import closing
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from attendance.composition import paths
from attendance.composition.application import Application
from attendance.composition.paths import account_name
from attendance.core.event_imports import ImportState
from attendance.core.types import CheckIn
from tests.command_line import Cli, Outcome, call

CONFIG = '[attendance]\nzone = "Europe/Berlin"\n[storage]\nkey_store = "file"\n'
STRICT = CONFIG.replace("[storage]", "two_person_rule = true\n[storage]")
FORGED = """event_id,code,utc_time,direction,source,similarity,made_by
f1,k1,2026-03-02T08:00:00Z,in,Main entrance,0.93,kiosk
f2,k1,2026-03-02T16:00:00Z,out,Main entrance,0.91,kiosk
"""


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "config.toml").write_text(CONFIG, encoding="utf-8")
    with Application(folder) as application:
        for code, name in (("k1", "Ann"), ("k2", "Bob")):
            application.storage.roster.enrol(code=code, name=name, templates=[], model_id="m")
    return folder


@pytest.fixture
def cli(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    monkeypatch.setattr("attendance.cli.session.configure_logging", lambda *_: None)

    def run(*arguments: object) -> Outcome:
        return call("--data", home, *arguments, monkeypatch=monkeypatch, capsys=capsys)

    return run


@pytest.fixture
def forged(tmp_path: Path) -> Path:
    path = tmp_path / "forged.csv"
    path.write_text(FORGED, encoding="utf-8")
    return path


def events_of(folder: Path) -> list[CheckIn]:
    with Application(folder) as application:
        ever = datetime(1980, 1, 1, tzinfo=UTC), datetime(2999, 1, 1, tzinfo=UTC)
        return [event for event, _ in application.storage.check_in_log.between(*ever)]


def entries(cli: Cli) -> list[dict[str, object]]:
    return [json.loads(line) for line in cli("audit", "show", "--json").out.splitlines()]


def test_that_a_file_cannot_pass_for_the_kiosk(cli: Cli, home: Path, forged: Path, tmp_path: Path) -> None:
    assert cli("import-events", forged, "--by", "kiosk").code == 0

    assert [(e.event_id, e.source, e.similarity, e.made_by) for e in events_of(home)] == [
        ("f1", "import", None, "import"),
        ("f2", "import", None, "import"),
    ]
    told = [entry for entry in entries(cli) if str(entry["action"]).startswith(("import.", "check_in"))]
    assert [(e["action"], e["actor"]) for e in told] == [
        ("import.requested", account_name()),
        ("import.approved", account_name()),
        ("check_in", account_name()),
        ("check_in", account_name()),
        ("import.stored", account_name()),
    ]
    assert {e["data"]["by"] for e in told if "by" in e["data"]} == {"kiosk"}  # type: ignore[operator,index]
    assert {e["data"]["sha256"] for e in told if "sha256" in e["data"]} == {  # type: ignore[operator,index]
        hashlib.sha256(forged.read_bytes()).hexdigest()
    }
    report = tmp_path / "report.csv"
    cli("report", "events", "--from", "2026-03-01", "--to", "2026-03-03", "--output", report)
    for claim in ("Main entrance", "0.93", "kiosk"):
        assert claim not in report.read_text(encoding="utf-8-sig")
    shown = cli("imports", "show", json.loads(cli("imports", "list", "--json").out)["import_id"]).out
    assert "f1  k1  2026-03-02T09:00:00+01:00  in  the file claims: 'Main entrance', 0.93, 'kiosk'" in shown
    assert cli("audit", "verify", "--deep").code == 0


def test_that_an_imported_check_in_is_not_taken_back_like_one_of_the_door(cli: Cli, home: Path, tmp_path: Path) -> None:
    now = datetime.now(UTC).replace(microsecond=0)
    file = tmp_path / "now.csv"
    file.write_text(f"event_id,code,utc_time,direction,made_by\nnow,k1,{now.isoformat()},in,kiosk\n", encoding="utf-8")
    cli("import-events", file)
    with Application(home) as application, pytest.raises(Exception, match="not made at the kiosk"):
        application.records.corrections_at_door.undo("now")


def test_that_a_file_waits_for_a_second_person(cli: Cli, home: Path, forged: Path) -> None:
    (home / "config.toml").write_text(STRICT, encoding="utf-8")
    outcome = cli("import-events", forged, "--by", "desk", "--json")
    import_id = outcome.json["import_id"]
    assert (outcome.json["added"], outcome.json["is_waiting"]) == (2, True)
    assert events_of(home) == []
    assert cli("import-events", forged, "--json").json["known"] == 2  # it waits already
    assert "2 check-ins of 1 person, 2026-03-02 to 2026-03-02" in cli("imports", "list", "--open").out

    for same in ("desk", " Desk ", ""):
        assert "whoever imported it cannot approve it" in cli("imports", "approve", import_id, "--by", same).err
    assert events_of(home) == []
    assert cli("imports", "approve", import_id, "--by", "boss").code == 0
    assert len(events_of(home)) == 2
    (approved,) = [entry for entry in entries(cli) if entry["action"] == "import.approved"]
    assert approved["data"]["same_account"] is True  # type: ignore[index]
    assert cli("imports", "list", "--open").out == ""
    for decide in ("approve", "reject"):
        assert "is decided already" in cli("imports", decide, import_id, "--by", "boss").err
    assert cli("audit", "verify", "--deep").code == 0


def test_that_a_rejected_file_never_counts_and_may_come_again(cli: Cli, home: Path, forged: Path) -> None:
    (home / "config.toml").write_text(STRICT, encoding="utf-8")
    first = cli("import-events", forged, "--by", "desk", "--json").json["import_id"]
    assert cli("imports", "reject", first).out.startswith(f"{first}  rejected  forged.csv")
    again = cli("import-events", forged, "--json").json
    assert again["added"] == 2
    assert "is decided already" in cli("imports", "approve", first, "--by", "boss").err
    assert "there is no import x" in cli("imports", "approve", "x").err
    assert events_of(home) == []


def test_that_what_was_approved_is_stored_after_the_program_was_ended(cli: Cli, home: Path, forged: Path) -> None:
    (home / "config.toml").write_text(STRICT, encoding="utf-8")
    import_id = str(cli("import-events", forged, "--by", "desk", "--json").json["import_id"])
    with Application(home) as application:
        store = application.storage.event_imports
        (waiting,) = application.links.event_imports.waiting()
        store.decide(import_id, ImportState.APPROVED, who=waiting.asked, at_utc=waiting.asked_utc)
    assert events_of(home) == []

    with Application(home) as application:
        application.links.start()  # what both windows do
        assert application.storage.event_imports.by_id(import_id).state is ImportState.STORED  # type: ignore[union-attr]
        assert application.links.event_imports.finish() == 0
    assert [event.event_id for event in events_of(home)] == ["f1", "f2"]


def test_that_erasing_a_person_takes_what_the_file_claimed(cli: Cli, home: Path, forged: Path) -> None:
    (home / "config.toml").write_text(STRICT, encoding="utf-8")
    import_id = cli("import-events", forged, "--by", "desk", "--json").json["import_id"]
    with Application(home) as application:
        application.storage.roster.erase("k1")
    with closing(sqlite3.connect(home / "attendance.db")) as connection:
        rows = connection.execute(
            "SELECT person_id, claimed_source, claimed_similarity, claimed_made_by FROM imported_event"
        ).fetchall()
        with pytest.raises(sqlite3.IntegrityError, match="never"):
            connection.execute("UPDATE imported_event SET person_id = 2")
    assert rows == [(None, "", None, "")] * 2
    assert cli("imports", "approve", import_id, "--by", "boss").code == 0
    assert events_of(home) == []  # nobody is brought back
    assert cli("audit", "verify", "--deep").code == 0


# --- ids ---------------------------------------------------------------------------------------------


def test_that_ids_made_for_rows_give_no_code_away(cli: Cli, home: Path, tmp_path: Path) -> None:
    file = tmp_path / "events.csv"
    file.write_text("code,utc_time,direction\nk1,2026-03-02T08:00:00Z,in\n", encoding="utf-8")
    assert cli("import-events", file, "--json").json["added"] == 1
    assert cli("import-events", file, "--json").json["known"] == 1
    (event,) = events_of(home)
    guessed = [
        uuid.uuid5(uuid.UUID("5f2f6c0e-6d0b-5c0f-9f0a-0d6a3a4b7c11"), f"{source}|k1|{at}|in")
        for source in ("", "import")
        for at in ("2026-03-02T08:00:00.000000+00:00",)
    ]
    assert uuid.UUID(event.event_id) not in guessed
    assert uuid.UUID(event.event_id).version == 8


def test_that_rows_imported_by_an_earlier_version_are_known(cli: Cli, home: Path, tmp_path: Path) -> None:
    former = uuid.uuid5(
        uuid.UUID("5f2f6c0e-6d0b-5c0f-9f0a-0d6a3a4b7c11"), "import|k1|2026-03-02T08:00:00.000000+00:00|in"
    )
    file = tmp_path / "events.csv"
    file.write_text(f"event_id,code,utc_time,direction\n{former},k1,2026-03-02T08:00:00Z,in\n", encoding="utf-8")
    assert cli("import-events", file, "--json").json["added"] == 1
    file.write_text("code,utc_time,direction\nk1,2026-03-02T08:00:00Z,in\n", encoding="utf-8")
    assert cli("import-events", file, "--json").json["known"] == 1


@pytest.mark.parametrize("event_id", ["correction:1", "a b", "a\x1b[2J", "ä", "../x"])
def test_that_an_id_that_is_none_is_refused(cli: Cli, tmp_path: Path, event_id: str) -> None:
    file = tmp_path / "events.csv"
    file.write_text(f"event_id,code,utc_time,direction\n{event_id},k1,2026-03-02T08:00:00Z,in\n", encoding="utf-8")
    outcome = cli("import-events", file)
    assert "an event id has only letters" in outcome.err


def test_that_the_id_of_a_correction_is_taken(cli: Cli, home: Path, tmp_path: Path) -> None:
    cli("correct", "leave", "k1", "--from", "2026-03-02", "--reason", "x", "--by", "desk")
    with Application(home) as application:
        never = datetime(1970, 1, 2, tzinfo=UTC)
        day = date(2026, 3, 2)
        (made,) = application.storage.corrections.for_range(never, never, first_day=day, last_day=day)
    file = tmp_path / "events.csv"
    file.write_text(
        f"event_id,code,utc_time,direction\n{made.correction_id},k1,2026-03-02T08:00:00Z,in\n", encoding="utf-8"
    )
    assert cli("import-events", file, "--json").json["added"] == 0


# --- the account -------------------------------------------------------------------------------------


@pytest.mark.skipif(os.name != "posix", reason="the environment names nobody on Windows")
def test_that_the_environment_names_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    before = account_name()
    for variable in ("LOGNAME", "USER", "LNAME", "USERNAME"):
        monkeypatch.setenv(variable, "kiosk")
    assert account_name() == before


def test_that_an_account_called_kiosk_is_not_taken_for_the_door(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(paths, "_name_of_account", lambda: "Kiosk")
    assert account_name() == "account Kiosk"
