"""The gate's table, and the model card of a fine-tuned pack."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from attendance.core.training_gate import Outcome, Verdict
from attendance_training.finetune.fit import FitOptions
from attendance_training.finetune.judging.gate import GateDecision, GateRow
from attendance_training.finetune.network.options import NetworkOptions
from attendance_training.packs.export import Parity
from attendance_training.reports.text import markdown_table, percent

_HEADER = ("check", "before, % (95 %)", "after, % (95 %)", "change, points (95 %)", "trials", "must be", "verdict")


@dataclass(frozen=True, slots=True)
class Counts:
    """How much was used; no names.

    Attributes:
        people: with two photographs.
        trained: people trained on.
        validation: people who stopped the training.
        unseen: people whom only the gate saw.
        alone: people with one photograph.
        photos: trained on.
        probes: photographs that only the gate saw.
        left_out: photographs not used.
        disputed: photographs that were taken for somebody wrongly.
        replay: people of the general set trained with.
        general: people of the general set measured with.
    """

    people: int
    trained: int
    validation: int
    unseen: int
    alone: int
    photos: int
    probes: int
    left_out: int
    disputed: int
    replay: int
    general: int


@dataclass(frozen=True, slots=True)
class FinetuneReport:
    """Everything that is written beside a pack; ``why`` of a row may name people.

    Attributes:
        base: model id of the pack that was tuned.
        counts: how much was used.
        options: of the training.
        seconds: of the training.
        best_step: that was kept; 0: none.
        steps: that were run.
        validation: score before the first step and at each validation.
        decision: of the gate.
        outcome: of the decision.
        parity: of the exported file; None when nothing was exported.
    """

    base: str
    counts: Counts
    options: FitOptions | NetworkOptions
    seconds: float
    best_step: int
    steps: int
    validation: tuple[float, ...]
    decision: GateDecision
    outcome: Outcome
    parity: Parity | None = None


def gate_table(decision: GateDecision) -> str:
    """Return the checks as a Markdown table."""
    return markdown_table(_HEADER, [_cells(row) for row in decision.rows])


def table_rows(decision: GateDecision) -> list[dict[str, object]]:
    """Return the checks for another program: check, about, before and after as shown to people, verdict, why."""
    rows: list[dict[str, object]] = []
    for row in decision.rows:
        before, after = _alone(row)
        why = None if row.why is None else row.why.as_data()
        words = {"check": row.check.as_data(), "about": row.about.as_data(), "verdict": row.verdict.value, "why": why}
        rows.append({**words, "before": before, "after": after})
    return rows


def outcome(decision: GateDecision) -> str:
    """Return the outcome in one line."""
    return {
        Outcome.PROMOTED: "Promoted: the staff is recognised more often than before, and nobody is worse off.",
        Outcome.HELD: "Held: no harm was shown, but no gain that chance does not explain either. No pack was written.",
        Outcome.REFUSED: "Refused: it would make the door worse. No pack was written.",
    }[decision.outcome]


def refusals(decision: GateDecision) -> Sequence[str]:
    """Return one line for each check that does not hold."""
    return [f"{row.check}: {row.why}" for row in decision.rows if row.verdict is not Verdict.HOLDS]


def without_names(report: FinetuneReport) -> FinetuneReport:
    """Return what may travel with a pack: reasons may name people."""
    rows = tuple(replace(row, why=None) for row in report.decision.rows)
    return replace(report, decision=replace(report.decision, rows=rows))


def model_card(report: FinetuneReport, pack_id: str) -> str:
    """Return the card of a promoted pack, without names of people.

    Args:
        report: with a parity.
        pack_id: name of the new pack.
    """
    counts, options, parity = report.counts, report.options, report.parity
    agreement = f"No cosine differs by more than {parity.max_cosine_error:.1e} from what was trained." if parity else ""
    return (
        f"# Model card: {pack_id}\n\n"
        f"Made of `{report.base}` by `attendance-train finetune`: {options.method} "
        "(docs/finetune.md). It belongs to the people it was made with; for anybody else the pack "
        f"below is the right one. {agreement}\n\n"
        "## Data\n\n"
        f"{counts.photos} photographs of {counts.trained} people were trained on; {counts.validation} people stopped "
        f"the training; {counts.unseen} people and {counts.probes} photographs were seen by the gate alone; "
        f"{counts.alone} people with one photograph and {counts.disputed} disputed photographs were negatives; "
        f"{counts.left_out} photographs were left out. General set: {counts.replay} people to hold the embedding in "
        f"place, {counts.general} others to measure with and to carry the thresholds over.\n\n"
        "**These people's consent to training is needed beside that to enrolment. It was made from their faces: "
        " delete this pack when the consent ends.**\n\n"
        "## Gate\n\n"
        f"{gate_table(report.decision)}\n"
        "## Limits\n\n"
        "The gate compares single photographs of a part of the staff. Everybody must be enrolled again from the kept "
        "photographs, as embeddings of two packs cannot be compared. What the card below says of licence, data and use "
        "holds for this pack too; its numbers are those of the old recognizer.\n"
    )


def _cells(row: GateRow) -> tuple[str, ...]:
    found = row.verdict.value if row.verdict is Verdict.HOLDS else f"**{row.verdict.value}**"
    check, allowed = str(row.check), str(row.allowed)
    if row.steps is not None:
        return check, *_alone(row), "", "", allowed, found
    change = row.shares.change
    if not change.trials:
        return check, *_alone(row), "–", "0", allowed, found
    text = f"{100 * change.value:+.2f} ({100 * change.low:+.2f} to {100 * change.high:+.2f})"
    shares = (percent(one, 2) for one in (row.shares.before, row.shares.after))
    return check, *shares, text, f"{change.trials:,}", allowed, found


def _alone(row: GateRow) -> tuple[str, str]:
    """Return before and after without intervals."""
    if row.steps is not None:
        return f"{row.steps[0]}", f"{row.steps[1]}"
    return _share(row.shares.before.value), _share(row.shares.after.value)


def _share(value: float) -> str:
    return "–" if math.isnan(value) else f"{100 * value:.2f} %"
