"""The reference detector and the labels it gives."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from attendance_training.detector.labels import ReferenceDetector, mean_of_views, no_faces
from attendance_training.errors import TrainingDataUnusable
from tests.unit.training.detector import made_up
from tests.unit.training.detector.made_up import FACE_PX, FOUND_AT, faces_at

pytestmark = pytest.mark.needs_torch
BLACK = np.zeros((250, 250, 3), np.uint8)


def test_that_faces_come_in_pixels_of_the_picture_best_first(reference_file: Path) -> None:
    faces = ReferenceDetector(reference_file).detect(BLACK, scale=2.0)

    middles = (faces.boxes[:, :2] + faces.boxes[:, 2:]) / 2
    assert middles == pytest.approx(np.array([(x / 2, y / 2) for x, y, _ in FOUND_AT]), abs=1e-3)
    assert faces.scores == pytest.approx([score for _, _, score in FOUND_AT])
    assert faces.boxes[:, 2] - faces.boxes[:, 0] == pytest.approx([FACE_PX / 2] * 2, abs=1e-3)
    assert faces.landmarks[0] == pytest.approx(faces_at((125, 125), side=FACE_PX / 2).landmarks[0], abs=1e-3)


def test_that_a_face_seen_in_one_view_only_has_half_its_score(reference_file: Path) -> None:
    faces = ReferenceDetector(reference_file).detect_twice(BLACK, scale=2.0)

    middles = ((faces.boxes[:, 0] + faces.boxes[:, 2]) / 2).round().tolist()
    by_place = dict(zip(middles, faces.scores.tolist(), strict=True))
    assert by_place[125.0] == pytest.approx(0.9)  # in the middle: the mirrored picture shows it there too
    assert by_place[160.0] == pytest.approx(0.4)
    assert by_place[90.0] == pytest.approx(0.4)


def test_that_mirroring_twice_is_nothing_and_once_swaps_left_and_right() -> None:
    faces = faces_at((40, 60), (90, 80))

    once = faces.mirrored(250)

    assert (once.landmarks[:, 0, 0] < once.landmarks[:, 1, 0]).all()
    assert once.mirrored(250).boxes == pytest.approx(faces.boxes)
    assert once.mirrored(250).landmarks == pytest.approx(faces.landmarks)


def test_that_two_views_of_a_face_become_their_mean() -> None:
    first, second = faces_at((100, 100), score=0.8), faces_at((104, 100), score=0.6)

    both = mean_of_views(first, second)

    assert both.boxes == pytest.approx(faces_at((102, 100)).boxes)
    assert both.scores == pytest.approx([0.7])
    assert len(mean_of_views(no_faces(), no_faces()).scores) == 0


def test_that_a_file_of_another_layout_is_refused(tmp_path: Path) -> None:
    six = made_up.write_reference(tmp_path / "six.onnx", outputs=6)

    with pytest.raises(TrainingDataUnusable, match=r"six\.onnx .*not the nine of SCRFD"):
        ReferenceDetector(six)


def test_that_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "damaged.onnx"
    path.write_bytes(b"no network")

    with pytest.raises(TrainingDataUnusable, match=r"damaged\.onnx .*not an ONNX detector"):
        ReferenceDetector(path)
