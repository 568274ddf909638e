"""Turning the head: nothing at 0 degrees, landmarks back in their places, left the mirror image of right."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from attendance.core.recognition.alignment import TEMPLATE_112, align_matrix
from attendance_training.reports.synthetic_yaw import turn_head, turned_landmarks


def smooth() -> NDArray[np.uint8]:
    noise = np.random.default_rng(3).integers(0, 256, (112, 112, 3), dtype=np.uint8)
    return cv2.normalize(cv2.GaussianBlur(noise, (0, 0), 4.0), None, 0, 255, cv2.NORM_MINMAX).astype(np.uint8)


def test_that_no_turn_is_the_same_picture() -> None:
    np.testing.assert_allclose(turned_landmarks(0.0), TEMPLATE_112, atol=1e-9)
    assert np.abs(turn_head(smooth(), 0.0).astype(int) - smooth()).max() <= 1


def test_that_a_turn_moves_the_nose_to_its_side_and_narrows_the_eyes() -> None:
    straight, right, left = turned_landmarks(0.0), turned_landmarks(30.0), turned_landmarks(-30.0)
    assert right[2, 0] > straight[2, 0] + 10
    assert left[2, 0] < straight[2, 0] - 10
    np.testing.assert_array_equal(right[:, 1], straight[:, 1])
    distance = [points[1, 0] - points[0, 0] for points in (straight, right, left)]
    # In orthographic view a distance across a sphere shrinks by the cosine of the turn.
    np.testing.assert_allclose(
        [distance[1] / distance[0], distance[2] / distance[0]], np.cos(np.radians(30)), atol=0.01
    )


@pytest.mark.parametrize("yaw", [15.0, -30.0])
def test_that_a_mark_on_the_skin_goes_where_the_model_puts_it(yaw: float) -> None:
    """Dots at the landmarks come out at the landmarks of the turned face, aligned anew."""
    matrix = align_matrix(turned_landmarks(yaw))
    expected = turned_landmarks(yaw) @ matrix[:, :2].T + matrix[:, 2]
    for before, after in zip(TEMPLATE_112, expected, strict=True):
        crop = np.zeros((112, 112, 3), np.uint8)
        cv2.circle(crop, np.rint(before * 16).astype(int).tolist(), 3 * 16, (255, 255, 255), cv2.FILLED, cv2.LINE_AA, 4)
        turned = turn_head(crop, yaw)[:, :, 0].astype(float)
        y, x = np.mgrid[:112, :112]
        centre = [(x * turned).sum() / turned.sum(), (y * turned).sum() / turned.sum()]
        np.testing.assert_allclose(centre, after, atol=0.8)


def test_that_left_is_nearly_the_mirror_image_of_right() -> None:
    """The template itself is not symmetric, by less than a pixel."""
    right = turn_head(smooth(), 25.0).astype(int)
    left = turn_head(np.ascontiguousarray(smooth()[:, ::-1]), -25.0)[:, ::-1].astype(int)
    assert np.abs(right - left).mean() < 8
    assert np.abs(right - smooth()).mean() > 20


def test_that_a_profile_is_refused() -> None:
    for yaw in (61.0, -90.0, float("nan")):
        with pytest.raises(ValueError, match="outside of -60"):
            turn_head(smooth(), yaw)
