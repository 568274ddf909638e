"""Fills the disk under a door, and looks for every check-in that somebody heard of.

python -m tests.attack.disk_full [TRIALS]       needs Linux with user namespaces
"""

from __future__ import annotations

import json
import logging
import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from attendance.core.types import CheckIn
from attendance.data.check_in_repository import SqlCheckInLog
from attendance.data.database import Database
from attendance.data.keys.encryption import Cipher
from attendance.data.loss.reserve import CheckInReserve
from attendance.services.door.check_in_queue import CheckInQueue
from attendance.system_clock import SystemClock
from tests.attack.small_disk import run_on_small_disk
from tests.unit.data.conftest import KEY, check_in

DISK_MB = 32
EVENTS = 40
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Outcome:
    """What a number of full disks came to.

    Attributes:
        trials: doors on a full disk.
        killed: of these, killed with kill -9; the others ended by themselves.
        saved: check-ins said to be saved.
        waiting: check-ins said to be not saved yet, and not said to be saved later.
        lost: check-ins of either kind that are not in the database after room was made and the door started again.
        silent: doors that ended by themselves with exit code 0 although a check-in was not in the database.
    """

    trials: int
    killed: int
    saved: int
    waiting: int
    lost: int
    silent: int


# --- the door, a process of its own --------------------------------------------------------------------


def door(folder: Path, *, run: str) -> int:
    """Write check-ins as a door does, and say on standard output what becomes of each; return the exit code."""
    database = Database(folder / "attendance.db", busy_timeout_ms=1000)
    database.open()
    reserve = CheckInReserve(folder / "attendance.reserve", [folder.parent / "elsewhere"], Cipher(KEY), log_id=b"")
    queue = CheckInQueue(SqlCheckInLog(database), SystemClock(), record=reserve, retry_after_s=0.05)
    reserve.prepare()
    queue.hand_in_kept()
    _say("ready", "")
    if run != "restart":
        sys.stdin.readline()
    for number in range(0 if run == "restart" else EVENTS):
        event = check_in(f"{run}-{number}")
        queue.submit(event, _said("saved"), _said("waits"))
        time.sleep(0.005)
    queue.wait_until_saved(10.0 if run == "restart" else 0.3)
    queue.close(1.0)
    left = queue.unsaved
    for event in left:
        _say("unsaved", event.event_id)
    database.close()
    return 1 if left else 0


class _said:
    """Says what became of a check-in."""

    def __init__(self, word: str) -> None:
        self._word = word

    def __call__(self, event: CheckIn, _error: Exception | None = None) -> None:
        _say(self._word, event.event_id)


def _say(word: str, event_id: str) -> None:
    sys.stdout.write(f"{word} {event_id}\n")
    sys.stdout.flush()


# --- the attack, inside of the small disk --------------------------------------------------------------


@contextmanager
def _filled(disk: Path, *, is_greedy: bool) -> Iterator[None]:
    """Leave not a byte on the disk; a greedy neighbour also takes what is freed meanwhile."""
    stop = threading.Event()
    path = disk / "neighbour"

    def take() -> None:
        with path.open("ab", buffering=0) as file:
            for size in (1 << 20, 4096, 1):
                with suppress(OSError):
                    while file.write(b"x" * size) == size:
                        pass

    def keep_taking() -> None:
        while not stop.wait(0.001):
            take()

    take()
    thread = threading.Thread(target=keep_taking)
    if is_greedy:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        if is_greedy:
            thread.join()
        path.unlink()


def _start(folder: Path, run: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.attack.disk_full", "door", str(folder), run]
    return subprocess.Popen(command, cwd=_ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _stored(folder: Path) -> set[str]:
    database = Database(folder / "attendance.db")
    database.open()
    try:
        return {str(row[0]) for row in database.plain_rows("SELECT event_id FROM check_in", ())}
    finally:
        database.close()


def attack(disk: Path, trials: int, *, seed: int = 20261129) -> Outcome:
    """Run as many doors on a full disk: with a neighbour that leaves the freed room alone, with one that takes it."""
    chance = random.Random(seed)
    counts = {"killed": 0, "saved": 0, "waiting": 0, "lost": 0, "silent": 0}
    for trial in range(trials):
        folder = disk / "home"
        process = _start(folder, f"t{trial}")
        assert process.stdin is not None
        assert process.stdout is not None
        assert process.stdout.readline() == "ready \n"
        is_killed = trial % 4 == 3
        with _filled(disk, is_greedy=trial % 2 == 1):
            process.stdin.write("go\n")
            process.stdin.flush()
            if is_killed:
                time.sleep(chance.uniform(0.02, 0.4))
                process.send_signal(signal.SIGKILL)
            told = [line.split() for line in process.stdout.read().splitlines()]
            code = process.wait()
            process.stdin.close()
            process.stdout.close()
        saved = {event for word, event in told if word == "saved"}
        waiting = {event for word, event in told if word in {"waits", "unsaved"}} - saved
        before = _stored(folder)
        restart = _start(folder, "restart")
        restart.communicate()
        found = _stored(folder)
        counts["killed"] += is_killed
        counts["saved"] += len(saved)
        counts["waiting"] += len(waiting)
        counts["lost"] += len((saved | waiting) - found)
        everybody = {f"t{trial}-{number}" for number in range(EVENTS)}
        counts["silent"] += not is_killed and code == 0 and not everybody <= before
        shutil.rmtree(folder)
    return Outcome(trials, **counts)


def attack_on_small_disk(trials: int) -> Outcome:
    """Run ``attack`` on a disk of its own."""
    printed = run_on_small_disk("tests.attack.disk_full", "inside", str(trials), size_mb=DISK_MB)
    return Outcome(**json.loads(printed))


if __name__ == "__main__":
    if sys.argv[1:2] == ["door"]:
        logging.disable(logging.CRITICAL)  # hundreds of stack traces of a full disk
        os._exit(door(Path(sys.argv[2]), run=sys.argv[3]))
    elif sys.argv[2:3] == ["inside"]:
        print(json.dumps(asdict(attack(Path(sys.argv[1]), int(sys.argv[3])))))
    else:
        print(attack_on_small_disk(int(sys.argv[1]) if len(sys.argv) > 1 else 60))
