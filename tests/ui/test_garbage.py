"""What is loaded once is not looked at by every garbage collection again."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from attendance.ui.garbage import settle_garbage


class Knot:
    """Refers to itself."""

    def __init__(self) -> None:
        self.itself = self


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.unfreeze()
    gc.enable()


def test_that_everything_loaded_is_left_out_of_later_collections() -> None:
    tracked = len(gc.get_objects())

    settle_garbage()

    assert gc.get_freeze_count() > 0.9 * tracked
    assert len(gc.get_objects()) < 0.1 * tracked


def test_that_garbage_is_collected_before_the_rest_is_kept_aside() -> None:
    knot = weakref.ref(Knot())
    assert knot() is not None

    settle_garbage()

    assert knot() is None


def test_that_what_became_garbage_while_kept_aside_is_found_the_next_time() -> None:
    thing = Knot()
    knot = weakref.ref(thing)
    settle_garbage()
    del thing
    gc.collect()
    assert knot() is not None

    settle_garbage()

    assert knot() is None
