"""The report of every check-in."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, timedelta, timezone

from attendance.core.report_table import ERASED_NAME, Column, ColumnKind, Row
from attendance.services.reports.columns import PERSON_COLUMNS
from attendance.services.reports.kind import ReportKind
from attendance.services.reports.report_data import ReportData

_COLUMNS = (
    Column("event_id", is_printed=False),
    *PERSON_COLUMNS,
    Column("direction", vocabulary="direction"),
    Column("local_time", ColumnKind.INSTANT),
    Column("utc_time", is_printed=False),
    Column("source"),
    Column("similarity", ColumnKind.DECIMAL, decimals=3),
    Column("made_by"),
    Column("method", vocabulary="method"),
)
"""Columns.

event_id: unique text. code, name, department: of the person; "", "(erased)" and "" after an erasure. direction:
a word of ``Direction``. local_time: what the clock at the door showed, ISO 8601 with offset. utc_time: the same
instant, ISO 8601 with "Z". source: door or camera. similarity: cosine with three decimals, empty for entries by hand.
made_by: "kiosk" or who entered it. method: a word of ``CheckInMethod``, empty where no door made it.
"""


def _rows(data: ReportData) -> Iterator[Row]:
    """Yield the rows in bounded memory; times carry the offset that the door had."""
    for event, person in data.check_ins():
        code, name, department = (person.code, person.name, person.department) if person else ("", ERASED_NAME, "")
        yield (
            event.event_id,
            code,
            name,
            department,
            event.direction.value,
            event.at_utc.astimezone(timezone(timedelta(seconds=event.utc_offset_s))),
            event.at_utc.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z"),
            event.source,
            None if event.similarity is None else round(event.similarity, 3),
            event.made_by,
            "" if event.method is None else event.method.value,
        )


EVENTS = ReportKind(
    name="events", noun="check-in", columns=_COLUMNS, rows=_rows, plain_events=ReportData.plain_check_ins
)
