"""Charts of a report as PNG pictures: one message each, numbers beside the bars instead of a legend."""

from __future__ import annotations

import io
import textwrap
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from matplotlib import rc_context
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, fontManager, get_font

from attendance.core.report_table import ChartKind, ReportTable, Summary
from attendance.reporting.words import sentence
from attendance.resource_files import resource_path

_DPI = 180
_SIZE_IN = (4.2, 2.5)
_BAR = "#3366a6"
_INK = "#333333"
_PALE = "#d5d9de"
_MAX_DEPARTMENTS = 10
_MAX_WEEK_LABELS = 8
# Those that come with the program, so that charts look the same on every computer; then matplotlib's own.
_FONT_FILES = ("AttendanceSans-Regular.otf", "AttendanceSansSC-Regular.otf")
_LAST_FAMILY = "DejaVu Sans"

_DRAWING = threading.Lock()


@dataclass(frozen=True, slots=True)
class Chart:
    """One picture with its words, which the document sets in its own font.

    Attributes:
        title: what it is about.
        unit: what the bars count.
        png: the picture, for a size of 4.2 by 2.5 inches.
        legend: what numbers in the picture stand for, when no font of this computer can write the words.
    """

    title: str
    unit: str
    png: bytes
    legend: str = ""


def charts_of(table: ReportTable, language: str) -> list[Chart]:
    """Draw the charts of a report, none when nobody came.

    Args:
        table: says what is drawn.
        language: of titles.
    """
    if table.summary is None:
        return []
    return [_DRAWN[kind](table.summary, language) for kind in table.charts]


def _arrivals_chart(summary: Summary, language: str) -> Chart:
    return _chart(ChartKind.ARRIVALS, language, _picture(lambda axes: _arrivals(axes, summary.arrivals)))


def _lateness_chart(summary: Summary, language: str) -> Chart:
    labels, legend = _labels([name or sentence("no department", language) for name, _, _ in summary.lateness])
    shares = [100 * late / days for _, late, days in summary.lateness]
    shown = slice(0, _MAX_DEPARTMENTS)
    png = _picture(lambda axes: _lateness(axes, labels[shown], shares[shown]))
    return _chart(ChartKind.LATENESS, language, png, legend)


def _weeks_chart(summary: Summary, language: str) -> Chart:
    return _chart(ChartKind.WEEKS, language, _picture(lambda axes: _weeks(axes, summary)))


_DRAWN = {
    ChartKind.ARRIVALS: _arrivals_chart,
    ChartKind.LATENESS: _lateness_chart,
    ChartKind.WEEKS: _weeks_chart,
}


def _chart(name: str, language: str, png: bytes, legend: str = "") -> Chart:
    return Chart(sentence(name, language), sentence(f"{name} unit", language), png, legend)


def _picture(draw: Callable[[Axes], None]) -> bytes:
    # No pyplot, which would keep every picture; the settings of matplotlib are global, so one thread draws at a time.
    families = list(_families())
    with _DRAWING, rc_context({"font.family": families, "font.size": 7, "text.parse_math": False}):
        figure = Figure(figsize=_SIZE_IN, dpi=_DPI, layout="constrained")
        canvas = FigureCanvasAgg(figure)
        axes = figure.add_subplot()
        draw(axes)
        axes.spines[["top", "right", "left"]].set_visible(False)
        axes.spines["bottom"].set_color(_PALE)
        axes.tick_params(length=0, colors=_INK, pad=5)
        axes.set_axisbelow(True)
        buffer = io.BytesIO()
        canvas.print_figure(buffer, format="png", metadata={"Software": None})
    return buffer.getvalue()


def _arrivals(axes: Axes, counts: Sequence[int]) -> None:
    axes.bar([quarter / 4 + 0.125 for quarter in range(len(counts))], counts, width=0.23, color=_BAR)
    axes.set_xlim(0, 24)
    axes.set_xticks(range(0, 25, 3), [f"{hour:02d}:00" for hour in range(0, 25, 3)])
    axes.grid(axis="y", color=_PALE, linewidth=0.6)


def _lateness(axes: Axes, labels: Sequence[str], shares: Sequence[float]) -> None:
    bars = axes.barh(range(len(labels)), shares, height=0.6, color=_BAR)
    axes.set_yticks(range(len(labels)), [textwrap.shorten(label, 28, placeholder="…") for label in labels])
    axes.bar_label(bars, [f"{share:.1f}" for share in shares], padding=3, color=_INK)
    axes.invert_yaxis()
    axes.set_xlim(0, max(*shares, 1.0) * 1.15 if shares else 1.0)
    axes.set_xticks([])


def _weeks(axes: Axes, summary: Summary) -> None:
    hours = [seconds / 3600 for _, seconds in summary.weeks]
    bars = axes.bar(range(len(hours)), hours, width=0.8, color=_BAR)
    step = -(-len(hours) // _MAX_WEEK_LABELS)
    places = range(0, len(hours), step)
    axes.set_xticks(places, [f"{summary.weeks[place][0]:%Y-%m-%d}" for place in places])
    if len(hours) <= _MAX_WEEK_LABELS:
        axes.bar_label(bars, [f"{value:,.0f}" for value in hours], padding=2, color=_INK)
        axes.set_yticks([])
    else:
        axes.grid(axis="y", color=_PALE, linewidth=0.6)


def _labels(names: Sequence[str]) -> tuple[list[str], str]:
    """Return the names, or numbers and what they stand for when they cannot be written here."""
    if all(_is_writable(name) for name in names):
        return list(names), ""
    numbers = [str(number) for number in range(1, len(names) + 1)]
    pairs = list(zip(numbers, names, strict=True))[:_MAX_DEPARTMENTS]
    return numbers, " · ".join(f"{number} {name}" for number, name in pairs)


def _is_writable(text: str) -> bool:
    wanted = {ord(char) for char in text}
    for family in _families():
        wanted -= get_font(findfont(FontProperties(family=family))).get_charmap().keys()
    return not wanted


@cache
def _families() -> tuple[str, ...]:
    found = []
    for name in _FONT_FILES:
        path = resource_path("fonts", name)
        if path.is_file():  # a damaged installation still draws
            fontManager.addfont(str(path))
            found.append(fontManager.ttflist[-1].name)
    return (*found, _LAST_FAMILY)
