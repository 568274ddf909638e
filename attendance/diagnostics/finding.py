"""One line of `attendance doctor`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Level(StrEnum):
    """How a check came out."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor.

    Attributes:
        check: what was looked at.
        text: what was found, one sentence.
        hint: what to do, empty when nothing needs doing.
    """

    check: str
    level: Level
    text: str
    hint: str = ""
