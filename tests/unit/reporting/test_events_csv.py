"""The report of all check-ins as CSV, through the service that makes reports."""

from __future__ import annotations

import csv
import errno
import os
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from attendance.core.types import CheckIn, Direction, Person
from attendance.errors import Reason
from attendance.errors.reports import ReportError, ReportRangeError
from attendance.errors.storage import DatabaseCorrupt, DiskFull, StorageError
from attendance.services.reports.events import EVENTS
from attendance.services.reports.service import ReportRequest
from tests.in_memory import InMemoryCheckInLog, InMemoryRoster
from tests.small_company import SmallCompany

BERLIN = ZoneInfo("Europe/Berlin")
DAY = date(2026, 3, 2)


def check_in(event_id: str, at_utc: datetime, person_id: int | None = None) -> CheckIn:
    offset = at_utc.astimezone(BERLIN).utcoffset() or timedelta()
    return CheckIn(
        event_id, person_id, at_utc, int(offset.total_seconds()), Direction.IN, 0.71249, 0.3, "Door", "m", "kiosk"
    )


def write(log: InMemoryCheckInLog, path: Path, start: date = DAY, end: date = DAY, zone: ZoneInfo = BERLIN) -> int:
    company = SmallCompany(zone=zone)
    company.log = log
    return company.service().write(ReportRequest("events", start, end), path)


def written(log: InMemoryCheckInLog, path: Path, start: date = DAY, end: date = DAY) -> list[dict[str, str]]:
    rows = write(log, path, start, end)
    with path.open(encoding="utf-8-sig", newline="") as file:
        read = list(csv.DictReader(file))
    assert len(read) == rows
    return read


def test_that_a_row_says_who_when_and_where(tmp_path: Path) -> None:
    roster = InMemoryRoster()
    person = roster.enrol(code="0012", name="Zoë 李", department="Lab", templates=[], model_id="m")
    log = InMemoryCheckInLog(roster=roster)
    log.append(check_in("e1", datetime(2026, 3, 2, 8, 0, 5, 999, tzinfo=UTC), person.id))
    assert written(log, tmp_path / "r.csv") == [
        {
            "event_id": "e1",
            "code": "0012",
            "name": "Zoë 李",
            "department": "Lab",
            "direction": "in",
            "local_time": "2026-03-02T09:00:05+01:00",
            "utc_time": "2026-03-02T08:00:05Z",
            "source": "Door",
            "similarity": "0.712",
            "made_by": "kiosk",
            "method": "",
        }
    ]


def test_that_the_bytes_are_what_spreadsheets_expect(tmp_path: Path) -> None:
    log = InMemoryCheckInLog()
    event = replace(check_in("e1", datetime(2026, 3, 2, 8, tzinfo=UTC)), similarity=None, source='a "b", c')
    log.append(event)
    path = tmp_path / "r.csv"
    written(log, path)
    raw = path.read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    header, row, end = raw[3:].split(b"\r\n")
    assert header == ",".join(f'"{column.key}"' for column in EVENTS.columns).encode()
    assert row == (
        b'"e1","","(erased)","","in","2026-03-02T09:00:00+01:00","2026-03-02T08:00:00Z","a ""b"", c","","kiosk",""'
    )
    assert end == b""


def test_that_an_empty_range_gives_the_header_alone(tmp_path: Path) -> None:
    assert written(InMemoryCheckInLog(), tmp_path / "r.csv") == []


def test_that_formulas_are_defused_and_numbers_left_alone(tmp_path: Path) -> None:
    roster = InMemoryRoster()
    person = roster.enrol(code="+1", name="=cmd|' /C calc'!A0", department="@x", templates=[], model_id="m")
    log = InMemoryCheckInLog(roster=roster)
    event = check_in("e1", datetime(2026, 3, 2, 8, tzinfo=UTC), person.id)
    log.append(replace(event, source="-door", made_by="\tme", similarity=-0.25))
    (row,) = written(log, tmp_path / "r.csv")
    assert row["code"] == "'+1"
    assert row["name"] == "'=cmd|' /C calc'!A0"
    assert row["department"] == "'@x"
    assert row["source"] == "'-door"
    assert row["made_by"] == "'\tme"
    assert row["similarity"] == "-0.250"


@pytest.mark.parametrize(("day", "hours"), [(date(2026, 3, 29), 23), (date(2026, 10, 25), 25), (date(2026, 6, 1), 24)])
def test_that_days_begin_and_end_at_local_midnight_also_when_clocks_change(
    tmp_path: Path, day: date, hours: int
) -> None:
    midnight = datetime(day.year, day.month, day.day, tzinfo=BERLIN).astimezone(UTC)
    log = InMemoryCheckInLog()
    second = timedelta(seconds=1)
    end = midnight + timedelta(hours=hours)
    for name, instant in (("before", midnight - second), ("first", midnight), ("last", end - second), ("after", end)):
        log.append(check_in(name, instant))
    assert [row["event_id"] for row in written(log, tmp_path / "r.csv", day, day)] == ["first", "last"]


def test_that_a_day_without_midnight_begins_at_the_jump(tmp_path: Path) -> None:
    zone = ZoneInfo("America/Santiago")  # 2025-09-07: 00:00 -04:00 becomes 01:00 -03:00
    jump = datetime(2025, 9, 7, 4, 0, tzinfo=UTC)
    log = InMemoryCheckInLog()
    for name, instant in (("before", jump - timedelta(seconds=1)), ("first", jump)):
        log.append(check_in(name, instant))
    path = tmp_path / "r.csv"
    assert write(log, path, date(2025, 9, 7), date(2025, 9, 7), zone) == 1
    assert "first" in path.read_text(encoding="utf-8-sig")


def test_that_both_hours_of_the_autumn_change_are_told_apart(tmp_path: Path) -> None:
    log = InMemoryCheckInLog()
    for hour in (0, 1):
        log.append(check_in(f"e{hour}", datetime(2026, 10, 25, hour, 30, tzinfo=UTC)))
    rows = written(log, tmp_path / "r.csv", date(2026, 10, 25), date(2026, 10, 25))
    assert [row["local_time"] for row in rows] == ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"]


@pytest.mark.parametrize(
    ("start", "end"),
    [
        (date(2026, 3, 3), date(2026, 3, 2)),
        (date(1900, 1, 1), date(2026, 1, 1)),
        (date(9999, 1, 1), date.max),
        (date.min, date(50, 1, 1)),
    ],
)
def test_that_senseless_ranges_are_refused_and_nothing_is_written(tmp_path: Path, start: date, end: date) -> None:
    with pytest.raises(ReportRangeError, match=str(start)):
        write(InMemoryCheckInLog(), tmp_path / "r.csv", start, end)
    assert list(tmp_path.iterdir()) == []


def test_that_ten_years_are_allowed_as_for_every_report(tmp_path: Path) -> None:
    assert written(InMemoryCheckInLog(), tmp_path / "r.csv", date(2016, 3, 1), date(2026, 2, 28)) == []
    with pytest.raises(ReportRangeError, match="more than 10 years"):
        write(InMemoryCheckInLog(), tmp_path / "r.csv", date(1970, 1, 1), date(2069, 12, 31))


@pytest.mark.parametrize("target", ["absent/r.csv", "folder", "file/r.csv", "n" * 300])
def test_that_a_place_that_cannot_be_written_is_reported_and_left_clean(tmp_path: Path, target: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").touch()
    path = tmp_path / target
    with pytest.raises(ReportError) as caught:
        write(InMemoryCheckInLog(), path)
    assert str(path) in caught.value.user_text
    assert sorted(p.name for p in tmp_path.iterdir()) == ["file", "folder"]


def test_that_a_path_without_a_name_is_reported() -> None:
    with pytest.raises(ReportError, match="folder"):
        write(InMemoryCheckInLog(), Path())


@pytest.mark.parametrize(
    ("code", "expected"), [(errno.ENOSPC, DiskFull), (errno.EDQUOT, DiskFull), (errno.EACCES, ReportError)]
)
def test_that_an_older_report_survives_a_failed_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, code: int, expected: type[Exception]
) -> None:
    path = tmp_path / "r.csv"
    path.write_text("older")

    def fail(_descriptor: int) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr("attendance.whole_file.os.fsync", fail)
    with pytest.raises(expected, match=str(path)):
        write(InMemoryCheckInLog(), path)
    assert [p.name for p in tmp_path.iterdir()] == ["r.csv"]
    assert path.read_text() == "older"


def test_that_a_file_open_in_another_program_is_reported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_self: Path, _target: Path) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "replace", refuse)
    with pytest.raises(ReportError, match="open in another program"):
        write(InMemoryCheckInLog(), tmp_path / "r.csv")
    assert list(tmp_path.iterdir()) == []


class BreakingLog(InMemoryCheckInLog):
    def between(self, start_utc: datetime, end_utc: datetime) -> Iterator[tuple[CheckIn, Person | None]]:
        yield check_in("e", start_utc), None
        raise DatabaseCorrupt(path="attendance.db", reason=Reason("malformed"))


def test_that_a_log_that_breaks_half_way_leaves_no_half_report(tmp_path: Path) -> None:
    with pytest.raises(StorageError):
        write(BreakingLog(), tmp_path / "r.csv")
    assert list(tmp_path.iterdir()) == []


class EndlessLog(InMemoryCheckInLog):
    rows = 30_000

    def between(self, start_utc: datetime, end_utc: datetime) -> Iterator[tuple[CheckIn, Person | None]]:
        for number in range(self.rows):
            yield check_in(f"{number:036}", start_utc), None


def test_that_a_long_report_takes_no_more_memory_than_a_short_one(tmp_path: Path) -> None:
    path = tmp_path / "r.csv"
    tracemalloc.start()
    assert write(EndlessLog(), path) == EndlessLog.rows
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert path.stat().st_size > 3_000_000
    assert peak < 1_000_000
