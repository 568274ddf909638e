"""Plots: what they show, that they are the same every time, and that they need nothing from outside."""

from __future__ import annotations

import base64
import dataclasses
import functools
import itertools
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import numpy as np
import pytest

mpl = pytest.importorskip("matplotlib")

from attendance_training.evaluation.intervals import Estimate  # noqa: E402
from attendance_training.evaluation.report import plots as report_plots  # noqa: E402
from attendance_training.evaluation.report.plots import Picture, identification_plots, verification_plots  # noqa: E402
from attendance_training.evaluation.suite import Evaluation, OpenSetResult, evaluate  # noqa: E402
from tests.unit.training.evaluation.made_up import make_people, plane  # noqa: E402

SVG = "{http://www.w3.org/2000/svg}"
LINK = "{http://www.w3.org/1999/xlink}href"
KINDS = ("cosines", "roc", "det", "trade", "cmc")


@functools.cache
def small(seed: int = 1) -> Evaluation:
    return evaluate(make_people([5, 3, 1] * 40, spread=0.5), enrolled=2, rounds=20, seed=seed)


def opened(result: Evaluation) -> OpenSetResult:
    assert result.open_set is not None
    return result.open_set


def all_plots(result: Evaluation) -> list[Picture]:
    return verification_plots(result) + identification_plots(opened(result))


def svg_text(picture: Picture) -> str:
    head, _, body = picture.address.partition(",")
    assert head == "data:image/svg+xml;base64"
    return base64.b64decode(body).decode()


@pytest.fixture
def draw(monkeypatch: pytest.MonkeyPatch) -> Callable[[Evaluation], dict[str, Any]]:
    """Draws all plots and returns the axes of each."""
    axes: list[Any] = []
    close = report_plots.close_plot

    def note(figure: Any) -> Picture:
        axes.extend(figure.axes)
        return close(figure)

    def draw_all(result: Evaluation) -> dict[str, Any]:
        axes.clear()
        all_plots(result)
        return dict(zip(KINDS, axes, strict=True))

    monkeypatch.setattr(report_plots, "close_plot", note)
    return draw_all


@pytest.fixture
def drawn(draw: Callable[[Evaluation], dict[str, Any]]) -> dict[str, Any]:
    return draw(small())


def with_eight_decades() -> Evaluation:
    """A hundred million pairs, at the most."""
    result = small()
    return dataclasses.replace(result, curve=dataclasses.replace(result.curve, impostor_pairs=100_000_000))


def test_that_rates_of_mistakes_are_logarithmic_and_everything_is_labelled(drawn: dict[str, Any]) -> None:
    scales = {kind: (axes.get_xscale(), axes.get_yscale()) for kind, axes in drawn.items()}
    assert scales == {
        "cosines": ("linear", "linear"),
        "roc": ("log", "linear"),
        "det": ("log", "log"),
        "trade": ("log", "linear"),
        "cmc": ("linear", "linear"),
    }
    for axes in drawn.values():
        assert axes.get_xlabel()
        assert axes.get_ylabel()
        assert axes.get_legend_handles_labels()[1]
    assert drawn["roc"].xaxis.get_major_formatter()(1e-4) == "0.01 %"


def test_that_the_curves_are_the_measured_ones(drawn: dict[str, Any]) -> None:
    curve = small().curve
    far, tar = drawn["roc"].lines[0].get_data()
    for rate, share in zip(far, tar, strict=True):
        assert share in curve.tar[curve.far == rate]
    assert drawn["det"].lines[0].get_xdata() == pytest.approx(far)
    frr = np.asarray(drawn["det"].lines[0].get_ydata())
    np.testing.assert_allclose(frr[tar < 1], 1 - tar[tar < 1])
    assert np.isnan(frr[tar == 1]).all()
    found = opened(small())
    assert list(drawn["cmc"].lines[0].get_ydata()) == [share.value for share in found.cmc]


def test_that_both_kinds_of_pairs_are_counted_whole(drawn: dict[str, Any]) -> None:
    outlines = [patch for patch in drawn["cosines"].patches if not patch.get_fill()]
    assert [patch.get_label() for patch in outlines] == ["two people", "one person"]
    for patch in outlines:
        values, edges, _ = patch.get_data()
        assert values.sum() == pytest.approx(1.0)
        low, high = drawn["cosines"].get_xlim()
        is_seen = values > 0
        assert low <= edges[:-1][is_seen].min()
        assert edges[1:][is_seen].max() <= high


@pytest.mark.parametrize("kind", ["roc", "det", "trade"])
def test_that_measured_rates_have_their_intervals(drawn: dict[str, Any], kind: str) -> None:
    result = small()
    measured: list[tuple[float, Estimate | None]]
    if kind == "trade":
        measured = [(point.fpir, point.fnir) for point in opened(result).points]
    else:
        measured = [(point.far, point.tar) for point in result.far_points]
    wanted = [(at, share) for at, share in measured if share is not None]
    assert wanted
    (bars,) = drawn[kind].containers[0].lines[2]
    for bar, (at, share) in zip(bars.get_segments(), wanted, strict=True):
        ends = (1 - share.high, 1 - share.low) if kind == "det" else (share.low, share.high)
        assert bar[0][0] == pytest.approx(at)
        assert bar[:, 1] == pytest.approx(ends)


def test_that_the_band_of_the_cmc_is_its_intervals(drawn: dict[str, Any]) -> None:
    (band,) = drawn["cmc"].collections
    corners = band.get_paths()[0].vertices
    for rank, share in enumerate(opened(small()).cmc, start=1):
        heights = corners[corners[:, 0] == rank][:, 1]
        assert (heights.min(), heights.max()) == pytest.approx((share.low, share.high))


def test_that_rates_with_fewer_than_ten_mistakes_are_shaded(drawn: dict[str, Any]) -> None:
    result = small()
    for kind, trials in (("roc", result.curve.impostor_pairs), ("trade", opened(result).nonmated_probes)):
        (shade,) = drawn[kind].patches
        assert shade.get_x() == pytest.approx(drawn[kind].get_xlim()[0])
        assert shade.get_x() + shade.get_width() == pytest.approx(10 / trials)


@pytest.mark.parametrize("make", [small, with_eight_decades])
def test_that_no_text_is_cut_off_or_touches_another(
    draw: Callable[[Evaluation], dict[str, Any]], make: Callable[[], Evaluation]
) -> None:
    for axes in draw(make()).values():
        low, high = axes.get_xlim()
        numbers = [label for label in axes.get_xticklabels() if low <= label.get_position()[0] <= high]
        boxes = sorted((label.get_window_extent() for label in numbers), key=lambda box: box.x0)
        assert len(boxes) > 1
        assert all(left.x1 < right.x0 for left, right in itertools.pairwise(boxes))
        for text in (axes._left_title, axes.xaxis.label, axes.yaxis.label, *axes.figure.legends):
            boxes.append(text.get_window_extent())
        page = axes.figure.bbox
        assert min(box.x0 for box in boxes) >= page.x0
        assert min(box.y0 for box in boxes) >= page.y0
        assert max(box.x1 for box in boxes) <= page.x1
        assert max(box.y1 for box in boxes) <= page.y1


def test_that_pictures_need_nothing_from_outside_and_no_font() -> None:
    for picture in all_plots(small()):
        text = svg_text(picture)
        assert text.startswith("<svg")  # no prologue and no DOCTYPE
        root = ElementTree.fromstring(text)
        links = [element.get(LINK, element.get("href", "#")) for element in root.iter()]
        assert all(link.startswith("#") for link in links)
        assert all(target.startswith("#") for target in re.findall(r"url\(([^)]*)", text))
        assert not list(root.iter(f"{SVG}text"))
        assert not list(root.iter(f"{SVG}image"))
        assert not list(root.iter(f"{SVG}metadata"))


def test_that_the_same_result_gives_the_same_pictures_whatever_the_user_has_set() -> None:
    plain = all_plots(small())
    with mpl.rc_context({"svg.hashsalt": None, "svg.fonttype": "none", "lines.linewidth": 9, "font.size": 30}):
        assert all_plots(small()) == plain
        assert mpl.rcParams["lines.linewidth"] == 9
    assert all_plots(small(4)) != plain


def test_that_drawing_asks_for_no_window(tmp_path: Path) -> None:
    code = (
        "import sys\n"
        "import attendance_training.evaluation.command\n"
        "assert 'matplotlib' not in sys.modules\n"
        "from tests.unit.training.evaluation.test_report_plots import all_plots, small\n"
        "all_plots(small())\n"
        "assert 'matplotlib' in sys.modules\n"
        "print([name for name in ('matplotlib.pyplot', 'tkinter', 'PySide6') if name in sys.modules])\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stdout.strip()) == (0, "[]"), ran.stderr


def test_that_faultless_and_poor_recognizers_can_be_drawn() -> None:
    # Everybody apart, so that no pair of one person is ever refused.
    faultless = evaluate(plane([0, 1, 2, 90, 91, 92, 180, 181, 182], [0, 0, 0, 1, 1, 1, 2, 2, 2]), enrolled=1, rounds=5)
    assert faultless.curve.tar[faultless.curve.far == 0].max() == 1
    assert len(all_plots(faultless)) == len(KINDS)
    poor = evaluate(make_people([4, 2] * 10, spread=30.0), enrolled=1, rounds=5)
    assert len(all_plots(poor)) == len(KINDS)


def test_that_there_are_no_plots_without_pairs_of_both_kinds() -> None:
    assert verification_plots(evaluate(make_people([1, 1, 1]), rounds=5)) == []
