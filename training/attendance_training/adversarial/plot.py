"""Attack success over strength, drawn with matplotlib."""

from __future__ import annotations

import io
import itertools

import numpy as np
from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import PercentFormatter

from attendance_training.adversarial.measure import FGSM, GOALS, NOISE, NONE, PGD, Outcome
from attendance_training.adversarial.report import AttackReport

_COLOURS = {PGD: "#D55E00", FGSM: "#0072B2", NOISE: "#4A5361"}
_OTHERS = ("#009E73", "#CC79A7", "#56B4E9", "#E69F00")
"""Told apart with any colour vision. Okabe, Ito, "Color Universal Design", 2008."""
_MARKERS = {PGD: "o", FGSM: "s", NOISE: "^"}
_STYLE = {
    "svg.fonttype": "path",  # letters are outlines: the page needs no font
    "svg.hashsalt": "attack",  # otherwise every file gets its own random names
    "font.size": 9.5,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": "#D5DAE1",
    "legend.frameon": False,
}
_NO_METADATA = {"Creator": None, "Date": None, "Format": None, "Type": None}
_SIZE_INCHES = (9.0, 4.2)


def draw_attacks(report: AttackReport) -> bytes:
    """Return an SVG of two plots, one of each goal.

    Whole lines are the attacked network, with 95 % intervals; dashed ones PGD's pictures as each other recognizer
    takes them.
    """
    with style.context(_STYLE, after_reset=True):  # whatever the user's own matplotlibrc says
        figure = Figure(figsize=_SIZE_INCHES, layout="constrained")
        for axes, goal in zip(figure.subplots(1, 2, sharey=True), GOALS, strict=True):
            _draw_goal(axes, report, goal)
        handles, labels = figure.axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=min(3, len(labels)))
        buffer = io.BytesIO()
        figure.savefig(buffer, format="svg", metadata=_NO_METADATA)
    return buffer.getvalue()


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
