"""The report of every person and day."""

from __future__ import annotations

from attendance.core.report_table import Column, ColumnKind, Row
from attendance.services.reports.columns import PERSON_COLUMNS
from attendance.services.reports.day_rows import by_day, clock_column, flag_text
from attendance.services.reports.kind import ALL_CHARTS, ReportKind
from attendance.services.reports.report_data import ReportData

_COLUMNS = (
    Column("day", ColumnKind.DATE),
    *PERSON_COLUMNS,
    Column("shift"),
    Column("status", vocabulary="status"),
    clock_column("planned_in", is_printed=False),
    clock_column("planned_out", is_printed=False),
    clock_column("first_in"),
    clock_column("last_out"),
    Column("presence", ColumnKind.DURATION, is_printed=False),
    Column("break", ColumnKind.DURATION),
    Column("worked", ColumnKind.DURATION),
    Column("paid", ColumnKind.DURATION),
    Column("scheduled", ColumnKind.DURATION, is_printed=False),
    Column("balance", ColumnKind.DURATION, is_signed=True),
    Column("overtime", ColumnKind.DURATION),
    Column("late_by", ColumnKind.DURATION),
    Column("early_by", ColumnKind.DURATION),
    Column("leave_kind", vocabulary="leave", is_printed=False),
    Column("note"),
    Column("flags", vocabulary="flag"),
)


def _rows(data: ReportData) -> list[Row]:
    """Return one row for each person and day, by day, department and name."""
    return [
        (
            sheet.day,
            person.code,
            person.name,
            person.department,
            sheet.shift,
            sheet.status.value,
            sheet.planned_in_utc,
            sheet.planned_out_utc,
            sheet.first_in_utc,
            sheet.last_out_utc,
            sheet.presence_s,
            sheet.break_s,
            sheet.worked_s,
            sheet.paid_s,
            sheet.scheduled_s,
            sheet.balance_s,
            sheet.overtime_s,
            sheet.late_by_s,
            sheet.early_by_s,
            sheet.leave_kind,
            sheet.title,
            flag_text(sheet.flags),
        )
        for person, sheet in by_day(data.sheets)
    ]


DAILY = ReportKind(name="daily", columns=_COLUMNS, rows=_rows, charts=ALL_CHARTS)
