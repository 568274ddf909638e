"""The report of attacks as Markdown."""

from __future__ import annotations

from dataclasses import dataclass

from attendance_training.adversarial.measure import (
    DODGING,
    IMPERSONATION,
    NONE,
    AttackOptions,
    Outcome,
    Seen,
)
from attendance_training.reports.text import markdown_table, percent


@dataclass(frozen=True, slots=True)
class AttackReport:
    """One run of ``attendance-train attack``.

    Attributes:
        machine: processor, number of them, and threads of the network.
        aligned_by: pack whose detector cut the crops, "" when not noted.
        people: drawn people.
        photos: their photographs.
        options: how they were attacked.
        attacked: the network whose gradients made the pictures.
        others: recognizers that saw the same pictures.
    """

    machine: str
    aligned_by: str
    people: int
    photos: int
    options: AttackOptions
    attacked: Seen
    others: tuple[Seen, ...]


def describe_attacks(report: AttackReport, *, plot: str) -> str:
    """Return the tables.

    Args:
        report: what was measured.
        plot: file name of the plot beside it.
    """
    options = report.options
    trials = report.attacked.outcomes[0].success.trials
    parts = [
        f"{report.people} people, {report.photos} photographs, aligned by `{report.aligned_by or 'not noted'}`. "
        f"{trials} photographs were attacked for each goal, one of each person. PGD: {options.steps} steps. "
        f"Seed {options.seed}. Machine: {report.machine}.",
        "Dodging: share of photographs no longer taken for their own person. Impersonation: share taken for the one "
        "other person chosen beforehand. In per cent; in brackets the 95 % interval (Wilson). Strength: most change of "
        "a pixel in grey levels of 256; pictures are rounded to whole levels.",
        f"![Attack success over strength]({plot})",
        f"## Attacked: `{report.attacked.model_id}`\n\n{_rates(report.attacked)}\n\n{_table(report.attacked)}",
    ]
    for other in report.others:
        parts.append(
            f"## The same pictures, shown to `{other.model_id}`\n\n{_rates(other)} Its gradients were not used.\n\n"
            f"{_table(other)}"
        )
    return "\n\n".join(part.rstrip("\n") for part in parts) + "\n"


def _rates(seen: Seen) -> str:
    return (
        f"Threshold {seen.threshold:.4f}; on all clean pairs FAR {100 * seen.far:.3g} % and TAR {percent(seen.tar)} % "
        "(95 % of draws of people)."
    )


def _table(seen: Seen) -> str:
    cells = {(one.goal, one.attack, one.epsilon): one for one in seen.outcomes}
    kinds = dict.fromkeys((one.attack, one.epsilon) for one in seen.outcomes)
    header = ["attack", "strength", "dodging %", "mean cosine", "impersonation %", "mean cosine"]
    rows = [
        [
            attack,
            "–" if attack == NONE else str(epsilon),
            *_cell(cells[DODGING, attack, epsilon]),
            *_cell(cells[IMPERSONATION, attack, epsilon]),
        ]
        for attack, epsilon in kinds
    ]
    return markdown_table(header, rows)


def _cell(outcome: Outcome) -> tuple[str, str]:
    return percent(outcome.success), f"{outcome.cosine:.3f}"
