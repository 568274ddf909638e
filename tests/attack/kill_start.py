"""Kills a program at its first start, at every kind of moment, and looks whether the next start is a sound first one.

python -m tests.attack.kill_start [TRIALS]
"""

from __future__ import annotations

import random
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from attendance.composition.application import Application
from tests.attack.executioner import Executioner

SETTINGS = '[attendance]\nzone = "Europe/Berlin"\n[storage]\nkey_store = "file"\n'
_ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Outcome:
    """What a number of kills came to.

    Attributes:
        trials: first starts that were killed.
        sound: the next start worked, and the audit log is whole down to the stored rows.
        alarmed: the next start worked, but something was called changed or missing.
        broken: the next start failed.
        stray: the next start left a half made file of the killed one.
    """

    trials: int
    sound: int
    alarmed: int
    broken: int
    stray: int


def start(folder: Path, at_call: int) -> int:
    """Open a data folder and enrol somebody, as a first start does; killed at a call, 0 lives; return the calls."""
    executioner = Executioner(at_call)
    executioner.watch()
    with Application(folder) as application:
        application.storage.roster.enrol(code="k1", name="Ann Example", templates=[], model_id="m")
    sys.setprofile(None)
    return executioner.counted


def _child(folder: Path, at_call: int) -> str:
    command = [sys.executable, "-m", "tests.attack.kill_start", "child", str(folder), str(at_call)]
    return subprocess.run(command, cwd=_ROOT, stdout=subprocess.PIPE, text=True, check=False).stdout


def _judge(folder: Path) -> str:
    try:
        with Application(folder) as application:
            roster = application.storage.roster
            if not roster.list_people():
                roster.enrol(code="k1", name="Ann Example", templates=[], model_id="m")
            is_whole = application.storage.audit_log.verify(deep=True).finding is None
            is_quiet = not application.storage.troubles
    except Exception:  # noqa: BLE001 - whatever it is, a start must not end so
        return "broken"
    return "sound" if is_whole and is_quiet else "alarmed"


def attack(trials: int, *, seed: int = 20261129) -> Outcome:
    """Kill as many first starts, at calls spread evenly over the whole of it, a little moved by chance."""
    chance = random.Random(seed)
    counts = {"sound": 0, "alarmed": 0, "broken": 0, "stray": 0}
    with tempfile.TemporaryDirectory(prefix="attendance-start-") as name:
        calls = 0
        for trial in range(trials + 1):
            folder = Path(name) / str(trial)
            folder.mkdir()
            (folder / "config.toml").write_text(SETTINGS, encoding="utf-8")
            if not calls:
                calls = int(_child(folder, 0))
                continue
            _child(folder, max(1, int((trial - chance.random()) * calls / trials)))
            counts[_judge(folder)] += 1
            counts["stray"] += any(path.name.endswith(".tmp") for path in folder.iterdir())
            shutil.rmtree(folder)
    return Outcome(trials, **counts)


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        print(start(Path(sys.argv[2]), int(sys.argv[3])))
    else:
        print(attack(int(sys.argv[1]) if len(sys.argv) > 1 else 100))
