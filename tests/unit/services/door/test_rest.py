"""The computer rests while nobody is at the door, and notices at once when somebody comes."""

from __future__ import annotations

import numpy as np
import pytest

from attendance.core.types import Frame, ImageBgr
from attendance.services.door.rest import Rest
from tests.fakes import START_UTC

EVERY_S = 0.2
WALL = np.random.default_rng(1).integers(60, 180, (240, 320, 3)).astype(np.uint8)


def room(number: int, *, person_x: int | None = None, light: float = 0.0) -> ImageBgr:
    """Return a wall with the noise of a sensor, and with a person of a twelfth of the picture's width."""
    noise = np.random.default_rng(number).normal(light, 5.0, WALL.shape)
    image = WALL + noise
    if person_x is not None:
        image[100:180, person_x : person_x + 27] -= 40.0
    return np.clip(image, 0, 255).astype(np.uint8)


class Door:
    """A rest, and a camera before it."""

    def __init__(self) -> None:
        self.rest = Rest(after_s=60.0)
        self.number = 0

    def show(self, image: ImageBgr) -> tuple[bool, bool]:
        frame = Frame(image, START_UTC, self.number * EVERY_S, self.number)
        self.number += 1
        return self.rest.take(frame)

    def show_empty(self, seconds: float) -> list[tuple[bool, bool]]:
        return [self.show(room(self.number)) for _ in range(round(seconds / EVERY_S))]


def test_that_a_minute_without_a_face_begins_the_rest() -> None:
    door = Door()
    assert set(door.show_empty(60.0)) == {(True, True)}
    assert door.rest.pause_s == 0.0

    resting = door.show_empty(10.0)
    assert door.rest.pause_s == EVERY_S
    assert sum(looks for looks, _ in resting) == pytest.approx(10, abs=1)
    assert sum(shows for _, shows in resting) == pytest.approx(17, abs=4)  # two a second, on a grid of 0.2 s


def test_that_a_face_ends_the_rest() -> None:
    door = Door()
    door.show_empty(70.0)
    door.rest.somebody(door.number * EVERY_S)

    assert door.rest.pause_s == 0.0
    assert set(door.show_empty(30.0)) == {(True, True)}


def test_that_somebody_who_comes_in_is_looked_at_at_once() -> None:
    door = Door()
    for number in range(5):
        door.show_empty(61.0)
        assert door.show(room(door.number, person_x=20 + 50 * number)) == (True, True)
        door.rest.somebody(door.number * EVERY_S)


def test_that_dusk_wakes_nobody() -> None:
    door = Door()
    door.show_empty(61.0)
    looks = [door.show(room(door.number, light=-0.1 * number))[0] for number in range(300)]

    assert sum(looks) == pytest.approx(60, abs=2)


@pytest.mark.parametrize("shape", [(120, 160, 3), (8, 8, 3), (3, 500, 3)])
def test_that_pictures_of_any_size_can_be_compared(shape: tuple[int, int, int]) -> None:
    door = Door()
    door.show_empty(61.0)
    before = np.zeros(shape, np.uint8)
    for _ in range(10):
        door.show(before)

    assert door.show(np.full(shape, 200, np.uint8)) == (True, True)


def test_that_a_clock_that_begins_anew_begins_the_minute_anew() -> None:
    door = Door()
    door.show_empty(70.0)
    door.number = 0

    assert door.show(room(0)) == (True, True)
