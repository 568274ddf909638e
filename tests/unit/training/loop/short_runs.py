"""Runs of a few steps that end where a test wants them to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from attendance_training.loop.session import StepReport, TrainOutcome, train
from tests.unit.training.loop.tiny import MadeUpFaces, make_config

STEPS = 8
"""Of ``make_config(epochs=4)`` with ``MadeUpFaces()``: 18 pictures, 8 in a batch."""


class StopAfter:
    """Wants an end once a step was made."""

    def __init__(self, step: int) -> None:
        self._step = step
        self.made = 0

    def report(self, done: StepReport) -> None:
        self.made = done.step

    def __call__(self) -> bool:
        return self.made >= self._step


def begin(
    faces: MadeUpFaces, out: Path | None = None, *, stop_after: int | None = None, **changes: Any
) -> TrainOutcome:
    stop = StopAfter(stop_after if stop_after is not None else 10_000)
    config = make_config(**{"epochs": 4, **changes})
    return train(faces, faces.rows, config, out=out, should_stop=stop, report=stop.report, save_every=2)
