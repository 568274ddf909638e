"""A door whose PINs and badges lie in a database of the test; the slow hash is a quick one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from attendance.core.types import Person
from attendance.data.credentials.repository import SqlCredentials
from attendance.data.database import Database
from attendance.data.keys.encryption import Cipher
from attendance.data.roster.repository import SqlRoster
from attendance.services.credentials.badges import BadgeService, NewBadge
from attendance.services.credentials.door_entry import DoorEntry, EntryRules
from attendance.services.credentials.pins import PinService
from tests.fakes import FakeClock


class CountingHasher:
    """Counts the hashes that a slow hasher would have computed (protocol PinHasher)."""

    def __init__(self) -> None:
        self.computed = 0

    def hash(self, pin: str) -> str:
        self.computed += 1
        return f"hash of {pin}"

    def matches(self, hashed: str, pin: str) -> bool:
        self.computed += 1
        return hashed == f"hash of {pin}"


@dataclass
class Door:
    """One site with Ann (face), Bob (no face) and what its door says."""

    database: Database
    store: SqlCredentials = field(init=False)
    roster: SqlRoster = field(init=False)
    hasher: CountingHasher = field(default_factory=CountingHasher)
    clock: FakeClock = field(default_factory=lambda: FakeClock(datetime(2026, 3, 2, 8, 0, tzinfo=UTC)))
    with_face: set[int] = field(default_factory=set)
    printed: list[NewBadge] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = SqlCredentials(self.database, Cipher(bytes(32)))
        self.roster = SqlRoster(self.database, Cipher(bytes(32)), keep_crops=lambda: True)
        self.pins = PinService(self.store, self.roster, self.hasher)
        self.badges = BadgeService(self.store, self.roster, lambda badges, _path: self.printed.extend(badges))

    def add(self, code: str, *, has_face: bool = False) -> Person:
        person = self.roster.enrol(code=code, name=code.title(), templates=[], model_id="")
        if has_face:
            self.with_face.add(person.id)
        return person

    def badge(self, code: str) -> str:
        self.badges.print([code], Path("badges.pdf"))
        return self.printed[-1].text

    def entry(self, *, answer_after_s: float = 0.0, **rules: object) -> DoorEntry:
        return DoorEntry(
            self.store,
            self.roster,
            self.hasher,
            self.clock,
            EntryRules(**rules),  # type: ignore[arg-type]
            knows_face=self.with_face.__contains__,
            answer_after_s=answer_after_s,
        )


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    database = Database(tmp_path / "attendance.db")
    database.open()
    yield Door(database)
    database.close()
