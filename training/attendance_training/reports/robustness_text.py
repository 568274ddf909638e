"""The robustness report as Markdown."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

from attendance.errors import Reason
from attendance.file_errors import reason_of
from attendance.text_file import text_of
from attendance_training.data.labelled_crops import LabelledCrops
from attendance_training.errors import EvaluationDataUnusable
from attendance_training.reports.robustness import AlteredResult, Robustness
from attendance_training.reports.text import markdown_table, percent


def describe_robustness(data: LabelledCrops, measured: Sequence[Robustness], *, far: float) -> str:
    """Return the tables: operating threshold first, then thresholds set anew for every alteration.

    Args:
        data: what was measured on.
        measured: the recognizer and, if any, the reference; the same alterations in the same order.
        far: false accept rate aimed at.
    """
    count = len(data.person)
    intro = [
        f"{data.people} people, {count} photographs, aligned by `{data.model_id or 'not noted'}`; the altered "
        f"photograph against a clean one. In brackets: 95 % of draws of people.\n"
    ]
    for one in measured:
        flip = "with mirror image" if one.flip_average else "crop alone"
        intro.append(f"- `{one.model_id}` ({flip}): threshold {one.threshold:.4f} at FAR {far:g} on clean pairs")
    names = [f"`{one.model_id.rpartition(':')[0] or one.model_id}`" for one in measured]
    at_door = _table(names, measured, ("TAR %", "FAR reached, ‰"), _at_operating_threshold)
    anew = _table(names, measured, ("threshold", "TAR %"), _at_own_threshold)
    return (
        "\n".join(intro)
        + f"\n\nAt the operating threshold (FAR {far:g} on clean pairs):\n\n{at_door}"
        + f"\nWith a threshold set anew on each row's pairs (FAR {far:g} there):\n\n{anew}"
    )


def read_refusals(path: Path, model_id: str) -> dict[str, float]:
    """Return the share of one person's pairs that are refused at the operating threshold, by alteration.

    Args:
        path: JSON of a robustness report.
        model_id: the recognizer that it must be of.

    Raises:
        EvaluationDataUnusable: not such a file, or of another recognizer.
    """
    try:
        report = json.loads(text_of(path.read_bytes()))
        found = {one["model_id"]: one["results"] for one in report["measured"]}
        if model_id not in found:
            raise EvaluationDataUnusable(path=path, reason=Reason("it is not about {model_id}", model_id=model_id))
        return {str(result["name"]): 1.0 - float(result["tar"]["value"]) for result in found[model_id]}
    except OSError as err:
        raise EvaluationDataUnusable(path=path, reason=reason_of(err)) from err
    except (KeyError, TypeError, ValueError) as err:
        raise EvaluationDataUnusable(
            path=path, reason=Reason("it is not a report of 'attendance-train robustness'")
        ) from err


def _table(
    names: Sequence[str],
    measured: Sequence[Robustness],
    columns: tuple[str, str],
    cells: Callable[[AlteredResult], tuple[str, str]],
) -> str:
    header = ["altered", *(f"{name} {column}" for name in names for column in columns)]
    rows = [
        [of_row[0].name, *(cell for result in of_row for cell in cells(result))]
        for of_row in zip(*(one.results for one in measured), strict=True)
    ]
    return markdown_table(header, rows)


def _at_operating_threshold(result: AlteredResult) -> tuple[str, str]:
    return percent(result.tar), f"{1000 * result.far.value:.2f}"


def _at_own_threshold(result: AlteredResult) -> tuple[str, str]:
    return f"{result.own_threshold:.3f}", percent(result.own_tar)
