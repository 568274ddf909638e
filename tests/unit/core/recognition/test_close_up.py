"""The border around pictures: when it is used, and that what is found comes back in pixels of the picture."""

from __future__ import annotations

import numpy as np
import pytest

from attendance.core.recognition.close_up import (
    NowAndThenWithBorder,
    find_faces,
    find_in_region,
    find_with_border,
    touches_edge,
)
from attendance.core.types import Detection, ImageBgr

WIDTH, HEIGHT = 300, 400
BORDER = 200
"""Half of the longer side."""


class ScriptedDetector:
    """Answers by the size of the picture: one answer for the picture itself, one for anything larger."""

    def __init__(self, plain: list[Detection], bordered: list[Detection]) -> None:
        self.plain, self.bordered = plain, bordered
        self.pictures: list[ImageBgr] = []

    def detect(self, image_bgr: ImageBgr) -> list[Detection]:
        self.pictures.append(image_bgr)
        return self.plain if len(self.pictures) == 1 else self.bordered


class SquareDetector:
    """Finds one face: the white square of a picture."""

    def detect(self, image_bgr: ImageBgr) -> list[Detection]:
        rows, columns = np.nonzero(image_bgr[:, :, 0] > 250)
        left, top, right, bottom = columns.min(), rows.min(), columns.max() + 1, rows.max() + 1
        # Centres of the corner pixels, and of what lies between: landmarks count from centres, boxes from edges.
        middle = ((left + right - 1) / 2, (top + bottom - 1) / 2)
        points = [(left, top), (right - 1, top), middle, (left, bottom - 1), (right - 1, bottom - 1)]
        return [face(left, top, right, bottom, points=points)]


def face(
    left: float, top: float, right: float, bottom: float, *, score: float = 0.9, points: object = None
) -> Detection:
    if points is None:
        points = [((left + right) / 2, (top + bottom) / 2)] * 5
    return Detection(np.array([left, top, right, bottom], np.float32), np.array(points, np.float32), score)


def moved(found: Detection, by_px: float) -> Detection:
    return Detection(found.box_xyxy_px + np.float32(by_px), found.landmarks_px + np.float32(by_px), found.score)


def empty() -> ImageBgr:
    return np.zeros((HEIGHT, WIDTH, 3), np.uint8)


def boxes(found: list[Detection]) -> list[list[float]]:
    return [detection.box_xyxy_px.tolist() for detection in found]


def test_that_a_face_inside_the_picture_needs_no_second_look() -> None:
    detector = ScriptedDetector([face(100, 100, 200, 250), face(0, 100, 90, 200)], [])
    assert find_faces(detector, empty()) == detector.plain
    assert len(detector.pictures) == 1


def test_that_a_picture_without_a_face_is_searched_with_a_grey_border() -> None:
    detector = ScriptedDetector([], [face(BORDER + 10, BORDER - 20, BORDER + 290, BORDER + 390)])
    (found,) = find_faces(detector, empty())
    assert found.box_xyxy_px.tolist() == [10, -20, 290, 390]
    bordered = detector.pictures[1]
    assert bordered.shape == (HEIGHT + 2 * BORDER, WIDTH + 2 * BORDER, 3)
    assert not bordered[BORDER:-BORDER, BORDER:-BORDER].any()
    outside = np.ones(bordered.shape[:2], bool)
    outside[BORDER:-BORDER, BORDER:-BORDER] = False
    assert (bordered[outside] == 127).all()


def test_that_a_face_at_the_edge_is_looked_at_again_and_replaced() -> None:
    better = face(BORDER + 5, BORDER - 30, BORDER + 280, BORDER + 400, score=0.8)
    (found,) = find_faces(ScriptedDetector([face(0, 300, 100, 400)], [better]), empty())
    assert found.box_xyxy_px.tolist() == [5, -30, 280, 400]
    assert found.landmarks_px[0].tolist() == [142.5, 185]
    assert found.score == 0.8


def test_that_a_box_at_the_edge_stays_when_it_is_about_the_same() -> None:
    better = face(BORDER + 5, BORDER - 30, BORDER + 280, BORDER + 400, score=0.8)
    (found,) = find_faces(ScriptedDetector([face(0, 0, 280, 390)], [better]), empty())
    assert found.box_xyxy_px.tolist() == [0, 0, 280, 390]
    assert found.landmarks_px[0].tolist() == [142.5, 185]


def test_that_a_second_face_at_the_edge_is_not_lost() -> None:
    plain = [face(0, 100, 100, 220, score=0.95), face(200, 100, 300, 220, score=0.7)]
    found = find_faces(ScriptedDetector(plain, [moved(face(0, 105, 100, 225, score=0.8), BORDER)]), empty())
    assert boxes(found) == [[0, 100, 100, 220], [200, 100, 300, 220]]
    assert found[0].score == 0.8


def test_that_a_face_at_the_edge_stays_when_nothing_better_is_found() -> None:
    detector = ScriptedDetector([face(0, 0, 280, 400)], [])
    assert find_faces(detector, empty()) == detector.plain


def test_that_a_face_in_the_border_is_none() -> None:
    assert find_faces(ScriptedDetector([], [face(10, 10, 150, 180)]), empty()) == []


@pytest.mark.parametrize(("size_wh", "step"), [((600, 400), 1), ((641, 500), 2), ((3000, 4000), 7)])
def test_that_places_are_exact_however_large_the_picture(size_wh: tuple[int, int], step: int) -> None:
    width, height = size_wh
    image = np.zeros((height, width, 3), np.uint8)
    # Whole steps, so that the square stays a square in the smaller picture.
    left, top, right, bottom = (step * v for v in (20, 10, 50, 40))
    image[top:bottom, left:right] = 255
    (found,) = find_with_border(SquareDetector(), image)
    assert found.box_xyxy_px.tolist() == [left, top, right, bottom]
    outer = (step - 1) / 2  # centre of the first pixel's step x step square
    expected = [(left + outer, top + outer), (right - 1 - outer, top + outer)]
    np.testing.assert_allclose(found.landmarks_px[:2], expected)
    np.testing.assert_allclose(found.landmarks_px[2], ((left + right - 1) / 2, (top + bottom - 1) / 2))


def test_that_a_large_picture_is_averaged_and_bounded() -> None:
    detector = ScriptedDetector([], [])
    image = np.zeros((4000, 3000, 3), np.uint8)
    image[:, ::2] = 200
    find_with_border(detector, image)
    canvas = detector.pictures[0]
    assert max(canvas.shape) <= 1280
    inside = canvas[300:800, 300:700]
    assert inside.min() >= 85
    assert inside.max() <= 115  # 3 or 4 of 7 columns are bright


@pytest.mark.parametrize("shape", [(1, 1), (1, 5000), (5000, 2)])
def test_that_odd_shapes_are_survived(shape: tuple[int, int]) -> None:
    assert find_faces(ScriptedDetector([], []), np.zeros((*shape, 3), np.uint8)) == []


@pytest.mark.parametrize(
    ("box", "touches"),
    [
        ((100, 100, 200, 200), False),
        ((-5, 100, 90, 200), True),
        ((3, 100, 103, 200), False),
        ((2, 100, 102, 200), True),
        ((200, 100, 298, 200), True),
        ((100, -1, 200, 99), True),
        ((100, 300, 200, 400), True),
    ],
)
def test_that_touching_is_told_with_the_jitter_of_a_detector(box: tuple[float, ...], touches: bool) -> None:
    assert touches_edge(face(*box), (WIDTH, HEIGHT)) is touches


def test_that_a_region_in_the_middle_is_not_copied_and_one_over_the_edge_is_grey_there() -> None:
    seen: list[ImageBgr] = []
    image = np.random.default_rng(0).integers(200, 256, (HEIGHT, WIDTH, 3), dtype=np.uint8)

    def look(part: ImageBgr) -> list[Detection]:
        seen.append(part)
        return [face(1, 2, 11, 12)]

    inside = find_in_region(look, image, (50, 60, 150, 180))
    over = find_in_region(look, image, (-20, 60, 80, 180))
    assert np.shares_memory(seen[0], image)
    np.testing.assert_array_equal(seen[0], image[60:180, 50:150])
    np.testing.assert_array_equal(seen[1][:, 20:], image[60:180, :80])
    assert (seen[1][:, :20] == 127).all()
    assert boxes(inside) == [[51, 62, 61, 72]]
    assert over == []  # its middle lies in the grey


def test_that_an_empty_stream_is_searched_with_a_border_now_and_then() -> None:
    detector = ScriptedDetector([], [])
    near = NowAndThenWithBorder(detector, every=3)
    for _ in range(7):
        near.find(empty())
    assert [picture.shape for picture in detector.pictures] == [(HEIGHT + 2 * BORDER, WIDTH + 2 * BORDER, 3)] * 2
