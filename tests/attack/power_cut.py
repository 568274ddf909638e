"""Cuts the power under a door: replays what it wrote up to any moment, without what had not reached the disk.

    python -m tests.attack.power_cut [TRIALS]       needs strace

strace writes down every call by which the program changes its folder. The disk is modelled as bad as POSIX allows it:
what was written to a file is sure only after fsync of that file, names only after fsync of their folder. At a cut, of
what was not sure any part may be there: of names any beginning, of writes any choice, each possibly torn at a sector.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from attendance.data.audit.head import AuditHead
from attendance.data.audit.repository import SqlAuditLog
from attendance.data.check_in_repository import SqlCheckInLog
from attendance.data.database import Database
from attendance.data.keys.encryption import Cipher
from attendance.data.roster.repository import SqlRoster
from tests.unit.data.conftest import KEY, check_in, enrol

NAME = "Zebulon Quandary"
EVENTS = 12
_SECTOR = 512
_CALLS = (
    "openat,close,pwrite64,write,lseek,fsync,fdatasync,ftruncate,truncate,rename,renameat,renameat2,link,linkat,"
    "unlink,unlinkat"
)
_ROOT = Path(__file__).resolve().parents[2]
_LINE = re.compile(r"(?P<pid>\d+) +(?P<rest>.*)")
_CALL = re.compile(r"(?P<name>\w+)\((?P<arguments>.*)\) += (?P<result>-?\d+)")
_HEX = re.compile(r'"((?:\\x[0-9a-f]{2})*)"')


@dataclass(frozen=True)
class Outcome:
    """What a number of cuts came to.

    Attributes:
        trials: power cuts.
        acknowledged: check-ins that the program had said to be saved, over all cuts.
        lost: of these, not in the database after the next start.
        broken: next starts that failed, or found the database damaged.
        alarmed: next starts that called something changed that only the power had cut off.
        leaking: cuts after a finished erasure, with something of the person in a file after the next start.
    """

    trials: int
    acknowledged: int
    lost: int
    broken: int
    alarmed: int
    leaking: int


def is_possible() -> bool:
    """Tell whether programs may be traced here."""
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-o", os.devnull, "true"], check=False, capture_output=True).returncode == 0


# --- what is traced --------------------------------------------------------------------------------------


def work(folder: Path) -> None:
    """Begin a folder, book check-ins, erase somebody, and say on standard output what is sure."""
    database = _open(folder)
    roster, log = SqlRoster(database, Cipher(KEY), keep_crops=lambda: True), SqlCheckInLog(database)
    enrol(roster, "ann", 1)
    person = enrol(roster, "zed", 2, name=NAME)
    for number in range(EVENTS):
        log.append(check_in(f"e{number}", person.id if number < EVENTS // 2 else None)).result()
        _say(f"saved e{number}")
        if number == EVENTS // 2:
            roster.erase("zed")
            _say("erased zed")
    database.close()


def _open(folder: Path) -> Database:
    head = AuditHead(folder / "audit-head.json", lambda: KEY)
    if not (folder / "attendance.db").exists():
        head.begin()
    database = Database(folder / "attendance.db", head=head)
    database.open()
    return database


def _say(text: str) -> None:
    os.write(1, f"{text}\n".encode())


def record(folder: Path) -> list[_Event]:
    """Run ``work`` under strace and return what it did, in order."""
    trace = folder.with_name("trace")
    command = ["strace", "-f", "-qq", "-xx", "-s", "1000000", "-e", f"trace={_CALLS}", "-o", str(trace)]
    command += [sys.executable, "-m", "tests.attack.power_cut", "work", str(folder)]
    subprocess.run(command, cwd=_ROOT, check=True, stdout=subprocess.DEVNULL)
    return list(_events(trace, folder))


# --- the disk ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class _Event:
    """One call that changes something: what was called, with paths, numbers and bytes as values."""

    name: str
    values: tuple[object, ...]


@dataclass(eq=False)
class _File:
    """What is sure of a file, and what was done to it since: (offset, bytes), or (size, None) for a truncation."""

    sure: bytearray = field(default_factory=bytearray)
    since: list[tuple[int, bytes | None]] = field(default_factory=list)

    def content(self, chance: random.Random, likely: float) -> bytes:
        found = bytearray(self.sure)
        for offset, data in self.since:
            if chance.random() >= likely:
                continue
            torn = data[: chance.randrange(0, len(data) + 1, _SECTOR)] if data and chance.random() < 0.2 else data
            _apply(found, offset, torn)
        return bytes(found)


def _apply(content: bytearray, offset: int, data: bytes | None) -> None:
    if data is None:
        del content[offset:]
        content.extend(bytes(offset - len(content)))
        return
    content.extend(bytes(max(0, offset + len(data) - len(content))))
    content[offset : offset + len(data)] = data


class _Disk:
    """A disk that keeps what is sure apart from what is not."""

    def __init__(self) -> None:
        self._names: dict[str, _File] = {}
        self._sure_names: dict[str, _File] = {}
        self._name_changes: list[tuple[str, _File | None]] = []

    def do(self, event: _Event) -> None:
        values: tuple[str, ...] = event.values  # type: ignore[assignment]
        match event.name:
            case "create":
                if values[0] not in self._names:
                    self._name(values[0], _File())
            case "empty":
                self._names[values[0]].since.append((0, None))
            case "write":
                self._names[values[0]].since.append((int(values[1]), values[2]))  # type: ignore[arg-type]
            case "truncate":
                self._names[values[0]].since.append((int(values[1]), None))
            case "sync":
                file = self._names[values[0]]
                for offset, data in file.since:
                    _apply(file.sure, offset, data)
                file.since.clear()
            case "sync names":
                for name, changed in self._name_changes:
                    _rename(self._sure_names, name, changed)
                self._name_changes.clear()
            case "link":
                self._name(values[1], self._names[values[0]])
            case "rename":
                self._name(values[1], self._names[values[0]])
                self._name(values[0], None)
            case "unlink":
                self._name(values[0], None)

    def _name(self, name: str, file: _File | None) -> None:
        _rename(self._names, name, file)
        self._name_changes.append((name, file))

    def cut(self, folder: Path, chance: random.Random) -> None:
        """Write into a folder what may be there after the power comes back."""
        names = dict(self._sure_names)
        for name, file in self._name_changes[: chance.randint(0, len(self._name_changes))]:
            _rename(names, name, file)
        likely = chance.choice((0.0, 0.5, 1.0))
        for name, file in names.items():
            if not name.endswith("-shm"):  # in memory; SQLite makes it anew
                (folder / name).write_bytes(file.content(chance, likely))


def _rename(names: dict[str, _File], name: str, file: _File | None) -> None:
    if file is None:
        names.pop(name, None)
    else:
        names[name] = file


# --- reading the trace -------------------------------------------------------------------------------------


def _calls(trace: Path) -> Iterator[tuple[str, str, int]]:
    """Yield name, arguments and result of each call that succeeded, in the order in which they ended."""
    begun: dict[str, str] = {}
    for line in trace.read_text(encoding="ascii").splitlines():
        split = _LINE.fullmatch(line)
        if split is None:
            continue
        pid, rest = split["pid"], split["rest"]
        if rest.endswith("<unfinished ...>"):
            begun[pid] = rest.removesuffix("<unfinished ...>")
            continue
        if rest.startswith("<... "):
            rest = begun.pop(pid).rstrip() + rest.split("resumed>", 1)[1]
        call = _CALL.match(rest)
        if call is not None and int(call["result"]) >= 0:
            yield call["name"], call["arguments"], int(call["result"])


def _texts(arguments: str) -> list[bytes]:
    return [bytes.fromhex(text.replace("\\x", "")) for text in _HEX.findall(arguments)]


@dataclass
class _Open:
    """A descriptor: of a name in the folder, or "" for the folder itself."""

    name: str
    at: int = 0
    is_appending: bool = False


def _events(trace: Path, folder: Path) -> Iterator[_Event]:
    opened: dict[int, _Open] = {}
    sizes: dict[str, int] = {}

    def own(path: bytes) -> str | None:
        text = path.decode()
        if text == str(folder):
            return ""
        return text.removeprefix(f"{folder}/") if text.startswith(f"{folder}/") else None

    for name, arguments, result in _calls(trace):
        texts = _texts(arguments)
        first = arguments.split(",", 1)[0]
        handle = opened.get(int(first)) if first.isdigit() else None
        match name:
            case "openat":
                path = own(texts[0])
                opened.pop(result, None)
                if path is None:
                    continue
                opened[result] = _Open(path, is_appending="O_APPEND" in arguments)
                if path and "O_CREAT" in arguments:
                    yield _Event("create", (path,))
                if path and "O_TRUNC" in arguments:
                    sizes[path] = 0
                    yield _Event("empty", (path,))
            case "close":
                opened.pop(int(first), None)
            case "write" if first == "1":
                yield _Event("said", tuple(texts[0].decode().split()))
            case "write" | "pwrite64" if handle is not None:
                data = texts[0][:result]
                if name == "pwrite64":
                    offset = int(arguments.rsplit(",", 1)[1])
                else:
                    offset = sizes.get(handle.name, 0) if handle.is_appending else handle.at
                    handle.at = offset + len(data)
                sizes[handle.name] = max(sizes.get(handle.name, 0), offset + len(data))
                yield _Event("write", (handle.name, offset, data))
            case "lseek" if handle is not None:
                handle.at = result
            case "fsync" | "fdatasync" if handle is not None:
                yield _Event("sync" if handle.name else "sync names", (handle.name,))
            case "ftruncate" if handle is not None:
                sizes[handle.name] = int(arguments.rsplit(",", 1)[1])
                yield _Event("truncate", (handle.name, sizes[handle.name]))
            case "truncate" if texts and own(texts[0]):
                yield _Event("truncate", (own(texts[0]), int(arguments.rsplit(",", 1)[1])))
            case "rename" | "renameat" | "renameat2" | "link" | "linkat" if texts and own(texts[0]):
                kind = "link" if name.startswith("link") else "rename"
                old, new = own(texts[0]), own(texts[1])
                sizes[str(new)] = sizes.get(str(old), 0)
                yield _Event(kind, (old, new))
            case "unlink" | "unlinkat" if texts and own(texts[0]):
                sizes.pop(str(own(texts[0])), None)
                yield _Event("unlink", (own(texts[0]),))


# --- the attack --------------------------------------------------------------------------------------------


def attack(trials: int, *, seed: int = 20261129) -> Outcome:
    """Cut the power as often, at moments drawn by chance."""
    chance = random.Random(seed)
    counts = {"acknowledged": 0, "lost": 0, "broken": 0, "alarmed": 0, "leaking": 0}
    with tempfile.TemporaryDirectory(prefix="attendance-power-") as name:
        original = Path(name).resolve() / "original"
        original.mkdir()
        events = record(original)
        said = [event.values for event in events if event.name == "said"]
        assert len(said) == EVENTS + 1, said
        for trial in range(trials):
            moment = chance.randint(1, len(events))
            disk = _Disk()
            for event in events[:moment]:
                disk.do(event)
            folder = Path(name) / str(trial)
            folder.mkdir()
            disk.cut(folder, chance)
            told = {event.values for event in events[:moment] if event.name == "said"}
            _judge(folder, told, counts)
            shutil.rmtree(folder)
    return Outcome(trials, **counts)


def _judge(folder: Path, told: set[tuple[object, ...]], counts: dict[str, int]) -> None:
    saved = {str(event_id) for word, event_id in told if word == "saved"}
    counts["acknowledged"] += len(saved)
    try:
        database = _open(folder)
    except Exception as err:  # noqa: BLE001 - whatever it is, a start must not end so
        sys.stderr.write(f"{sorted(path.name for path in folder.iterdir())}: {err}\n")
        counts["broken"] += 1
        counts["lost"] += len(saved)
        return
    found = {str(row[0]) for row in database.plain_rows("SELECT event_id FROM check_in", ())}
    head = AuditHead(folder / "audit-head.json", lambda: KEY)
    finding = SqlAuditLog(database, head).verify(deep=True).finding
    counts["lost"] += len(saved - found)
    counts["broken"] += bool(database.integrity_problems())
    alarm = database._head.alarm if database._head is not None else None
    if alarm is not None or finding is not None:
        sys.stderr.write(f"{alarm} {finding}\n")
    counts["alarmed"] += alarm is not None or finding is not None
    database.close()
    is_erased = ("erased", "zed") in told
    left = [path.name for path in folder.iterdir() if NAME.encode() in path.read_bytes()]
    counts["leaking"] += is_erased and bool(left)


if __name__ == "__main__":
    if sys.argv[1:2] == ["work"]:
        work(Path(sys.argv[2]))
    else:
        print(attack(int(sys.argv[1]) if len(sys.argv) > 1 else 300))
