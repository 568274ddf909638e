"""Following faces from picture to picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attendance.core.recognition.tracking import Tracker
from attendance.core.types import Detection


def _face(x: float, y: float = 100.0, size: float = 80.0) -> Detection:
    half = size / 2
    box = np.array([x - half, y - half, x + half, y + half], np.float32)
    return Detection(box, np.zeros((5, 2), np.float32), 0.9)


def _follow(tracker: Tracker, pictures: list[list[Detection]], fps: float = 10.0) -> list[list[int]]:
    return [tracker.update(faces, index / fps) for index, faces in enumerate(pictures)]


def test_that_a_standing_face_keeps_its_id() -> None:
    assert _follow(Tracker(), [[_face(200 + jitter)] for jitter in (0, 3, -2, 4)]) == [[1]] * 4


def test_that_a_person_walking_past_keeps_the_id_without_any_overlap() -> None:
    # 70 px a picture with a face of 80 px: boxes of neighbouring pictures overlap by less than the limit.
    assert _follow(Tracker(), [[_face(100 + 70 * i)] for i in range(8)]) == [[1]] * 8


def test_that_a_person_walking_up_to_the_camera_keeps_the_id() -> None:
    pictures = [[_face(300 + 30 * i, 100 + 12 * i, 40 * 1.25**i)] for i in range(8)]
    assert _follow(Tracker(), pictures) == [[1]] * 8


def test_that_two_people_crossing_keep_their_ids() -> None:
    for step in (15, 25, 35):
        pictures = [[_face(100 + step * i), _face(420 - step * i)] for i in range(320 // step + 1)]
        assert _follow(Tracker(), pictures) == [[1, 2]] * len(pictures)


def test_that_ids_follow_the_faces_when_the_detector_changes_their_order() -> None:
    left, middle, right = _face(100), _face(300), _face(500)
    assert _follow(Tracker(), [[left, middle, right], [right, left, middle], [middle]]) == [[1, 2, 3], [3, 1, 2], [2]]


def test_that_somebody_more_than_a_face_away_gets_a_new_id() -> None:
    for distance in (81, 110, 300):
        assert _follow(Tracker(), [[_face(100)], [_face(100 + distance)]]) == [[1], [2]]


def test_that_a_near_face_of_quite_another_size_gets_a_new_id() -> None:
    assert _follow(Tracker(), [[_face(100, size=30)], [_face(150, size=120)]]) == [[1], [2]]


def test_that_overlap_goes_before_nearness() -> None:
    tracker = Tracker()
    tracker.update([_face(100), _face(196)], 0.0)
    # The first box is nearer than a face width to both tracks, but overlaps the second one.
    assert tracker.update([_face(160), _face(30)], 0.1) == [2, 1]


def test_that_a_face_hidden_for_less_than_the_gap_keeps_its_id() -> None:
    tracker = Tracker(max_gap_s=1.0)
    assert tracker.update([_face(100)], 5.0) == [1]
    assert tracker.update([], 5.5) == []
    assert tracker.update([_face(105)], 6.0) == [1]


def test_that_a_face_hidden_for_longer_than_the_gap_gets_a_new_id() -> None:
    tracker = Tracker(max_gap_s=1.0)
    tracker.update([_face(100)], 5.0)
    assert tracker.update([_face(100)], 6.01) == [2]


def test_that_a_hidden_walker_is_not_expected_further_and_further_away() -> None:
    tracker = Tracker()
    for i in range(5):
        tracker.update([_face(100 + 40 * i)], i / 10)
    # Stopped behind somebody: seen again 0.9 s later, a little further on; 360 px at full speed.
    assert tracker.update([_face(340)], 1.3) == [1]


def test_that_ended_tells_each_lost_id_once() -> None:
    tracker = Tracker(max_gap_s=1.0)
    tracker.update([_face(100), _face(300)], 0.0)
    assert tracker.ended(0.5) == []
    tracker.update([_face(300)], 0.9)
    assert tracker.ended(1.2) == [1]
    assert tracker.ended(1.2) == []
    tracker.update([], 3.0)
    assert tracker.ended(3.0) == [2]


def test_that_a_stricter_overlap_leaves_the_match_to_the_distance() -> None:
    assert _follow(Tracker(iou_min=0.99), [[_face(100)], [_face(110)]]) == [[1], [1]]


def test_that_two_pictures_of_one_instant_do_not_throw_the_track_away() -> None:
    tracker = Tracker()
    assert [tracker.update([_face(x)], t)[0] for x, t in ((100, 0.0), (110, 0.0), (112, 0.1), (113, 0.05))] == [1] * 4


@pytest.mark.parametrize("count", [0, 1, 3])
def test_that_an_empty_picture_before_or_after_changes_nothing(count: int) -> None:
    tracker = Tracker()
    assert tracker.update([], 0.0) == []
    assert tracker.update([_face(200 * (i + 1)) for i in range(count)], 0.1) == list(range(1, count + 1))


@settings(max_examples=60)
@given(st.lists(st.lists(st.tuples(st.integers(0, 600), st.integers(20, 200)), max_size=5), min_size=1, max_size=12))
def test_that_ids_are_unique_in_a_picture_and_never_come_back(pictures: list[list[tuple[int, int]]]) -> None:
    tracker = Tracker(max_gap_s=0.25)
    gone: set[int] = set()
    for index, faces in enumerate(pictures):
        ids = tracker.update([_face(x, size=size) for x, size in faces], index * 0.1)
        assert len(set(ids)) == len(ids) == len(faces)
        assert not gone & set(ids)
        gone |= set(tracker.ended(index * 0.1))


def test_that_a_face_is_expected_where_its_movement_leads() -> None:
    tracker = Tracker()
    assert tracker.expected(0.0).shape == (0, 4)
    _follow(tracker, [[_face(100 + 20 * index), _face(500)] for index in range(12)])
    moving, standing = tracker.expected(1.2)
    np.testing.assert_allclose(moving, [300, 60, 380, 140], atol=1)
    np.testing.assert_allclose(standing, [460, 60, 540, 140], atol=1e-3)
    assert moving.dtype == np.float32


def test_that_a_face_that_the_last_picture_lacked_is_not_expected() -> None:
    tracker = Tracker()
    _follow(tracker, [[_face(100), _face(300)], [_face(100)]])
    assert len(tracker.expected(0.15)) == 1
