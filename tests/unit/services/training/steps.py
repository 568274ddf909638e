"""What tests of training do and look at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np

from attendance.core.types import ImageBgr
from attendance.services.training.service import TrainingService
from tests.patience import wait_until
from tests.training_parts import TrainingParts

CROP: ImageBgr = np.arange(112 * 112 * 3, dtype=np.uint32).astype(np.uint8).reshape(112, 112, 3)
OpenTraining = Callable[[TrainingParts], TrainingService]


def finish(training: TrainingService) -> None:
    training.start()
    wait_until(lambda: not training.is_running)


def private_leftovers(world: TrainingParts) -> list[Path]:
    return list(world.root.glob("run-*"))
