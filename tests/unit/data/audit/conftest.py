"""A data folder whose audit log has twelve entries."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from tests.unit.data.audit.site import fill


@pytest.fixture(scope="session")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site") / "data"
    fill(folder)
    return folder


@pytest.fixture
def folder(template: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(template, tmp_path / "data"))
