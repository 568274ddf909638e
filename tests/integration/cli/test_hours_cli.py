"""Commands ``plan``, ``hours`` and ``bench reports``, as a user types them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from attendance.bench import reports as bench_reports
from attendance.bench.reports import format_report_bench, run_report_bench
from attendance.cli import app
from attendance.composition.application import Application
from attendance.composition.paths import account_name
from attendance.core.types import CheckIn, Direction
from attendance.errors.hours import HoursRulesInvalid
from attendance.errors.reports import ReportError, ReportRangeError

PLAN = """# our plan
[shifts.office]
parts = ["09:00-17:30"]
[cycles.rota]
start = 2026-01-05
days = ["office", ""]
[[assignments]]
shift = "office"
first_day = 2026-01-01
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "config.toml").write_text('[attendance]\nzone = "UTC"\n', encoding="utf-8")
    return tmp_path


def run(folder: Path, *arguments: str) -> str:
    done = CliRunner().invoke(app, ["--data", str(folder), *arguments], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def plan_file(folder: Path, text: str = PLAN) -> str:
    path = folder / "plan.toml"
    path.write_text(text, encoding="utf-8", newline="")
    return str(path)


def test_that_a_plan_is_checked_imported_shown_and_exported(folder: Path) -> None:
    assert "no plan" in run(folder, "plan", "show")
    assert "shift office: 09:00-17:30" in run(folder, "plan", "check", plan_file(folder))
    assert "no plan" in run(folder, "plan", "show"), "check stored the plan"
    assert "version 1 is in force" in run(folder, "plan", "import", plan_file(folder), "--by", "Zhang Wei")
    shown = run(folder, "plan", "show")
    assert f"by {account_name()} (Zhang Wei)" in shown
    assert "cycle rota: 2 days from 2026-01-05" in shown
    copy = folder / "copy.toml"
    run(folder, "plan", "export", "-o", str(copy))
    assert copy.read_text(encoding="utf-8") == PLAN
    assert run(folder, "plan", "export") == PLAN


def test_that_an_older_plan_is_listed_and_comes_back(folder: Path) -> None:
    newer = PLAN.replace("09:00", "08:00")
    assert run(folder, "plan", "list") == ""
    for text, who in ((PLAN, "Zhang Wei"), (newer, "Li Na")):
        run(folder, "plan", "import", plan_file(folder, text), "--by", who)
    second, first = run(folder, "plan", "list").splitlines()
    assert (first[:9], second[:9]) == ("version 1", "version 2")
    assert (first.endswith("(Zhang Wei)"), second.endswith("(Li Na)")) == (True, True)
    listed = json.loads(run(folder, "plan", "list", "--json"))
    assert [(one["version"], one["by"]) for one in listed] == [(2, "Li Na"), (1, "Zhang Wei")]
    assert run(folder, "plan", "export", "--version", "1") == PLAN
    assert run(folder, "plan", "export") == newer
    done = CliRunner().invoke(app, ["--data", str(folder), "plan", "export", "--version", "3"])
    assert isinstance(done.exception, HoursRulesInvalid)
    assert "there is no version 3" in str(done.exception)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("shifts = 3", "shifts: must be a table"),
        ("x = [", "file: "),
        ("[1]", "1: unknown key"),
        ('[calendar]\ncountry = "XX"', "calendar.country: no holidays are known for XX"),
        ('[calendar]\ncountry = "DE"\nlanguage = "xx"', "calendar.language: must be one of de"),
        ('[calendar]\ncountry = "DE"\nsubdivision = "QQ"', "calendar.subdivision: DE has no part called QQ"),
        ('[calendar]\ncountry = "DE"\nleave_out = "2026-01-01"', "calendar.leave_out: must be a list"),
    ],
)
def test_that_a_wrong_plan_is_refused_in_one_sentence(folder: Path, text: str, said: str) -> None:
    with pytest.raises(HoursRulesInvalid) as caught:
        run(folder, "plan", "check", plan_file(folder, text))
    assert said in caught.value.user_text


def test_that_files_that_cannot_be_read_or_written_are_refused(folder: Path) -> None:
    with pytest.raises(HoursRulesInvalid, match="No such file"):
        run(folder, "plan", "check", str(folder / "none.toml"))
    (folder / "latin.toml").write_bytes(b"# \xff")
    with pytest.raises(HoursRulesInvalid, match="line 1 has the byte 0xff, which is not UTF-8; save it as UTF-8"):
        run(folder, "plan", "check", str(folder / "latin.toml"))
    with pytest.raises(ReportError):
        run(folder, "plan", "export", "-o", str(folder))


def test_that_hours_are_printed_as_lines_and_as_json(folder: Path) -> None:
    with Application(folder) as application:
        vector = np.zeros(128, np.float32)
        vector[0] = 1
        li = application.storage.roster.enrol(code="E1", name="Li", templates=[(vector, None)], model_id="m:1")
        for hour, direction in ((9, Direction.IN), (17, Direction.OUT)):
            at = datetime(2026, 3, 18, hour, tzinfo=UTC)
            event = CheckIn(f"e{hour}", li.id, at, 0, direction, 0.5, 0.1, "Door", "m:1", "kiosk")
            application.storage.check_in_log.append(event).result()
    run(folder, "plan", "import", plan_file(folder), "--by", "boss")
    days = ("--from", "2026-03-18", "--to", "2026-03-18")
    assert run(folder, "hours", *days).strip() == "E1  2026-03-18  09:00 - 17:00   8:00  present  (left_early)"
    found = json.loads(run(folder, "hours", *days, "--person", "E1", "--json"))
    assert (found["code"], found["worked_s"], found["flags"]) == ("E1", 8 * 3600, ["left_early"])
    assert run(folder, "hours", *days, "--department", "Sales") == ""
    with pytest.raises(ReportRangeError):
        run(folder, "hours", "--from", "18.3.2026", "--to", "2026-03-18")


def test_that_the_bench_measures_what_it_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench_reports, "PEOPLE", 10)
    report = run_report_bench(80)
    assert report["event_csv"]["rows"] == 80
    assert report["payroll"]["people"] == 10
    # Two days of ten people, from about 9:00 to 17:30 with half an hour of break.
    assert 150 < report["payroll"]["worked_h"] < 170
    assert "event CSV, 80 rows" in format_report_bench(report)


def test_that_the_bench_is_a_command_beside_the_one_without_a_name(folder: Path) -> None:
    assert "--events" in run(folder, "bench", "reports", "--help")
    assert "--soak-minutes" in run(folder, "bench", "--help")
