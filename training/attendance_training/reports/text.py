"""Markdown tables and JSON of the reports."""

from __future__ import annotations

import dataclasses
import json
import math
from collections.abc import Sequence
from typing import Any

import numpy as np

from attendance.errors import Reason
from attendance_training.evaluation.intervals import Estimate

_DIGITS = 6
"""Significant digits in JSON; float32 has seven."""


def markdown_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Return a table with a line break at its end."""
    lines = [header, ["---"] * len(header), *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def percent(estimate: Estimate, digits: int = 1) -> str:
    """Return "90.1 (88.5 – 91.7)" of a share, in per cent; "–" when nothing was measured."""
    if math.isnan(estimate.value):
        return "–"
    value, low, high = (f"{100 * part:.{digits}f}" for part in (estimate.value, estimate.low, estimate.high))
    return f"{value} ({low} – {high})"


def to_json(report: Any) -> str:
    """Return dataclasses, lists and numbers as JSON; what is not finite becomes null."""
    return json.dumps(_plain(report), indent=2, ensure_ascii=False) + "\n"


def _plain(value: Any) -> Any:
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        value = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    if isinstance(value, Reason):
        return str(value)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None
    return value
