"""Calendars whose rules would take for ever are one sentence after a while, and those of companies are read."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from attendance.errors.exchange import DataFileError
from attendance.integrations import calendar_file
from attendance.integrations.calendar_file import read_calendar

ZONE = ZoneInfo("Europe/Berlin")
FIRST, LAST = date(2026, 1, 1), date(2027, 12, 31)


def calendar(folder: Path, rule: str, *, start: str = "20200106", times: int = 1) -> Path:
    events = "".join(
        f"BEGIN:VEVENT\r\nUID:{number}\r\nSUMMARY:x\r\nDTSTART;VALUE=DATE:{start}\r\nRRULE:{rule}\r\nEND:VEVENT\r\n"
        for number in range(times)
    )
    path = folder / "calendar.ics"
    path.write_bytes(f"BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{events}END:VCALENDAR\r\n".encode())
    return path


@pytest.mark.parametrize("rule", ["FREQ=DAILY;INTERVAL=0", "FREQ=WEEKLY;INTERVAL=-1"])
def test_that_a_rule_without_an_interval_is_a_bad_row(tmp_path: Path, rule: str) -> None:
    days, bad = read_calendar(calendar(tmp_path, rule), first=FIRST, last=LAST, zone=ZONE)
    assert (days, [str(row.detail) for row in bad]) == ([], ["it repeats at no interval"])


def test_that_a_rule_whose_name_is_folded_is_bounded_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(calendar_file, "LIMIT_S", 3.0)
    path = calendar(tmp_path, "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", times=500)
    path.write_bytes(path.read_bytes().replace(b"RRULE", b"RRU\r\n LE"))
    with pytest.raises(DataFileError, match="was not done after 3 s"):
        read_calendar(path, first=FIRST, last=LAST, zone=ZONE)


@pytest.mark.parametrize(
    ("rule", "start"),
    [
        ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "20200106"),  # the library looks up to the year 9999
        ("FREQ=DAILY;COUNT=3000000", "00010101"),  # centuries before the first day that is asked for
    ],
)
def test_that_rules_without_an_end_are_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, rule: str, start: str
) -> None:
    monkeypatch.setattr(calendar_file, "LIMIT_S", 4.0)
    path = calendar(tmp_path, rule, start=start, times=500)
    began_s = time.monotonic()
    with pytest.raises(DataFileError, match="cannot be worked out: it was not done after 4 s"):
        read_calendar(path, first=FIRST, last=LAST, zone=ZONE)
    assert time.monotonic() - began_s < 60.0


def test_that_the_rules_of_a_company_are_worked_out(tmp_path: Path) -> None:
    path = calendar(tmp_path, "FREQ=WEEKLY;BYDAY=MO", times=50)
    days, bad = read_calendar(path, first=FIRST, last=LAST, zone=ZONE)
    assert (len(days), bad) == (50 * 104, [])


def test_that_an_error_of_a_calendar_that_repeats_is_the_same_sentence(tmp_path: Path) -> None:
    path = calendar(tmp_path, "FREQ=YEARLY")
    path.write_bytes(path.read_bytes().replace(b"END:VCALENDAR", b"END:VTODO"))
    with pytest.raises(DataFileError, match=r"is not a calendar|damaged or cut off"):
        read_calendar(path, first=FIRST, last=LAST, zone=ZONE)
