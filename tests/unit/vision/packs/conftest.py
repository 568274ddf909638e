"""A store of packs, and a pack on a memory stick."""

from __future__ import annotations

from pathlib import Path

import pytest

from attendance.vision.packs.store import ModelStore
from tests.unit.vision.packs.pack_folders import make_pack


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models", make_pack(tmp_path / "bundled", with_manifest=True))


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    """A pack on a memory stick."""
    return make_pack(tmp_path / "stick" / "office")
