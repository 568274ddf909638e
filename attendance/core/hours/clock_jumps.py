"""A wall clock that was set: found by comparing it with the monotonic clock, which never jumps."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from attendance.core.types import CheckIn

JUMP_TOLERANCE_S = 2.0
"""Between two samples; time servers slew a clock by at most 0.5 ms a second (adjtime(3)), so an hour drifts 1.8 s."""
SUSPECT_REACH_S = 12 * 3600
"""Check-ins so near to a jump may have a wrong time: nobody knows since when the clock was wrong."""
_LARGEST_BETWEEN = timedelta(days=7)
"""What lies between both readings of a larger jump is not suspect: a clock that came from 1970 spoils no decade."""
EARLIEST_UTC = datetime(2026, 11, 1, tzinfo=UTC)
"""Release of this version: a clock before it is wrong."""
LATEST_UTC = EARLIEST_UTC + timedelta(days=25 * 365)
"""Nobody runs this version then; computers whose clock lost its battery or overflowed show 2107, 2036 or 1970."""
_BEHIND_TOLERANCE = timedelta(seconds=60)


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


@dataclass(frozen=True, slots=True)
class ClockFault:
    """A wall clock that cannot be right, whatever it showed before.

    Attributes:
        expected_utc: the earliest instant that it could be now.
        is_behind: it stands before something that has been recorded; otherwise its date is out of the question.
    """

    expected_utc: datetime
    is_behind: bool


def clock_fault(now_utc: datetime, newest_utc: datetime | None) -> ClockFault | None:
    """Judge a wall clock by itself, without a second clock.

    Args:
        now_utc: what it shows.
        newest_utc: instant of the newest entry, None without one; one that is out of the question itself is left out.
    """
    newest = newest_utc if newest_utc is not None and EARLIEST_UTC <= newest_utc <= LATEST_UTC else None
    expected = max(newest or EARLIEST_UTC, EARLIEST_UTC)
    if newest is not None and now_utc < newest - _BEHIND_TOLERANCE:
        return ClockFault(expected, is_behind=True)
    if not EARLIEST_UTC <= now_utc <= LATEST_UTC:
        return ClockFault(expected, is_behind=False)
    return None


def clock_suspects(
    check_ins: Iterable[CheckIn], jumps: Sequence[ClockJump], *, reach_s: int = SUSPECT_REACH_S
) -> frozenset[str]:
    """Return the ids of check-ins that lie around a jump, on the wrong or on the right side of it.

    Around each of both readings, and between them unless they are far apart.

    Args:
        check_ins: of the door whose clock jumped.
        jumps: see ``clock_jumps``.
        reach_s: seconds before the earlier and after the later reading of the clock.
    """
    reach = timedelta(seconds=reach_s)
    spans = []
    for jump in jumps:
        low, high = sorted((jump.expected_utc, jump.found_utc))
        parts = [(low, high)] if high - low <= _LARGEST_BETWEEN else [(low, low), (high, high)]
        spans += [(begin - reach, end + reach) for begin, end in parts]
    return frozenset(e.event_id for e in check_ins if any(low <= e.at_utc <= high for low, high in spans))
