"""Every report is in the one list, and the page of the documentation names each with its columns."""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from attendance.core.report_table import Column
from attendance.services.reports.kind import GENERIC, ReportForm, ReportKind
from attendance.services.reports.late import LATE
from attendance.services.reports.registry import KIND_BY_NAME, KINDS, PRESETS

PAGE = (Path(__file__).parents[4] / "docs" / "reports.md").read_text(encoding="utf-8")


def code_words(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


def of_a_kind(kind: ReportKind) -> str:
    """Return the paragraph of the page that lists the columns."""
    begin = f"**{kind.name}**:" if f"**{kind.name}**:" in PAGE else f"`--preset {GENERIC}`"
    return PAGE[PAGE.index(begin) :].partition("\n\n")[0]


def keys_of(columns: tuple[Column, ...]) -> list[str]:
    """Return the keys as the page writes them: of columns for each day of a month the first and the last."""
    days = [column.key for column in columns if re.fullmatch(r"d\d\d", column.key)]
    return [column.key for column in columns if column.key not in days[1:-1]]


def test_that_names_of_reports_and_columns_are_unique() -> None:
    assert len(KIND_BY_NAME) == len(KINDS)
    assert PRESETS[0] == GENERIC
    for kind in KINDS:
        for form in (kind, *kind.presets.values()):
            assert len({column.key for column in form.columns}) == len(form.columns)


def test_that_a_report_has_either_rows_or_blocks() -> None:
    with pytest.raises(ValueError, match="either"):
        ReportForm(columns=LATE.columns)
    with pytest.raises(ValueError, match="either"):
        replace(LATE, blocks=lambda _: ())


def test_that_a_preset_of_another_report_changes_nothing() -> None:
    assert LATE.form("datev") is LATE
    assert LATE.preset_names == ()
    payroll = KIND_BY_NAME["payroll"]
    assert payroll.form(GENERIC) is payroll
    assert payroll.form("datev") is payroll.presets["datev"]


def test_that_the_page_lists_the_reports_in_their_order() -> None:
    table = PAGE.partition("| kind |")[2].partition("\n\n")[0]
    assert re.findall(r"^\| `(\w+)` \|", table, flags=re.MULTILINE) == [kind.name for kind in KINDS]


@pytest.mark.parametrize("kind", KINDS, ids=list(KIND_BY_NAME))
def test_that_the_page_names_every_column_in_its_order(kind: ReportKind) -> None:
    wanted = keys_of(kind.columns)
    named = [word for word in code_words(of_a_kind(kind)) if word in wanted]
    assert list(dict.fromkeys(named)) == wanted


def test_that_the_page_names_the_columns_of_every_preset() -> None:
    for kind in KINDS:
        for name, form in kind.presets.items():
            (row,) = (line for line in PAGE.splitlines() if line.startswith(f"| `{name}` |"))
            places = [row.index(f"`{column.title or column.key}`") for column in form.columns]
            assert all(one < after for one, after in pairwise(places))


def test_that_the_page_says_which_reports_have_charts() -> None:
    names = [kind.name for kind in KINDS if kind.charts]
    assert f"{', '.join(names[:-1]).capitalize()} and {names[-1]} reports have charts" in PAGE
