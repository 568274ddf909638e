"""Hours for payroll programs: one generic table and three that come near what such programs read.

Columns and order follow public descriptions of the imports: the record description for DATEV Lohn und Gehalt
(Personalnummer, Kalendertag, Ausfallschlüssel, Lohnartennummer, Stundenanzahl, Tagesanzahl; semicolon, decimal
comma), the header of ADP's paydata file (Co Code, Batch ID, File #, ...), and the fields of the DocType Employee
Checkin of Frappe HR. None was tried against the program itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from attendance.core.hours.rules import DayKind
from attendance.core.hours.timesheet import DayStatus, Timesheet
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


@dataclass
class _Sums:
    """What one person has over a range."""

    sheets: list[Timesheet]

    def seconds(self, name: str) -> int:
        return sum(int(getattr(sheet, name)) for sheet in self.sheets)

    def days(self, *statuses: DayStatus) -> int:
        return sum(1 for sheet in self.sheets if sheet.status in statuses)

    def leave(self, *, is_sick: bool) -> float:
        return sum(sheet.leave_share for sheet in self.sheets if (sheet.leave_kind == SICK) is is_sick)

    def scheduled_days(self) -> float:
        return sum(1 - sheet.leave_share for sheet in self.sheets if sheet.kind is DayKind.WORKDAY)


def _rows(data: ReportData) -> list[Row]:
    """Return one row for each person over the whole range."""
    rows: list[Row] = []
    for person, own in _by_person(data.sheets):
        sums = _Sums(own)
        paid_s, overtime_s = sums.seconds("paid_s"), sums.seconds("overtime_s")
        rows.append(
            (
                data.first,
                data.last,
                person.code,
                person.name,
                person.department,
                sums.scheduled_days(),
                sums.days(DayStatus.PRESENT, DayStatus.STILL_IN),
                sums.days(DayStatus.HALF_DAY),
                sums.days(DayStatus.ABSENT),
                sums.leave(is_sick=False),
                sums.leave(is_sick=True),
                sums.days(DayStatus.HOLIDAY, DayStatus.CLOSED),
                sums.days(DayStatus.INCOMPLETE),
                sums.seconds("scheduled_s"),
                sums.seconds("worked_s"),
                sums.seconds("break_s"),
                paid_s,
                paid_s - overtime_s,
                overtime_s,
                round(sum(s.seconds * s.rate for sheet in own for s in sheet.overtime)),
                sums.seconds("balance_s"),
                sum(1 for sheet in own if sheet.late_by_s),
                sums.seconds("late_by_s"),
                sum(1 for sheet in own if sheet.early_by_s),
                sums.seconds("early_by_s"),
            )
        )
    return rows


def _datev_rows(data: ReportData) -> list[Row]:
    """Return one row for each person, day and kind of pay.

    Pay codes are the numbers of the site's kinds of pay: "regular", "overtime" or the name of an overtime level, and by
    the kind of leave the key of absence. What has none is written as its name.
    """
    pay_codes = data.pay_codes
    rows: list[Row] = []
    for person, own in _by_person(data.sheets):
        for sheet in own:
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
    for person, own in _by_person(data.sheets):
        sums = _Sums(own)
        paid_s, overtime_s = sums.seconds("paid_s"), sums.seconds("overtime_s")
        if paid_s:
            rows.append((company, batch, person.code, person.name, paid_s - overtime_s, overtime_s))
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


def _by_person(sheets: Iterable[tuple[Person, Timesheet]]) -> list[tuple[Person, list[Timesheet]]]:
    found: dict[int, tuple[Person, list[Timesheet]]] = {}
    for person, sheet in sheets:
        found.setdefault(person.id, (person, []))[1].append(sheet)
    kept = [one for one in found.values() if any(s.status is not DayStatus.NOT_EMPLOYED for s in one[1])]
    for _person, own in kept:
        own.sort(key=lambda sheet: sheet.day)
    return sorted(kept, key=lambda one: (one[0].department, one[0].name, one[0].code))


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
