"""The plots of the report, drawn with matplotlib as SVG pictures that stand inside the page."""

from __future__ import annotations

import math

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter
from numpy.typing import NDArray

from attendance_training.evaluation.intervals import Estimate
from attendance_training.evaluation.report.as_json import thin_by_decades
from attendance_training.evaluation.suite import Evaluation, OpenSetResult
from attendance_training.evaluation.summary import short_percent
from attendance_training.evaluation.verification import RocCurve
from attendance_training.reports.drawing import BLUE, SHADE, TINT, VERMILION, Picture, close_plot, open_plot, own_style

_HISTOGRAM_BINS = 100
_FEWEST_MISTAKES = 10
"""Expected ones, as ``attendance_training.evaluation.calibration`` asks for before it measures a rate."""
_MOST_DECADES = 7
"""Numbers on a logarithmic axis; with more decades only some are numbered."""


def verification_plots(result: Evaluation) -> list[Picture]:
    """Return the cosines of both kinds of pairs, ROC and DET; [] without pairs of one person or of two."""
    curve = result.curve
    if not curve.genuine_pairs or not curve.impostor_pairs:
        return []
    with own_style():
        return [_draw_cosines(curve), _draw_roc(result), _draw_det(result)]


def identification_plots(found: OpenSetResult) -> list[Picture]:
    """Return FNIR over FPIR, and the CMC."""
    with own_style():
        return [_draw_trade(found), _draw_cmc(found)]


def _draw_cosines(curve: RocCurve) -> Picture:
    edges = np.linspace(0, len(curve.threshold) - 1, _HISTOGRAM_BINS + 1).astype(np.int64)
    impostor, genuine = -np.diff(curve.far[edges]), -np.diff(curve.tar[edges])
    is_seen = np.flatnonzero(impostor + genuine)
    figure, axes = open_plot("Cosines of all pairs", "cosine", "share of the pairs of a kind")
    for share, label, colour in ((impostor, "two people", VERMILION), (genuine, "one person", BLUE)):
        axes.stairs(share, curve.threshold[edges], fill=True, color=colour, alpha=TINT)
        axes.stairs(share, curve.threshold[edges], color=colour, linewidth=1.6, label=label)
    axes.set_xlim(float(curve.threshold[edges[is_seen[0]]]), float(curve.threshold[edges[is_seen[-1] + 1]]))
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_formatter(_PERCENT)
    return close_plot(figure)


def _draw_roc(result: Evaluation) -> Picture:
    far, tar = _thin(result.curve.far, result.curve.tar)
    figure, axes = open_plot("ROC: true over false accepts", "false accept rate (FAR)", "true accept rate (TAR)")
    axes.plot(far, tar, color=BLUE, label="all pairs")
    _draw_intervals(axes, [(point.far, point.tar) for point in result.far_points])
    _limit_rates(axes, result.curve.impostor_pairs, "false accepts")
    axes.set_ylim(math.floor(10 * min(float(tar.min()), 0.9)) / 10, 1.0)
    axes.yaxis.set_major_formatter(_PERCENT)
    return close_plot(figure)


def _draw_det(result: Evaluation) -> Picture:
    far, tar = _thin(result.curve.far, result.curve.tar)
    figure, axes = open_plot(
        "DET: false rejects over false accepts", "false accept rate (FAR)", "false reject rate (1 − TAR)"
    )
    axes.plot(far, np.where(tar < 1, 1 - tar, math.nan), color=BLUE, label="all pairs")
    _draw_intervals(axes, [(point.far, _complement(point.tar)) for point in result.far_points])
    _limit_rates(axes, result.curve.impostor_pairs, "false accepts")
    _use_decades(axes, "y", max(1 / result.curve.genuine_pairs, 1e-6))
    return close_plot(figure)


def _draw_trade(found: OpenSetResult) -> Picture:
    fpir, fnir = _thin(found.curve.fpir, found.curve.fnir)
    figure, axes = open_plot(
        f"Identification: {found.roster:,} people enrolled",
        "false positive identification rate (FPIR)",
        "false negative identification rate (FNIR)",
    )
    axes.plot(fpir, fnir, color=BLUE, label="all probes")
    _draw_intervals(axes, [(point.fpir, point.fnir) for point in found.points])
    _limit_rates(axes, found.nonmated_probes, "false names")
    axes.set_ylim(0, max(0.1, math.ceil(10 * axes.dataLim.y1) / 10))
    axes.yaxis.set_major_formatter(_PERCENT)
    return close_plot(figure)


def _draw_cmc(found: OpenSetResult) -> Picture:
    ranks = np.arange(1, len(found.cmc) + 1)
    value, low, high = np.array([(share.value, share.low, share.high) for share in found.cmc]).T
    figure, axes = open_plot("CMC: own name among the first", "names counted (rank)", "share of probes")
    axes.plot(ranks, value, "o-", color=BLUE, markersize=4, label="all probes")
    axes.fill_between(ranks, low, high, color=BLUE, alpha=TINT, linewidth=0, label="95 % interval")
    bottom = min(math.floor(20 * float(low.min())) / 20, 0.95)
    axes.set_ylim(bottom, 1 + 0.02 * (1 - bottom))  # room for whole dots at 100 %
    axes.set_xticks([1, *range(5, len(ranks) + 1, 5)])
    axes.yaxis.set_major_formatter(_PERCENT)
    return close_plot(figure)


def _draw_intervals(axes: Axes, measured: list[tuple[float, Estimate | None]]) -> None:
    """Draw the rates that were measured with their intervals; there are none between them."""
    points = [(at, e.value, e.low, e.high) for at, e in measured if e is not None and math.isfinite(e.value)]
    if points:
        at, value, low, high = np.array(points).T
        reach = np.maximum((value - low, high - value), 0)
        axes.errorbar(at, value, reach, fmt="o", color=BLUE, markersize=4, capsize=4, label="95 % interval")


def _complement(share: Estimate | None) -> Estimate | None:
    return share and Estimate(1 - share.value, 1 - share.high, 1 - share.low, share.trials)


def _limit_rates(axes: Axes, trials: int, mistakes: str) -> None:
    """Make the horizontal axis one of rates, and shade those at which ``trials`` expect less than ten mistakes."""
    least = _use_decades(axes, "x", 1 / trials)
    axes.axvspan(least, min(_FEWEST_MISTAKES / trials, 1.0), color=SHADE, zorder=0, label=f"fewer than ten {mistakes}")


def _use_decades(axes: Axes, which: str, least: float) -> float:
    """Make an axis logarithmic from the decade of ``least``, 10 % at most, to 100 %, and return where it begins."""
    low = float(10.0 ** min(math.floor(math.log10(least) + 1e-9), -1))
    axes.set(**{f"{which}scale": "log", f"{which}lim": (low, 1.0)})
    axis = axes.xaxis if which == "x" else axes.yaxis
    axis.set_major_locator(LogLocator(numticks=_MOST_DECADES))
    axis.set_major_formatter(_PERCENT)
    axis.set_minor_formatter(NullFormatter())
    return low


def _thin(rate: NDArray[np.float64], other: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the points of a curve that the report keeps and a logarithmic axis can show."""
    places = thin_by_decades(rate)
    places = places[rate[places] > 0]
    return rate[places], other[places]


_PERCENT = FuncFormatter(lambda share, _: short_percent(share))
