"""What the training process says: one JSON object a line (``attendance-train finetune --progress-json``)."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from attendance.core.training_gate import Outcome, Verdict
from attendance.errors import Reason


class Phase(StrEnum):
    """Where a run is; ``PREPARE`` is our own part, the others are the process's."""

    PREPARE = "prepare"
    READ = "read"
    CHECK = "check"
    TRAIN = "train"
    MEASURE = "measure"
    EXPORT = "export"


@dataclass(frozen=True, slots=True)
class CheckRow:
    """One check of the gate, in the words of the training side.

    Attributes:
        before: what the pack in use reached.
        after: what the candidate reached.
        verdict: what was found.
        why: why it does not hold; None otherwise. May name people.
        about: the check in a plain sentence; None in results of earlier versions.
    """

    check: Reason
    before: str
    after: str
    verdict: Verdict
    why: Reason | None = None
    about: Reason | None = None


@dataclass(frozen=True, slots=True)
class TrainingResult:
    """How a run ended.

    Attributes:
        folder: of the new pack; None when it was held or refused.
    """

    outcome: Outcome
    rows: tuple[CheckRow, ...]
    folder: Path | None = None

    @property
    def is_promoted(self) -> bool:
        """True when there is a new pack."""
        return self.outcome is Outcome.PROMOTED


@dataclass(frozen=True, slots=True)
class PhaseBegan:
    """The run came to its next part."""

    phase: Phase


@dataclass(frozen=True, slots=True)
class StepDone:
    """One training step."""

    step: int
    steps: int
    loss: float


@dataclass(frozen=True, slots=True)
class Validated:
    """One validation, on people who are not trained on.

    Attributes:
        validation: TAR at the validation's FAR, 0..1.
    """

    step: int
    validation: float


@dataclass(frozen=True, slots=True)
class Refused:
    """The run cannot go on."""

    sentence: Reason
    hint: Reason


Event = PhaseBegan | StepDone | Validated | Refused | TrainingResult


def read_event(line: str) -> Event | None:
    """Read one line.

    Returns:
        The event; None for one that this version does not know, and for a loss or validation without a number.

    Raises:
        ValueError: not a JSON object, or a known event with missing or impossible values.
    """
    try:
        values = json.loads(line)
        if not isinstance(values, dict):
            raise TypeError("not an object")
        return _event(values)
    except (KeyError, TypeError, OverflowError, RecursionError) as err:
        raise ValueError(f"{type(err).__name__}: {err}") from err


def _event(values: Mapping[str, Any]) -> Event | None:
    name = values["event"]
    if name == "phase":
        return PhaseBegan(Phase(values["name"])) if values["name"] in set(Phase) else None
    if name == "step":
        loss = values["loss"]
        return None if loss is None else StepDone(int(values["step"]), int(values["steps"]), _finite(loss))
    if name == "validation":
        validation = values["validation"]
        return None if validation is None else Validated(int(values["step"]), _finite(validation))
    if name == "error":
        return Refused(Reason.from_data(values["sentence"]), Reason.from_data(values["hint"]))
    if name == "done":
        rows = tuple(read_row(row) for row in values["table"])
        outcome = Outcome(values["outcome"])
        return TrainingResult(outcome, rows, Path(str(values["folder"])) if outcome is Outcome.PROMOTED else None)
    return None


def read_row(values: Mapping[str, Any]) -> CheckRow:
    """Read one check of the table.

    Raises:
        KeyError: a value is missing.
        TypeError: not an object.
        ValueError: not a reason, or not a verdict.
    """
    check = _reason(values["check"]) or Reason("")
    if "verdict" in values:
        verdict = Verdict(values["verdict"])
    else:  # a result that an earlier version kept
        verdict = Verdict.HOLDS if values["passed"] is True else Verdict.HARM
    why, about = _reason(values["why"]), _reason(values.get("about"))
    return CheckRow(check, str(values["before"]), str(values["after"]), verdict, why, about)


def row_data(row: CheckRow) -> dict[str, object]:
    """Return a check as ``read_row`` takes it."""
    why, about = (None if one is None else one.as_data() for one in (row.why, row.about))
    return {
        "check": row.check.as_data(),
        "before": row.before,
        "after": row.after,
        "verdict": row.verdict.value,
        "why": why,
        "about": about,
    }


def _reason(data: object) -> Reason | None:
    """Read a reason; the results of earlier versions are kept as English texts, "" for none."""
    if isinstance(data, str):
        return Reason.quoted(data) if data else None
    return None if data is None else Reason.from_data(data)


def _finite(value: object) -> float:
    number = float(value)  # type: ignore[arg-type]
    if not math.isfinite(number):
        raise ValueError(f"{number} is not a finite number")
    return number
