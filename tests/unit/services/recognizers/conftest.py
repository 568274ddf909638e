"""A data folder with GoLive on it, closed after the test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fakes import WAIT_S
from tests.unit.services.recognizers.go_live_world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path / "attendance.db")
    yield world
    world.go_live.close(WAIT_S)
    world.database.close()
