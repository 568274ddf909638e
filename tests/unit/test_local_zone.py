"""The computer's zone: never another time than its clock shows, and its name only where it has one."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import TZPATH

import pytest

from attendance.local_zone import LocalZone, local_zone, shows_the_clock

pytestmark = [
    pytest.mark.knows_date,
    pytest.mark.skipif(sys.platform == "win32", reason="Windows has neither TZ nor zone files"),
]
JANUARY, JULY = datetime(2027, 1, 15, 12, tzinfo=UTC), datetime(2027, 7, 15, 12, tzinfo=UTC)


@pytest.fixture
def set_tz(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str], None]]:
    """Give this process another zone, as its C library understands it."""
    with monkeypatch.context() as patch:

        def change(value: str) -> None:
            patch.setenv("TZ", value)
            time.tzset()

        yield change
    time.tzset()


def offsets_h(found: LocalZone) -> tuple[float, float]:
    shown = (instant.astimezone(found.zone).utcoffset() or timedelta() for instant in (JANUARY, JULY))
    january, july = (offset.total_seconds() / 3600 for offset in shown)
    return january, july


def zone_file(name: str) -> Path:
    found = next((Path(folder) / name for folder in TZPATH if (Path(folder) / name).is_file()), None)
    if found is None:
        pytest.skip("this computer has no zone files")
    return found


@pytest.mark.parametrize(
    ("value", "key", "is_named", "expected_h"),
    [
        ("Europe/Berlin", "Europe/Berlin", True, (1.0, 2.0)),
        (":Europe/Berlin", "Europe/Berlin", True, (1.0, 2.0)),
        ("XYZ-5:30", "local time (XYZ-5:30)", False, (5.5, 5.5)),
        ("CET-1CEST,M3.5.0,M10.5.0/3", "local time (CET-1CEST,M3.5.0,M10.5.0/3)", False, (1.0, 2.0)),
        ("AEST-10AEDT,M10.1.0,M4.1.0/3", "local time (AEST-10AEDT,M10.1.0,M4.1.0/3)", False, (11.0, 10.0)),
        ("MEZ-1MESZ", "local time (MEZ-1MESZ)", False, (1.0, 2.0)),
        ("<-0330>3:30", "local time (<-0330>3:30)", False, (-3.5, -3.5)),
    ],
)
def test_that_the_variable_tz_is_understood_as_the_system_does(
    set_tz: Callable[[str], None], value: str, key: str, is_named: bool, expected_h: tuple[float, float]
) -> None:
    set_tz(value)

    found = local_zone()

    assert (found.zone.key, found.is_named) == (key, is_named)
    assert offsets_h(found) == expected_h
    assert shows_the_clock(found.zone)


def test_that_a_summer_time_without_rules_changes_when_the_clock_does(set_tz: Callable[[str], None]) -> None:
    set_tz("MEZ-1MESZ")
    zone = local_zone().zone

    hours = [datetime(2027, month, day, hour, tzinfo=UTC) for month in (3, 11) for day in (7, 14) for hour in range(24)]

    shown_s = [(hour.astimezone(zone).utcoffset() or timedelta()).total_seconds() for hour in hours]
    assert shown_s == [time.localtime(hour.timestamp()).tm_gmtoff for hour in hours]


def test_that_offsets_of_a_day_and_more_are_no_crash(set_tz: Callable[[str], None]) -> None:
    for value in ("AAA-24", "AAA24:59:59", "AAA-167"):
        set_tz(value)
        assert not local_zone().is_named


@pytest.mark.parametrize("value", ["nonsense", "/nowhere/at/all", "Mars/Olympus"])
def test_that_a_variable_that_means_nothing_gives_what_the_clock_shows(
    set_tz: Callable[[str], None], value: str
) -> None:
    set_tz(value)

    assert shows_the_clock(local_zone().zone)


def test_that_a_copied_zone_file_is_found_by_its_content(set_tz: Callable[[str], None], tmp_path: Path) -> None:
    copy = tmp_path / "localtime"
    shutil.copyfile(zone_file("Asia/Kolkata"), copy)
    set_tz(str(copy))

    found = local_zone(variable="", system_file=copy, name_file=tmp_path / "none")

    assert found.is_named
    assert found.zone.key in {"Asia/Kolkata", "Asia/Calcutta"}


def test_that_a_zone_file_that_is_none_of_the_database_keeps_its_rules(
    set_tz: Callable[[str], None], tmp_path: Path
) -> None:
    changed = tmp_path / "localtime"
    content = zone_file("Europe/Berlin").read_bytes()
    assert content.endswith(b"\nCET-1CEST,M3.5.0,M10.5.0/3\n")
    changed.write_bytes(content.removesuffix(b"CET-1CEST,M3.5.0,M10.5.0/3\n") + b"XET-1XEST,M3.5.0,M10.5.0/3\n")
    set_tz(str(changed))

    found = local_zone(variable="", system_file=changed, name_file=tmp_path / "none")

    assert not found.is_named
    assert found.zone.key == "local time (XET-1XEST,M3.5.0,M10.5.0/3)"
    assert offsets_h(found) == (1.0, 2.0)


def test_that_a_name_file_that_lies_is_not_believed(set_tz: Callable[[str], None], tmp_path: Path) -> None:
    copy, names = tmp_path / "localtime", tmp_path / "timezone"
    shutil.copyfile(zone_file("Asia/Kolkata"), copy)
    names.write_text("America/New_York\n", encoding="utf-8")
    set_tz(str(copy))

    assert offsets_h(local_zone(variable="", system_file=copy, name_file=names)) == (5.5, 5.5)


def test_that_without_any_zone_file_the_time_is_utc(set_tz: Callable[[str], None], tmp_path: Path) -> None:
    set_tz("UTC0")

    found = local_zone(variable="", system_file=tmp_path / "none", name_file=tmp_path / "none")

    assert offsets_h(found) == (0.0, 0.0)
