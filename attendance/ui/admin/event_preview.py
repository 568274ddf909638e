"""The first check-ins of a span of days, and how many there are."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from attendance.core.ports import CheckInLog
from attendance.ui.admin.day_range import DayRange
from attendance.ui.admin.events_model import EventRow, event_row

PREVIEW_ROWS = 1000


@dataclass(frozen=True, slots=True)
class Preview:
    """What a span of days holds.

    Attributes:
        rows: the first PREVIEW_ROWS check-ins.
        total: number of all check-ins.
        people: number of different people.
    """

    days: DayRange
    rows: tuple[EventRow, ...]
    total: int
    people: int


def preview(log: CheckInLog, days: DayRange, zone: ZoneInfo) -> Preview:
    """Read a span of days; for a worker thread."""
    start = datetime.combine(days.first, time(), zone)
    end = datetime.combine(days.last + timedelta(days=1), time(), zone)
    events = iter(log.between(start, end))
    rows = tuple(event_row(event, person, zone) for event, person in itertools.islice(events, PREVIEW_ROWS))
    people = {row.person_id for row in rows}
    total = len(rows)
    for event, _person in events:
        total += 1
        people.add(event.person_id)
    return Preview(days, rows, total, len(people - {None}))
