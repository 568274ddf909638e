"""Which tuned values and which place of the grid are taken: by the validation people alone."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from attendance_training.sweep.measure import Rates
from attendance_training.sweep.plan import Options, Point, Run, SweepPlan
from attendance_training.sweep.results import Row
from attendance_training.sweep.statistics import Spread, spread

RATE_NAMES = ("tar", "eer", "accuracy")


@dataclass(frozen=True, slots=True)
class PointResult:
    """One place of the grid with the tuned values of its loss, over all seeds.

    Attributes:
        point: the place.
        runs: one a seed, in the order of the seeds.
        spreads: of each name in ``RATE_NAMES``.
        score: mean over the seeds, larger is better; -inf when a run diverged.
    """

    point: Point
    runs: tuple[Run, ...]
    spreads: Mapping[str, Spread]
    score: float

    @property
    def is_whole(self) -> bool:
        """Whether every seed reached the end."""
        return math.isfinite(self.score)


@dataclass(frozen=True, slots=True)
class Choice:
    """What the validation people chose.

    Attributes:
        tuned: values of each loss.
        results: every place of the grid.
        of_loss: the best place of each loss; losses of which every place diverged are absent.
        best: the best of them; None when everything diverged.
    """

    tuned: Mapping[str, Options]
    results: tuple[PointResult, ...]
    of_loss: Mapping[str, PointResult]
    best: PointResult | None

    def results_of(self, loss: str) -> tuple[PointResult, ...]:
        """Return the places of the grid with one loss."""
        return tuple(result for result in self.results if result.point.loss == loss)


def score(rates: Rates, choose_by: str) -> float:
    """Return the deciding rate, larger is better; -inf for one that is not a number."""
    value = float(getattr(rates, choose_by))
    return -math.inf if math.isnan(value) else -value if choose_by == "eer" else value


def choose_tuned(plan: SweepPlan, rows: Mapping[str, Row]) -> dict[str, Options]:
    """Return for each loss the tuned values with the best mean over its places and the tuning seeds.

    Every loss has the same values to choose from. Of several equally good ones the first is taken.

    Args:
        plan: of the sweep.
        rows: with every one of ``plan.tuning_runs()``.
    """
    chosen = {}
    for loss in plan.losses:
        means = [
            np.mean(
                [
                    score(rows[Run(point, tuned, seed).label].rates, plan.choose_by)
                    for point in plan.points_of(loss)
                    for seed in plan.seeds[: plan.tuning_seeds]
                ]
            )
            for tuned in plan.tuned
        ]
        chosen[loss] = plan.tuned[int(np.argmax(means))]
    return chosen


def choose(plan: SweepPlan, rows: Mapping[str, Row]) -> Choice:
    """Return the choice of a finished sweep.

    Args:
        plan: of the sweep.
        rows: with every run.
    """
    tuned = choose_tuned(plan, rows)
    results = tuple(_result(plan, point, tuned[point.loss], rows) for point in plan.points)
    of_loss = {}
    for loss in plan.losses:
        best = _best([result for result in results if result.point.loss == loss])
        if best is not None:
            of_loss[loss] = best
    return Choice(tuned, results, of_loss, _best(list(of_loss.values())))


def _result(plan: SweepPlan, point: Point, tuned: Options, rows: Mapping[str, Row]) -> PointResult:
    runs = tuple(Run(point, tuned, seed) for seed in plan.seeds)
    rates = [rows[run.label].rates for run in runs]
    spreads = {name: spread([getattr(each, name) for each in rates]) for name in RATE_NAMES}
    return PointResult(point, runs, spreads, float(np.mean([score(each, plan.choose_by) for each in rates])))


def _best(results: Sequence[PointResult]) -> PointResult | None:
    """Return the first of the best; None when none is whole."""
    whole = [result for result in results if result.is_whole]
    return max(whole, key=lambda result: result.score) if whole else None
