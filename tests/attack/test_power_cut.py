"""Wherever the power is cut, what was said to be saved is there, and nothing that was only cut off is an alarm."""

from __future__ import annotations

import pytest

from tests.attack import power_cut


@pytest.fixture(autouse=True)
def _needs_strace() -> None:
    if not power_cut.is_possible():
        pytest.skip("no program may be traced here")


def harm(found: power_cut.Outcome) -> tuple[int, ...]:
    return found.lost, found.broken, found.alarmed, found.leaking


def test_that_a_power_cut_loses_nothing_that_was_said_to_be_saved() -> None:
    found = power_cut.attack(15)
    assert harm(found) == (0, 0, 0, 0)
    assert found.acknowledged > 15


@pytest.mark.heavy
@pytest.mark.timeout(1800)
def test_that_500_power_cuts_lose_nothing_that_was_said_to_be_saved() -> None:
    found = power_cut.attack(500)
    print(found)
    assert harm(found) == (0, 0, 0, 0)
