"""Live, frozen and black streams."""

from __future__ import annotations

import numpy as np
import pytest

from attendance.core.recognition.stream_health import StreamHealth
from attendance.core.types import StreamState

RNG = np.random.default_rng(11)


def _scene(height: int = 120, width: int = 160, level: int = 120, noise: float = 2.0) -> np.ndarray:
    ramp = np.linspace(0, 60, width)[None, :, None] + np.zeros((height, 1, 3))
    return np.clip(ramp + level - 30 + RNG.normal(0, noise, (height, width, 3)), 0, 255).astype(np.uint8)


def test_that_a_still_scene_with_sensor_noise_stays_live() -> None:
    health = StreamHealth()
    assert {health.update(_scene(noise=0.5), i / 10) for i in range(100)} == {StreamState.LIVE}


def test_that_equal_pictures_are_frozen_after_the_given_time() -> None:
    health, picture = StreamHealth(frozen_after_s=2.0), _scene()
    states = [health.update(picture.copy(), t) for t in (0.0, 0.1, 1.0, 2.0, 2.1, 60.0)]
    # Counted from the second picture: the first with a checksum.
    assert states == [StreamState.LIVE] * 4 + [StreamState.FROZEN] * 2


def test_that_the_first_different_picture_is_live_again() -> None:
    health, picture = StreamHealth(), _scene()
    for t in (0.0, 0.1, 5.0):
        state = health.update(picture, t)
    assert state is StreamState.FROZEN
    assert health.update(_scene(), 5.1) is StreamState.LIVE
    assert health.update(picture, 5.2) is StreamState.LIVE


def test_that_one_changed_pixel_between_the_looked_at_points_keeps_the_stream_live() -> None:
    health, picture = StreamHealth(frozen_after_s=2.0), _scene(480, 640)
    for i in range(60):
        picture[3, 3, 1] = i
        assert health.update(picture, i / 10) is StreamState.LIVE


def test_that_a_buffer_written_in_place_counts_as_new_pictures() -> None:
    health, buffer = StreamHealth(), _scene()
    states = []
    for i in range(60):
        buffer[:] = _scene()
        states.append(health.update(buffer, i / 10))
    assert set(states) == {StreamState.LIVE}


def test_that_a_picture_that_is_not_contiguous_is_looked_at_too() -> None:
    health, mirrored = StreamHealth(), _scene()[:, ::-1]
    assert [health.update(mirrored, t) for t in (0.0, 0.1, 5.0)][-1] is StreamState.FROZEN


def test_that_a_change_of_size_is_a_change() -> None:
    health = StreamHealth()
    small = np.full((64, 64, 3), 90, np.uint8)
    large = np.full((64, 128, 3), 90, np.uint8)
    assert [health.update(p, float(i)) for i, p in enumerate([small, small, large, large, small])] == [
        StreamState.LIVE
    ] * 5


def test_that_a_covered_lens_is_black_from_the_first_picture_on() -> None:
    health = StreamHealth()
    noise = [np.clip(RNG.normal(6, 2, (120, 160, 3)), 0, 255).astype(np.uint8) for _ in range(30)]
    assert {health.update(p, i / 10) for i, p in enumerate(noise)} == {StreamState.BLACK}
    assert health.update(_scene(), 3.1) is StreamState.LIVE


def test_that_an_all_black_buffer_is_called_black_and_not_frozen() -> None:
    health, zeros = StreamHealth(), np.zeros((120, 160, 3), np.uint8)
    assert {health.update(zeros, i / 10) for i in range(60)} == {StreamState.BLACK}


def test_that_a_dark_room_with_a_lamp_is_not_black() -> None:
    picture = np.full((120, 160, 3), 2, np.uint8)
    picture[20:40, 20:40] = 230
    picture[60:, 80:] = 8
    assert picture.mean() < 12
    assert StreamHealth().update(picture, 0.0) is StreamState.LIVE


def test_that_a_flat_grey_picture_is_not_black() -> None:
    assert StreamHealth().update(np.full((120, 160, 3), 128, np.uint8), 0.0) is StreamState.LIVE


@pytest.mark.parametrize("level", [12, 13])
def test_that_the_black_level_itself_is_black(level: int) -> None:
    state = StreamHealth(black_level=12.0).update(np.full((64, 64, 3), level, np.uint8), 0.0)
    assert (state is StreamState.BLACK) == (level == 12)


@pytest.mark.parametrize("size", [(1, 1), (2, 300), (63, 65), (1080, 1920)])
def test_that_pictures_of_any_size_are_taken(size: tuple[int, int]) -> None:
    health = StreamHealth(frozen_after_s=1.0)
    picture = np.full((*size, 3), 100, np.uint8)
    assert [health.update(picture, t) for t in (0.0, 0.5, 1.5)] == [
        StreamState.LIVE,
        StreamState.LIVE,
        StreamState.FROZEN,
    ]


def test_that_a_clock_jumping_backwards_does_not_freeze_the_stream() -> None:
    health, picture = StreamHealth(), _scene()
    assert [health.update(picture, t) for t in (100.0, 100.1, 1.0)] == [StreamState.LIVE] * 3
