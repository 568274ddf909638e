"""How far a work is, how fast it goes, and how long it takes still."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Pace:
    """One moment of a work.

    Attributes:
        done: bytes, photographs or people; 0 before the first.
        total: None while nobody knows.
        per_s: how many a second in this run, 0.0 while nobody knows.
        left_s: estimated seconds until the end, None while nobody knows.
    """

    done: int = 0
    total: int | None = None
    per_s: float = 0.0
    left_s: float | None = None


def pace_of(done: int, total: int | None, passed_s: float, *, before: int = 0) -> Pace:
    """Return the pace of a work, as even as it was on average.

    Args:
        done: how many are done.
        total: of how many, None while nobody knows.
        passed_s: seconds since this run began.
        before: how many were done when it began; a download goes on in the middle.
    """
    per_s = (done - before) / passed_s if passed_s > 0 else 0.0
    left_s = (total - done) / per_s if total is not None and per_s > 0 else None
    return Pace(done, total, per_s, left_s)
