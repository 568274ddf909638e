"""What a training shows of itself: counts, obstacles, one moment of a run."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from attendance.services.training.events import Phase, Refused, TrainingResult

MIN_PEOPLE = 10
"""People with two usable photographs; docs/finetune.md."""
MIN_PHOTOS = 2


class Obstacle(StrEnum):
    """Why a training cannot be started."""

    NO_TORCH = "no_torch"
    TOO_FEW_PEOPLE = "too_few_people"
    NO_OTHERS_FACES = "no_others_faces"
    OTHERS_FACES_MISSING = "others_faces_missing"


class RunState(StrEnum):
    """Where training is."""

    IDLE = "idle"
    RUNNING = "running"
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    FAILED = "failed"
    FINISHED = "finished"


@dataclass(frozen=True, slots=True)
class TrainingSummary:
    """What there is to train on; active people only.

    Attributes:
        people: in the roster.
        consented: who agreed to training.
        usable: of those, with ``MIN_PHOTOS`` kept crops or more.
        photos: kept crops of those who agreed.
    """

    people: int
    consented: int
    usable: int
    photos: int


@dataclass(frozen=True, slots=True)
class TrainingStatus:
    """One moment of a run.

    Attributes:
        done: steps of the phase done, of ``total``; both 0 where nobody counts.
        losses: step and loss.
        validations: step and TAR of the validation, 0..1.
        result: set when FINISHED.
        refused: what the process could not use, set when it said so before it FAILED.
        error: otherwise set when FAILED.
        log: last lines that the process logged, when FAILED.
    """

    state: RunState = RunState.IDLE
    phase: Phase = Phase.PREPARE
    done: int = 0
    total: int = 0
    losses: tuple[tuple[int, float], ...] = ()
    validations: tuple[tuple[int, float], ...] = ()
    result: TrainingResult | None = None
    refused: Refused | None = None
    error: Exception | None = None
    log: tuple[str, ...] = ()

    @property
    def is_running(self) -> bool:
        """True until the run has ended."""
        return self.state in {RunState.RUNNING, RunState.CANCELLING}
