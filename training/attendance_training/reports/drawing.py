"""The look of every plot: colours, fonts, lines, and pictures that are the same file for the same numbers."""

from __future__ import annotations

import base64
import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from matplotlib import style
from matplotlib.axes import Axes
from matplotlib.figure import Figure

BLUE, VERMILION, GREEN, PINK = "#0072B2", "#D55E00", "#009E73", "#CC79A7"
SKY, ORANGE = "#56B4E9", "#E69F00"
"""Told apart with any colour vision. Okabe, Ito, "Color Universal Design", 2008."""
TEXT, GREY, LINE, SHADE = "#12161C", "#4A5361", "#D5DAE1", "#EEF0F3"
TINT = 0.18
"""Opacity of areas."""
DPI = 110
_STYLE = {
    "svg.fonttype": "path",  # letters are outlines: the page needs no font
    "svg.hashsalt": "evaluation",  # otherwise every file gets its own random names
    "figure.constrained_layout.w_pad": 0.08,  # inches; less cuts the left edge off a long label
    "figure.constrained_layout.h_pad": 0.06,
    "font.size": 9.5,
    "axes.titlesize": 11,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlecolor": TEXT,
    "axes.labelcolor": GREY,
    "axes.edgecolor": LINE,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.axisbelow": True,
    "grid.color": LINE,
    "xtick.color": LINE,
    "ytick.color": LINE,
    "xtick.labelcolor": GREY,
    "ytick.labelcolor": GREY,
    "text.color": GREY,
    "legend.frameon": False,
}
_NO_SVG_METADATA = {"Creator": None, "Date": None, "Format": None, "Type": None}
_NO_PNG_METADATA = {"Software": None}
_SIZE_INCHES = (5.6, 3.9)


@dataclass(frozen=True, slots=True)
class Picture:
    """One plot inside a page.

    Attributes:
        title: what it shows, for whoever cannot see it.
        address: "data:" URI of the SVG, for an ``<img>``.
    """

    title: str
    address: str


@contextmanager
def own_style() -> Iterator[None]:
    """Draw in the look of these pictures, whatever the user's own matplotlibrc says."""
    with style.context(_STYLE, after_reset=True):
        yield


def open_plot(title: str, x_label: str, y_label: str) -> tuple[Figure, Axes]:
    """Return a figure of one plot; for ``own_style``, as everything here."""
    # A Figure of its own, not pyplot's: no window system is asked for, and nothing stays behind.
    figure = Figure(figsize=_SIZE_INCHES, layout="constrained")
    axes = figure.add_subplot()
    axes.set(title=title, xlabel=x_label, ylabel=y_label)
    return figure, axes


def close_plot(figure: Figure) -> Picture:
    """Return a figure of one plot as a picture, with its legend below."""
    (axes,) = figure.axes
    legend_below(figure, axes)
    text = svg_of(figure).decode()
    picture = text[text.index("<svg") :].encode()  # without the prologue, which names a file of w3.org
    return Picture(axes.get_title(loc="left"), f"data:image/svg+xml;base64,{base64.b64encode(picture).decode()}")


def legend_below(figure: Figure, axes: Axes, *, columns: int | None = None) -> None:
    """Put the legend of one plot below all of a figure's plots."""
    handles, labels = axes.get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=min(columns or len(labels), len(labels)) or 1)


def svg_of(figure: Figure) -> bytes:
    """Return a figure as an SVG file."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="svg", metadata=_NO_SVG_METADATA)
    return buffer.getvalue()


def png_of(figure: Figure) -> bytes:
    """Return a figure as a PNG file."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png", dpi=DPI, metadata=_NO_PNG_METADATA)
    return buffer.getvalue()
