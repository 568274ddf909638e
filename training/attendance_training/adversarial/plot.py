"""Attack success over strength, drawn with matplotlib."""

from __future__ import annotations

import itertools

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from attendance_training.adversarial.measure import FGSM, GOALS, NOISE, NONE, PGD, Outcome
from attendance_training.adversarial.report import AttackReport
from attendance_training.reports.drawing import (
    BLUE,
    GREEN,
    GREY,
    ORANGE,
    PINK,
    SKY,
    VERMILION,
    legend_below,
    own_style,
    svg_of,
)

_COLOURS = {PGD: VERMILION, FGSM: BLUE, NOISE: GREY}
_OTHERS = (GREEN, PINK, SKY, ORANGE)
_MARKERS = {PGD: "o", FGSM: "s", NOISE: "^"}
_SIZE_INCHES = (9.0, 4.2)


def draw_attacks(report: AttackReport) -> bytes:
    """Return an SVG of two plots, one of each goal.

    Whole lines are the attacked network, with 95 % intervals; dashed ones PGD's pictures as each other recognizer
    takes them.
    """
    with own_style():
        figure = Figure(figsize=_SIZE_INCHES, layout="constrained")
        for axes, goal in zip(figure.subplots(1, 2, sharey=True), GOALS, strict=True):
            _draw_goal(axes, report, goal)
        legend_below(figure, figure.axes[0], columns=3)
        return svg_of(figure)


def _draw_goal(axes: Axes, report: AttackReport, goal: str) -> None:
    axes.set(title=f"{goal.capitalize()} succeeds", xlabel="most change of a pixel, grey levels of 256")
    for attack, colour in _COLOURS.items():
        points = _points(report.attacked.outcomes, goal, attack)
        at, value, low, high = np.array([(p.epsilon, p.success.value, p.success.low, p.success.high) for p in points]).T
        reach = np.maximum((value - low, high - value), 0)
        axes.errorbar(at, value, reach, fmt=f"-{_MARKERS[attack]}", color=colour, capsize=3, label=attack)
    for other, colour in zip(report.others, itertools.cycle(_OTHERS)):
        points = _points(other.outcomes, goal, PGD)
        label = f"PGD, shown to {other.model_id.rpartition(':')[0] or other.model_id}"
        axes.plot([p.epsilon for p in points], [p.success.value for p in points], "--", color=colour, label=label)
    axes.set_xticks([0, *report.options.epsilons])
    axes.set_ylim(-0.02, 1.02)
    axes.yaxis.set_major_formatter(PercentFormatter(1.0))


def _points(outcomes: tuple[Outcome, ...], goal: str, attack: str) -> list[Outcome]:
    return [one for one in outcomes if one.goal == goal and one.attack in {NONE, attack}]
