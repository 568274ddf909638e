"""Line plots as SVG text: no library, no network, sharp at any size."""

from __future__ import annotations

import html
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLUE, RED, GREEN = "#1D4ED8", "#A3123A", "#14652F"
"""The action, warning and success colours of the application's light theme."""
_TEXT, _MUTED, _LINE = "#12161C", "#4A5361", "#D5DAE1"
_WIDTH, _HEIGHT = 560, 380
_LEFT, _RIGHT, _TOP, _BOTTOM = 76, 30, 64, 56
_FONT = "system-ui, 'Segoe UI', 'Noto Sans', sans-serif"
_TICKS = 5
_MOST_DECADES = 6
"""With more of them only every second one has room for its number."""


@dataclass(frozen=True, slots=True)
class Axis:
    """One axis.

    Attributes:
        label: what it shows.
        low: value at the left or lower end; above 0 when logarithmic.
        high: value at the other end.
        is_log: decades instead of equal steps.
        is_percent: values are shares and labelled in percent.
    """

    label: str
    low: float
    high: float
    is_log: bool = False
    is_percent: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Series:
    """One line, or single points with their intervals.

    Attributes:
        label: for the legend.
        x: (k,) values; those outside of the axis are moved to its ends.
        y: (k,) values; nan is left out.
        colour: "#RRGGBB".
        low: (k,) lower ends of intervals: with them, points are drawn instead of a line.
        high: (k,) upper ends.
        is_filled: the area down to the axis is tinted.
    """

    label: str
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    colour: str
    low: NDArray[np.float64] | None = None
    high: NDArray[np.float64] | None = None
    is_filled: bool = False


def plot(title: str, x: Axis, y: Axis, series: list[Series]) -> str:
    """Return one plot as an ``<svg>`` element.

    Args:
        title: above the plot, and its description for a screen reader.
        x: horizontal axis.
        y: vertical axis.
        series: drawn in this order.
    """
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" width="{_WIDTH}" '
        f'height="{_HEIGHT}" role="img" aria-label="{html.escape(title)}" font-family="{_FONT}" font-size="12">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#FFFFFF"/>',
        _text(_LEFT, 22, title, size=15, colour=_TEXT, weight="600"),
        *_grid(x, y),
        *(element for one in series for element in _draw(one, x, y)),
        *_legend(series),
        "</svg>",
    ]
    return "\n".join(parts)


def _position(axis: Axis, values: NDArray[np.float64], start: float, end: float) -> NDArray[np.float64]:
    """Return pixels between ``start`` (the axis's low end) and ``end``."""
    inside = np.clip(np.asarray(values, np.float64), axis.low, axis.high)
    low, high = axis.low, axis.high
    if axis.is_log:
        inside, low, high = np.log10(inside), math.log10(low), math.log10(high)
    return start + (inside - low) / (high - low) * (end - start)


def _columns(axis: Axis, values: NDArray[np.float64]) -> NDArray[np.float64]:
    return _position(axis, values, _LEFT, _WIDTH - _RIGHT)


def _rows(axis: Axis, values: NDArray[np.float64]) -> NDArray[np.float64]:
    return _position(axis, values, _HEIGHT - _BOTTOM, _TOP)


def _ticks(axis: Axis) -> list[float]:
    if axis.is_log:
        first, last = math.ceil(math.log10(axis.low) - 1e-9), math.floor(math.log10(axis.high) + 1e-9)
        return [10.0**power for power in range(first, last + 1)]
    raw = (axis.high - axis.low) / _TICKS
    power = 10.0 ** math.floor(math.log10(raw))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= raw * (1 - 1e-9))
    first, last = math.ceil(axis.low / step - 1e-9), math.floor(axis.high / step + 1e-9)
    return [k * step for k in range(first, last + 1)]


def _tick_text(axis: Axis, value: float) -> str:
    number = f"{100 * value if axis.is_percent else value:.8f}".rstrip("0").rstrip(".")
    number = "0" if number == "-0" else number
    return f"{number} %" if axis.is_percent else number


def _grid(x: Axis, y: Axis) -> list[str]:
    bottom, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    parts, ticks = [], _ticks(x)
    every = 2 if x.is_log and len(ticks) > _MOST_DECADES else 1
    for place, (value, column) in enumerate(zip(reversed(ticks), _columns(x, np.array(ticks))[::-1], strict=True)):
        parts.append(_stroke(f"M{column:.1f} {_TOP}V{bottom}", _LINE, 1))
        if place % every == 0:
            parts.append(_text(column, bottom + 18, _tick_text(x, value), anchor="middle"))
    for value, row in zip(_ticks(y), _rows(y, np.array(_ticks(y))), strict=True):
        parts.append(_stroke(f"M{_LEFT} {row:.1f}H{right}", _LINE, 1))
        parts.append(_text(_LEFT - 8, row + 4, _tick_text(y, value), anchor="end"))
    parts.append(_text((_LEFT + right) / 2, _HEIGHT - 14, x.label, anchor="middle", size=13))
    middle = (_TOP + bottom) / 2
    turned = f'transform="rotate(-90 18 {middle:.1f})"'
    parts.append(_text(18, middle, y.label, anchor="middle", size=13, more=turned))
    return parts


def _draw(one: Series, x: Axis, y: Axis) -> list[str]:
    is_usable = np.isfinite(one.x) & np.isfinite(one.y)
    if not is_usable.any():
        return []
    columns, rows = _columns(x, one.x[is_usable]), _rows(y, one.y[is_usable])
    if one.low is not None and one.high is not None:
        lows, highs = _rows(y, one.low[is_usable]), _rows(y, one.high[is_usable])
        bars = [
            _stroke(f"M{c:.1f} {a:.1f}V{b:.1f}", one.colour, 1.5) for c, a, b in zip(columns, lows, highs, strict=True)
        ]
        dots = [
            f'<circle cx="{c:.1f}" cy="{r:.1f}" r="3.5" fill="{one.colour}"/>'
            for c, r in zip(columns, rows, strict=True)
        ]
        return bars + dots
    path = "M" + "L".join(f"{c:.1f} {r:.1f}" for c, r in zip(columns, rows, strict=True))
    line = _stroke(path, one.colour, 2)
    if not one.is_filled:
        return [line]
    bottom = _HEIGHT - _BOTTOM
    area = f"{path}L{columns[-1]:.1f} {bottom}L{columns[0]:.1f} {bottom}Z"
    return [f'<path d="{area}" fill="{one.colour}" fill-opacity="0.14"/>', line]


def _legend(series: list[Series]) -> list[str]:
    parts, left = [], float(_LEFT)
    for one in series:
        parts.append(f'<rect x="{left:.0f}" y="38" width="14" height="4" rx="2" fill="{one.colour}"/>')
        parts.append(_text(left + 20, 44, one.label))
        left += 44 + 6.6 * len(one.label)  # about the width of a letter at 12 px
    return parts


def _stroke(path: str, colour: str, width: float) -> str:
    return f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="{width}" stroke-linejoin="round"/>'


def _text(
    left: float,
    baseline: float,
    text: str,
    *,
    anchor: str = "start",
    size: int = 12,
    colour: str = _MUTED,
    weight: str = "400",
    more: str = "",
) -> str:
    return (
        f'<text x="{left:.1f}" y="{baseline:.1f}" text-anchor="{anchor}" font-size="{size}" font-weight="{weight}" '
        f'fill="{colour}" {more}>{html.escape(text)}</text>'
    )
