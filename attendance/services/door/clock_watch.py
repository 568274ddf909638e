"""Notices when the computer's clock was set, so that check-ins around that time can be looked at."""

from __future__ import annotations

import json
import logging
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime

from attendance.core.hours.clock_jumps import ClockJump, ClockSample, clock_jumps
from attendance.core.ports.settings import SettingsStore
from attendance.errors.storage import StorageError

_log = logging.getLogger(__name__)

JUMPS_SETTING = "clock_jumps"
"""JSON list of the last jumps, oldest first: {"expected", "found": ISO 8601 UTC, "by_s": seconds, "door"}."""
KEPT_JUMPS = 200
SAMPLE_EVERY_S = 60.0


def steady_s() -> float:
    """Return seconds of a clock that nobody sets and that, where the system has one, goes on while it sleeps."""
    boot_time = getattr(time, "CLOCK_BOOTTIME", None)
    return time.monotonic() if boot_time is None else time.clock_gettime(boot_time)


class ClockWatch:
    """Compares the wall clock with a steady one and keeps the jumps. For one thread at a time.

    A jump goes into the log file and into the setting ``JUMPS_SETTING``; the audit log notes that this changed. What
    cannot be stored is stored with the next sample.

    Args:
        settings: where the jumps are kept.
        door: whose clock it is.
        now_utc: wall clock.
        steady: steady clock, seconds.
    """

    def __init__(
        self,
        settings: SettingsStore,
        *,
        door: str,
        now_utc: Callable[[], datetime] = lambda: datetime.now(UTC),
        steady: Callable[[], float] = steady_s,
    ) -> None:
        self._settings = settings
        self._door = door
        self._now_utc = now_utc
        self._steady = steady
        self._last: ClockSample | None = None
        self._unsaved: list[ClockJump] = []

    def sample(self) -> ClockJump | None:
        """Look at both clocks; return the jump since the last sample, None without."""
        sample = ClockSample(self._steady(), self._now_utc())
        found = clock_jumps([self._last, sample]) if self._last is not None else []
        self._last = sample
        for jump in found:
            _log.warning("the clock was set by %+.1f s, from %s to %s", jump.by_s, jump.expected_utc, jump.found_utc)
        self._unsaved += found
        self._save()
        return found[0] if found else None

    def run(self, stop: threading.Event, *, every_s: float = SAMPLE_EVERY_S) -> None:
        """Sample until ``stop`` is set."""
        self.sample()
        while not stop.wait(every_s):
            self.sample()

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
