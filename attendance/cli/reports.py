"""Command group ``report``."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from attendance.cli.session import session_of
from attendance.errors import ReportRangeError

report_app = typer.Typer(help="Reports as files.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(report_app, name="report")


@report_app.callback()
def _reports() -> None:
    """Keep ``events`` a sub-command although it is the only report."""


def _day(start: str, end: str, text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as err:
        raise ReportRangeError(start=start, end=end, reason=f"{text!r} is no date") from err


@report_app.command("events")
def events(
    context: typer.Context,
    start: Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD", help="First day.")],
    end: Annotated[str, typer.Option("--to", metavar="YYYY-MM-DD", help="Last day, included.")],
    output: Annotated[Path, typer.Option("--output", "-o", metavar="FILE.csv", help="File to write.")],
) -> None:
    """Write every check-in of the days as CSV."""
    from attendance.services.reports import write_events_csv

    first, last = _day(start, end, start), _day(start, end, end)
    with session_of(context).open() as application:
        rows = write_events_csv(application.check_in_log, start=first, end=last, zone=application.zone, path=output)
    typer.echo(f"{rows} check-ins written to {output}")
