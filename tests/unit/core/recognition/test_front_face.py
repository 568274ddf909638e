"""Which of several faces is meant."""

from __future__ import annotations

import numpy as np

from attendance.core.recognition.front_face import front_face
from attendance.core.types import Detection


def face(left: float, top: float, side: float) -> Detection:
    box = np.array([left, top, left + side, top + side], np.float32)
    return Detection(box, np.zeros((5, 2), np.float32), 0.9)


def test_that_the_larger_of_two_central_faces_is_taken() -> None:
    small, large = face(90, 90, 20), face(80, 80, 40)
    assert front_face([small, large], (200, 200)) is large


def test_that_a_central_face_beats_a_little_larger_one_at_the_edge() -> None:
    central, edge = face(80, 80, 40), face(0, 0, 50)
    assert front_face([edge, central], (200, 200)) is central


def test_that_no_face_is_none() -> None:
    assert front_face([], (10, 10)) is None
