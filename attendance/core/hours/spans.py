"""Stretches of time as whole seconds since 1970 UTC: union, cut, length."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

Span = tuple[int, int]
"""Start and end, seconds since 1970 UTC; the end is not included."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND = timedelta(seconds=1)


def seconds_of(instant: datetime) -> int:
    """Return whole seconds since 1970 UTC, fractions cut off.

    Raises:
        ValueError: the instant has no time zone.
    """
    if instant.utcoffset() is None:
        raise ValueError("an instant must carry a time zone")
    return (instant - _EPOCH) // _SECOND


def instant_of(second: int) -> datetime:
    """Return an aware UTC instant."""
    return _EPOCH + timedelta(seconds=second)


def merged(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the same time as spans in order that neither touch nor overlap; empty ones are gone."""
    found: list[Span] = []
    for start, end in sorted(span for span in spans if span[0] < span[1]):
        if found and start <= found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((start, end))
    return tuple(found)


def common(one: Sequence[Span], other: Sequence[Span]) -> tuple[Span, ...]:
    """Return the time that lies in both."""
    return merged((max(a, c), min(b, d)) for a, b in one for c, d in other)


def total_s(spans: Sequence[Span]) -> int:
    """Return the length in seconds; time that several spans share counts once."""
    return sum(end - start for start, end in merged(spans))


def gaps_s(spans: Sequence[Span]) -> int:
    """Return the seconds between the first start and the last end that no span covers."""
    whole = merged(spans)
    return whole[-1][1] - whole[0][0] - total_s(whole) if whole else 0
