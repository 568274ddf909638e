"""How long the door needs for a picture with and without a badge, and for a PIN of somebody and of nobody.

scripts/measure/pin_and_badge.py
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np

from attendance.composition.application import Application
from attendance.core.credentials.badge import badge_text
from attendance.services.credentials.door_entry import Claim, DoorEntry
from attendance.vision.qr_codes import qr_modules, read_qr_codes

SIZES = ((640, 480), (1280, 720), (1920, 1080))
REPEATS = 40


def milliseconds(work: Callable[[], object], repeats: int = REPEATS) -> str:
    """Return median and 95th percentile of so many runs."""
    taken = []
    for _ in range(repeats):
        start = time.perf_counter()
        work()
        taken.append((time.perf_counter() - start) * 1000)
    return f"median {np.median(taken):.1f} ms, p95 {np.percentile(taken, 95):.1f} ms"


def pictures() -> None:
    """Print what a look at one picture costs."""
    rng = np.random.default_rng(1)
    card = np.kron(np.pad(~qr_modules(badge_text(bytes(20))), 4, constant_values=True), np.ones((5, 5)))
    for width, height in SIZES:
        noise = rng.integers(40, 220, (height, width, 3), dtype=np.uint8)
        wall = cv2.GaussianBlur(noise, (0, 0), 2).astype(np.uint8)
        held = wall.copy()
        held[80 : 80 + len(card), 200 : 200 + len(card)] = (card[..., None] * 200 + 30).astype(np.uint8)
        assert len(read_qr_codes(held)) == 1
        print(f"{width}x{height}: without a badge {milliseconds(lambda image=wall: read_qr_codes(image))}")  # type: ignore[misc]
        print(f"{width}x{height}: with a badge    {milliseconds(lambda image=held: read_qr_codes(image))}")  # type: ignore[misc]


def pins(entry: DoorEntry, people: list[str]) -> None:
    """Print what a wrong PIN costs; a pause costs no hash, so that each person is tried a few times only."""
    known = [claim for code in people if (claim := entry.claim(code)) is not None]
    nobody = [Claim(None, typed=f"nobody {number}") for number in range(len(people))]
    entry.check_pin(nobody[0], "9713")  # makes what the others are compared with
    for name, claims in (("a person", known), ("nobody", nobody)):
        rest = iter(claims * 3)
        print(f"wrong PIN of {name}: {milliseconds(lambda rest=rest: entry.check_pin(next(rest), '9713'))}")  # type: ignore[misc]


def main() -> None:
    """Print everything."""
    pictures()
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        data.mkdir()
        (data / "config.toml").write_text('[storage]\nkey_store = "file"\n', encoding="utf-8")
        with Application(data) as application:
            codes = [f"p{number}" for number in range(20)]
            for code in codes:
                application.storage.roster.enrol(code=code, name=code, templates=[], model_id="")
                application.credentials.pins.set_temporary(code)
            pins(application.credentials.door_entry(lambda _: False), codes)


if __name__ == "__main__":
    main()
