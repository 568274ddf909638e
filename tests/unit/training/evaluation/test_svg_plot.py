"""Plots: positions of values, ticks, and what is left out."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import numpy as np

from training.evaluation.svg_plot import BLUE, Axis, Series, plot

SVG = "{http://www.w3.org/2000/svg}"
X = Axis("rate", 1e-3, 1.0, is_log=True)
Y = Axis("share", 0.0, 1.0)


def parse(*series: Series, x: Axis = X, y: Axis = Y) -> ElementTree.Element:
    return ElementTree.fromstring(plot("A < B", x, y, list(series)))


def line_points(root: ElementTree.Element) -> list[tuple[float, float]]:
    (path,) = [p.get("d", "") for p in root.iter(f"{SVG}path") if p.get("stroke") == BLUE]
    return [(float(a), float(b)) for a, b in re.findall(r"([\d.]+) ([\d.]+)", path)]


def texts(root: ElementTree.Element) -> list[str]:
    return [element.text or "" for element in root.iter(f"{SVG}text")]


def test_that_decades_are_evenly_apart_and_shares_upwards() -> None:
    root = parse(Series("line", np.array([1e-3, 1e-2, 1e-1, 1.0]), np.array([0.0, 0.5, 0.75, 1.0]), BLUE))
    columns, rows = zip(*line_points(root), strict=True)
    steps = np.diff(columns)
    np.testing.assert_allclose(steps, steps[0], atol=0.11)
    assert rows[0] > rows[1] > rows[2] > rows[3]
    np.testing.assert_allclose(rows[1], (rows[0] + rows[3]) / 2, atol=0.11)


def test_that_values_outside_of_the_axes_stay_inside_the_plot() -> None:
    inside = line_points(parse(Series("line", np.array([1e-3, 1.0]), np.array([0.0, 1.0]), BLUE)))
    outside = line_points(parse(Series("line", np.array([1e-9, 9.0]), np.array([-4.0, 4.0]), BLUE)))
    assert inside == outside


def test_that_values_that_are_no_numbers_are_left_out() -> None:
    root = parse(Series("line", np.array([1e-3, 1e-2, 1.0]), np.array([0.0, np.nan, 1.0]), BLUE))
    assert len(line_points(root)) == 2
    nothing = parse(Series("none", np.array([np.nan]), np.array([np.nan]), BLUE))
    assert [p for p in nothing.iter(f"{SVG}path") if p.get("stroke") == BLUE] == []


def test_that_points_have_their_intervals() -> None:
    half = np.array([0.5])
    root = parse(Series("points", np.array([0.1]), half, BLUE, half - 0.1, half + 0.2))
    (dot,) = root.iter(f"{SVG}circle")
    (bar,) = [p.get("d", "") for p in root.iter(f"{SVG}path") if p.get("stroke") == BLUE]
    low, high = (float(value) for value in re.findall(r"[\d.]+", bar)[1:])
    assert high < float(dot.get("cy", "nan")) < low


def test_that_ticks_are_round_and_the_title_is_text() -> None:
    shown = texts(parse())
    assert shown[0] == "A < B"
    assert {"0.1 %", "1 %", "10 %", "100 %"} <= set(shown)
    assert {"0 %", "20 %", "40 %", "60 %", "80 %"} <= set(shown)
    plain = texts(parse(x=Axis("cosine", -0.52, 0.97, is_percent=False)))
    assert {"-0.5", "0", "0.5"} <= set(plain)


def test_that_many_decades_get_every_second_number() -> None:
    shown = texts(parse(x=Axis("rate", 1e-7, 1.0, is_log=True)))
    assert {"100 %", "1 %", "0.01 %", "0.0001 %"} <= set(shown)
    assert "10 %" not in shown
