"""A fresh encrypted database for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from attendance.core.types import CheckIn, Direction, FloatArray, ImageBgr, Person
from attendance.data.check_in_repository import SqlCheckInLog
from attendance.data.database import Database
from attendance.data.keys.encryption import Cipher
from attendance.data.roster.repository import SqlRoster

KEY = bytes(range(32))
MODEL = "pack:0123456789ab"


def unit_vector(seed: int, dim: int = 128) -> FloatArray:
    """Return a random (dim,) float32 unit vector."""
    vector = np.random.default_rng(seed).normal(size=dim)
    return np.asarray(vector / np.linalg.norm(vector), dtype=np.float32)


def noise_crop(seed: int) -> ImageBgr:
    """Return a random (112, 112, 3) uint8 crop."""
    return np.random.default_rng(seed).integers(0, 256, (112, 112, 3), dtype=np.uint8)


def check_in(event_id: str, person_id: int | None = None, at_utc: datetime | None = None) -> CheckIn:
    """Return an event of the kiosk."""
    return CheckIn(
        event_id=event_id,
        person_id=person_id,
        at_utc=at_utc or datetime(2026, 3, 2, 8, 0, tzinfo=UTC),
        utc_offset_s=3600,
        direction=Direction.IN,
        similarity=0.5,
        margin=0.25,
        source="Main entrance",
        model_id=MODEL,
        made_by="kiosk",
    )


def enrol(roster: SqlRoster, code: str, *seeds: int, name: str = "", with_crops: bool = True) -> Person:
    """Enrol a person with random templates, one for each seed."""
    templates = [(unit_vector(seed), noise_crop(seed) if with_crops else None) for seed in seeds]
    return roster.enrol(code=code, name=name or code.title(), templates=templates, model_id=MODEL)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "data" / "attendance.db"


@pytest.fixture
def open_database(path: Path) -> Iterator[Callable[..., Database]]:
    """Opens databases (by default the one of ``path``) and closes them after the test."""
    opened: list[Database] = []

    def open_one(at: Path = path, *, busy_timeout_ms: int = 5000) -> Database:
        database = Database(at, busy_timeout_ms=busy_timeout_ms)
        opened.append(database)
        database.open()
        return database

    yield open_one
    for database in opened:
        database.close()


@pytest.fixture
def database(open_database: Callable[..., Database]) -> Database:
    return open_database()


@pytest.fixture
def roster(database: Database) -> SqlRoster:
    return SqlRoster(database, Cipher(KEY), keep_crops=lambda: True)


@pytest.fixture
def log(database: Database) -> SqlCheckInLog:
    return SqlCheckInLog(database)
