"""Hours for payroll programs: one generic table and three that come near what such programs read.

Columns and order follow public descriptions of the imports: the record description for DATEV Lohn und Gehalt
(Personalnummer, Kalendertag, Ausfallschlüssel, Lohnartennummer, Stundenanzahl, Tagesanzahl; semicolon, decimal
comma), the header of ADP's paydata file (Co Code, Batch ID, File #, ...), and the fields of the DocType Employee
Checkin of Frappe HR. None was tried against the program itself.
"""

from __future__ import annotations

from attendance.core.hours.records import HoursTotals
from attendance.core.hours.timesheet import DayStatus
from attendance.core.report_table import ChartKind, Column, ColumnKind, CsvDialect, Row
from attendance.core.types import Direction, Person
from attendance.services.reports.columns import PERSON_COLUMNS
from attendance.services.reports.kind import ReportForm, ReportKind
from attendance.services.reports.report_data import ReportData

_COUNT, _DURATION, _DECIMAL = ColumnKind.COUNT, ColumnKind.DURATION, ColumnKind.DECIMAL
SICK = "sick"

_COLUMNS = (
    Column("first_day", ColumnKind.DATE, is_printed=False),
    Column("last_day", ColumnKind.DATE, is_printed=False),
    *PERSON_COLUMNS,
    Column("days_scheduled", _DECIMAL, is_summed=True),
    Column("days_present", _COUNT, is_summed=True),
    Column("days_half", _COUNT, is_summed=True),
    Column("days_absent", _COUNT, is_summed=True),
    Column("days_leave", _DECIMAL, is_summed=True),
    Column("days_sick", _DECIMAL, is_summed=True),
    Column("days_holiday", _COUNT, is_printed=False),
    Column("days_incomplete", _COUNT, is_summed=True),
    Column("scheduled", _DURATION, is_summed=True),
    Column("worked", _DURATION, is_summed=True),
    Column("break", _DURATION, is_printed=False),
    Column("paid", _DURATION, is_summed=True),
    Column("regular", _DURATION, is_summed=True, is_printed=False),
    Column("overtime", _DURATION, is_summed=True),
    Column("overtime_weighted", _DURATION, is_printed=False),
    Column("balance", _DURATION, is_signed=True, is_summed=True),
    Column("late_count", _COUNT, is_summed=True),
    Column("late_by", _DURATION, is_summed=True),
    Column("early_count", _COUNT, is_printed=False),
    Column("early_by", _DURATION, is_printed=False),
)


def _rows(data: ReportData) -> list[Row]:
    """Return one row for each person over the whole range."""
    rows: list[Row] = []
    for person, total in _totals(data):
        sick = total.leave_days.get(SICK, 0.0)
        rows.append(
            (
                data.first,
                data.last,
                person.code,
                person.name,
                person.department,
                total.days_scheduled,
                _days(total, DayStatus.PRESENT, DayStatus.STILL_IN),
                _days(total, DayStatus.HALF_DAY),
                _days(total, DayStatus.ABSENT),
                sum(total.leave_days.values()) - sick,
                sick,
                _days(total, DayStatus.HOLIDAY, DayStatus.CLOSED),
                _days(total, DayStatus.INCOMPLETE),
                total.scheduled_s,
                total.worked_s,
                total.break_s,
                total.paid_s,
                total.paid_s - total.overtime_s,
                total.overtime_s,
                round(sum(seconds * rate for (_, rate), seconds in total.overtime.items())),
                total.balance_s,
                total.late_days,
                total.late_by_s,
                total.early_days,
                total.early_by_s,
            )
        )
    return rows


def _days(total: HoursTotals, *statuses: DayStatus) -> int:
    return sum(total.days.get(status.value, 0) for status in statuses)


def _totals(data: ReportData) -> list[tuple[Person, HoursTotals]]:
    """Return everybody who was employed on one of the days at least, by department and name."""
    kept = [one for one in data.totals() if set(one[1].days) != {DayStatus.NOT_EMPLOYED.value}]
    return sorted(kept, key=lambda one: _place(one[0]))


def _place(person: Person) -> tuple[str, str, str]:
    return person.department, person.name, person.code


def _datev_rows(data: ReportData) -> list[Row]:
    """Return one row for each person, day and kind of pay.

    Pay codes are the numbers of the site's kinds of pay: "regular", "overtime" or the name of an overtime level, and by
    the kind of leave the key of absence. What has none is written as its name.
    """
    pay_codes = data.pay_codes
    rows: list[Row] = []
    for person, sheet in sorted(data.sheets, key=lambda one: (*_place(one[0]), one[1].day)):
        day = f"{sheet.day:%d.%m.%Y}"
        regular_s = sheet.paid_s - sheet.overtime_s
        if regular_s:
            rows.append((person.code, day, "", pay_codes.get("regular", "regular"), regular_s, None))
        for level in sheet.overtime:
            code = pay_codes.get(level.name) or pay_codes.get("overtime") or level.name
            rows.append((person.code, day, "", code, level.seconds, None))
        if sheet.leave_share:
            absence = pay_codes.get(sheet.leave_kind, sheet.leave_kind)
            rows.append((person.code, day, absence, "", None, sheet.leave_share))
    return rows


def _adp_rows(data: ReportData) -> list[Row]:
    """Return one row for each person with paid time.

    Pay codes are "company" and "batch"; the batch is called by the last day unless they say otherwise.
    """
    company, batch = data.pay_codes.get("company", ""), data.pay_codes.get("batch", f"{data.last:%Y%m%d}")
    rows: list[Row] = []
    for person, total in _totals(data):
        if total.paid_s:
            regular_s = total.paid_s - total.overtime_s
            rows.append((company, batch, person.code, person.name, regular_s, total.overtime_s))
    return rows


def _frappe_rows(data: ReportData) -> list[Row]:
    """Return what Frappe HR imports as Employee Checkin: a break is an OUT and an IN there."""
    return [
        (
            person.code,
            local.replace(tzinfo=None).isoformat(sep=" ", timespec="seconds"),
            "IN" if direction in {Direction.IN, Direction.BREAK_END} else "OUT",
            door,
        )
        for person, local, direction, door in data.effective()
    ]


_CHARTS = (ChartKind.LATENESS, ChartKind.WEEKS)

_DATEV = ReportForm(
    columns=(
        Column("code", title="Personalnummer"),
        Column("day", title="Kalendertag"),
        Column("absence", title="Ausfallschlüssel"),
        Column("pay_code", title="Lohnartennummer"),
        Column("hours", _DURATION, title="Stundenanzahl"),
        Column("days", _DECIMAL, title="Tagesanzahl"),
    ),
    rows=_datev_rows,
    charts=_CHARTS,
    dialect=CsvDialect(";", ","),
    preferred=("code", "day", "absence", "pay_code", "hours_h", "days"),
)
_ADP = ReportForm(
    columns=(
        Column("company", title="Co Code"),
        Column("batch", title="Batch ID"),
        Column("code", title="File #"),
        Column("name", title="Employee Name"),
        Column("regular", _DURATION, title="Reg Hours"),
        Column("overtime", _DURATION, title="O/T Hours"),
    ),
    rows=_adp_rows,
    charts=_CHARTS,
    preferred=("company", "batch", "code", "name", "regular_h", "overtime_h"),
)
_FRAPPE = ReportForm(
    columns=(
        Column("code", title="Employee"),
        Column("time", title="Time"),
        Column("log_type", title="Log Type"),
        Column("door", title="Location / Device ID"),
    ),
    rows=_frappe_rows,
)

PAYROLL = ReportKind(
    name="payroll",
    columns=_COLUMNS,
    rows=_rows,
    charts=_CHARTS,
    presets={"datev": _DATEV, "adp": _ADP, "frappe": _FRAPPE},
)
