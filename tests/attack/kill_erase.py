"""Kills a program that erases somebody, at every kind of moment, and looks for what is left after the next start.

python -m tests.attack.kill_erase [TRIALS]
"""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from attendance.data.database import Database
from attendance.data.keys.encryption import Cipher
from attendance.data.roster.repository import SqlRoster
from attendance.data.upgrade import backups
from tests.attack.executioner import Executioner
from tests.unit.data.conftest import KEY, MODEL, noise_crop, unit_vector

CODE, NAME = "code-Xq7", "Zebulon Quandary"
_OTHERS = 40
"""People with a crop each: enough for a rewrite of the file that can be killed in its middle."""
_SLOWEST_S = 0.4
"""A whole erasure takes less than this, from the moment on at which the child says that it begins."""


@dataclass(frozen=True)
class Outcome:
    """What a number of kills came to.

    Attributes:
        trials: programs killed.
        undone: the kill came before the commit, and the person is whole.
        finished: the person is gone, and the next start left nothing.
        leaking: the person is gone, but something of them is still in a file after the next start.
        broken: anything else: half a person, or a start that fails.
    """

    trials: int
    undone: int
    finished: int
    leaking: int
    broken: int


def make_folder(folder: Path) -> Path:
    """Make a data folder with somebody to erase and two copies from before upgrades; return its database."""
    path = folder / "attendance.db"
    database = Database(path)
    database.open()
    roster = SqlRoster(database, Cipher(KEY), keep_crops=lambda: True)
    for number in range(_OTHERS):
        templates = [(unit_vector(number), noise_crop(number))]
        roster.enrol(code=f"o{number}", name=f"Other {number}", templates=templates, model_id=MODEL)
    templates = [(unit_vector(1000 + number), noise_crop(1000 + number)) for number in range(3)]
    roster.enrol(code=CODE, name=NAME, templates=templates, model_id=MODEL)
    database.close()
    for revision in ("0002", "0003"):
        with closing(sqlite3.connect(path)) as connection:
            connection.execute("VACUUM INTO ?", (f"{path}.before-{revision}",))
    return path


def traces_of(path: Path) -> list[bytes]:
    """Return what of the person must be in no file: name, code, and pieces of templates, crops and salt."""
    with closing(sqlite3.connect(path)) as connection:
        (person,) = connection.execute("SELECT id FROM person WHERE code = ?", (CODE,)).fetchone()
        found = [NAME.encode(), CODE.encode()]
        for table in ("template", "crop"):
            rows = connection.execute(f"SELECT sealed FROM {table} WHERE person_id = ?", (person,))
            found += [sealed[200:232] for (sealed,) in rows]
        found += [salt for (salt,) in connection.execute("SELECT salt FROM audit_salt WHERE person_id = ?", (person,))]
    assert len(found) == 2 + 3 + 3 + 1
    return found


def left(path: Path, traces: list[bytes]) -> list[str]:
    """Return the files beside a database in which something of the person is found."""
    return sorted(file.name for file in path.parent.iterdir() if any(trace in file.read_bytes() for trace in traces))


def erase(path: Path, *, begin: str = "erase", calls: int = 0) -> int:
    """Erase the person; killed at a call if one is given.

    Args:
        path: the database.
        begin: function whose call starts the count.
        calls: at which call to be killed; 0 lives.

    Returns:
        Calls that were counted.
    """
    executioner = Executioner(calls, *dict.fromkeys(("erase", begin)))
    executioner.watch()
    database = Database(path)
    database.open()
    print("erasing", flush=True)
    SqlRoster(database, Cipher(KEY), keep_crops=lambda: True).erase(CODE)
    database.close()
    sys.setprofile(None)
    return executioner.counted


def _child(path: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.attack.kill_erase", "child", str(path), *arguments]
    root = Path(__file__).resolve().parents[2]
    return subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True)


def _judge(path: Path, traces: list[bytes]) -> str:
    """Start the program once more and say what the kill came to: "undone", "finished", "leaking" or "broken"."""
    try:
        database = Database(path)
        database.open()
        people = {person.code for person in SqlRoster(database, Cipher(KEY), keep_crops=lambda: True).list_people()}
        problems = database.integrity_problems()
        database.close()
    except Exception:  # noqa: BLE001 - whatever it is, a start must not end so
        return "broken"
    if problems or len(people - {CODE}) != _OTHERS:
        return "broken"
    found = left(path, traces)
    if CODE in people:
        return "undone" if "attendance.db" in found else "broken"
    return "leaking" if found or backups(path) else "finished"


def attack(trials: int, *, seed: int = 20261129) -> Outcome:
    """Kill as many erasures: a third each at a call of the whole, at a call of what follows the commit, and by time."""
    chance = random.Random(seed)
    counts = {"undone": 0, "finished": 0, "leaking": 0, "broken": 0}
    with tempfile.TemporaryDirectory(prefix="attendance-kill-") as name:
        template = make_folder(Path(name) / "template")
        traces = traces_of(template)
        assert left(template, traces) == ["attendance.db", "attendance.db.before-0002", "attendance.db.before-0003"]
        calls: dict[str, int] = {}
        for trial in range(trials):
            path = Path(shutil.copytree(template.parent, Path(name) / str(trial))) / template.name
            begin = ("finish_pending", "erase", "")[trial % 3]
            if begin and begin not in calls:
                calls[begin] = _count_calls(template.parent, Path(name) / f"count-{begin}", begin)
            killed = _child(path, begin or "erase", str(chance.randint(1, calls[begin])) if begin else "0")
            assert killed.stdout is not None
            if not begin and killed.stdout.readline():
                time.sleep(chance.uniform(0.0, _SLOWEST_S))
                killed.send_signal(signal.SIGKILL)
            killed.stdout.read()
            killed.wait()
            killed.stdout.close()
            counts[_judge(path, traces)] += 1
            shutil.rmtree(path.parent)
    return Outcome(trials, **counts)


def _count_calls(template: Path, folder: Path, begin: str) -> int:
    shutil.copytree(template, folder)
    whole = _child(folder / "attendance.db", begin, "0")
    output, _ = whole.communicate()
    return int(output.split()[-1])


if __name__ == "__main__":
    if sys.argv[1:2] == ["child"]:
        print(erase(Path(sys.argv[2]), begin=sys.argv[3], calls=int(sys.argv[4])))
    else:
        print(attack(int(sys.argv[1]) if len(sys.argv) > 1 else 150))
