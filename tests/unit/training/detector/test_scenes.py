"""Scenes: what is painted and what the labels say must agree."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from attendance_training.detector import backgrounds
from attendance_training.detector.labels import Faces
from attendance_training.detector.pastes import draw_paste, turn_faces
from attendance_training.detector.pictures import LabelledPicture, PictureSet
from attendance_training.detector.scenes import CLEAR, HARD, SceneMaker, SceneStyle
from attendance_training.detector.weather import degrade
from tests.unit.training.detector import made_up
from tests.unit.training.detector.made_up import draw, faces_at

SIZE = (320, 256)


def reddest(picture: NDArray[np.uint8], box: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the middle of what is red inside a box."""
    left, top, right, bottom = (int(max(0, v)) for v in box)
    part = picture[top:bottom, left:right].astype(int)
    y, x = np.nonzero((part[..., 2] > 100) & (part[..., 1] < 70) & (part[..., 0] < 70))
    return np.array([x.mean() + left, y.mean() + top])


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("side", [50.0, 90.0, 170.0])
def test_that_a_landmark_lies_where_it_is_painted(seed: int, side: float) -> None:
    """The first landmark is a red dot; mirroring makes it the second, since left and right change places."""
    source = made_up.photo()

    paste = draw_paste(np.random.default_rng(seed), source, side, (160.0, 128.0), SIZE)

    assert paste is not None
    painted = reddest(paste.picture, paste.faces.boxes[0] - np.array([*paste.corner, *paste.corner], np.float32))
    distances = np.linalg.norm(paste.faces.landmarks[0] - paste.corner - painted, axis=1)
    assert int(distances.argmin()) in {0, 1}
    assert distances.min() < 0.02 * side + 1.0
    width, height = paste.faces.boxes[0, 2:] - paste.faces.boxes[0, :2]
    assert np.sqrt(width * height) == pytest.approx(side, rel=0.08)


def test_that_a_turned_box_is_the_one_around_the_turned_oval() -> None:
    faces = faces_at((100, 100))
    wide, tall = faces.boxes[0, 2:] - faces.boxes[0, :2]
    quarter = np.array([[0.0, -1.0, 200.0], [1.0, 0.0, 0.0]])

    turned = turn_faces(faces, quarter)

    assert turned.boxes[0] == pytest.approx([100 - tall / 2, 100 - wide / 2, 100 + tall / 2, 100 + wide / 2])
    assert turned.landmarks[0, 2] == pytest.approx([200 - faces.landmarks[0, 2, 1], faces.landmarks[0, 2, 0]])


def test_that_the_same_random_state_gives_the_same_scene() -> None:
    maker = SceneMaker(made_up.picture_set(), HARD)

    (first, labels), (second, again), (other, _) = (maker.make(np.random.default_rng(seed), SIZE) for seed in (5, 5, 6))

    assert first.shape == (256, 320, 3)
    assert first.dtype == np.uint8
    assert np.array_equal(first, second)
    assert np.array_equal(labels.boxes, again.boxes)
    assert not np.array_equal(first, other)


def test_that_labelled_faces_are_in_the_scene_large_enough_and_apart() -> None:
    maker = SceneMaker(made_up.picture_set(), SceneStyle(most_faces=12, covered=0.5))
    sides = []
    for seed in range(60):
        _, labels = maker.make(np.random.default_rng(seed), SIZE)
        assert (labels.boxes >= 0).all()
        assert (labels.boxes <= [*SIZE, *SIZE]).all()
        sides += np.sqrt(np.prod(labels.boxes[:, 2:] - labels.boxes[:, :2], axis=1)).tolist()

    assert min(sides) > 12
    assert max(sides) > 150
    assert len(sides) > 60


def test_that_the_share_of_empty_scenes_is_the_style_s() -> None:
    always, never = (SceneMaker(made_up.picture_set(), SceneStyle(empty=share, crops=0.0)) for share in (1.0, 0.0))

    assert not any(len(always.make(np.random.default_rng(seed), SIZE)[1].boxes) for seed in range(20))
    found = [never.make(np.random.default_rng(seed), SIZE)[1] for seed in range(20)]
    assert all(len(labels.boxes) + len(labels.ignored) for labels in found)


def test_that_a_doubtful_face_is_not_asked_for() -> None:
    certain, doubtful, hardly = (
        faces_at((80, 125)),
        faces_at((190, 125), score=0.4),
        faces_at((190, 40), side=30, score=0.1),
    )
    faces = Faces(
        *(
            np.concatenate([getattr(f, k) for f in (certain, doubtful, hardly)])
            for k in ("boxes", "landmarks", "scores")
        )
    )
    maker = SceneMaker(PictureSet([LabelledPicture(draw(faces), faces, is_crop=False)], []), CLEAR)

    both = [maker.make(np.random.default_rng(seed), (640, 480))[1] for seed in range(40)]

    widths = np.concatenate([labels.boxes[:, 2] - labels.boxes[:, 0] for labels in both])
    assert len(widths) > 20
    assert sum(len(labels.ignored) for labels in both) > 10
    assert sum(len(labels.boxes) > 6 for labels in both) == 0  # never more than one label a paste


def test_that_a_portrait_s_face_is_as_high_as_asked_for() -> None:
    maker = SceneMaker(made_up.picture_set(), CLEAR)
    heights = []
    for seed in range(20):
        _, labels = maker.portrait(np.random.default_rng(seed), (640, 480), 0.8)
        heights += (labels.boxes[:, 3] - labels.boxes[:, 1]).tolist()

    assert len(heights) == 20
    assert np.median(heights) == pytest.approx(0.8 * 480, rel=0.06)


def test_that_a_strip_of_a_photograph_keeps_clear_of_its_faces() -> None:
    source = made_up.photo()

    strips = [backgrounds.strip_of_photo(np.random.default_rng(seed), source, (160, 120)) for seed in range(30)]

    for strip in strips:
        assert strip is not None
        assert strip.shape == (120, 160, 3)
        assert (np.abs(strip.astype(int) - (40, 120, 40)) < 12).all()


def test_that_a_photograph_full_of_a_face_has_no_strip() -> None:
    assert backgrounds.strip_of_photo(np.random.default_rng(0), made_up.photo(side=230), (160, 120)) is None


@pytest.mark.parametrize("kind", list(backgrounds.KINDS))
def test_that_made_up_backgrounds_have_the_size_asked_for_and_differ(kind: str) -> None:
    first, second = (backgrounds.KINDS[kind](np.random.default_rng(seed), (97, 64)) for seed in (1, 2))

    assert first.shape == (64, 97, 3)
    assert first.dtype == np.uint8
    assert not np.array_equal(first, second)


def test_that_the_camera_leaves_its_input_alone_and_a_small_face_visible() -> None:
    picture = np.zeros((128, 160, 3), np.uint8)
    cv2.rectangle(picture, (60, 60), (80, 80), (255, 255, 255), -1)
    kept = picture.copy()

    contrasts = []
    for seed in range(60):
        spoilt = degrade(picture, np.random.default_rng(seed), 20.0)
        contrasts.append(float(spoilt[65:75, 65:75].mean()) - float(spoilt[20:40, 20:40].mean()))

    assert np.array_equal(picture, kept)
    assert min(contrasts) > 50
