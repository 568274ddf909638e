"""A company that may train, and services that are closed after the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from attendance.services.training.service import TrainingService
from tests.training_parts import TrainingParts
from tests.unit.services.training.steps import CROP


@pytest.fixture
def world(tmp_path: Path) -> TrainingParts:
    made = TrainingParts(tmp_path)
    made.add_people(10, CROP)
    made.add_others_faces()
    return made


@pytest.fixture
def open_training() -> Iterator[Callable[[TrainingParts], TrainingService]]:
    opened: list[TrainingService] = []

    def make(world: TrainingParts) -> TrainingService:
        opened.append(world.service())
        return opened[-1]

    yield make
    assert all(training.close() for training in opened)
