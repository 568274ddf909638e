"""Files of reports, and reports on a schedule."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Protocol

from attendance.core.ports.door import EventRow
from attendance.core.report_schedule import ReportSchedule
from attendance.core.report_table import Column, ReportTable
from attendance.errors import Reason


class ReportSchedules(Protocol):
    """Where schedules are kept. Safe from any thread; raises StorageError."""

    def all(self) -> list[ReportSchedule]:
        """Return all schedules by name."""

    def add(self, schedule: ReportSchedule) -> ReportSchedule:
        """Store a new one; raises ScheduleRefused when the name is taken."""

    def remove(self, name: str) -> None:
        """Forget one; raises ScheduleRefused when there is none."""

    def note_run(self, schedule_id: int, *, at_utc: datetime, next_utc: datetime | None) -> None:
        """Note a run that made everything; ``next_utc`` None leaves the next one as it is."""

    def note_error(self, schedule_id: int, reason: Reason) -> None:
        """Note why the last run did not make everything."""


class ReportWriter(Protocol):
    """Writes one file format."""

    def __call__(self, table: ReportTable, path: Path, language: str) -> int:
        """Write the whole file or nothing; return the number of rows.

        Args:
            table: what to write.
            path: file in an existing folder; an older one is replaced.
            language: code, of headings and words; names of CSV columns stay as they are.

        Raises:
            ReportError: the file cannot be written, or the format does not hold so many rows.
            DiskFull: no space.
        """


class EventWriter(Protocol):
    """Writes the report of all check-ins as CSV, as the ReportWriter of that format does, but without a table."""

    def __call__(self, events: Iterable[EventRow], columns: Sequence[Column], path: Path) -> int:
        """Write the whole file or nothing; return the number of rows.

        Args:
            events: in the order of the file; may be an iterator that can be read once.
            columns: of the report.
            path: file in an existing folder; an older one is replaced.

        Raises:
            ReportError: the file cannot be written.
            DiskFull: no space.
        """
