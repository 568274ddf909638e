"""Eyes of many points: each lid point moves its own eye alone."""

from __future__ import annotations

import numpy as np
import pytest

from attendance.core.recognition.landmarks import EyeOpening, eye_opening

# Corner, upper lid, corner, lower lid; of the eye at image left, then at image right.
EYES = {
    68: ([36, 37, 38, 39, 40, 41], [42, 43, 44, 45, 46, 47]),
    106: ([35, 41, 40, 42, 39, 37, 33, 36], [89, 95, 94, 96, 93, 91, 87, 90]),
}


def _points(count: int, left: float, right: float) -> np.ndarray:
    """Return points all over the picture, with eyes of width 40 and these openings."""
    points = np.random.default_rng(1).uniform(0, 500, (count, 2)).astype(np.float32)
    for ring, x, opening in zip(EYES[count], (100, 200), (left, right), strict=True):
        lids = (len(ring) - 2) // 2
        upper = [(x + 40 * (i + 1) / (lids + 1), 100 - 20 * opening) for i in range(lids)]
        lower = [(px, 200 - py) for px, py in reversed(upper)]
        points[ring] = [(x, 100), *upper, (x + 40, 100), *lower]
    return points


@pytest.mark.parametrize("count", [68, 106])
def test_that_an_eye_is_its_height_by_its_width(count: int) -> None:
    assert eye_opening(_points(count, 0.3, 0.1)) == EyeOpening(pytest.approx(0.3), pytest.approx(0.1))
    turned = _points(count, 0.3, 0.1) @ np.array([[0.6, -0.8], [0.8, 0.6]], np.float32)
    assert eye_opening(turned) == EyeOpening(pytest.approx(0.3, rel=1e-4), pytest.approx(0.1, rel=1e-4))


def test_that_the_depth_of_points_does_not_open_an_eye() -> None:
    points = np.column_stack([_points(68, 0.3, 0.1), np.random.default_rng(2).normal(size=68) * 100])
    assert eye_opening(points.astype(np.float32)) == EyeOpening(pytest.approx(0.3), pytest.approx(0.1))


@pytest.mark.parametrize("spoil", ["one place", "nan"])
def test_that_points_that_are_no_face_have_no_eyes(spoil: str) -> None:
    points = np.zeros((106, 2), np.float32) if spoil == "one place" else _points(106, 0.3, 0.3)
    if spoil == "nan":
        points[94] = np.nan
    assert eye_opening(points) is None


def test_that_another_number_of_points_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="98"):
        eye_opening(np.zeros((98, 2), np.float32))
