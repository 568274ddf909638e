"""On a full disk no check-in that somebody heard of is lost, and no door ends as if all were well.

The disk is a tmpfs of a few megabytes in a mount namespace, so it needs Linux with user namespaces.
"""

from __future__ import annotations

import pytest

from tests.attack import small_disk
from tests.attack.disk_full import attack_on_small_disk


@pytest.fixture(autouse=True)
def _needs_small_disk() -> None:
    if not small_disk.is_possible():
        pytest.skip("this computer lets no program have a disk of its own")


def test_that_no_check_in_is_lost_on_a_full_disk() -> None:
    found = attack_on_small_disk(4)
    assert (found.lost, found.silent) == (0, 0)
    assert found.saved > 0
    assert found.waiting > 0
    assert found.killed == 1


@pytest.mark.heavy
@pytest.mark.timeout(1800)
def test_that_no_check_in_is_lost_on_60_full_disks() -> None:
    found = attack_on_small_disk(60)
    print(found)
    assert (found.lost, found.silent) == (0, 0)
    assert found.waiting > 100
