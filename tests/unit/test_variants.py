"""The scripts that run demo and tests on other days and with other fonts never call a failure a success."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "scripts"))

import font_sets  # noqa: E402
import other_days  # noqa: E402
import variant_run  # noqa: E402


@pytest.mark.parametrize(("code", "outcome"), [(0, "passed"), (3, "FAILED (3)")])
def test_that_a_run_is_what_its_command_says(capsys: pytest.CaptureFixture[str], code: int, outcome: str) -> None:
    command = (sys.executable, "-c", f"print('2 passed in 1 s'); raise SystemExit({code})")
    assert variant_run.run("here ", "tests", command, lambda: os.environ) == (code == 0)
    printed = capsys.readouterr().out
    assert outcome in printed
    assert "2 passed in 1 s" in printed


def test_that_one_failure_fails_all_and_keeps_no_variant_from_its_turn() -> None:
    tried: list[int] = []

    def work(number: int) -> bool:
        tried.append(number)
        return number != 1

    assert not variant_run.all_pass(range(4), work)
    assert sorted(tried) == [0, 1, 2, 3]
    assert variant_run.all_pass(range(2, 4), work)


@pytest.mark.parametrize("marker", ["knows_date", "knows_fonts"])
def test_that_every_marked_test_is_among_the_files_that_are_run(marker: str) -> None:
    paths = variant_run.paths_with(marker)
    assert len(paths) > 3
    for path in (ROOT / "tests").rglob("*.py"):
        if f"pytest.mark.{marker}" in path.read_text(encoding="utf-8"):
            assert any(path.is_relative_to(ROOT / one) for one in paths), path


@pytest.mark.parametrize(("required", "code"), [("1", 1), ("", 0)])
def test_that_fonts_that_are_not_installed_fail_where_they_are_required(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], required: str, code: int
) -> None:
    there, absent = font_sets.FontSet("none", (), ""), font_sets.FontSet("odd", ("no/such",), "fonts-odd")
    monkeypatch.setattr(font_sets, "SETS", (there, absent))
    monkeypatch.setattr(font_sets, "_passes", lambda fonts, _what: fonts is there)
    monkeypatch.setenv("REQUIRE_FONT_SETS", required)
    assert font_sets.main([]) == code
    assert "install fonts-odd" in capsys.readouterr().out


def test_that_a_font_set_sees_its_own_fonts_only(tmp_path: Path) -> None:
    text = font_sets.configuration(font_sets.FontSet("one", ("truetype/dejavu",), ""), tmp_path).read_text()
    assert text.count("<dir>") == 1
    assert "<include" not in text
    assert str(tmp_path / "cache") in text


@pytest.mark.skipif(sys.platform != "linux", reason="libfaketime is for Linux")
def test_that_the_day_is_another_one_and_the_monotonic_clock_stays_real() -> None:
    day = next(one for one in other_days.DAYS if one.name == "leap-day")
    code = "import time, datetime; print(datetime.datetime.now().astimezone().isoformat(), time.monotonic())"
    before_s = time.monotonic()
    printed = subprocess.run(
        [sys.executable, "-c", code],
        env=other_days.changed_clock(day),
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    ).stdout
    at, monotonic_s = printed.split()
    assert before_s <= float(monotonic_s) <= time.monotonic()
    seen, wanted = datetime.fromisoformat(at), day.local.replace(tzinfo=ZoneInfo(day.zone))
    assert seen.utcoffset() == wanted.utcoffset()
    assert -1 < (seen - wanted).total_seconds() < 300  # the distance is whole seconds


def test_that_the_days_are_those_on_which_dates_go_wrong() -> None:
    days = {(one.local.month, one.local.day) for one in other_days.DAYS}
    assert {(2, 29), (12, 31)} <= days
    assert any(one.local.weekday() == 6 for one in other_days.DAYS)
    for one in other_days.DAYS:
        if one.name.endswith("-night"):  # the clock jumps within minutes of the start
            zone = ZoneInfo(one.zone)
            start = datetime.fromtimestamp(time.time() + one.offset_s(), zone)
            later = datetime.fromtimestamp(time.time() + one.offset_s() + 60, zone)
            assert start.utcoffset() != later.utcoffset(), one.name
