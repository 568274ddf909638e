"""Reports as CSV files for spreadsheets."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from typing import TextIO
from zoneinfo import ZoneInfo

from attendance.core.csv_cells import guard
from attendance.core.ports.door import CheckInLog, EventRow
from attendance.errors import Reason
from attendance.errors.reports import ReportError, ReportRangeError
from attendance.file_errors import report_error
from attendance.whole_file import replaced_text

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

_CACHED_CELLS = 20_000

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
        raise ReportError(path=path, reason=Reason("this is a folder"))
    try:
        with replaced_text(path, encoding="utf-8-sig", newline="") as file:
            rows = _write(file, log.rows_between(start_utc, end_utc))
    except OSError as err:
        raise report_error(err, path) from err
    _log.info("report of %d events from %s to %s written to %s", rows, start, end, path)
    return rows


def _instants(start: date, end: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first instant of the first day and of the day after the last, in UTC."""
    if start > end:
        raise ReportRangeError(start=start, end=end, reason=Reason("the first day is after the last"))
    if (end - start).days > _MAX_DAYS:
        raise ReportRangeError(start=start, end=end, reason=Reason("more than 100 years"))
    try:
        # Where the clocks change at midnight, fold=0 gives the earlier midnight, or the moment of the jump.
        first, after = (
            datetime.combine(day, time.min, tzinfo=zone).astimezone(UTC) for day in (start, end + timedelta(days=1))
        )
    except OverflowError as err:
        raise ReportRangeError(start=start, end=end, reason=Reason("outside the calendar")) from err
    return first, after


def _write(file: TextIO, events: Iterable[EventRow]) -> int:
    rows = 0

    def counted() -> Iterator[str]:
        nonlocal rows
        for line in _lines(events):
            yield line
            rows += 1

    file.write(",".join(_cell(name) for name in EVENT_COLUMNS) + "\r\n")
    file.writelines(counted())
    return rows


def _lines(events: Iterable[EventRow]) -> Iterator[str]:
    """Yield the line of each event; a million of them go through here, so what comes again is made once."""
    minutes = _Minutes()
    cell = lru_cache(maxsize=_CACHED_CELLS)(_cell)
    person = lru_cache(maxsize=_CACHED_CELLS)(_person_cells)
    for event_id, at, offset_s, direction, similarity, source, made_by, code, name, department, _ in events:
        before, after = minutes.around(at[:16], offset_s)
        second = at[16:19]
        # Without a call for ids such as this program gives; the same as the call for them.
        own = f'"{event_id}"' if event_id[:1].isalnum() and '"' not in event_id else _cell(event_id)
        seen = "" if similarity is None else f"{similarity:.3f}"
        yield (
            f'{own},{person(code, name, department)},"{direction}","{before}{second}{after}",'
            f'"{at[:10]}T{at[11:16]}{second}Z",{cell(source)},"{seen}",{cell(made_by)}\r\n'
        )


def _cell(text: str) -> str:
    """Return a quoted cell that no spreadsheet takes for a formula."""
    safe = guard(text)
    return '"' + (safe.replace('"', '""') if '"' in safe else safe) + '"'


def _person_cells(code: str | None, name: str | None, department: str | None) -> str:
    return f"{_cell(code or '')},{_cell(ERASED_NAME if name is None else name)},{_cell(department or '')}"


class _Minutes:
    """Local times, worked out once a minute: events come by time."""

    def __init__(self) -> None:
        self._key = ("", 0)
        self._around = ("", "")

    def around(self, minute: str, offset_s: int) -> tuple[str, str]:
        """Return what stands before and after the seconds ":SS" of a local time in ISO 8601.

        Args:
            minute: "YYYY-MM-DD HH:MM" in UTC.
            offset_s: seconds ahead of UTC. Zones have had whole minutes since 1972; anything else is cut to that.
        """
        if (minute, offset_s) != self._key:
            shift = timedelta(minutes=offset_s // 60)
            local = datetime.fromisoformat(minute) + shift
            self._key = (minute, offset_s)
            self._around = local.isoformat(timespec="minutes"), _offset_text(offset_s // 60)
        return self._around


def _offset_text(minutes: int) -> str:
    sign, size = ("-", -minutes) if minutes < 0 else ("+", minutes)
    return f"{sign}{size // 60:02}:{size % 60:02}"
