"""Box arithmetic against slow loops."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attendance.core.recognition import boxes

# Whole numbers: the oracle and the vectorised form then agree exactly at the threshold.
_corner = st.integers(0, 40)
_side = st.integers(0, 25)
_box = st.tuples(_corner, _corner, _side, _side).map(lambda b: (b[0], b[1], b[0] + b[2], b[1] + b[3]))
_heap = st.lists(st.tuples(_box, st.integers(0, 5)), max_size=25)


def _slow_overlap(a: tuple[int, ...], b: tuple[int, ...], mode: str) -> float:
    width = max(0, min(a[2], b[2]) - max(a[0], b[0]))
    height = max(0, min(a[3], b[3]) - max(a[1], b[1]))
    area_a, area_b = (a[2] - a[0]) * (a[3] - a[1]), (b[2] - b[0]) * (b[3] - b[1])
    whole = min(area_a, area_b) if mode == "min" else area_a + area_b - width * height
    return width * height / whole if whole else 0.0


@given(st.lists(_box, max_size=8), st.lists(_box, max_size=8))
def test_that_iou_equals_the_slow_loop(a: list[tuple[int, ...]], b: list[tuple[int, ...]]) -> None:
    found = boxes.iou(np.array(a, np.float32).reshape(-1, 4), np.array(b, np.float32).reshape(-1, 4))
    wanted = np.array([[_slow_overlap(x, y, "union") for y in b] for x in a]).reshape(len(a), len(b))
    np.testing.assert_allclose(found, wanted, atol=1e-12)


def test_that_iou_of_a_box_turned_inside_out_is_zero() -> None:
    assert boxes.iou(np.array([[10.0, 10.0, 0.0, 0.0]]), np.array([[0.0, 0.0, 10.0, 10.0]])) == [[0.0]]


@settings(max_examples=200)
@given(_heap, st.sampled_from([0.0, 0.25, 0.4, 0.5, 1.0]), st.sampled_from(["union", "min"]))
def test_that_nms_equals_the_slow_loop(heap: list[tuple[tuple[int, ...], int]], threshold: float, mode: str) -> None:
    order = sorted(range(len(heap)), key=lambda i: -heap[i][1])
    wanted: list[int] = []
    for i in order:
        if all(_slow_overlap(heap[i][0], heap[j][0], mode) <= threshold for j in wanted):
            wanted.append(i)
    box = np.array([b for b, _ in heap], np.float32).reshape(-1, 4)
    score = np.array([s for _, s in heap], np.float32)
    assert boxes.nms(box, score, threshold, mode=mode).tolist() == wanted


def test_that_nms_by_the_smaller_box_removes_a_box_inside_another() -> None:
    nested = np.array([[0, 0, 100, 100], [40, 40, 60, 60]], np.float32)
    score = np.array([0.9, 0.8], np.float32)
    assert boxes.nms(nested, score, 0.5).tolist() == [0, 1]
    assert boxes.nms(nested, score, 0.5, mode="min").tolist() == [0]


def test_that_nms_refuses_an_unknown_mode() -> None:
    with pytest.raises(ValueError, match="mode"):
        boxes.nms(np.zeros((1, 4)), np.zeros(1), 0.5, mode="max")  # type: ignore[arg-type]


def test_that_nms_refuses_a_wrong_number_of_scores() -> None:
    with pytest.raises(ValueError, match="scores"):
        boxes.nms(np.zeros((2, 4)), np.zeros(3), 0.5)


def test_that_clip_cuts_at_the_edges_of_the_picture() -> None:
    cut = boxes.clip(np.array([[-5.0, -6.0, 50.0, 60.0], [700.0, 10.0, 720.0, 30.0], [1, 2, 3, 4]]), (640, 48))
    assert cut.tolist() == [[0, 0, 50, 48], [640, 10, 640, 30], [1, 2, 3, 4]]
    assert cut.dtype == np.float32


def test_that_anchor_centres_run_along_the_rows_with_every_point_repeated() -> None:
    centres = boxes.anchor_centres((24, 16), 8, 2)
    assert centres.tolist() == [[x, y] for y in (0, 8) for x in (0, 8, 16) for _ in range(2)]
    assert centres.dtype == np.float32


def test_that_anchor_centres_leave_out_an_incomplete_cell() -> None:
    assert len(boxes.anchor_centres((20, 15), 8, 1)) == 2


def test_that_distances_become_boxes() -> None:
    centres = np.array([[10, 20], [0, 0]], np.float32)
    distances = np.array([[1, 2, 3, 4], [0, 0, 5, 6]], np.float32)
    assert boxes.distance_to_box(centres, distances).tolist() == [[9, 18, 13, 24], [0, 0, 5, 6]]


def test_that_distances_become_landmarks() -> None:
    centres = np.array([[10, 20]], np.float32)
    found = boxes.distance_to_landmarks(centres, np.arange(10, dtype=np.float32)[None])
    assert found.tolist() == [[[10, 21], [12, 23], [14, 25], [16, 27], [18, 29]]]


def test_that_no_detections_are_decoded_to_empty_arrays() -> None:
    nothing = np.zeros((0, 2), np.float32)
    assert boxes.distance_to_box(nothing, np.zeros((0, 4), np.float32)).shape == (0, 4)
    assert boxes.distance_to_landmarks(nothing, np.zeros((0, 10), np.float32)).shape == (0, 5, 2)
