"""Command ``report``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from attendance.cli.days import read_range_day
from attendance.cli.report_options import (
    ColumnsOption,
    DepartmentOption,
    KindArgument,
    LanguageOption,
    PayCodesOption,
    PersonOption,
    PresetOption,
)
from attendance.cli.session import session_of
from attendance.core.plain_words import counted
from attendance.core.report_schedule import Every
from attendance.errors import Reason
from attendance.errors.reports import ReportRequestError
from attendance.languages import ENGLISH
from attendance.services.reports.kind import GENERIC, ReportFormat
from attendance.services.reports.registry import KIND_BY_NAME
from attendance.terminal import say


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("report")(report)


def report(
    context: typer.Context,
    kind: KindArgument,
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FILE", help="File to write; with --every an existing folder.")
    ],
    start: Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD", help="First day.")] = "",
    end: Annotated[str, typer.Option("--to", metavar="YYYY-MM-DD", help="Last day, included.")] = "",
    every: Annotated[
        Every | None, typer.Option("--every", help="Instead of days: make it after every day, week or month.")
    ] = None,
    mail: Annotated[
        list[str] | None, typer.Option("--mail", help="With --every: also send it there; may be repeated.")
    ] = None,
    file_format: Annotated[
        ReportFormat | None, typer.Option("--format", help="Kind of file (default: by the ending of FILE, else CSV).")
    ] = None,
    department: DepartmentOption = "",
    person: PersonOption = "",
    preset: PresetOption = GENERIC,
    columns: ColumnsOption = "",
    pay_codes: PayCodesOption = None,
    language: LanguageOption = ENGLISH,
) -> None:
    """Write a report of some days: every check-in, or the hours made of them.

    With --every it is 'attendance schedule add': the running program makes the report again and again.
    """
    from attendance.services.reports.columns import read_columns
    from attendance.services.reports.service import ReportRequest

    if every is not None:
        from attendance.cli.integrations import schedule_add

        if start or end:
            raise ReportRequestError(reason=Reason("--every takes no --from and --to"))
        schedule_add(
            context,
            kind,
            every,
            output,
            file_format=file_format or ReportFormat.CSV,
            mail=mail,
            department=department,
            person=person,
            preset=preset,
            columns=columns,
            language=language,
            pay_codes=pay_codes,
        )
        return
    if not start or not end or mail:
        raise ReportRequestError(reason=Reason("give --from and --to, or --every with a folder"))
    request = ReportRequest(
        str(kind),
        read_range_day(start, start=start, end=end),
        read_range_day(end, start=start, end=end),
        department=department,
        person=person,
        format=(file_format or _format_of(output)).value,
        preset=preset,
        columns=read_columns(columns),
        language=language,
        pay_codes=tuple(_pair(text) for text in pay_codes or ()),
    )
    with session_of(context).open() as application:
        rows = application.records.reports.write(request, output)
    say(f"{counted(rows, KIND_BY_NAME[kind].noun)} written to {output}")


def _format_of(output: Path) -> ReportFormat:
    ending = output.suffix.lower().removeprefix(".")
    known = {one.value: one for one in ReportFormat} | {"htm": ReportFormat.HTML}
    return known.get(ending, ReportFormat.CSV)


def _pair(text: str) -> tuple[str, str]:
    name, sign, code = text.partition("=")
    if not sign or not name.strip():
        raise ReportRequestError(
            reason=Reason("{text} is not NAME=CODE; there are: regular, overtime, company, batch", text=repr(text))
        )
    return name.strip(), code.strip()
