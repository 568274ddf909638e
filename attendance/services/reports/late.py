"""The report of late arrivals and early departures."""

from __future__ import annotations

from attendance.core.report_table import ChartKind, Column, ColumnKind, Row
from attendance.services.reports.columns import PERSON_COLUMNS
from attendance.services.reports.day_rows import by_day, clock_column
from attendance.services.reports.kind import ReportKind
from attendance.services.reports.report_data import ReportData

_COLUMNS = (
    Column("day", ColumnKind.DATE),
    *PERSON_COLUMNS,
    Column("shift"),
    clock_column("planned_in"),
    clock_column("first_in"),
    Column("late_by", ColumnKind.DURATION, is_summed=True),
    clock_column("planned_out"),
    clock_column("last_out"),
    Column("early_by", ColumnKind.DURATION, is_summed=True),
)


def _rows(data: ReportData) -> list[Row]:
    """Return the days on which somebody came late or left early."""
    return [
        (
            sheet.day,
            person.code,
            person.name,
            person.department,
            sheet.shift,
            sheet.planned_in_utc,
            sheet.first_in_utc,
            sheet.late_by_s or None,
            sheet.planned_out_utc,
            sheet.last_out_utc,
            sheet.early_by_s or None,
        )
        for person, sheet in by_day(data.sheets)
        if sheet.late_by_s or sheet.early_by_s
    ]


LATE = ReportKind(name="late", columns=_COLUMNS, rows=_rows, charts=(ChartKind.ARRIVALS, ChartKind.LATENESS))
