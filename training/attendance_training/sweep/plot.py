"""The plot of a sweep as PNG: each loss's grid on validation people, and the chosen ones on test people."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from attendance_training.evaluation.intervals import Estimate
from attendance_training.reports.drawing import BLUE, GREY, VERMILION, legend_below, own_style, png_of
from attendance_training.sweep.plan import SweepPlan
from attendance_training.sweep.report import SweepOutcome, TestRates

_PANEL_INCHES = (3.6, 3.6)


def draw_png(plan: SweepPlan, outcome: SweepOutcome) -> bytes:
    """Return the picture: a panel for each loss with more than one place of the grid, and one for the losses."""
    losses = [loss for loss in plan.losses if sum(r.is_whole for r in outcome.choice.results_of(loss)) > 1]
    with own_style():
        panels = len(losses) + 1
        figure = Figure(figsize=(_PANEL_INCHES[0] * panels, _PANEL_INCHES[1]), layout="constrained")
        axes: Sequence[Axes] = figure.subplots(1, panels, squeeze=False)[0].tolist()
        for loss, own in zip(losses, axes, strict=False):
            _draw_grid(own, loss, plan.varied(loss), outcome)
            own.set_ylabel(f"TAR at FAR {plan.far:g}, %" if own is axes[0] else "")
        _draw_chosen(axes[-1], outcome.test)
        legend_below(figure, axes[0])
        return png_of(figure)


def _draw_grid(axes: Axes, loss: str, varied: Sequence[str], outcome: SweepOutcome) -> None:
    whole = [result for result in outcome.choice.results_of(loss) if result.is_whole]
    ticks = [", ".join(str(value) for key, value in result.point.options if key in varied) for result in whole]
    intervals = [outcome.validation[result.point.label] for result in whole]
    _draw_bars(axes, intervals, [result.spreads["tar"].deviation for result in whole])
    axes.set_xticks(range(len(whole)), ticks)
    axes.set(title=f"{loss}: validation", xlabel=", ".join(varied))


def _draw_chosen(axes: Axes, tests: Sequence[TestRates]) -> None:
    _draw_bars(axes, [test.tar for test in tests], [test.spreads["tar"].deviation for test in tests])
    axes.set_xticks(range(len(tests)), [test.result.point.loss for test in tests], rotation=20)
    axes.set(title="chosen of each loss: test")


def _draw_bars(axes: Axes, intervals: Sequence[Estimate], deviations: Sequence[float]) -> None:
    """Draw means with both error bars side by side: they answer different questions."""
    places = np.arange(len(intervals), dtype=float)
    values, low, high = (
        100 * np.array([getattr(each, name) for each in intervals], dtype=float) for name in ("value", "low", "high")
    )
    reach = np.maximum((values - low, high - values), 0)
    axes.errorbar(places - 0.1, values, reach, fmt="o", color=BLUE, markersize=4, capsize=4, label="95 % of people")
    axes.errorbar(
        places + 0.1,
        values,
        100 * np.array(deviations, dtype=float),
        fmt="s",
        color=VERMILION,
        markersize=4,
        capsize=4,
        label="± standard deviation over seeds",
    )
    axes.set_xlim(-0.6, len(intervals) - 0.4)
    axes.tick_params(colors=GREY)
