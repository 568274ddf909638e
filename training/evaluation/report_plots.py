"""The plots of the report."""

from __future__ import annotations

import math

import numpy as np

from training.evaluation.report_json import thin_by_decades
from training.evaluation.suite import Evaluation, OpenSetResult
from training.evaluation.svg_plot import BLUE, GREEN, RED, Axis, Series, plot
from training.evaluation.verification import RocCurve

_HISTOGRAM_BINS = 100


def verification_plots(result: Evaluation) -> list[str]:
    """Return the cosines of both kinds of pairs, ROC and DET; [] without pairs of one person or of two."""
    curve = result.curve
    if not curve.genuine_pairs or not curve.impostor_pairs:
        return []
    places = thin_by_decades(curve.far)
    places = places[curve.far[places] > 0]
    far, tar = curve.far[places], curve.tar[places]
    floor = _decade_below(1 / curve.impostor_pairs)
    points = [point for point in result.far_points if point.tar is not None]
    at, value, low, high = np.array(
        [(p.far, p.tar.value, p.tar.low, p.tar.high) for p in points if p.tar is not None] or [(math.nan,) * 4]
    ).T
    x = Axis("false accept rate (FAR)", floor, 1.0, is_log=True)
    lowest = math.floor(10 * min(float(tar.min()), 0.9)) / 10
    roc = plot(
        "ROC: true over false accepts",
        x,
        Axis("true accept rate (TAR)", lowest, 1.0),
        [Series("all pairs", far, tar, BLUE), Series("95 % interval", at, value, BLUE, low, high)],
    )
    least = _decade_below(max(1 / curve.genuine_pairs, 1e-6))
    det = plot(
        "DET: false rejects over false accepts",
        x,
        Axis("false reject rate (1 − TAR)", least, 1.0, is_log=True),
        [Series("all pairs", far, 1 - tar, RED), Series("95 % interval", at, 1 - value, RED, 1 - high, 1 - low)],
    )
    return [_histogram(curve), roc, det]


def identification_plots(found: OpenSetResult) -> list[str]:
    """Return FNIR over FPIR, and the CMC."""
    places = thin_by_decades(found.curve.fpir)
    places = places[found.curve.fpir[places] > 0]
    fpir, fnir = found.curve.fpir[places], found.curve.fnir[places]
    points = [(p.fpir, p.fnir.value, p.fnir.low, p.fnir.high) for p in found.points if p.fnir is not None]
    at, value, low, high = np.array(points or [(math.nan,) * 4]).T
    top = max(0.1, math.ceil(10 * float(max(fnir.max(), np.nanmax(high, initial=0.0)))) / 10)
    trade = plot(
        f"Identification: {found.roster} people enrolled",
        Axis("false positive identification rate (FPIR)", _decade_below(1 / found.stranger_looks), 1.0, is_log=True),
        Axis("false negative identification rate (FNIR)", 0.0, top),
        [Series("all looks", fpir, fnir, BLUE), Series("95 % interval", at, value, BLUE, low, high)],
    )
    shares = np.array([(e.value, e.low, e.high) for e in found.cmc]).T
    lowest = math.floor(20 * float(shares[1].min())) / 20
    cmc = plot(
        "CMC: own name among the first",
        Axis("rank", 0.0, len(found.cmc) + 1.0, is_percent=False),
        Axis("share of looks", min(lowest, 0.95), 1.0),
        [Series("95 % interval", np.arange(1.0, len(found.cmc) + 1), shares[0], GREEN, shares[1], shares[2])],
    )
    return [trade, cmc]


def _histogram(curve: RocCurve) -> str:
    edges = np.linspace(0, len(curve.threshold) - 1, _HISTOGRAM_BINS + 1).astype(np.int64)
    middle = (curve.threshold[edges[1:]] + curve.threshold[edges[:-1]]) / 2
    impostor, genuine = -np.diff(curve.far[edges]), -np.diff(curve.tar[edges])
    is_seen = np.flatnonzero(impostor + genuine)
    first, last = max(is_seen[0] - 1, 0), min(is_seen[-1] + 1, len(middle) - 1)
    return plot(
        "Cosines of all pairs",
        Axis("cosine", float(middle[first]), float(middle[last]), is_percent=False),
        Axis("share of the pairs of a kind", 0.0, float(max(impostor.max(), genuine.max())) * 1.05),
        [
            Series("two people", middle, impostor, RED, is_filled=True),
            Series("one person", middle, genuine, GREEN, is_filled=True),
        ],
    )


def _decade_below(rate: float) -> float:
    return float(10.0 ** min(math.floor(math.log10(rate) + 1e-9), -1))
