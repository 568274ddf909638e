"""Makes reports: asks for what is needed, checks the request, and hands the table to the writer of the format."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from attendance.core.hours.events import effective_events
from attendance.core.hours.sheets import MAX_DAYS
from attendance.core.hours.timesheet import Timesheet
from attendance.core.ports.clock import Clock
from attendance.core.ports.door import CheckInLog
from attendance.core.ports.hours import Corrections
from attendance.core.ports.people import Roster
from attendance.core.ports.reports import EventWriter, ReportWriter
from attendance.core.report_table import RFC_4180, Block, Column, CsvDialect, ReportTable, Row
from attendance.core.types import CheckIn, Direction, Person
from attendance.errors import ReportRangeError, ReportRequestError
from attendance.services.reports import tables
from attendance.services.reports.columns import with_columns
from attendance.services.reports.figures import figures_of
from attendance.services.reports.monthly import MONTHLY_COLUMNS, monthly_blocks
from attendance.services.reports.payroll import PRESETS, adp_rows, datev_rows, payroll_rows

KINDS = ("events", "daily", "monthly", "payroll", "late", "incomplete", "corrections")
FORMATS = ("csv", "xlsx", "pdf", "html")
LANGUAGES = ("en", "zh_CN")
_WITH_CHARTS = {"daily", "monthly", "payroll", "late"}

_log = logging.getLogger(__name__)


class TimesheetSource(Protocol):
    """Where the hours come from."""

    def timesheets(
        self, first_day: date, last_day: date, *, people: Sequence[int] | None = None, department: str = ""
    ) -> Iterable[tuple[Person, Timesheet]]:
        """Return one timesheet for each person and day; None and "" mean everybody."""


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """Which report, of what, as which file.

    Attributes:
        kind: one of KINDS.
        first: first day.
        last: last day, included; at most ten years.
        department: only this one, "" for all.
        person: only the person with this code, "" for all.
        format: one of FORMATS.
        preset: of a payroll report.
        columns: names of the columns in the wanted order, each as "name" or "name=Heading"; empty for all.
        language: of headings and words, one of LANGUAGES.
        pay_codes: name and number of kinds of pay, for the payroll presets.
    """

    kind: str
    first: date
    last: date
    department: str = ""
    person: str = ""
    format: str = "csv"
    preset: str = "generic"
    columns: tuple[str, ...] = ()
    language: str = "en"
    pay_codes: tuple[tuple[str, str], ...] = ()


class ReportService:
    """Makes reports. Safe to call from any thread.

    Args:
        hours: timesheets.
        check_ins: the log.
        corrections: of the log.
        roster: who there is.
        clock: says when a report was made.
        zone: of the site.
        writers: by format.
        event_csv: writes the CSV file of all check-ins.
        site: name of the company, for titles.
    """

    def __init__(
        self,
        *,
        hours: TimesheetSource,
        check_ins: CheckInLog,
        corrections: Corrections,
        roster: Roster,
        clock: Clock,
        zone: ZoneInfo,
        writers: Mapping[str, ReportWriter],
        event_csv: EventWriter,
        site: str = "",
    ) -> None:
        self._hours = hours
        self._check_ins = check_ins
        self._corrections = corrections
        self._roster = roster
        self._clock = clock
        self._zone = zone
        self._writers = writers
        self._event_csv = event_csv
        self._site = site

    def table(self, request: ReportRequest) -> ReportTable:
        """Return a report as a table; the rows of the event report can be read once.

        Raises:
            ReportRangeError: first day after the last, more than ten years, or outside the calendar.
            ReportRequestError: unknown kind, format, language, preset, column or department.
            UnknownPerson: nobody has the code.
            StorageError: the data cannot be read.
        """
        person = self._check(request)
        made = self._made(request, person)
        wanted = request.columns
        if not wanted and request.kind == "payroll":
            wanted = PRESETS[request.preset].preferred
        return with_columns(made, wanted) if wanted else made

    def write(self, request: ReportRequest, path: Path) -> int:
        """Write a report; the file appears complete or not at all, an older one is replaced.

        Returns:
            Number of rows.

        Raises:
            ReportError: the file cannot be written; also what ``table`` raises.
            DiskFull: no space.
        """
        self._check(request)
        is_limited = bool(request.person or request.department or request.columns)
        if request.kind == "events" and request.format == "csv" and not is_limited:
            events = self._check_ins.rows_between(*_instants(request.first, request.last, self._zone))
            rows = self._event_csv(events, tables.EVENT_COLUMNS, path)
        else:
            rows = self._writers[request.format](self.table(request), path, request.language)
        _log.info(
            "report %s of %d rows from %s to %s written to %s", request.kind, rows, request.first, request.last, path
        )
        return rows

    def _check(self, request: ReportRequest) -> Person | None:
        _choose("kind of report", request.kind, KINDS)
        _choose("format", request.format, FORMATS)
        _choose("language", request.language, LANGUAGES)
        _choose("preset", request.preset, tuple(PRESETS))
        _instants(request.first, request.last, self._zone)
        if request.department:
            known = sorted({p.department for p in self._roster.list_people() if p.department})
            _choose("department", request.department, known)
        return self._roster.get_by_code(request.person) if request.person else None

    def _made(self, request: ReportRequest, person: Person | None) -> ReportTable:
        made = ReportTable(
            kind=request.kind,
            columns=(),
            blocks=(),
            first=request.first,
            last=request.last,
            site=self._site,
            zone=self._zone,
            made_utc=self._clock.now_utc(),
            department=request.department,
            person=person.name if person else "",
        )
        if request.kind == "events":
            return _one_block(made, tables.EVENT_COLUMNS, tables.event_rows(self._events(request, person)))
        if request.kind == "corrections":
            return _one_block(made, tables.CORRECTION_COLUMNS, self._correction_rows(request, person))
        if request.kind == "payroll" and request.preset == "frappe":
            return _one_block(made, PRESETS["frappe"].columns, tables.frappe_rows(self._effective(request, person)))
        people = [person.id] if person else None
        sheets = list(self._hours.timesheets(request.first, request.last, people=people, department=request.department))
        if request.kind in _WITH_CHARTS and request.format in {"pdf", "html", "xlsx"}:
            made = replace(made, figures=figures_of(sheets, self._zone))
        if request.kind == "monthly":
            blocks = monthly_blocks(sheets, request.first, request.last)
            return replace(made, columns=MONTHLY_COLUMNS, blocks=blocks)
        columns, rows, dialect = _sheet_rows(request, sheets)
        return replace(_one_block(made, columns, rows), dialect=dialect)

    def _keep(self, request: ReportRequest, person: Person | None) -> Callable[[Person | None], bool]:
        def keep(one: Person | None) -> bool:
            if person is not None and (one is None or one.id != person.id):
                return False
            return not request.department or (one is not None and one.department == request.department)

        return keep

    def _events(self, request: ReportRequest, person: Person | None) -> Iterator[tuple[CheckIn, Person | None]]:
        keep = self._keep(request, person)
        events = self._check_ins.between(*_instants(request.first, request.last, self._zone))
        return ((event, one) for event, one in events if keep(one))

    def _effective(
        self, request: ReportRequest, person: Person | None
    ) -> Iterator[tuple[Person, datetime, Direction, str]]:
        """Yield what counts once corrections are read along, oldest first."""
        start_utc, end_utc = _instants(request.first, request.last, self._zone)
        # A correction may move an event into the range from a day or two outside it.
        margin = timedelta(days=2)
        check_ins = [event for event, _ in self._check_ins.between(start_utc - margin, end_utc + margin)]
        changes = self._corrections.for_range(
            start_utc - margin, end_utc + margin, first_day=request.first, last_day=request.last
        )
        doors = {event.event_id: event.source for event in check_ins}
        people = {one.id: one for one in self._roster.list_people()}
        keep = self._keep(request, person)
        for event in effective_events(check_ins, changes):
            who = people.get(event.person_id) if event.person_id is not None else None
            if event.is_void or who is None or not start_utc <= event.at_utc < end_utc or not keep(who):
                continue
            yield who, event.at_utc.astimezone(self._zone), event.direction, doors.get(event.event_id, "")

    def _correction_rows(self, request: ReportRequest, person: Person | None) -> list[Row]:
        start_utc, end_utc = _instants(request.first, request.last, self._zone)
        people = {one.id: one for one in self._roster.list_people()}
        keep = self._keep(request, person)
        found = [
            one
            for one in self._corrections.for_range(start_utc, end_utc, first_day=request.first, last_day=request.last)
            if keep(people.get(one.person_id) if one.person_id is not None else None)
        ]
        events = {}
        for one in found:
            event = self._check_ins.get(one.event_id) if one.event_id else None
            if event is not None:
                events[event.event_id] = event
        return tables.correction_rows(found, people, events)


def _sheet_rows(
    request: ReportRequest, sheets: list[tuple[Person, Timesheet]]
) -> tuple[tuple[Column, ...], list[Row], CsvDialect]:
    if request.kind != "payroll":
        columns, rows = {
            "daily": (tables.DAILY_COLUMNS, tables.daily_rows),
            "late": (tables.LATE_COLUMNS, tables.late_rows),
            "incomplete": (tables.INCOMPLETE_COLUMNS, tables.incomplete_rows),
        }[request.kind]
        return columns, rows(sheets), RFC_4180
    preset, codes = PRESETS[request.preset], dict(request.pay_codes)
    if request.preset == "datev":
        return preset.columns, datev_rows(sheets, codes), preset.dialect
    if request.preset == "adp":
        return preset.columns, adp_rows(sheets, request.last, codes), preset.dialect
    return preset.columns, payroll_rows(sheets, request.first, request.last), preset.dialect


def _one_block(made: ReportTable, columns: tuple[Column, ...], rows: Iterable[Row]) -> ReportTable:
    return replace(made, columns=columns, blocks=(Block("", columns, rows),))


def _choose(what: str, value: str, known: Sequence[str]) -> None:
    if value not in known:
        choices = ", ".join(known) or "none yet"
        raise ReportRequestError(reason=f"there is no {what} {value!r}; there are: {choices}")


def _instants(first: date, last: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first instant of the first day and of the day after the last, in UTC."""
    if first > last:
        raise ReportRangeError(start=first, end=last, reason="the first day is after the last")
    if (last - first).days >= MAX_DAYS:
        raise ReportRangeError(start=first, end=last, reason="more than 10 years")
    try:
        midnights = [datetime.combine(day, time.min, zone).astimezone(UTC) for day in (first, last + timedelta(days=1))]
        _ = midnights[0] - timedelta(days=8), midnights[1] + timedelta(days=8)
    except OverflowError as err:
        raise ReportRangeError(start=first, end=last, reason="outside the calendar") from err
    return midnights[0], midnights[1]
