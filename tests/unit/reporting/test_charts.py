from __future__ import annotations

import struct
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from attendance.core.report_table import ReportTable, Summary
from attendance.reporting.charts import charts_of
from attendance.services.reports.kind import ReportKind
from attendance.services.reports.late import LATE
from attendance.services.reports.registry import KIND_BY_NAME

WEEKS = tuple((date(2026, 1, 5) + timedelta(days=7 * n), 3600 * n) for n in range(52))
SUMMARY = Summary((0,) * 32 + (5,) + (0,) * 63, (("Lab", 1, 4), ("", 0, 2)), WEEKS)


def table(summary: Summary, kind: ReportKind) -> ReportTable:
    day = date(2026, 1, 5)
    made = datetime(2026, 1, 6, tzinfo=UTC)
    return ReportTable(kind.name, (), (), day, day, "", ZoneInfo("UTC"), made, summary=summary, charts=kind.charts)


@pytest.mark.parametrize(
    ("kind", "titles"),
    [
        ("daily", ["When people arrive", "Who comes late", "Hours per week"]),
        ("late", ["When people arrive", "Who comes late"]),
        ("payroll", ["Who comes late", "Hours per week"]),
    ],
)
def test_that_each_kind_has_its_charts(kind: str, titles: list[str]) -> None:
    made = charts_of(table(SUMMARY, KIND_BY_NAME[kind]), "en")
    assert [chart.title for chart in made] == titles
    for chart in made:
        assert struct.unpack(">II", chart.png[16:24]) == (756, 450)


def test_that_the_same_summary_give_the_same_picture() -> None:
    assert charts_of(table(SUMMARY, LATE), "en") == charts_of(table(SUMMARY, LATE), "en")


def test_that_chinese_names_are_drawn_on_every_computer() -> None:
    summary = Summary(SUMMARY.arrivals, (("研发部", 1, 4), ("Łódź, Αθήνα", 0, 2)), WEEKS[:3])
    _, lateness = charts_of(table(summary, LATE), "zh_CN")
    assert lateness.legend == ""


def test_that_names_without_a_font_become_numbers_with_a_legend() -> None:
    summary = Summary(SUMMARY.arrivals, (("ᚠᚢᚦ 𓀀", 1, 4), ("Lab $x$", 0, 2)), WEEKS[:3])
    _, lateness = charts_of(table(summary, LATE), "zh_CN")
    assert lateness.legend == "1 ᚠᚢᚦ 𓀀 · 2 Lab $x$"
