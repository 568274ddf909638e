"""Where check-ins go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import datetime
from typing import Protocol

from attendance.core.types import CheckIn, Person

EventRow = tuple[str, str, int, str, float | None, str, str, str | None, str | None, str | None, int]
"""event_id, instant in UTC as "YYYY-MM-DD HH:MM:SS.ffffff", utc_offset_s, direction, similarity, source, made_by; code,
name and department of the person, None when erased; number of the row, in the order of storing."""


class CheckInLog(Protocol):
    """Append-only log of check-ins. Safe from any thread."""

    def append(self, event: CheckIn) -> Future[CheckIn]:
        """Hand the event to the writer thread; the future resolves after the commit.

        The future's exception is a StorageError. A second append with the same event_id changes nothing.
        """

    def last_for_person(self, person_id: int) -> CheckIn | None:
        """Return the newest event of one person."""

    def get(self, event_id: str) -> CheckIn | None:
        """Return one event, None when there is none with this id."""

    def between(self, start_utc: datetime, end_utc: datetime) -> Iterator[tuple[CheckIn, Person | None]]:
        """Yield events with start <= at_utc < end, oldest first, with the person (None when erased)."""

    def rows_between(self, start_utc: datetime, end_utc: datetime) -> Iterator[EventRow]:
        """Yield the same events as plain rows, several times as fast."""

    def count(self) -> int:
        """Return the number of rows."""


CheckInSaved = Callable[[CheckIn], None]


CheckInFailed = Callable[[CheckIn, Exception], None]
