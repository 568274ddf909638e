"""Check-ins that the database refuses are kept in room that was taken before, or elsewhere, and read again."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from attendance.core.check_in_method import CheckInMethod
from attendance.data.keys.encryption import Cipher
from attendance.data.loss.reserve import HEAD_BYTES, CheckInReserve
from tests.unit.data.conftest import KEY, check_in

SIZE = HEAD_BYTES + 256 * 1024
LOG_ID = b"sixteen bytes id"
START = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
Open = Callable[..., CheckInReserve]


class Usage(NamedTuple):
    total: int
    used: int
    free: int


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "attendance.reserve"


@pytest.fixture
def open_reserve(tmp_path: Path, path: Path) -> Open:
    def open_one(key: bytes = KEY, log_id: bytes = LOG_ID) -> CheckInReserve:
        return CheckInReserve(path, [tmp_path / "elsewhere" / "unsaved"], Cipher(key), log_id=log_id, size=SIZE)

    return open_one


def test_that_what_was_refused_is_read_by_the_next_run_oldest_first(open_reserve: Open, path: Path) -> None:
    reserve = open_reserve()
    assert reserve.prepare()
    assert path.stat().st_size == SIZE
    events = [check_in(f"e{number}", number, START - timedelta(minutes=number)) for number in range(1, 4)]
    assert all(reserve.keep(event) for event in events)
    assert reserve.keep(events[0])  # once more changes nothing
    assert path.stat().st_size == SIZE
    assert reserve.places == [path]
    assert open_reserve().kept == events[::-1] == reserve.kept
    if os.name == "posix":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_that_the_record_goes_with_the_last_check_in(open_reserve: Open) -> None:
    reserve = open_reserve()
    reserve.prepare()
    events = [check_in(f"e{number}") for number in range(3)]
    for event in events:
        reserve.keep(event)
    for event in events[:2]:
        reserve.forget(event.event_id)
    # What is saved may be handed in again, which changes nothing; what is not must be.
    assert {event.event_id for event in open_reserve().kept} >= {"e2"}
    reserve.forget("e2")
    reserve.forget("never kept")
    assert reserve.places == []
    assert open_reserve().kept == []
    reserve.keep(events[1])
    assert [event.event_id for event in open_reserve().kept] == ["e1"]


def test_that_room_is_given_back_once_and_never_the_record(open_reserve: Open, path: Path) -> None:
    reserve = open_reserve()
    assert not reserve.make_room()
    reserve.prepare()
    reserve.keep(check_in("e"))
    assert reserve.make_room()
    assert path.stat().st_size == HEAD_BYTES
    assert not reserve.make_room()
    assert [event.event_id for event in open_reserve().kept] == ["e"]
    assert reserve.prepare()
    assert path.stat().st_size == SIZE
    assert [event.event_id for event in open_reserve().kept] == ["e"]


def test_that_no_room_is_taken_from_a_disk_that_is_almost_full(
    open_reserve: Open, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("attendance.data.loss.reserve.shutil.disk_usage", lambda _: Usage(100, 100, 2 * SIZE - 1))
    assert not open_reserve().prepare()
    assert not path.exists()


def test_that_the_record_goes_elsewhere_when_its_disk_refuses(
    open_reserve: Open, path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.open

    def refuse(place: Path, *arguments: int) -> int:
        if place == path:
            raise OSError(errno.EIO, os.strerror(errno.EIO))
        return real(place, *arguments)

    monkeypatch.setattr("attendance.data.loss.reserve.os.open", refuse)
    reserve = open_reserve()
    assert reserve.keep(check_in("e"))
    assert reserve.places == [tmp_path / "elsewhere" / "unsaved"]
    again = open_reserve()
    assert [event.event_id for event in again.kept] == ["e"]
    again.forget("e")
    assert not (tmp_path / "elsewhere" / "unsaved").exists()


def test_that_what_no_disk_takes_is_in_memory_and_said_to_be_nowhere_else(
    open_reserve: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    reserve = open_reserve()
    assert reserve.keep(check_in("on the disk"))

    def refuse(*_arguments: object) -> int:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("attendance.data.loss.reserve.os.open", refuse)
    assert not reserve.keep(check_in("in memory"))
    assert {event.event_id for event in reserve.kept} == {"on the disk", "in memory"}
    assert reserve.places == []


def test_that_nobody_without_the_key_adds_a_check_in_and_damage_takes_no_other_along(
    open_reserve: Open, path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    reserve = open_reserve()
    for number in range(3):
        reserve.keep(check_in(f"e{number}"))
    lines = path.read_bytes().splitlines(keepends=True)
    damaged = lines[1][:40] + (b"A" if lines[1][40:41] != b"A" else b"B") + lines[1][41:]
    other = CheckInReserve(path.with_name("other"), [], Cipher(bytes(32)), log_id=LOG_ID)
    other.keep(check_in("forged"))
    forged = path.with_name("other").read_bytes().splitlines(keepends=True)[0]
    path.write_bytes(lines[0] + damaged + forged + lines[2])
    assert [event.event_id for event in open_reserve().kept] == ["e0", "e2"]
    assert caplog.text.count("cannot be read") == 2


def test_that_a_line_of_another_folder_with_the_same_key_is_none_of_this_one(
    open_reserve: Open, caplog: pytest.LogCaptureFixture
) -> None:
    open_reserve(log_id=b"another log").keep(check_in("e0"))
    assert open_reserve().kept == []
    assert caplog.text.count("of another folder or key") == 1
    assert [event.event_id for event in open_reserve(log_id=b"another log").kept] == ["e0"]


@pytest.mark.parametrize("method", [None, *CheckInMethod])
def test_that_an_event_comes_back_as_it_was(open_reserve: Open, method: CheckInMethod | None) -> None:
    event = replace(check_in("e0"), method=method)
    open_reserve().keep(event)
    (kept,) = open_reserve().kept
    assert kept == event
    assert type(kept.method) is type(method)


def test_that_half_a_line_of_a_killed_program_is_written_over(open_reserve: Open, path: Path) -> None:
    reserve = open_reserve()
    reserve.keep(check_in("e0"))
    with path.open("ab") as file:
        file.write(b"check-in half a li")
    again = open_reserve()
    again.keep(check_in("e1"))
    assert [event.event_id for event in open_reserve().kept] == ["e0", "e1"]
