"""Arguments and options that several commands about reports and hours share."""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from attendance.languages import LANGUAGES
from attendance.services.reports.registry import KIND_BY_NAME, PRESETS

if TYPE_CHECKING:
    KindName = str
else:  # Typer offers the members of an enumeration as choices
    KindName = StrEnum("KindName", {name.upper(): name for name in KIND_BY_NAME})

KindArgument = Annotated[KindName, typer.Argument(help="What the report is about.")]
"""One of the reports that there are."""
DepartmentOption = Annotated[str, typer.Option("--department", help="Only this department.")]
PersonOption = Annotated[str, typer.Option("--person", metavar="CODE", help="Only this person.")]
PresetOption = Annotated[str, typer.Option("--preset", help=f"Payroll: {', '.join(PRESETS)}.")]
ColumnsOption = Annotated[
    str, typer.Option("--columns", metavar="A,B=HEADING", help="Columns in this order, with headings of your own.")
]
PayCodesOption = Annotated[
    list[str] | None,
    typer.Option("--pay-code", metavar="NAME=CODE", help="Payroll: your number of a kind of pay; may be repeated."),
]
LanguageOption = Annotated[str, typer.Option("--language", help=f"Headings: {' or '.join(LANGUAGES)} (not in CSV).")]
