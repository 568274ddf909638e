"""Command ``report`` on a data folder of its own; no models are loaded."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from pypdf import PdfReader

from attendance.composition.application import Application
from attendance.core.types import CheckIn, Direction
from tests.command_line import call

Run = Callable[..., tuple[int, str, str]]
DAYS = ("--from", "2026-03-02", "--to", "2026-03-03")
PLAN = """
{"shifts": {"office": {"parts": ["09:00-17:00"]}}, "assignments": [{"shift": "office", "first_day": "2026-01-01"}]}
"""


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    folder = tmp_path / "home"
    folder.mkdir()
    (folder / "config.toml").write_text(
        '[attendance]\nzone = "Europe/Berlin"\n[kiosk]\ncompany = "Acme"\n[storage]\nkey_store = "file"\n',
        encoding="utf-8",
    )
    with Application(folder) as application:
        person = application.storage.roster.enrol(code="k1", name="Ann", department="Lab", templates=[], model_id="m")
        for hour, way in ((8, Direction.IN), (16, Direction.OUT)):
            at = datetime(2026, 3, 2, hour, 30, tzinfo=UTC)
            event = CheckIn(f"e{hour}", person.id, at, 3600, way, 0.6, 0.2, "door", "m", "kiosk")
            application.storage.check_in_log.append(event).result()
        application.records.hours.save_plan(PLAN, "test")
    monkeypatch.setattr("attendance.cli.session.configure_logging", lambda *_: None)

    def called(*arguments: object) -> tuple[int, str, str]:
        done = call("--data", folder, *arguments, monkeypatch=monkeypatch, capsys=capsys)
        return done.code, done.out, done.err

    return called


def test_that_the_ending_of_the_file_says_the_format(run: Run, tmp_path: Path) -> None:
    code, out, err = run("report", "late", *DAYS, "-o", tmp_path / "r.pdf")
    assert (code, err) == (0, "")
    assert out.startswith("1 row written to ")
    text = PdfReader(tmp_path / "r.pdf").pages[0].extract_text()
    assert "Acme" in text
    assert "0:30" in text


@pytest.mark.parametrize("kind", ["events", "daily", "monthly", "payroll", "incomplete", "corrections"])
def test_that_every_kind_is_written(run: Run, tmp_path: Path, kind: str) -> None:
    path = tmp_path / "r.txt"
    assert run("report", kind, *DAYS, "--format", "csv", "--person", "k1", "-o", path)[0] == 0
    assert path.read_bytes().startswith(b'\xef\xbb\xbf"')


def test_that_payroll_takes_columns_and_codes(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    assert run("report", "payroll", *DAYS, "--columns", "code=Nr, paid_h", "-o", path)[0] == 0
    assert path.read_text(encoding="utf-8-sig").splitlines() == ['"Nr","paid_h"', '"k1","8.00"']
    done = run("report", "payroll", *DAYS, "--preset", "datev", "--pay-code", "regular=7", "-o", path)
    assert done[0] == 0
    assert '"k1";"02.03.2026";"";"7";"8,00";""' in path.read_text(encoding="utf-8-sig")


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (("--department", "Sales"), "error REP-03: This report cannot be made: there is no department 'Sales'"),
        (("--person", "k9"), "error ENR-06"),
        (("--columns", "wage"), "there is no column 'wage'"),
        (("--pay-code", "regular"), "'regular' is not NAME=CODE"),
    ],
)
def test_that_a_wrong_wish_is_one_sentence(run: Run, tmp_path: Path, options: tuple[str, ...], says: str) -> None:
    code, _, err = run("report", "payroll", *DAYS, *options, "-o", tmp_path / "r.csv")
    assert code == 1
    assert says in err
    assert not (tmp_path / "r.csv").exists()


def test_that_an_unknown_kind_is_wrong_usage(run: Run, tmp_path: Path) -> None:
    code, _, err = run("report", "weekly", *DAYS, "-o", tmp_path / "r.csv")
    assert code == 2
    assert "payroll" in err


def test_that_a_report_can_be_made_every_month_instead(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "for payroll"
    folder.mkdir()
    code, out, err = run(
        "report", "payroll", "--every", "month", "-o", folder, "--format", "xlsx", "--mail", "a@b.example"
    )
    assert (code, err) == (0, "")
    assert out.startswith("payroll: next report on ")
    kept = run("schedule", "list")[1]
    assert "payroll" in kept
    assert "month" in kept

    code, _, err = run("report", "payroll", "--every", "month", *DAYS, "-o", folder)
    assert (code, "--every takes no --from and --to" in err) == (1, True)
    code, _, err = run("report", "payroll", "--from", "2026-03-02", "-o", tmp_path / "r.csv")
    assert (code, "give --from and --to, or --every with a folder" in err) == (1, True)
