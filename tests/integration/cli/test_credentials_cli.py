"""Commands ``people pin``, ``people add`` and ``badges`` on a data folder of their own; no models are loaded."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from pypdf import PdfReader

from attendance.composition.application import Application
from attendance.services.credentials.door_entry import DoorEntry, Verdict
from tests.command_line import Cli, Outcome, call


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "config.toml").write_text(
        '[attendance]\nzone = "Europe/Berlin"\n[storage]\nkey_store = "file"\n[kiosk]\ncompany = "Example & Co"\n',
        encoding="utf-8",
    )
    return folder


@pytest.fixture
def cli(home: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Cli:
    monkeypatch.setattr("attendance.cli.session.configure_logging", lambda *_: None)

    def run(*arguments: object, stdin: str = "") -> Outcome:
        return call("--data", home, *arguments, monkeypatch=monkeypatch, capsys=capsys, stdin=stdin)

    assert run("people", "add", "k1", "--name", "Ann Example", "--department", "Lab").code == 0
    return run


def entry(application: Application) -> DoorEntry:
    return application.credentials.door_entry(lambda _: False)


def test_that_a_person_without_a_photograph_is_on_the_roster_like_any_other(cli: Cli) -> None:
    (person,) = json.loads(cli("people", "list", "--json").out)
    assert (person["code"], person["name"], person["department"]) == ("k1", "Ann Example", "Lab")
    assert person["template_count"] == 0


def test_that_a_temporary_pin_is_shown_once_and_let_in(cli: Cli, home: Path) -> None:
    shown = re.search(r"PIN (\d{6})\n", cli("people", "pin", "k1").out)
    assert shown is not None
    again = cli("people", "pin", "k1", "--json").json
    assert again["pin"] != shown[1]
    with Application(home) as application:
        door = entry(application)
        claim = door.claim("k1")
        assert claim is not None
        assert door.check_pin(claim, shown[1]).verdict is Verdict.WRONG
        assert door.check_pin(claim, str(again["pin"])).verdict is Verdict.MUST_CHANGE
    assert "the PIN is gone" in cli("people", "pin", "k1", "--remove").out
    assert "there was no PIN" in cli("people", "pin", "k1", "--remove").out


def test_that_a_pin_that_is_typed_is_checked(cli: Cli) -> None:
    refused = cli("people", "pin", "k1", "--stdin", stdin="1234\n")
    assert refused.code == 1
    assert refused.error_line() == "error ENR-13: Not taken: too easily guessed."
    taken = cli("people", "pin", "k1", "--stdin", stdin="9713\n")
    assert taken.code == 0
    assert "9713" not in taken.out
    assert cli("people", "pin", "nobody").error_line().startswith("error ENR-06")


def test_that_badges_are_printed_listed_and_revoked(cli: Cli, tmp_path: Path) -> None:
    pdf = tmp_path / "badges.pdf"
    assert cli("people", "add", "k2", "--name", "李娜").code == 0
    assert cli("badges", "print", "--all", "--output", pdf).out == f"{pdf}: 2 badges\n"
    words = PdfReader(pdf).pages[0].extract_text()
    assert "Ann" in words
    assert "k2" in words
    assert "Example & Co" in words
    assert cli("badges", "print", "--all", "--output", tmp_path / "none.pdf").out == "everybody has a badge\n"
    assert cli("badges", "print", "k1", "--output", pdf).code == 0
    listed = json.loads(cli("badges", "list", "--json").out)
    assert [(one["code"], one["revoked_utc"] is None) for one in listed] == [("k1", False), ("k2", True), ("k1", True)]
    assert cli("badges", "revoke", "k1").out == "1 badge revoked\n"
    assert cli("badges", "revoke", "k1").code == 1
    assert len(cli("badges", "list", "k1").out.splitlines()) == 2


def test_that_no_badge_is_revoked_when_the_file_cannot_be_written(cli: Cli, tmp_path: Path) -> None:
    assert cli("badges", "print", "k1", "--output", tmp_path / "b.pdf").code == 0
    assert cli("badges", "print", "k1", "--output", tmp_path / "nowhere" / "b.pdf").code == 1
    assert len(json.loads(cli("badges", "list", "--json").out)) == 1


def test_that_a_card_of_the_company_becomes_a_badge(cli: Cli, home: Path) -> None:
    assert cli("badges", "register", "k1", "--stdin", stdin="0012345678\n").code == 0
    assert cli("badges", "register", "k1", "--stdin", stdin="0012345678\n").error_line().startswith("error ENR-12")
    assert cli("badges", "register", "k1", "--stdin", stdin="12\n").error_line().startswith("error ENR-13")
    with Application(home) as application:
        claim = entry(application).claim("0012345678")
    assert claim is not None
    assert claim.is_badge
