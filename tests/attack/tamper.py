"""Edits the database of a copy again and again, without the key, and looks whether each is found.

``python -m tests.attack.tamper [TRIALS]``
"""

from __future__ import annotations

import logging
import random
import shutil
import sqlite3
import sys
import tempfile
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypedDict

from tests.attack.folder import Attack, attacks_on, carry_out, fill_every_table, found_by_verify

SEED = 1014


class Way(TypedDict, total=False):
    """What is done besides; see ``Attack``."""

    rehash: bool
    gone: tuple[str, ...]


WAYS: tuple[Way, ...] = (
    {},
    {"rehash": True},
    {"gone": ("head",)},
    {"rehash": True, "gone": ("head",)},
    {"rehash": True, "gone": ("head", "state")},
)


@dataclass(slots=True)
class Outcome:
    """What came of it.

    Attributes:
        edits: that were carried out.
        refused: besides, by SQLite itself.
        by_way: edits for each of ``WAYS``.
        missed: those that nothing told of.
    """

    edits: int = 0
    refused: int = 0
    by_way: list[int] = field(default_factory=lambda: [0] * len(WAYS))
    missed: list[str] = field(default_factory=list)


def carried_out(template: Path, work: Path, attack: Attack) -> bool | None:
    """Carry an attack out on a copy; returns whether it was found, None when SQLite refused it."""
    folder = work / "copy"
    shutil.copytree(template, folder)
    try:
        changed = carry_out(folder, attack)
        assert changed or attack.gone or attack.rehash, attack
        return found_by_verify(folder) is not None
    except sqlite3.DatabaseError:
        return None
    finally:
        shutil.rmtree(folder)


def tamper(template: Path, work: Path, trials: int, *, seed: int = SEED) -> Outcome:
    """Carry out as many edits, drawn by chance over all tables, columns and ways."""
    chance, outcome = random.Random(seed), Outcome()
    while outcome.edits < trials:
        read = Path(shutil.copytree(template, work / "read"))
        attacks = attacks_on(read, chance)
        shutil.rmtree(read)
        chance.shuffle(attacks)
        for attack in attacks:
            if outcome.edits == trials:
                break
            way = chance.randrange(len(WAYS))
            meant = replace(attack, **WAYS[way])
            found = carried_out(template, work, meant)
            if found is None:
                outcome.refused += 1
                continue
            outcome.edits += 1
            outcome.by_way[way] += 1
            if not found:
                outcome.missed.append(repr(meant))
    return outcome


def main() -> None:
    """Attack a folder of its own and print what came of it."""
    logging.disable(logging.CRITICAL)  # a start tells of most of them
    with tempfile.TemporaryDirectory(prefix="attendance-tamper-") as name:
        fill_every_table(Path(name) / "template")
        outcome = tamper(Path(name) / "template", Path(name), int(sys.argv[1]) if len(sys.argv) > 1 else 1000)
    found = outcome.edits - len(outcome.missed)
    print(f"{outcome.edits} edits, {found} found; SQLite itself refused {outcome.refused} more")
    for way, number in zip(WAYS, outcome.by_way, strict=True):
        print(f"  {number:4} {way or 'the row alone'}")
    for missed in outcome.missed:
        print(f"MISSED: {missed}")


if __name__ == "__main__":
    main()
