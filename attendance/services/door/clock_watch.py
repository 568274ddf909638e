"""Notices when the computer's clock was set or cannot be right, so that check-ins of that time can be looked at."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from attendance.core.hours.clock_jumps import SUSPECT_REACH_S, ClockFault, ClockJump, ClockSample, clock_jumps
from attendance.core.ports.settings import SettingsStore
from attendance.errors import Reason
from attendance.errors.settings import ClockWrong
from attendance.errors.storage import StorageError

_log = logging.getLogger(__name__)

JUMPS_SETTING = "clock_jumps"
"""JSON list of the last jumps, oldest first: {"expected", "found": ISO 8601 UTC, "by_s": seconds, "door"}."""
KEPT_JUMPS = 200
SAMPLE_EVERY_S = 60.0
_NOTED_EVERY_S = SUSPECT_REACH_S
"""A clock that stays wrong is noted again before its check-ins are farther from the last note than that marks."""


def steady_s() -> float:
    """Return seconds of a clock that nobody sets and that, where the system has one, goes on while it sleeps."""
    boot_time = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot_time is None else time.clock_gettime(boot_time)


def clock_wrong(fault: ClockFault, now_utc: datetime, zone: ZoneInfo) -> ClockWrong:
    """Return what is to be said of a clock that cannot be right.

    Args:
        fault: why.
        now_utc: what it shows.
        zone: of the site.
    """

    def local(at_utc: datetime) -> str:
        return at_utc.astimezone(zone).strftime("%Y-%m-%d %H:%M")

    if fault.is_behind:
        reason = Reason("the newest check-in is of {newest}", newest=local(fault.expected_utc))
    else:
        reason = Reason("no clock can show that when this program runs")
    return ClockWrong(shown=local(now_utc), reason=reason)


class ClockWatch:
    """Compares the wall clock with a steady one and with what it may show; keeps the jumps. For one thread at a time.

    A clock that cannot be right is kept as a jump from where it should have been at least, again and again while it
    stays so: the check-ins around are marked like those around any jump. ``trouble`` may be read from any thread.

    A jump goes into the log file and into the setting ``JUMPS_SETTING``; the audit log notes that this changed. What
    cannot be stored is stored with the next sample.

    Args:
        settings: where the jumps are kept.
        door: whose clock it is.
        now_utc: wall clock.
        steady: steady clock, seconds.
        fault: judges what the wall clock shows.
        zone: of the site, for what is said.
    """

    def __init__(
        self,
        settings: SettingsStore,
        *,
        door: str,
        now_utc: Callable[[], datetime] = lambda: datetime.now(UTC),
        steady: Callable[[], float] = steady_s,
        fault: Callable[[datetime], ClockFault | None] = lambda _now: None,
        zone: ZoneInfo | None = None,
    ) -> None:
        self._settings = settings
        self._door = door
        self._now_utc = now_utc
        self._steady = steady
        self._fault = fault
        self._zone = zone or ZoneInfo("UTC")
        self._noted_at_s: float | None = None
        self._trouble: ClockWrong | None = None
        self._last: ClockSample | None = None
        self._unsaved: list[ClockJump] = []

    @property
    def trouble(self) -> ClockWrong | None:
        """What is to be said as long as the clock cannot be right, None while it may be."""
        return self._trouble

    def sample(self) -> ClockJump | None:
        """Look at both clocks; return the jump since the last sample, None without."""
        sample = ClockSample(self._steady(), self._now_utc())
        found = clock_jumps([self._last, sample]) if self._last is not None else []
        self._last = sample
        for jump in found:
            _log.warning("the clock was set by %+.1f s, from %s to %s", jump.by_s, jump.expected_utc, jump.found_utc)
        self._unsaved += found
        self._judge(sample)
        self._save()
        return found[0] if found else None

    def run(self, stop: threading.Event, *, every_s: float = SAMPLE_EVERY_S) -> None:
        """Sample until ``stop`` is set."""
        self.sample()
        while not stop.wait(every_s):
            self.sample()

    def _judge(self, sample: ClockSample) -> None:
        try:
            fault = self._fault(sample.utc)
        except StorageError as err:
            _log.error("nobody knows whether the clock stands before the newest check-in: %s", err)
            return
        if fault is None:
            self._trouble = self._noted_at_s = None
            return
        self._trouble = clock_wrong(fault, sample.utc, self._zone)
        if self._noted_at_s is None or sample.mono_s - self._noted_at_s >= _NOTED_EVERY_S:
            self._noted_at_s = sample.mono_s
            by_s = (sample.utc - fault.expected_utc).total_seconds()
            _log.warning("the clock cannot be right: %s", self._trouble.log_text)
            self._unsaved.append(ClockJump(fault.expected_utc, sample.utc, by_s))

    def _save(self) -> None:
        if not self._unsaved:
            return
        try:
            kept = _entries(self._settings)
            kept += [_entry(jump, self._door) for jump in self._unsaved]
            self._settings.set(JUMPS_SETTING, json.dumps(kept[-KEPT_JUMPS:]))
        except StorageError as err:
            _log.error("a jump of the clock could not be stored yet: %s", err)
        else:
            self._unsaved = []


def jumps_by_door(settings: SettingsStore) -> dict[str, tuple[ClockJump, ...]]:
    """Return the kept jumps of each door, oldest first; a door is the ``source`` of its check-ins.

    Raises:
        StorageError: the settings cannot be read.
    """
    found: dict[str, tuple[ClockJump, ...]] = {}
    for entry in _entries(settings):
        expected, actual = (datetime.fromisoformat(str(entry[key])) for key in ("expected", "found"))
        jump = ClockJump(expected, actual, float(entry["by_s"]))
        found[str(entry["door"])] = (*found.get(str(entry["door"]), ()), jump)
    return found


def _entry(jump: ClockJump, door: str) -> dict[str, str | float]:
    expected, found = jump.expected_utc.isoformat(), jump.found_utc.isoformat()
    return {"expected": expected, "found": found, "by_s": round(jump.by_s, 3), "door": door}


def _entries(settings: SettingsStore) -> list[dict[str, str | float]]:
    found: list[dict[str, str | float]] = json.loads(settings.get(JUMPS_SETTING, "[]"))
    return found
