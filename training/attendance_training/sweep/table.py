"""The Markdown table of a sweep, and its numbers as plain values."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from typing import Any

from attendance_training.evaluation.intervals import Estimate
from attendance_training.reports.text import markdown_table, percent, to_json
from attendance_training.sweep.choice import PointResult
from attendance_training.sweep.plan import Options, SweepPlan
from attendance_training.sweep.report import SweepOutcome, TestRates
from attendance_training.sweep.statistics import Comparison, Spread

_NAMES = {"tar": "TAR", "eer": "EER", "accuracy": "accuracy"}
_NO_DIFFERENCE = "No difference can be told."


def to_markdown(plan: SweepPlan, people: Mapping[str, int], outcome: SweepOutcome) -> str:
    """Return the whole report.

    Args:
        plan: of the sweep.
        people: of each part.
        outcome: what came out.
    """
    counted = ", ".join(f"{count} for {part}" for part, count in people.items())
    blocks = [
        f"People: {counted}; nobody is in two parts. Seeds: {', '.join(map(str, plan.seeds))}. "
        f"TAR at FAR {plan.far:g}. All rates in per cent; ± is the standard deviation over the seeds, "
        "(low – high) the 95 % interval of draws of people.\n",
    ]
    if len(plan.tuned) > 1:
        blocks += ["## Tuned on validation, the same values for every loss\n", _tuned_table(plan, outcome)]
    for loss in plan.losses:
        blocks += [f"## {loss}: validation people\n", _points_table(plan, outcome, loss)]
        own = [c for c in outcome.margins if c.first.split(" ")[0] == loss]
        if own:
            blocks += [_comparison_table(own), _verdict(own)]
    blocks += ["## The chosen place of each loss: test people\n", _test_table(plan, outcome)]
    if outcome.losses:
        blocks += [_comparison_table(outcome.losses), _verdict(outcome.losses)]
    best = outcome.choice.best
    if outcome.before:
        validation, test = map(percent, outcome.before)
        blocks.append(f"The weights that every run began with: {validation} on validation, {test} on test people.\n")
    if outcome.gain is not None:
        blocks += [_comparison_table([outcome.gain]), _verdict([outcome.gain])]
    blocks.append(
        "Every run diverged.\n" if best is None else f"Chosen on validation: **{best.point.label}**, {_list(best)}.\n"
    )
    return "\n".join(blocks)


def outcome_json(outcome: SweepOutcome) -> dict[str, Any]:
    """Return the outcome as plain values; what is not finite is None."""
    best = outcome.choice.best
    found: dict[str, Any] = json.loads(
        to_json(
            {
                "chosen": None if best is None else best.point.label,
                "tuned": {loss: dict(values) for loss, values in outcome.choice.tuned.items()},
                "validation": {
                    result.point.label: {
                        "tar_of_people": outcome.validation.get(result.point.label),
                        **result.spreads,
                    }
                    for result in outcome.choice.results
                },
                "margins": [_told(comparison) for comparison in outcome.margins],
                "test": {
                    test.result.point.label: {
                        "tar_of_people": test.tar,
                        "eer_of_people": test.eer,
                        "accuracy_of_people": test.accuracy,
                        **test.spreads,
                    }
                    for test in outcome.test
                },
                "losses": [_told(comparison) for comparison in outcome.losses],
                "before": list(outcome.before),
                "gain": None if outcome.gain is None else _told(outcome.gain),
            }
        )
    )
    return found


def _told(comparison: Comparison) -> dict[str, Any]:
    return {
        "first": comparison.first,
        "second": comparison.second,
        "by_seed": comparison.by_seed,
        "by_people": comparison.by_people,
        "is_told": comparison.is_told,
    }


def _tuned_table(plan: SweepPlan, outcome: SweepOutcome) -> str:
    rows = [(loss, _options(v), ", ".join(_at_an_end(plan, v))) for loss, v in outcome.choice.tuned.items()]
    return markdown_table(("loss", "chosen", "at an end of what was tried"), rows)


def _at_an_end(plan: SweepPlan, chosen: Options) -> list[str]:
    """Return the keys whose chosen number is the smallest or largest of those tried: a better one may lie beyond."""
    found = []
    for key, value in chosen:
        tried = {dict(tuned)[key] for tuned in plan.tuned}
        is_number = all(isinstance(each, int | float) and not isinstance(each, bool) for each in tried)
        if is_number and len(tried) > 1 and value in (min(tried), max(tried)):
            found.append(key)
    return found


def _points_table(plan: SweepPlan, outcome: SweepOutcome, loss: str) -> str:
    best = outcome.choice.of_loss.get(loss)
    varied = plan.varied(loss)
    fixed = _options(tuple(pair for pair in plan.points_of(loss)[0].options if pair[0] not in varied))
    rows = []
    for result in outcome.choice.results_of(loss):
        interval = outcome.validation.get(result.point.label)
        mark = "**" if result == best else ""
        own = tuple(pair for pair in result.point.options if pair[0] in varied)
        rows.append(
            (
                f"{mark}{_options(own) or loss}{mark}",
                *(_spread(result.spreads[name]) for name in _NAMES),
                "diverged" if interval is None else percent(interval),
            )
        )
    table = markdown_table(("options", *_NAMES.values(), "TAR (people)"), rows)
    return f"All with {fixed}.\n\n{table}" if fixed else table


def _test_table(plan: SweepPlan, outcome: SweepOutcome) -> str:
    return markdown_table(
        ("chosen", *_NAMES.values(), "TAR (people)", "EER (people)", "accuracy (people)"),
        [_test_row(plan, test) for test in outcome.test],
    )


def _test_row(plan: SweepPlan, test: TestRates) -> tuple[str, ...]:
    spreads = (_spread(test.spreads[name]) for name in _NAMES)
    return (plan.short_label(test.result.point), *spreads, percent(test.tar), percent(test.eer), percent(test.accuracy))


def _comparison_table(comparisons: Sequence[Comparison]) -> str:
    header = ("difference of TAR, points", "over the seeds", "over the people", "told")
    rows = [
        (
            f"{c.first} − {c.second}",
            _difference(c.by_seed),
            _difference(c.by_people),
            "yes" if c.is_told else "no",
        )
        for c in comparisons
    ]
    return markdown_table(header, rows)


def _verdict(comparisons: Sequence[Comparison]) -> str:
    if not any(comparison.is_told for comparison in comparisons):
        return f"{_NO_DIFFERENCE}\n"
    return "".join(f"- {comparison.sentence}.\n" for comparison in comparisons)


def _list(best: PointResult) -> str:
    return ", ".join(f"{_NAMES[name]} {_spread(found)}" for name, found in best.spreads.items())


def _options(options: Options) -> str:
    return ", ".join(f"{key} = {value}" for key, value in options)


def _spread(found: Spread) -> str:
    return "–" if math.isnan(found.mean) else f"{found.mean * 100:.1f} ± {found.deviation * 100:.1f}"


def _difference(estimate: Estimate) -> str:
    value, low, high = (f"{part * 100:+.1f}" for part in (estimate.value, estimate.low, estimate.high))
    return f"{value} ({low} – {high})"
