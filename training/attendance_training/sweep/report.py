"""What came out of a sweep: the choice, the test people's rates of what was chosen, table, plot and JSON."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from attendance_training.data.splits import TEST, VALIDATION
from attendance_training.evaluation.intervals import Estimate
from attendance_training.files.atomic_file import replace_file
from attendance_training.loop.provenance import git_commit
from attendance_training.sweep.choice import RATE_NAMES, Choice, PointResult, choose
from attendance_training.sweep.measure import TarDraws, intervals, measure
from attendance_training.sweep.run import Sweep
from attendance_training.sweep.statistics import Comparison, Spread, compare, people_interval, spread

TABLE_NAME = "table.md"
PLOT_NAME = "plot.png"
BEFORE = "no training"
"""What the weights that every run began with are called."""


@dataclass(frozen=True, slots=True)
class TestRates:
    """What one chosen place of the grid reaches on the test people.

    Attributes:
        result: the place, with its rates of the validation people.
        tar: mean over the seeds with the interval of draws of people.
        spreads: over the seeds, of "tar", "eer" and "accuracy".
        eer: mean over the seeds, with the outermost ends of the seeds' own intervals.
        accuracy: likewise.
    """

    __test__ = False  # the name begins as pytest's classes do

    result: PointResult
    tar: Estimate
    spreads: Mapping[str, Spread]
    eer: Estimate
    accuracy: Estimate


@dataclass(frozen=True, slots=True)
class SweepOutcome:
    """Everything that table, plot and JSON show.

    Attributes:
        choice: by the validation people.
        validation: TAR of each place by its label, mean over the seeds with the interval of draws of people.
        margins: the best place of each loss against each other place of it, on the validation people.
        test: the chosen place of each loss, on the test people.
        losses: the chosen loss against each other one, on the test people.
        before: the weights that every run began with, on validation and test people; () with random ones.
        gain: the chosen place against them, on the test people; None with random ones.
    """

    choice: Choice
    validation: Mapping[str, Estimate]
    margins: tuple[Comparison, ...]
    test: tuple[TestRates, ...]
    losses: tuple[Comparison, ...]
    before: tuple[Estimate, ...] = ()
    gain: Comparison | None = None


def summarise(sweep: Sweep) -> SweepOutcome:
    """Choose on the validation people, then look at the test people of what was chosen.

    Raises:
        EvaluationDataUnusable: a file of embeddings is damaged.
        Stopped: an end was asked for.
    """
    short = sweep.plan.short_label
    choice = choose(sweep.plan, sweep.folder.rows)
    whole = [result for result in choice.results if result.is_whole]
    draws = {result.point.label: _draws(sweep, result, VALIDATION) for result in whole}
    margins = [
        compare(short(best.point), draws[best.point.label], short(other.point), draws[other.point.label])
        for loss, best in choice.of_loss.items()
        for other in choice.results_of(loss)
        if other.is_whole and other != best
    ]
    chosen = list(choice.of_loss.values())
    test_draws = {result.point.label: _draws(sweep, result, TEST) for result in chosen}
    losses = [
        compare(short(choice.best.point), test_draws[choice.best.point.label], short(other.point), of_other)
        for other, of_other in ((result, test_draws[result.point.label]) for result in chosen)
        if choice.best is not None and other != choice.best
    ]
    before = [_draws_of_start(sweep, part) for part in (VALIDATION, TEST)]
    gain = None
    if choice.best is not None and before[1] is not None:
        of_best = test_draws[choice.best.point.label]
        gain = compare(short(choice.best.point), of_best, BEFORE, [before[1]] * len(of_best))
    return SweepOutcome(
        choice,
        {label: people_interval(of_seeds) for label, of_seeds in draws.items()},
        tuple(margins),
        tuple(_test_rates(sweep, result, test_draws[result.point.label]) for result in chosen),
        tuple(losses),
        tuple(people_interval([draws]) for draws in before if draws is not None),
        gain,
    )


def write_report(sweep: Sweep, *, say: Callable[[str], object]) -> SweepOutcome:
    """Write table, plot and JSON into the folder of a finished sweep, and say the table.

    Raises:
        EvaluationDataUnusable: a file of embeddings is damaged.
        Stopped: an end was asked for.
        StorageError: a file cannot be written.
    """
    from attendance_training.sweep.plot import draw_png  # noqa: PLC0415 - matplotlib takes a while to import
    from attendance_training.sweep.table import outcome_json, to_markdown  # noqa: PLC0415 - imports this module

    outcome = summarise(sweep)
    table = to_markdown(sweep.plan, sweep.people.counts, outcome)
    folder = sweep.folder
    replace_file(folder.path / TABLE_NAME, table.encode())
    replace_file(folder.path / PLOT_NAME, draw_png(sweep.plan, outcome))
    folder.finish({"git_commit": git_commit(), **outcome_json(outcome)})
    for line in table.splitlines():
        say(line)
    say(f"Wrote {TABLE_NAME} and {PLOT_NAME} in {folder.path}")
    return outcome


def _draws(sweep: Sweep, result: PointResult, part: str) -> list[TarDraws]:
    found = []
    for run in result.runs:
        sweep.refuse_to_go_on()
        found.append(TarDraws.of(sweep.data_of(run, part), sweep.plan.far))
    return found


def _draws_of_start(sweep: Sweep, part: str) -> TarDraws | None:
    data = sweep.data_of_start(part)
    return None if data is None else TarDraws.of(data, sweep.plan.far)


def _test_rates(sweep: Sweep, result: PointResult, draws: list[TarDraws]) -> TestRates:
    rates, errors, accuracies = [], [], []
    for run in result.runs:
        sweep.refuse_to_go_on()
        data = sweep.data_of(run, TEST)
        rates.append(measure(data, sweep.plan.far))
        error, accuracy = intervals(data)
        errors.append(error)
        accuracies.append(accuracy)
    spreads = {name: spread([getattr(each, name) for each in rates]) for name in RATE_NAMES}
    return TestRates(result, people_interval(draws), spreads, _outermost(errors), _outermost(accuracies))


def _outermost(of_seeds: Sequence[Estimate | None]) -> Estimate:
    """Return the mean with the lowest low and the highest high; nan where a seed has none."""
    found = [each for each in of_seeds if each is not None]
    if not found or len(found) < len(of_seeds):
        return Estimate(float("nan"), float("nan"), float("nan"), 0)
    return Estimate(
        float(np.mean([each.value for each in found])),
        min(each.low for each in found),
        max(each.high for each in found),
        found[0].trials,
    )
