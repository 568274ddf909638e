"""The report of days on which a check-in or check-out is missing."""

from __future__ import annotations

from attendance.core.hours.timesheet import Flag
from attendance.core.report_table import Column, ColumnKind, Row
from attendance.services.reports.columns import PERSON_COLUMNS
from attendance.services.reports.day_rows import by_day, clock_column, flag_text
from attendance.services.reports.kind import ReportKind
from attendance.services.reports.report_data import ReportData

_COLUMNS = (
    Column("day", ColumnKind.DATE),
    *PERSON_COLUMNS,
    Column("shift"),
    Column("missing", vocabulary="missing"),
    clock_column("planned_in"),
    clock_column("first_in"),
    clock_column("last_out"),
    clock_column("planned_out"),
    Column("flags", vocabulary="flag"),
)


def _rows(data: ReportData) -> list[Row]:
    """Return the days on which an arrival or departure is missing."""
    return [
        (
            sheet.day,
            person.code,
            person.name,
            person.department,
            sheet.shift,
            ";".join(f.value for f in (Flag.MISSING_IN, Flag.MISSING_OUT, Flag.DOUBLE_OUT) if f in sheet.flags),
            sheet.planned_in_utc,
            sheet.first_in_utc,
            sheet.last_out_utc,
            sheet.planned_out_utc,
            flag_text(sheet.flags - {Flag.MISSING_IN, Flag.MISSING_OUT, Flag.DOUBLE_OUT}),
        )
        for person, sheet in by_day(data.sheets)
        if sheet.is_incomplete
    ]


INCOMPLETE = ReportKind(name="incomplete", columns=_COLUMNS, rows=_rows)
