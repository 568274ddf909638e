"""Shades of grey: photographs against pictures of two tones."""

from __future__ import annotations

import tracemalloc

import numpy as np
import pytest

from attendance.core.recognition.quality import EnrolmentGate, measure
from attendance.core.recognition.tones import grain, tone_split
from attendance.core.types import Detection


def pixels(grey: np.ndarray) -> np.ndarray:
    return np.repeat(np.asarray(grey, np.uint8).reshape(grey.shape[0], -1)[:, :, None], 3, axis=2)


def dots(seed: int = 0, size: int = 112) -> np.ndarray:
    return pixels(np.random.default_rng(seed).integers(0, 2, (size, size)) * 255)


def test_that_two_levels_are_split_whole_and_even_shades_by_three_quarters() -> None:
    assert tone_split(dots()) == pytest.approx(1.0)
    assert tone_split(pixels(np.tile(np.arange(256), (4, 1)))) == pytest.approx(0.75, abs=1e-4)


def test_that_the_split_is_the_best_of_all_limits() -> None:
    grey = np.random.default_rng(5).normal(110, 40, (40, 40)).clip(0, 255).astype(np.uint8)
    values = grey.ravel().astype(float)
    best = 0.0
    for limit in range(256):
        low, high = values[values <= limit], values[values > limit]
        if len(low) and len(high):
            share = len(low) * len(high) / len(values) ** 2
            best = max(best, share * (low.mean() - high.mean()) ** 2 / values.var())
    assert tone_split(pixels(grey)) == pytest.approx(best)


def test_that_the_split_is_that_of_the_colour_with_the_most_shades() -> None:
    mixed = dots()
    mixed[..., 1] = np.random.default_rng(1).integers(0, 256, mixed.shape[:2])
    assert tone_split(mixed) < 0.8


@pytest.mark.parametrize("shape", [(0, 0, 3), (0, 5, 3)])
def test_that_no_pixels_are_not_split(shape: tuple[int, ...]) -> None:
    assert tone_split(np.zeros(shape, np.uint8)) == 0.0


def test_that_an_even_picture_is_not_split_and_has_no_grain() -> None:
    assert tone_split(pixels(np.full((10, 10), 80))) == 0.0
    assert grain(0.0, 0.0) == 0.0


def face(box: tuple[float, float, float, float]) -> Detection:
    points = np.array([[38, 52], [74, 52], [56, 72], [42, 92], [71, 92]], np.float32)
    return Detection(np.array(box, np.float32), points, 0.9)


def test_that_white_noise_has_a_grain_of_one_and_a_smooth_picture_none() -> None:
    noise = pixels(np.random.default_rng(2).integers(0, 256, (112, 112)))
    smooth = pixels(np.tile(np.linspace(20, 220, 112), (112, 1)))
    found = [measure(face((0, 0, 112, 112)), (112, 112), crop, picture_bgr=crop).grain for crop in (noise, smooth)]
    assert found == pytest.approx([1.0, 0.0], abs=0.05)


def test_that_the_shades_are_those_of_the_box_and_measured_only_when_asked_for() -> None:
    picture = pixels(np.tile(np.arange(200), (200, 1)))
    picture[50:150, 50:150] = dots(size=100)
    inside, outside = face((50, 50, 150, 150)), face((50, -30, 150, 50))
    crop = pixels(np.tile(np.arange(112), (112, 1)))
    assert measure(inside, (200, 200), crop, picture_bgr=picture).tone_split == pytest.approx(1.0)
    assert measure(outside, (200, 200), crop, picture_bgr=picture).tone_split < 0.8
    assert measure(inside, (200, 200), crop).tone_split == 0.0
    assert measure(inside, (200, 200), crop).grain == 0.0


@pytest.mark.parametrize("box", [(float("nan"),) * 4, (-500, -500, -400, -400), (900, 900, 950, 950)])
def test_that_a_box_without_pixels_is_measured_without_an_error(box: tuple[float, float, float, float]) -> None:
    crop = dots()
    assert measure(face(box), (112, 112), crop, picture_bgr=crop).tone_split == 0.0


def test_that_the_gate_names_what_is_no_photograph_first() -> None:
    crop = dots()
    quality = measure(face((0, 0, 112, 112)), (112, 112), crop, picture_bgr=crop)
    assert str(EnrolmentGate(min_eye_distance_px=500).reject(quality)) == "made of dots or two tones, not a photograph"


def test_that_many_rows_are_counted_as_one_picture_in_little_memory() -> None:
    tall = np.random.default_rng(2).integers(0, 256, (1000, 400, 3), dtype=np.uint8)
    turned = np.ascontiguousarray(tall.transpose(1, 0, 2))
    tracemalloc.start()
    split = tone_split(tall)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert split == pytest.approx(tone_split(turned))
    assert peak < 8 * tall[..., 0].size / 2  # the whole of one colour as bincount takes it
