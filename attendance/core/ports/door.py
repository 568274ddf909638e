"""Where check-ins go."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol

from attendance.core.types import CheckIn, Person


class EventRow(NamedTuple):
    """A check-in with its person as one plain row: a tuple of numbers and texts, because a report reads a million.

    Attributes:
        event_id: unique text.
        at_us: microseconds since 1970, in UTC.
        utc_offset_s: what the clock at the door was ahead of UTC.
        direction: value of a ``Direction``.
        similarity: cosine, None for entries by hand.
        source: door or camera.
        made_by: "kiosk" or who entered it.
        code: of the person; None, as name and department, after an erasure.
        name: of the person.
        department: of the person.
        method: value of a ``CheckInMethod``, None where no door made it or nobody noted it.
    """

    event_id: str
    at_us: int
    utc_offset_s: int
    direction: str
    similarity: float | None
    source: str
    made_by: str
    code: str | None
    name: str | None
    department: str | None
    method: str | None


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


class UnsavedRecord(Protocol):
    """Keeps check-ins outside of the database that refuses them. Safe from any thread; nothing here raises."""

    @property
    def kept(self) -> list[CheckIn]:
        """Refused check-ins, oldest first, also those of earlier runs."""

    @property
    def places(self) -> list[Path]:
        """Files that hold them; empty when only memory does."""

    def prepare(self) -> bool:
        """Take room on the disk for later; False when it has too little."""

    def make_room(self) -> bool:
        """Give that room back; True when it freed anything."""

    def keep(self, event: CheckIn) -> bool:
        """Note a refused check-in; False when only memory has it."""

    def forget(self, event_id: str) -> None:
        """Note that a check-in is in the database; harmless when it was never kept."""


CheckInSaved = Callable[[CheckIn], None]


CheckInFailed = Callable[[CheckIn, Exception], None]
