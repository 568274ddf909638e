"""Whenever the first start is killed, the next one is a sound first start: no alarm, no error, nothing half made."""

from __future__ import annotations

import os

import pytest

from tests.attack.kill_start import Outcome, attack

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX")


def test_that_a_killed_first_start_is_followed_by_a_sound_one() -> None:
    assert attack(5) == Outcome(trials=5, sound=5, alarmed=0, broken=0, stray=0)


@pytest.mark.heavy
@pytest.mark.timeout(1800)
def test_that_100_killed_first_starts_are_followed_by_sound_ones() -> None:
    found = attack(100)
    print(found)
    assert found == Outcome(trials=100, sound=100, alarmed=0, broken=0, stray=0)
