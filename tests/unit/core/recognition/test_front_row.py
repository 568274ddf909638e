"""Who stands at the door: near, facing, standing still."""

from __future__ import annotations

import numpy as np
import pytest

from attendance.core.recognition.front_row import FrontRow
from attendance.core.types import Detection
from tests.fakes import ScriptedFace

FACE_M = 0.19
"""From chin to hairline, as in ``FrontRule``."""
FOCAL_PX = 640.0
"""A webcam of 90 degrees at 1280 pixels: a face at 0.75 m is 162 pixels high."""


def face(x_m: float, distance_m: float, *, yaw: float = 0.0) -> Detection:
    """Return a face before the camera, x metres beside its axis."""
    height = FOCAL_PX * FACE_M / distance_m
    x, y = 640 + FOCAL_PX * x_m / distance_m, 360.0
    box = (round(x - 0.4 * height), round(y - height / 2), round(x + 0.4 * height), round(y + height / 2))
    return Detection(np.array(box, np.float32), ScriptedFace(1, box, yaw=yaw).landmarks_px, 0.9)


def seen(*ways: list[Detection], fps: float = 10.0) -> list[set[int]]:
    """Return who stands at the door in each picture; face n of all pictures is number n."""
    row = FrontRow()
    return [
        set(row.look(faces, range(1, len(faces) + 1), number / fps))
        for number, faces in enumerate(zip(*ways, strict=True))
    ]


def test_that_somebody_alone_is_at_the_door_at_any_distance() -> None:
    assert seen([face(0, 4.0)] * 3) == [{1}] * 3


@pytest.mark.parametrize("distance_m", [0.5, 1.0, 1.5])
def test_that_the_next_in_the_queue_waits(distance_m: float) -> None:
    assert seen([face(0, distance_m)] * 2, [face(0.2, distance_m + 1.07)] * 2) == [{1}] * 2


def test_that_two_side_by_side_are_both_at_the_door() -> None:
    assert seen([face(-0.3, 0.75)] * 2, [face(0.3, 1.05)] * 2) == [{1, 2}] * 2


@pytest.mark.parametrize("fps", [5.0, 10.0, 30.0])
def test_that_a_walk_past_is_noticed_with_the_second_picture(fps: float) -> None:
    past = [face(-1.0 + 0.94 * number / fps, 2.0) for number in range(10)]

    assert seen(past, fps=fps) == [{1}] + [set()] * 9


@pytest.mark.parametrize("fps", [5.0, 10.0, 30.0])
def test_that_somebody_who_comes_up_aslant_is_at_the_door(fps: float) -> None:
    way = [face(0.5 * (1 - 0.8 * t), 2.5 - 1.4 * t) for t in (number / fps for number in range(int(fps)))]

    assert seen(way, fps=fps) == [{1}] * int(fps)


def test_that_a_walker_near_the_camera_pushes_nobody_back() -> None:
    past = [face(-0.6 + 0.1 * number, 0.6) for number in range(8)]

    assert seen([face(0, 1.5)] * 8, past)[1:] == [{1}] * 7


def test_that_who_stands_near_but_looks_aside_pushes_nobody_back() -> None:
    assert seen([face(0, 1.5)] * 2, [face(0.4, 0.6, yaw=1.5)] * 2) == [{1, 2}] * 2


def test_that_one_jump_is_no_walk() -> None:
    jump = [face(0, 1.0)] * 4 + [face(0.15, 1.0)] * 4

    assert seen(jump) == [{1}] * 8


def test_that_a_walker_who_stops_is_at_the_door() -> None:
    way = [face(-1.0 + 0.1 * number, 1.0) for number in range(10)] + [face(-0.1, 1.0)] * 5

    assert seen(way)[-1] == {1}


def test_that_a_number_that_ended_starts_anew() -> None:
    row = FrontRow()
    for number in range(4):
        row.look([face(0.1 * number, 1.0)], [1], number / 10)
    row.forget(1)

    assert row.look([face(0.4, 1.0)], [1], 0.4) == {1}
