"""Files from outside, damaged or made to harm: each is taken or refused in one sentence, within a time.

``python -m tests.attack.hostile_files 3000`` runs the long form and prints what it came to.
"""

from __future__ import annotations

import io
import random
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
from PIL import Image

from attendance.config import load_settings
from attendance.core.hours.rules import HoursRules
from attendance.core.packs.manifest_file import MANIFEST_NAME
from attendance.errors import AttendanceError
from attendance.integrations import calendar_file
from attendance.integrations.event_table import read_table
from attendance.resource_files import resource_path
from attendance.services.hours.plan import read_plan
from attendance.vision.cameras.stream_address import read_address
from attendance.vision.images import ImageReader
from attendance.vision.packs.store import ModelStore
from attendance.vision.packs.trial import run_apart
from tests.onnx_graphs import save_endless, save_scrfd
from tests.unit.vision.packs.pack_folders import make_pack

ZONE = ZoneInfo("Europe/Berlin")
SLOW_S = 20.0
"""A file that keeps somebody waiting for longer counts as wrong, unless it is one with a limit of its own."""
CSV = "code,at,direction,event_id,source\n=k1,2026-03-02T08:00:00,in,e1,door\nk2,2026-03-02T09:00,out,,\n"
CALENDAR = (
    "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\nBEGIN:VEVENT\nUID:a\nSUMMARY:Ä\nDTSTART;VALUE=DATE:20260101\n"
    "EXDATE;VALUE=DATE:20270101\nEND:VEVENT\nBEGIN:VEVENT\nUID:b\nSUMMARY:b\nDTSTART;TZID=Europe/Berlin:20260713T090000\n"
    "DURATION:PT4H\nATTENDEE:mailto:k1@example.org\nEND:VEVENT\nEND:VCALENDAR\n"
)
PLAN = (
    '[shifts.office]\nparts = ["09:00-17:30"]\ngrace_in_min = 5\n[cycles.rota]\nstart = 2026-01-05\n'
    'days = ["office", ""]\n[[assignments]]\nshift = "office"\nfirst_day = 2026-01-01\n'
)
SETTINGS = '[camera]\nsource = "0"\n[attendance]\nzone = "Europe/Berlin"\ncool_down_min = 5.0\n[kiosk]\ncompany = "Ä"\n'
ADDRESS = "rtsp://admin:se/c?r#e@t@10.0.0.5:554/user=a_password=b?c=d"


@dataclass(slots=True)
class Found:
    """What an attack came to.

    Attributes:
        trials: files that were tried.
        taken: that were read in spite of it.
        refused: in one sentence.
        wrong: anything else: a traceback, a sentence of two lines, or too long a wait.
    """

    trials: int = 0
    taken: int = 0
    refused: int = 0
    wrong: list[str] | None = None

    def note(self, what: str) -> None:
        """Write down something that must not be."""
        self.wrong = [*(self.wrong or ()), what]

    def __str__(self) -> str:
        return f"{self.trials} tried, {self.taken} taken, {self.refused} refused, {len(self.wrong or ())} wrong"


def tried(work: Callable[[], object], found: Found, what: str, *, limit_s: float = SLOW_S) -> None:
    """Do one thing and note what came of it."""
    found.trials += 1
    began_s = time.monotonic()
    try:
        work()
        found.taken += 1
    except AttendanceError as err:
        found.refused += 1
        if "\n" in err.user_text:
            found.note(f"{what}: two lines: {err.user_text!r}")
    except Exception as err:  # noqa: BLE001 - whatever it is, it is what is looked for
        found.note(f"{what}: {type(err).__name__}: {err}")
    if time.monotonic() - began_s > limit_s:
        found.note(f"{what}: {time.monotonic() - began_s:.0f} s")


def damaged(content: bytes, rng: random.Random) -> bytes:
    """Return a copy with a few bytes changed, taken out, doubled or moved, or cut off."""
    changed = bytearray(content)
    for _ in range(rng.choice((1, 1, 2, 5, 30))):
        place = rng.randrange(len(changed) or 1)
        length = rng.choice((1, 1, 2, 8, 64))
        piece = changed[place : place + length]
        match rng.randrange(6):
            case 0:
                changed[place : place + length] = rng.randbytes(length)
            case 1:
                del changed[place : place + length]
            case 2:
                changed[place:place] = piece * rng.choice((1, 2, 100))
            case 3:
                changed[place : place + length] = rng.choice((b"\x00", b"\xff", b"\n", b"9", b'"', b"-")) * length
            case 4:
                other = rng.randrange(len(changed) or 1)
                changed[other:other] = piece
            case 5 if rng.random() < 0.3:
                del changed[place:]
    return bytes(changed)


# --- pictures ----------------------------------------------------------------------------------------


def pictures() -> Iterator[tuple[str, bytes]]:
    """Yield a picture of each kind, as programs write them."""
    pixels = np.random.default_rng(3).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    kinds: Mapping[str, Mapping[str, object]] = {
        "JPEG": {"quality": 80},
        "JPEG progressive": {"progressive": True},
        "PNG": {},
        "BMP": {},
        "WEBP": {},
        "TIFF": {"compression": "tiff_lzw"},
    }
    for name, options in kinds.items():
        stream = io.BytesIO()
        Image.fromarray(pixels).save(stream, name.split()[0], **options)
        yield name, stream.getvalue()


def attack_with_pictures(trials: int, folder: Path, *, seed: int = 1) -> Found:
    """Read damaged pictures."""
    rng, found, reader = random.Random(seed), Found(), ImageReader()
    whole, path = list(pictures()), folder / "picture"
    for number in range(trials):
        name, content = whole[number % len(whole)]
        path.write_bytes(damaged(content, rng))
        tried(lambda: reader.read(path), found, f"{name} {number}")
    return found


# --- texts -------------------------------------------------------------------------------------------


def attack_with_texts(trials: int, folder: Path, *, seed: int = 2) -> Found:
    """Read damaged tables, calendars, plans and settings, and addresses of cameras."""
    rng, found = random.Random(seed), Found()
    path = folder / "text"

    def table() -> None:
        list(read_table(path, needed=("code", "direction"), optional=("at",)))

    def calendar() -> None:
        calendar_file.read_calendar(path, first=date(2026, 1, 1), last=date(2026, 12, 31), zone=ZONE)

    def plan() -> None:
        text = path.read_bytes().decode("utf-8", "replace")
        read_plan(text, person_ids={"k1": 1}, defaults=HoursRules(), first_year=2025, last_year=2027, strict=True)

    def address() -> None:
        text = path.read_bytes().decode("latin-1")
        assert "://" not in text or read_address(text).escaped.count("@") <= text.count("@")

    kinds: list[tuple[str, str, Callable[[], object]]] = [
        ("CSV", CSV, table),
        ("calendar", CALENDAR, calendar),
        ("plan", PLAN, plan),
        ("settings", SETTINGS, lambda: load_settings(path)),
        ("address", ADDRESS, address),
    ]
    for number in range(trials):
        name, text, read = kinds[number % len(kinds)]
        content = damaged(text.encode(), rng)
        if name == "calendar" and b"RRULE" in content.replace(b"\n ", b"").upper():
            continue  # has a process and a limit of its own, below
        path.write_bytes(content)
        tried(read, found, f"{name} {number}")
    return found


# --- packs -------------------------------------------------------------------------------------------


def attack_with_packs(trials: int, folder: Path, *, seed: int = 3) -> Found:
    """Bring in packs with a damaged manifest, archive or, every tenth, model; the last one runs apart."""
    rng, found = random.Random(seed), Found()
    good = make_pack(folder / "office", with_manifest=True)
    bundled = resource_path("models", "bundled")
    for number in range(trials):
        models = folder / f"models-{number}"
        source = folder / f"pack-{number}.zip"
        members = {path.name: path.read_bytes() for path in good.iterdir()}
        is_model = number % 10 == 9
        if is_model:
            members.pop(MANIFEST_NAME)
            members["rec.onnx"] = damaged(members["rec.onnx"], rng)
        elif number % 2:
            members[MANIFEST_NAME] = damaged(members[MANIFEST_NAME], rng)
        with zipfile.ZipFile(source, "w") as archive:
            for name, content in members.items():
                archive.writestr(name, content)
        if not is_model and number % 2 == 0:
            source.write_bytes(damaged(source.read_bytes(), rng))
        # The models are whole but for every tenth: what a damaged one does to its process is not done to this one.
        store = ModelStore(models, bundled, trial=run_apart) if is_model else ModelStore(models, bundled)
        tried(partial(store.import_pack, source), found, f"pack {number}", limit_s=60.0)
        source.unlink()
        left = [path.name for path in models.iterdir()] if models.exists() else []
        if left not in ([], ["office"]):
            found.note(f"pack {number}: left {left}")
    return found


# --- what would never end ----------------------------------------------------------------------------


def attack_without_end(trials: int, folder: Path, *, limit_s: float = 3.0) -> Found:
    """Bring in models that loop, calendars whose rules never fit and JPEGs of thousands of passes, in turn."""
    found = Found()
    loop = folder / "endless"
    loop.mkdir()
    save_scrfd(loop / "det.onnx")
    save_endless(loop / "rec.onnx")
    rules = ("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;COUNT=3000000", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=31")
    picture, calendar = folder / "bomb.jpg", folder / "endless.ics"
    stream = io.BytesIO()
    Image.new("L", (2500, 2500), 128).save(stream, "JPEG", progressive=True)
    content = stream.getvalue()
    last = content.rindex(b"\xff\xda")
    before, calendar_file.LIMIT_S = calendar_file.LIMIT_S, limit_s
    try:
        for number in range(trials):
            match number % 3:
                case 0:
                    store = ModelStore(
                        folder / f"models-{number}",
                        resource_path("models", "bundled"),
                        trial=lambda one: run_apart(one, limit_s=limit_s),
                    )
                    tried(partial(store.import_pack, loop), found, f"model {number}", limit_s=60.0)
                case 1:
                    event = (
                        "BEGIN:VEVENT\nUID:{n}\nSUMMARY:x\nDTSTART;VALUE=DATE:00010101\nRRULE:" + rules[number // 3 % 3]
                    )
                    events = "".join(f"{event.format(n=n)}\nEND:VEVENT\n" for n in range(500))
                    calendar.write_text(f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{events}END:VCALENDAR\n")
                    tried(
                        lambda: calendar_file.read_calendar(
                            calendar, first=date(2026, 1, 1), last=date(2026, 12, 31), zone=ZONE
                        ),
                        found,
                        f"calendar {number}",
                        limit_s=60.0,
                    )
                case _:
                    passes = 1000 * (number + 1)
                    picture.write_bytes(content[:last] + content[last:-2] * passes + b"\xff\xd9")
                    tried(lambda: ImageReader().read(picture), found, f"JPEG {number}")
    finally:
        calendar_file.LIMIT_S = before
    return found


def main(trials: int) -> None:
    """Run every attack: so many pictures and texts, a tenth as many packs, a hundredth without an end."""
    attacks = (
        ("pictures", attack_with_pictures, trials),
        ("texts", attack_with_texts, trials),
        ("packs", attack_with_packs, max(1, trials // 10)),
        ("without end", attack_without_end, max(3, trials // 100)),
    )
    for name, attack, count in attacks:
        with tempfile.TemporaryDirectory() as folder:
            began_s = time.monotonic()
            found = attack(count, Path(folder))
        print(f"{name}: {found} in {time.monotonic() - began_s:.0f} s")
        for line in (found.wrong or ())[:10]:
            print(f"  {line}")


if __name__ == "__main__":
    main(int(sys.argv[1]))
