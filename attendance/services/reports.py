"""Reports as CSV files for spreadsheets."""

from __future__ import annotations

import csv
import logging
import os
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from pathlib import Path
from zoneinfo import ZoneInfo

from attendance.core.ports import CheckInLog, EventRow
from attendance.errors import ReportError, ReportRangeError
from attendance.file_errors import report_error
from attendance.services.csv_cells import guard

EVENT_COLUMNS = (
    "event_id",
    "code",
    "name",
    "department",
    "direction",
    "local_time",
    "utc_time",
    "source",
    "similarity",
    "made_by",
)
"""Columns of the event report.

event_id: unique text. code, name, department: of the person; "", "(erased)" and "" after an erasure. direction:
"in" or "out". local_time: what the clock at the door showed, ISO 8601 with offset. utc_time: the same instant, ISO
8601 with "Z". source: door or camera. similarity: cosine with three decimals, empty for entries by hand. made_by:
"kiosk" or who entered it.
"""
ERASED_NAME = "(erased)"

_MAX_DAYS = 36_525
"""100 years: anything longer is a slip of the keyboard."""

_log = logging.getLogger(__name__)


def write_events_csv(log: CheckInLog, *, start: date, end: date, zone: ZoneInfo, path: Path) -> int:
    """Write all check-ins of some days, oldest first, in bounded memory.

    The file is UTF-8 with a byte-order mark, CRLF and every cell quoted (RFC 4180); texts that a spreadsheet would
    take for a formula get a leading apostrophe. It appears complete or not at all; an older file is replaced.

    Args:
        log: where the events are.
        start: first day.
        end: last day, included.
        zone: where days begin and end; a day of a clock change has 23 or 25 hours.
        path: file to write, in an existing folder.

    Returns:
        Number of events.

    Raises:
        ReportRangeError: start after end, more than 100 years, or outside the calendar.
        DiskFull: no space.
        ReportError: the file cannot be written.
        StorageError: the log cannot be read.
    """
    start_utc, end_utc = _instants(start, end, zone)
    if not path.name:
        raise ReportError(path=path, reason="this is a folder")
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        try:
            rows = _write(part, log.rows_between(start_utc, end_utc))
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as err:
        raise report_error(err, path) from err
    _log.info("report of %d events from %s to %s written to %s", rows, start, end, path)
    return rows


def _instants(start: date, end: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first instant of the first day and of the day after the last, in UTC."""
    if start > end:
        raise ReportRangeError(start=start, end=end, reason="the first day is after the last")
    if (end - start).days > _MAX_DAYS:
        raise ReportRangeError(start=start, end=end, reason="more than 100 years")
    try:
        # Where the clocks change at midnight, fold=0 gives the earlier midnight, or the moment of the jump.
        first, after = (
            datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC) for day in (start, end + timedelta(days=1))
        )
    except OverflowError as err:
        raise ReportRangeError(start=start, end=end, reason="outside the calendar") from err
    return first, after


def _write(part: Path, events: Iterable[EventRow]) -> int:
    rows = 0

    def counted() -> Iterator[tuple[str, ...]]:
        nonlocal rows
        for cells in _cells(events):
            yield cells
            rows += 1

    with part.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
        writer.writerow(EVENT_COLUMNS)
        writer.writerows(counted())
        file.flush()
        os.fsync(file.fileno())
    return rows


def _cells(events: Iterable[EventRow]) -> Iterator[tuple[str, ...]]:
    """Yield the cells of each event; a million of them go through here, so nothing is worked out twice."""
    offsets: dict[int, tuple[timedelta, str]] = {}
    for event_id, at, offset_s, direction, similarity, source, made_by, code, name, department in events:
        if offset_s not in offsets:
            offsets[offset_s] = timedelta(seconds=offset_s), _offset_text(offset_s)
        shift, offset_text = offsets[offset_s]
        yield (
            guard(event_id),
            guard(code or ""),
            ERASED_NAME if name is None else guard(name),
            guard(department or ""),
            direction,
            f"{(datetime.fromisoformat(at) + shift).isoformat(timespec='seconds')}{offset_text}",
            f"{at[:10]}T{at[11:19]}Z",
            guard(source),
            "" if similarity is None else f"{similarity:.3f}",
            guard(made_by),
        )


def _offset_text(offset_s: int) -> str:
    return datetime(2000, 1, 1, tzinfo=timezone(timedelta(seconds=offset_s))).isoformat()[19:]
