from __future__ import annotations

import csv
from datetime import date
from pathlib import Path

import pytest

from attendance.errors import AttendanceError
from attendance.errors.people import UnknownPerson
from attendance.errors.reports import ReportRangeError, ReportRequestError
from attendance.services.reports.events import EVENTS
from attendance.services.reports.service import ReportRequest
from tests.small_company import FIRST, LAST, SmallCompany

Rows = list[dict[str, str]]


@pytest.fixture(scope="module")
def company() -> SmallCompany:
    return SmallCompany()


def read(path: Path, delimiter: str = ",") -> Rows:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file, delimiter=delimiter))


def day_of(rows: Rows, code: str, day: str) -> dict[str, str]:
    return next(row for row in rows if (row["code"], row["day"]) == (code, day))


def test_that_the_daily_report_has_one_row_for_each_person_and_day(company: SmallCompany, tmp_path: Path) -> None:
    rows = read(company.write(tmp_path / "r.csv", "daily"))
    assert len(rows) == 3 * 14
    late = day_of(rows, "B2", "2026-03-23")
    assert (late["first_in"], late["late_by_hmm"], late["worked_h"], late["worked_hmm"], late["balance_hmm"]) == (
        "2026-03-23T09:10:00+01:00",
        "0:10",
        "7.83",
        "7:50",
        "-0:10",
    )
    long = day_of(rows, "B2", "2026-03-30")
    assert (long["paid_hmm"], long["break_hmm"], long["overtime_h"]) == ("10:00", "0:30", "2.00")
    night = day_of(rows, "C3", "2026-03-28")
    assert (night["first_in"], night["last_out"], night["worked_hmm"], night["scheduled_hmm"], night["flags"]) == (
        "2026-03-28T22:00:00+01:00",
        "2026-03-29T06:00:00+02:00",
        "7:00",
        "7:00",
        "clock_change",
    )
    statuses = [day_of(rows, "B2", f"2026-03-{n}")["status"] for n in range(23, 29)]
    assert statuses == ["present", "present", "incomplete", "absent", "leave", "rest_day"]
    assert day_of(rows, "A1", "2026-04-03")["note"] == "Good Friday"
    assert day_of(rows, "A1", "2026-03-31")["flags"] == "corrected"


def test_that_the_month_is_a_grid_with_totals(company: SmallCompany, tmp_path: Path) -> None:
    rows = read(company.write(tmp_path / "r.csv", "monthly"))
    assert [(r["month"], r["code"]) for r in rows] == [
        (m, c) for m in ("2026-03", "2026-04") for c in ("A1", "B2", "C3")
    ]
    march, april = rows[1], rows[4]
    assert [march[f"d{n:02d}"] for n in range(22, 32)] == ["", "P", "P", "?", "A", "L", "WO", "WO", "P", "P"]
    assert [april[f"d{n:02d}"] for n in range(1, 7)] == ["P", "HD", "H", "WO", "WO", ""]
    keys = ("present", "absent", "half_day", "leave", "holiday", "day_off", "incomplete", "worked_hmm", "late_count")
    assert [march[key] for key in keys] == ["4", "1", "0", "1", "0", "2", "1", "35:20", "1"]
    assert [april[key] for key in keys] == ["1", "0", "1", "0", "1", "2", "0", "14:00", "0"]
    assert [rows[2][f"d{n:02d}"] for n in range(27, 30)] == ["WO", "P", "WO"]


def test_that_payroll_sums_the_range(company: SmallCompany, tmp_path: Path) -> None:
    ada, bo, chen = read(company.write(tmp_path / "r.csv", "payroll"))
    assert (ada["worked_hmm"], ada["scheduled_hmm"], ada["balance_h"], ada["overtime_h"]) == (
        "72:00",
        "72:00",
        "0.00",
        "0.00",
    )
    keys = ("days_scheduled", "days_present", "days_half", "days_absent", "days_leave", "days_sick", "days_holiday")
    assert [bo[key] for key in keys] == ["7.50", "5", "1", "1", "1.50", "0.00", "1"]
    assert (bo["worked_hmm"], bo["paid_h"], bo["scheduled_h"], bo["balance_hmm"]) == (
        "49:20",
        "49.33",
        "60.00",
        "-10:40",
    )
    assert (bo["regular_hmm"], bo["overtime_hmm"], bo["overtime_weighted_hmm"]) == ("43:20", "6:00", "7:30")
    assert (bo["days_incomplete"], bo["late_count"], bo["late_by_hmm"], bo["early_count"], bo["early_by_hmm"]) == (
        "1",
        "1",
        "0:10",
        "1",
        "0:30",
    )
    assert (chen["name"], chen["department"], chen["paid_hmm"]) == ("陈", "工厂", "15:00")


@pytest.mark.parametrize(("form", "unread"), [("csv", "timesheets"), ("html", "totals")])
def test_that_payroll_reads_the_days_once(tmp_path: Path, form: str, unread: str) -> None:
    company, totals = SmallCompany(), list(SmallCompany().totals(FIRST, LAST))
    if form == "csv":  # nothing is drawn: the sums are enough
        company.totals = lambda *_, **__: totals  # type: ignore[assignment, method-assign, return-value]
    setattr(company, unread, lambda *_, **__: pytest.fail(f"it read {unread} too"))
    assert company.write(tmp_path / f"r.{form}", "payroll").stat().st_size > 0


def test_that_columns_of_payroll_are_chosen_ordered_and_renamed(company: SmallCompany, tmp_path: Path) -> None:
    path = company.write(tmp_path / "r.csv", "payroll", columns=("paid_h=Stunden", "code", "overtime", "balance_hmm"))
    with path.open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[0] == ["Stunden", "code", "overtime_h", "overtime_hmm", "balance_hmm"]
    assert lines[2] == ["49.33", "B2", "6.00", "6:00", "-10:40"]


def test_that_datev_has_a_row_for_each_day_and_kind_of_pay(company: SmallCompany, tmp_path: Path) -> None:
    codes = (("regular", "1000"), ("overtime", "1100"), ("leave", "U"))
    path = company.write(tmp_path / "r.csv", "payroll", preset="datev", pay_codes=codes, person="B2")
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == (
        '"Personalnummer";"Kalendertag";"Ausfallschlüssel";"Lohnartennummer";"Stundenanzahl";"Tagesanzahl"'
    )
    assert lines[1] == '"B2";"23.03.2026";"";"1000";"7,83";""'
    assert '"B2";"27.03.2026";"U";"";"";"1,00"' in lines
    assert '"B2";"30.03.2026";"";"1100";"2,00";""' in lines
    assert '"B2";"02.04.2026";"U";"";"";"0,50"' in lines


def test_that_adp_has_one_row_for_each_person(company: SmallCompany, tmp_path: Path) -> None:
    path = company.write(tmp_path / "r.csv", "payroll", preset="adp", pay_codes=(("company", "XYZ"),))
    lines = path.read_text(encoding="utf-8-sig").splitlines()
    assert lines[0] == '"Co Code","Batch ID","File #","Employee Name","Reg Hours","O/T Hours"'
    assert lines[2] == '"XYZ","20260405","B2","Bo","43.33","6.00"'


def test_that_frappe_gets_the_check_ins_that_count(company: SmallCompany, tmp_path: Path) -> None:
    rows = read(company.write(tmp_path / "r.csv", "payroll", preset="frappe", person="A1"))
    assert len(rows) == 18  # not the one that a correction took out
    assert rows[0] == {
        "Employee": "A1",
        "Time": "2026-03-23 09:00:00",
        "Log Type": "IN",
        "Location / Device ID": "Door",
    }
    assert rows[1]["Log Type"] == "OUT"


def test_that_late_and_early_are_listed(company: SmallCompany, tmp_path: Path) -> None:
    rows = read(company.write(tmp_path / "r.csv", "late"))
    assert [(r["day"], r["code"], r["late_by_hmm"], r["early_by_hmm"]) for r in rows] == [
        ("2026-03-23", "B2", "0:10", ""),
        ("2026-03-24", "B2", "", "0:30"),
    ]


def test_that_incomplete_days_say_what_is_missing(company: SmallCompany, tmp_path: Path) -> None:
    (row,) = read(company.write(tmp_path / "r.csv", "incomplete"))
    assert (row["day"], row["code"], row["missing"], row["last_out"]) == ("2026-03-25", "B2", "missing_out", "")
    assert row["planned_out"] == "2026-03-25T17:30:00+01:00"


def test_that_corrections_show_what_was_and_what_is(company: SmallCompany, tmp_path: Path) -> None:
    void, add = read(company.write(tmp_path / "r.csv", "corrections"))
    assert (void["code"], void["kind"], void["state"], void["old_time"], void["old_direction"], void["reason"]) == (
        "A1",
        "void",
        "approved",
        "2026-03-31T12:00:00+02:00",
        "out",
        "'=not me",
    )
    assert (add["new_time"], add["new_direction"], add["decided_by"], add["old_time"]) == (
        "2026-03-25T17:30:00+01:00",
        "out",
        "“Boss”",
        "",
    )


def test_that_limited_and_whole_event_reports_have_the_same_lines(company: SmallCompany, tmp_path: Path) -> None:
    whole = company.write(tmp_path / "whole.csv", "events").read_bytes().split(b"\r\n")
    lab = company.write(tmp_path / "lab.csv", "events", department="Lab").read_bytes().split(b"\r\n")
    assert lab[0] == whole[0]
    assert lab[0].decode("utf-8-sig") == ",".join(f'"{column.key}"' for column in EVENTS.columns)
    assert lab == [line for line in whole if b'"C3"' not in line]
    assert len(whole) - len(lab) == 4


@pytest.mark.parametrize("kind", ["daily", "monthly", "payroll"])
def test_that_a_report_of_one_department_leaves_the_others_out(
    company: SmallCompany, tmp_path: Path, kind: str
) -> None:
    rows = read(company.write(tmp_path / "r.csv", kind, department="工厂"))
    assert {row["code"] for row in rows} == {"C3"}


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        ({"kind": "weekly"}, ReportRequestError, "events, daily, monthly"),
        ({"format": "docx"}, ReportRequestError, "csv, xlsx, pdf, html"),
        ({"preset": "sap"}, ReportRequestError, "generic, datev, adp, frappe"),
        ({"language": "fr"}, ReportRequestError, "en, zh_CN"),
        ({"department": "Nowhere"}, ReportRequestError, "Lab, 工厂"),
        ({"person": "Z9"}, UnknownPerson, "Z9"),
        ({"columns": ("code", "salary")}, ReportRequestError, "'salary'; there are: first_day, last_day, code"),
        ({"columns": ("code_h",)}, ReportRequestError, "code_h"),
        ({"first": LAST, "last": FIRST}, ReportRangeError, "after the last"),
        ({"first": date(1926, 4, 5)}, ReportRangeError, "more than 10 years"),
        ({"first": date(9999, 12, 30), "last": date(9999, 12, 31)}, ReportRangeError, "outside the calendar"),
        ({"first": date(1, 1, 1), "last": date(1, 1, 2)}, ReportRangeError, "outside the calendar"),
    ],
)
@pytest.mark.parametrize("kind", ["payroll", "events"])
def test_that_a_request_that_makes_no_sense_is_one_sentence(
    company: SmallCompany, tmp_path: Path, kind: str, change: dict[str, object], error: type[AttendanceError], says: str
) -> None:
    facts: dict[str, object] = {"kind": kind, "first": FIRST, "last": LAST} | change
    if kind == "events" and "columns" in change:
        says = says.partition(";")[0]
    with pytest.raises(error) as caught:
        company.service().write(ReportRequest(**facts), tmp_path / "r.csv")  # type: ignore[arg-type]
    assert says in caught.value.user_text
    assert list(tmp_path.iterdir()) == []
