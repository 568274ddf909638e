"""Makes reports: asks for what is needed, checks the request, and hands the table to the writer of the format."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from zoneinfo import ZoneInfo

from attendance.core.ports.clock import Clock
from attendance.core.ports.door import CheckInLog
from attendance.core.ports.hours import Corrections
from attendance.core.ports.people import Roster
from attendance.core.ports.reports import EventWriter, ReportWriter
from attendance.core.report_table import ReportTable
from attendance.errors import Reason
from attendance.errors.reports import ReportRequestError
from attendance.languages import ENGLISH, LANGUAGES
from attendance.services.reports.columns import with_columns
from attendance.services.reports.kind import GENERIC, ReportFormat, ReportKind
from attendance.services.reports.registry import KIND_BY_NAME, PRESETS
from attendance.services.reports.report_data import ReportData, ReportSources, TimesheetSource
from attendance.services.reports.summary import summary_of

FORMATS: tuple[str, ...] = tuple(ReportFormat)
_WITHOUT_CHARTS = {ReportFormat.CSV}

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReportRequest:
    """Which report, of what, as which file.

    Attributes:
        kind: name of one of ``registry.KINDS``.
        first: first day.
        last: last day, included; at most ten years.
        department: only this one, "" for all.
        person: only the person with this code, "" for all.
        format: one of FORMATS.
        preset: one of ``registry.PRESETS``; a kind that does not have it is not changed by it.
        columns: names of the columns in the wanted order, each as "name" or "name=Heading"; empty for all.
        language: of headings and words, one of LANGUAGES.
        pay_codes: name and number of kinds of pay, for payroll programs.
    """

    kind: str
    first: date
    last: date
    department: str = ""
    person: str = ""
    format: str = "csv"
    preset: str = GENERIC
    columns: tuple[str, ...] = ()
    language: str = ENGLISH
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
        on_written: called with the file of every report that was written.
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
        on_written: Callable[[Path], None] | None = None,
    ) -> None:
        self._on_written = on_written
        self._sources = ReportSources(hours, check_ins, corrections, roster, zone)
        self._clock = clock
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
        kind, data = self._read(request)
        form = kind.form(request.preset)
        # Before the rows: what is drawn needs each day, and then the rows need not be read once more.
        has_charts = bool(form.charts) and request.format not in _WITHOUT_CHARTS
        summary = summary_of(data.sheets, data.zone) if has_charts else None
        made = ReportTable(
            kind=kind.name,
            columns=form.columns,
            blocks=form.make_blocks(data),
            first=request.first,
            last=request.last,
            site=self._site,
            zone=data.zone,
            made_utc=self._clock.now_utc(),
            department=request.department,
            person=data.person.name if data.person else "",
            summary=summary,
            charts=form.charts,
            legend=kind.legend,
            dialect=form.dialect,
        )
        wanted = request.columns or form.preferred
        return with_columns(made, wanted) if wanted else made

    def write(self, request: ReportRequest, path: Path) -> int:
        """Write a report; the file appears complete or not at all, an older one is replaced.

        Returns:
            Number of rows.

        Raises:
            ReportError: the file cannot be written; also what ``table`` raises.
            DiskFull: no space.
        """
        kind, data = self._read(request)
        is_whole = data.is_of_everybody and not request.columns
        if kind.plain_events is not None and request.format == "csv" and is_whole:
            rows = self._event_csv(kind.plain_events(data), kind.columns, path)
        else:
            rows = self._writers[request.format](self.table(request), path, request.language)
        _log.info(
            "report %s of %d rows from %s to %s written to %s", request.kind, rows, request.first, request.last, path
        )
        if self._on_written is not None:
            self._on_written(path)
        return rows

    def _read(self, request: ReportRequest) -> tuple[ReportKind, ReportData]:
        _choose(Reason("kind of report"), request.kind, tuple(KIND_BY_NAME))
        _choose(Reason("format"), request.format, FORMATS)
        _choose(Reason("language"), request.language, tuple(LANGUAGES))
        _choose(Reason("preset"), request.preset, PRESETS)
        data = ReportData(
            self._sources, request.first, request.last, request.department, pay_codes=dict(request.pay_codes)
        )
        roster = self._sources.roster
        if request.department:
            known = sorted({p.department for p in roster.list_people() if p.department})
            _choose(Reason("department"), request.department, known)
        person = roster.get_by_code(request.person) if request.person else None
        return KIND_BY_NAME[request.kind], replace(data, person=person)


def _choose(what: Reason, value: str, known: Sequence[str]) -> None:
    if value in known:
        return
    if not known:
        raise ReportRequestError(reason=Reason("there is no {what} {name}, and no other", what=what, name=repr(value)))
    reason = Reason("there is no {what} {name}; there are: {names}", what=what, name=repr(value), names=[*known])
    raise ReportRequestError(reason=reason)
