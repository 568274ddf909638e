"""Where a run stands, and what a step did."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class StepReport:
    """What one step did.

    Attributes:
        step: steps made, with this one.
        steps: of the whole run.
        epoch: that this step belonged to, from 1.
        loss: of the batch of all processes.
        lr: learning rate of the step.
        photos: of the batch, in all processes.
        is_skipped: the gradient was not a number, and nothing was changed.
        validation: measured after this step; None when it was not.
        altered: the same on altered copies, by column of the log; empty where the recipe asks for none.
    """

    step: int
    steps: int
    epoch: int
    loss: float
    lr: float
    photos: int
    is_skipped: bool = False
    validation: float | None = None
    altered: Mapping[str, float] = field(default_factory=dict)


@dataclass(slots=True)
class Progress:
    """Where a run stands; stored in its checkpoint.

    Attributes:
        step: steps made.
        skipped: those among them whose gradient was not a number.
        scaler: state of the gradient scaler; empty without float16.
    """

    step: int = 0
    skipped: int = 0
    scaler: dict[str, Any] = field(default_factory=dict)
