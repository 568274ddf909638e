from __future__ import annotations

import json
import threading
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from attendance.core.hours.clock_jumps import EARLIEST_UTC, ClockFault, ClockJump, clock_fault, clock_suspects
from attendance.errors.storage import DiskFull
from attendance.services.door.clock_watch import JUMPS_SETTING, KEPT_JUMPS, ClockWatch, jumps_by_door, steady_s
from tests.fakes import START_UTC, FakeClock
from tests.in_memory import InMemorySettings
from tests.unit.data.conftest import check_in


def watch(clock: FakeClock, settings: InMemorySettings, door: str = "Main entrance") -> ClockWatch:
    return ClockWatch(settings, door=door, now_utc=clock.now_utc, steady=clock.mono_s)


def test_that_a_clock_that_was_set_is_noted_with_its_door() -> None:
    clock, settings = FakeClock(), InMemorySettings()
    watched = watch(clock, settings)
    assert watched.sample() is None
    clock.advance(60)
    assert watched.sample() is None
    assert settings.values == {}

    clock.advance(60)
    clock.set_utc(clock.now_utc() + timedelta(hours=3))

    jump = ClockJump(START_UTC + timedelta(seconds=120), START_UTC + timedelta(hours=3, seconds=120), 3 * 3600.0)
    assert watched.sample() == jump
    assert watched.sample() is None
    assert jumps_by_door(settings) == {"Main entrance": (jump,)}


def test_that_small_corrections_of_the_clock_are_none() -> None:
    clock, settings = FakeClock(), InMemorySettings()
    watched = watch(clock, settings)
    for _ in range(3):
        watched.sample()
        clock.advance(60)
        clock.set_utc(clock.now_utc() - timedelta(seconds=1.5))

    assert settings.values == {}


def test_that_a_jump_that_cannot_be_stored_is_stored_later(monkeypatch: pytest.MonkeyPatch) -> None:
    clock, settings = FakeClock(), InMemorySettings()
    watched = watch(clock, settings)
    watched.sample()
    clock.set_utc(START_UTC - timedelta(hours=1))
    with monkeypatch.context() as patched:

        def full(key: str, value: str) -> None:
            raise DiskFull(path="attendance.db")

        patched.setattr(settings, "set", full)
        assert watched.sample() is not None
    assert jumps_by_door(settings) == {}

    watched.sample()
    assert [jump.by_s for jumps in jumps_by_door(settings).values() for jump in jumps] == [-3600.0]


def test_that_only_the_last_jumps_are_kept() -> None:
    clock, settings = FakeClock(), InMemorySettings()
    watched = watch(clock, settings)
    for number in range(KEPT_JUMPS + 3):
        watched.sample()
        clock.set_utc(START_UTC + timedelta(minutes=number + 1))
    watched.sample()

    assert len(json.loads(settings.values[JUMPS_SETTING])) == KEPT_JUMPS


def test_that_the_watch_samples_until_it_is_stopped() -> None:
    clock, settings, stop = FakeClock(), InMemorySettings(), threading.Event()
    watched = watch(clock, settings)
    watched.sample()
    clock.set_utc(START_UTC + timedelta(days=1))
    stop.set()

    watched.run(stop)

    assert [len(jumps) for jumps in jumps_by_door(settings).values()] == [1]


def test_that_the_steady_clock_never_goes_back() -> None:
    first = steady_s()

    assert steady_s() >= first


BERLIN = ZoneInfo("Europe/Berlin")
NEWEST = EARLIEST_UTC + timedelta(days=30)


def judged(clock: FakeClock, settings: InMemorySettings) -> ClockWatch:
    return ClockWatch(
        settings,
        door="Main entrance",
        now_utc=clock.now_utc,
        steady=clock.mono_s,
        fault=lambda now: clock_fault(now, NEWEST),
        zone=BERLIN,
    )


def test_that_a_clock_before_the_newest_check_in_is_told_until_it_is_set_and_its_check_ins_are_suspect() -> None:
    wrong = NEWEST - timedelta(days=3)
    clock, settings = FakeClock(wrong), InMemorySettings()
    watched = judged(clock, settings)
    for _ in range(30):  # a day and a quarter, hour by hour
        watched.sample()
        clock.advance(3600)
    trouble = watched.trouble
    assert trouble is not None
    assert "it shows 2026-11-29 06:00; the newest check-in is of 2026-12-01 01:00" in trouble.user_text
    jumps = jumps_by_door(settings)["Main entrance"]
    assert [jump.expected_utc for jump in jumps] == [NEWEST] * 3
    made = [check_in(f"e{hour}", at_utc=wrong + timedelta(hours=hour)) for hour in range(30)]
    assert len(clock_suspects(made, jumps)) == 30

    clock.set_utc(NEWEST + timedelta(days=1))
    assert watched.sample() is not None
    assert watched.trouble is None


def test_that_what_cannot_be_read_changes_no_judgement() -> None:
    clock, settings = FakeClock(NEWEST - timedelta(days=3)), InMemorySettings()
    answers: list[datetime | None] = [NEWEST]

    def fault(now: datetime) -> ClockFault | None:
        if not answers:
            raise DiskFull(path="attendance.db")
        return clock_fault(now, answers.pop())

    watched = ClockWatch(settings, door="d", now_utc=clock.now_utc, steady=clock.mono_s, fault=fault)
    watched.sample()
    assert watched.trouble is not None
    watched.sample()
    assert watched.trouble is not None
