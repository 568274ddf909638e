"""When the whole picture is searched, and that following neither keeps nor loses a face."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pytest

from attendance.core.types import Detection, FloatArray, ImageBgr
from attendance.services.door.face_follower import FaceFollower
from tests.fakes import FakeDetector, ScriptedFace, picture

EVERY = 5
LEFT, RIGHT, FAR = (10, 60, 110, 180), (200, 60, 300, 180), (130, 20, 170, 70)


@dataclass
class Stream:
    """A follower over a scripted detector, fed picture by picture."""

    detector: FakeDetector = field(default_factory=FakeDetector)
    frame_s: float = 0.05
    most_followed: int = 3
    at_s: float = 0.0
    index: int = 0

    def __post_init__(self) -> None:
        self.follower = FaceFollower(self.detector, full_every=EVERY, most_followed=self.most_followed)

    def show(self, *faces: ScriptedFace, size_wh: tuple[int, int] = (320, 240)) -> dict[int, list[float]]:
        """Return box by number."""
        self.at_s += self.frame_s
        self.index += 1
        found, numbers = self.follower.find(picture(*faces, size_wh=size_wh, seed=self.index), self.at_s)
        assert len(set(numbers)) == len(numbers)
        return {number: face.box_xyxy_px.tolist() for number, face in zip(numbers, found, strict=True)}

    def whole_searches(self, frames: int, *faces: ScriptedFace) -> list[bool]:
        """Show the same for some frames; return for each whether the whole picture was searched."""
        searched = []
        for _ in range(frames):
            before = self.detector.whole
            self.show(*faces)
            searched.append(self.detector.whole > before)
        return searched


def test_that_the_whole_picture_is_searched_every_few_frames() -> None:
    assert Stream().whole_searches(11, ScriptedFace(1, LEFT)) == ([True] + [False] * (EVERY - 1)) * 2 + [True]


def test_that_a_slow_camera_is_searched_whole_at_least_twice_a_second() -> None:
    assert Stream(frame_s=0.3).whole_searches(5, ScriptedFace(1, LEFT)) == [True, False, True, False, True]
    assert all(Stream(frame_s=0.6).whole_searches(4, ScriptedFace(1, LEFT)))


def test_that_an_empty_picture_is_searched_whole_every_time() -> None:
    stream = Stream()
    assert all(stream.whole_searches(7))
    assert list(stream.show(ScriptedFace(1, LEFT)).values()) == [list(LEFT)]


def test_that_a_followed_face_is_where_it_is_and_keeps_its_number() -> None:
    stream = Stream()
    for step in range(20):
        face_now = ScriptedFace(1, LEFT).moved(8 * step)
        assert stream.show(face_now) == {1: list(face_now.box)}


def test_that_a_second_person_is_found_within_the_period() -> None:
    for since_whole in range(EVERY):
        stream = Stream()
        for _ in range(1 + since_whole):
            stream.show(ScriptedFace(1, LEFT))
        counts = [len(stream.show(ScriptedFace(1, LEFT), ScriptedFace(2, RIGHT))) for _ in range(EVERY)]
        assert counts[-1] == 2
        assert counts == sorted(counts)


def test_that_whoever_left_is_gone_in_the_same_frame() -> None:
    for since_whole in range(EVERY + 1):
        stream = Stream()
        for _ in range(1 + since_whole):
            stream.show(ScriptedFace(1, LEFT), ScriptedFace(2, RIGHT))
        assert list(stream.show(ScriptedFace(2, RIGHT)).values()) == [list(RIGHT)]
        assert stream.show() == {}


def test_that_a_jump_is_found_in_the_same_frame() -> None:
    stream = Stream()
    stream.show(ScriptedFace(1, LEFT))
    assert list(stream.show(ScriptedFace(1, RIGHT)).values()) == [list(RIGHT)]


def test_that_several_faces_are_followed_and_a_crowd_is_not() -> None:
    crowd = [ScriptedFace(n + 1, (70 * n, 60, 70 * n + 60, 140)) for n in range(4)]
    assert Stream().whole_searches(4, *crowd[:3]) == [True, False, False, False]
    assert all(Stream().whole_searches(4, *crowd))


def test_that_another_picture_size_is_searched_whole() -> None:
    stream = Stream()
    stream.show(ScriptedFace(1, LEFT))
    before = stream.detector.whole
    assert len(stream.show(ScriptedFace(1, LEFT), size_wh=(480, 360))) == 1
    assert stream.detector.whole == before + 1


def test_that_numbers_end_after_a_while() -> None:
    stream = Stream()
    stream.show(ScriptedFace(1, LEFT), ScriptedFace(2, RIGHT))
    stream.show(ScriptedFace(1, LEFT))
    assert stream.follower.ended(stream.at_s + 0.5) == []
    assert stream.follower.ended(stream.at_s + 1.01) == [1, 2]


class ScriptedDetector:
    """Answers what it is told to.

    Attributes:
        whole: answer of detect() for the picture itself; with a border there is ``bordered``.
        near: answer of look_again(); None as of a detector that has no closer look.
        searches: number of detect() calls.
        asked: boxes of each look_again().
    """

    def __init__(self) -> None:
        self.whole: list[Detection] = []
        self.bordered: list[Detection] = []
        self.near: list[Detection] | None = []
        self.searches = 0
        self.asked: list[list[list[float]]] = []
        self.borders = 0

    def detect(self, image_bgr: ImageBgr) -> list[Detection]:
        self.searches += 1
        if image_bgr.shape[:2] == (240, 320):
            return self.whole
        self.borders += 1
        return self.bordered

    def look_again(self, image_bgr: ImageBgr, boxes_px: FloatArray) -> list[Detection] | None:
        self.asked.append(boxes_px.tolist())
        return self.near


def face(box: tuple[float, ...]) -> Detection:
    middle = ((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)
    return Detection(np.array(box, np.float32), np.array([middle] * 5, np.float32), 0.9)


IMAGE = np.zeros((240, 320, 3), np.uint8)


def test_that_a_face_that_a_whole_search_misses_is_looked_for_where_it_was() -> None:
    detector = ScriptedDetector()
    follower = FaceFollower(detector, full_every=1)
    detector.whole = [face(LEFT), face(RIGHT)]
    follower.find(IMAGE, 0.0)
    detector.whole, detector.near = [face(RIGHT)], [face(LEFT)]
    found, numbers = follower.find(IMAGE, 0.1)
    assert sorted(f.box_xyxy_px.tolist() for f in found) == [list(LEFT), list(RIGHT)]
    assert sorted(numbers) == [1, 2]
    assert detector.asked == [[list(LEFT)]]  # only where one is missing
    detector.near = []
    assert len(follower.find(IMAGE, 0.2)[0]) == 1


def test_that_a_face_found_both_ways_is_one_face() -> None:
    detector = ScriptedDetector()
    follower = FaceFollower(detector)
    detector.whole = [face(LEFT), face(RIGHT)]
    follower.find(IMAGE, 0.0)
    detector.near = [face(LEFT)]  # one of two: the whole picture is searched too
    assert len(follower.find(IMAGE, 0.1)[0]) == 2


def test_that_a_detector_without_a_closer_look_searches_each_picture_once() -> None:
    detector = ScriptedDetector()
    follower = FaceFollower(detector, full_every=EVERY)
    detector.whole, detector.near = [face(LEFT), face(RIGHT)], None
    for index in range(2 * EVERY):
        assert len(follower.find(IMAGE, 0.05 * index)[0]) == 2
        assert detector.searches == index + 1
    detector.whole = [face(RIGHT)]  # one is missing, in a picture between two that are due and in one that is
    for index in range(2 * EVERY, 3 * EVERY):
        assert len(follower.find(IMAGE, 0.05 * index)[0]) == 1
        assert detector.searches == index + 1


def test_that_half_a_face_from_a_closer_look_is_no_second_one() -> None:
    detector = ScriptedDetector()
    follower = FaceFollower(detector)
    detector.whole = [face(LEFT), face(RIGHT)]
    follower.find(IMAGE, 0.0)
    left, top, right, bottom = LEFT
    detector.near = [face((left, top, right, (top + bottom) / 4 + top / 2))]
    assert len(follower.find(IMAGE, 0.1)[0]) == 2


def test_that_somebody_who_fills_an_empty_picture_is_looked_for_now_and_then() -> None:
    detector = ScriptedDetector()
    follower = FaceFollower(detector, full_every=EVERY)
    detector.bordered = [face((160 + 20, 160 + 10, 160 + 300, 160 + 230))]
    counts = [len(follower.find(IMAGE, 0.1 * index)[0]) for index in range(EVERY)]
    assert counts == [0] * (EVERY - 1) + [1]
    assert detector.borders == 1


def test_that_a_period_below_one_is_refused() -> None:
    with pytest.raises(ValueError, match="full_every"):
        FaceFollower(FakeDetector(), full_every=0)
