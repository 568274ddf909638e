"""Each alteration does what its name says, and the same every time."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from attendance.core.recognition.alignment import TEMPLATE_112
from attendance_training.reports.alterations import (
    ALTERATIONS,
    MASK_COLOURS_BGR,
    alter_all,
    blur,
    compress,
    draw_mask,
    draw_sunglasses,
    light_from_behind,
    scale_brightness,
    shrink,
)

EYES, NOSE, MOUTH = TEMPLATE_112[:2], TEMPLATE_112[2], TEMPLATE_112[3:]
ALTERATION = {one.name: one for one in ALTERATIONS}


def noise(seed: int = 1) -> NDArray[np.uint8]:
    return np.random.default_rng(seed).integers(0, 256, (112, 112, 3), dtype=np.uint8)


def face() -> NDArray[np.uint8]:
    """A smooth picture with an edge, as a face has."""
    return cv2.GaussianBlur(noise(), (0, 0), 2.0).astype(np.uint8)


def is_changed(before: NDArray[np.uint8], after: NDArray[np.uint8], at: NDArray[np.float32]) -> bool:
    x, y = np.rint(at).astype(int)
    return not np.array_equal(before[y, x], after[y, x])


@pytest.mark.parametrize("factor", [0.3, 0.5, 1.5])
def test_that_brightness_multiplies_the_values(factor: float) -> None:
    crop = np.full((112, 112, 3), 120, np.uint8)
    assert np.unique(scale_brightness(crop, factor)).tolist() == [round(120 * factor)]


def test_that_brightness_is_clipped_and_not_wrapped() -> None:
    assert scale_brightness(np.full((112, 112, 3), 200, np.uint8), 2.0).min() == 255


def test_that_light_from_behind_leaves_a_white_background_and_a_dark_flat_face() -> None:
    crop = np.clip(face().astype(int) + 60, 0, 255).astype(np.uint8)
    inside = np.s_[40:90, 35:77]
    lit = {stops: light_from_behind(crop, stops, 1).astype(int) for stops in (0, 2, 4)}
    for stops, picture in lit.items():
        assert picture[:8, :8].min() > 245, stops
    means = [lit[stops][inside].mean() for stops in (0, 2, 4)]
    spreads = [lit[stops][inside].std() for stops in (0, 2, 4)]
    assert means[0] >= crop[inside].mean() > 1.5 * means[1] > 1.5 * means[2]
    assert spreads[0] > spreads[1] > spreads[2] > 1.0


def test_that_two_stops_are_a_quarter_of_the_light_beside_the_veil() -> None:
    grey = np.full((112, 112, 3), 188, np.uint8)  # half of the light
    middle = np.mean([light_from_behind(grey, 2, number)[50:60, 50:60].mean() for number in range(20)])
    encoded = 1.055 * (0.503 / 4 + 0.04) ** (1 / 2.4) - 0.055
    assert middle == pytest.approx(255 * encoded, abs=1.0)


def test_that_the_photographs_number_seeds_the_noise_of_a_back_light() -> None:
    assert not np.array_equal(light_from_behind(face(), 2, 0), light_from_behind(face(), 2, 1))


def test_that_a_wider_blur_leaves_less_detail() -> None:
    detail = [float(blur(noise(), sigma).std()) for sigma in (1, 2, 3)]
    assert noise().std() > detail[0] > detail[1] > detail[2]
    assert blur(noise(), 2).mean() == pytest.approx(noise().mean(), abs=1)


def test_that_a_worse_jpeg_is_further_from_the_picture() -> None:
    errors = [np.abs(compress(face(), quality).astype(int) - face()).mean() for quality in (20, 90)]
    assert errors[0] > 2 * errors[1] > 0


def test_that_a_smaller_face_keeps_less_detail_and_its_place() -> None:
    crop = np.zeros((112, 112, 3), np.uint8)
    crop[40:72, 20:60] = 255
    for width in (40, 28):
        shrunk = shrink(crop, width)
        assert shrunk.shape == crop.shape
        assert shrunk[56, 40].min() == 255
        assert shrunk[10, 100].max() == 0
    assert shrink(noise(), 28).std() < shrink(noise(), 40).std() < noise().std()


def test_that_a_mask_covers_nose_and_mouth_and_no_eye() -> None:
    crop = noise()
    masked = draw_mask(crop, MASK_COLOURS_BGR[0])
    assert is_changed(crop, masked, NOSE)
    assert all(is_changed(crop, masked, corner) for corner in MOUTH)
    top = int(EYES[:, 1].max()) + 8
    np.testing.assert_array_equal(masked[:top], crop[:top])
    assert tuple(masked[76, 56]) == MASK_COLOURS_BGR[0]


def test_that_sunglasses_cover_both_eyes_and_not_the_mouth() -> None:
    crop = np.full((112, 112, 3), 180, np.uint8)
    covered = draw_sunglasses(crop)
    for eye in EYES:
        x, y = np.rint(eye).astype(int)
        assert covered[y - 4 : y + 5, x - 6 : x + 7].max() < 60
    np.testing.assert_array_equal(covered[70:], crop[70:])
    np.testing.assert_array_equal(covered[:35], crop[:35])


def test_that_drawing_leaves_the_original_as_it_was() -> None:
    crop = noise()
    draw_mask(crop, MASK_COLOURS_BGR[1])
    draw_sunglasses(crop)
    np.testing.assert_array_equal(crop, noise())


@pytest.mark.parametrize("alteration", ALTERATIONS, ids=lambda one: one.name)
def test_that_every_alteration_changes_the_face_and_is_the_same_again(alteration: object) -> None:
    apply = alteration.apply  # type: ignore[attr-defined]
    once = apply(face(), 3)
    assert once.shape == (112, 112, 3)
    assert once.dtype == np.uint8
    assert not np.array_equal(once, face())
    np.testing.assert_array_equal(apply(face(), 3), once)


def test_that_the_photographs_number_picks_the_side_and_the_colour() -> None:
    turned = alter_all(ALTERATION["yaw ±30°"], np.stack([face()] * 3))
    assert not np.array_equal(turned[0], turned[1])
    np.testing.assert_array_equal(turned[0], turned[2])
    masked = alter_all(ALTERATION["mask"], np.stack([face()] * 5))
    assert {tuple(one[76, 56]) for one in masked} == set(MASK_COLOURS_BGR)
    np.testing.assert_array_equal(masked[0], masked[4])


def test_that_the_names_of_the_rows_differ() -> None:
    assert len(ALTERATION) == len(ALTERATIONS)
