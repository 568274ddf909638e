"""A wall clock that was set: found by comparing it with the monotonic clock, which never jumps."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from attendance.core.types import CheckIn

JUMP_TOLERANCE_S = 2.0
"""Between two samples; time servers slew a clock by at most 0.5 ms a second (adjtime(3)), so an hour drifts 1.8 s."""
SUSPECT_REACH_S = 12 * 3600
"""Check-ins so near to a jump may have a wrong time: nobody knows since when the clock was wrong."""


@dataclass(frozen=True, slots=True)
class ClockSample:
    """Both clocks at one moment.

    Attributes:
        mono_s: monotonic seconds.
        utc: aware instant of the wall clock.
    """

    mono_s: float
    utc: datetime


@dataclass(frozen=True, slots=True)
class ClockJump:
    """The wall clock was set between two samples.

    Attributes:
        expected_utc: what it should have shown at the second sample.
        found_utc: what it showed.
        by_s: seconds; positive when it was set forward.
    """

    expected_utc: datetime
    found_utc: datetime
    by_s: float


def clock_jumps(samples: Iterable[ClockSample], *, tolerance_s: float = JUMP_TOLERANCE_S) -> list[ClockJump]:
    """Find the jumps of the wall clock.

    Args:
        samples: of one run of one computer, any order; at most an hour apart, or drift counts as a jump.
        tolerance_s: smaller differences are no jump, seconds.
    """
    ordered = sorted(samples, key=lambda s: s.mono_s)
    found = []
    for before, after in itertools.pairwise(ordered):
        expected = before.utc + timedelta(seconds=after.mono_s - before.mono_s)
        by_s = (after.utc - expected).total_seconds()
        if abs(by_s) > tolerance_s:
            found.append(ClockJump(expected, after.utc, by_s))
    return found


def clock_suspects(
    check_ins: Iterable[CheckIn], jumps: Sequence[ClockJump], *, reach_s: int = SUSPECT_REACH_S
) -> frozenset[str]:
    """Return the ids of check-ins that lie around a jump, on the wrong or on the right side of it.

    Args:
        check_ins: of the door whose clock jumped.
        jumps: see ``clock_jumps``.
        reach_s: seconds before the earlier and after the later reading of the clock.
    """
    reach = timedelta(seconds=reach_s)
    spans = [(min(j.expected_utc, j.found_utc) - reach, max(j.expected_utc, j.found_utc) + reach) for j in jumps]
    return frozenset(e.event_id for e in check_ins if any(low <= e.at_utc <= high for low, high in spans))
