"""Whenever erasing somebody is killed, the next start leaves the person whole or nothing of them."""

from __future__ import annotations

import os

import pytest

from tests.attack.kill_erase import Outcome, attack

pytestmark = pytest.mark.skipif(os.name != "posix", reason="kill -9 is of POSIX")


def test_that_a_killed_erasure_is_finished_at_the_next_start() -> None:
    found = attack(6)
    assert found == Outcome(trials=6, undone=found.undone, finished=6 - found.undone, leaking=0, broken=0)
    assert found.finished > 0


@pytest.mark.heavy
@pytest.mark.timeout(1800)
def test_that_none_of_150_killed_erasures_leaves_anything() -> None:
    found = attack(150)
    print(found)
    assert (found.leaking, found.broken) == (0, 0)
    assert found.finished >= 50
    assert found.undone > 0
