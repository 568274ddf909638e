"""Loss, learning rate and validation of a run as pictures: drawn from its log when it ends, however it ends."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from attendance_training.files.atomic_file import replace_file
from attendance_training.reports.drawing import (
    BLUE,
    GREEN,
    ORANGE,
    PINK,
    VERMILION,
    close_plot,
    open_plot,
    own_style,
    png_of,
)
from attendance_training.reports.page import plots, table, whole_page
from attendance_training.runs.csv_log import read_columns
from attendance_training.runs.run_folder import Panels

PNG_NAME, HTML_NAME = "curves.png", "curves.html"
_COLOURS = (BLUE, VERMILION, GREEN, PINK, ORANGE)
_PANEL_INCHES = (4.6, 3.6)
_FEW = 30
"""Points that are shown as dots as well: a line of one point is nothing to see."""
_CROWDED = 2
"""Lines in a plot from which on they need their names below."""


def draw_curves(log: Path, panels: Panels, *, ended: str) -> tuple[Path, Path]:
    """Write ``curves.png`` and ``curves.html`` beside the log of a run.

    Args:
        log: CSV file whose first column is the step.
        panels: what to draw.
        ended: how the run ended, one sentence.

    Returns:
        Both paths.

    Raises:
        StorageError: a file cannot be written; one that was there before is unchanged.
        OSError: the log cannot be read.
    """
    columns = read_columns(log)
    png, page = log.with_name(PNG_NAME), log.with_name(HTML_NAME)
    with own_style():
        replace_file(png, _png(columns, panels))
        replace_file(page, _page(log.parent.name, columns, panels, ended).encode())
    return png, page


def _png(columns: Mapping[str, NDArray[np.float64]], panels: Panels) -> bytes:
    named = panels.named()
    size = (_PANEL_INCHES[0] * len(named), _PANEL_INCHES[1])
    figure = Figure(figsize=size, layout="constrained")
    for axes, (title, names) in zip(figure.subplots(1, len(named), squeeze=False)[0], named.items(), strict=True):
        axes.set(title=title, xlabel="step")
        _draw(axes, columns, names)
        if len(names) >= _CROWDED:
            axes.legend(loc="best")
    return png_of(figure)


def _page(run: str, columns: Mapping[str, NDArray[np.float64]], panels: Panels, ended: str) -> str:
    pictures = []
    for title, names in panels.named().items():
        figure, axes = open_plot(title, "step", "")
        _draw(axes, columns, names)
        pictures.append(close_plot(figure))
    rows = [[name, *_summary(columns["step"], values)] for name, values in columns.items() if name != "step"]
    body = f"<h1>Training: {html.escape(run)}</h1><p class='muted'>{html.escape(ended)}</p>"
    body += plots(pictures) + table(["", "first", "last", "smallest", "largest", "rows"], rows)
    return whole_page(f"Training: {run}", body)


def _draw(axes: Axes, columns: Mapping[str, NDArray[np.float64]], names: Sequence[str]) -> None:
    steps = columns["step"]
    for name, colour in zip(names, _COLOURS, strict=False):
        is_there = np.isfinite(columns[name])
        marker = "o" if is_there.sum() <= _FEW else ""
        axes.plot(
            steps[is_there],
            columns[name][is_there],
            marker=marker,
            markersize=3,
            color=colour,
            label=name,
            linewidth=1.4,
        )


def _summary(steps: NDArray[np.float64], values: NDArray[np.float64]) -> list[str]:
    found = values[np.isfinite(values)]
    if not len(found):
        return ["-"] * 4 + ["0"]
    return [f"{number:.5g}" for number in (found[0], found[-1], found.min(), found.max())] + [str(len(found))]
