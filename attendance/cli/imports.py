"""Commands ``import-events``, ``import-people`` and ``import-calendar``: files of other programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from attendance.cli.days import read_day
from attendance.cli.session import print_json, session_of
from attendance.core.data_file import BadRow
from attendance.core.plain_words import counted
from attendance.errors import Reason
from attendance.errors.exchange import DataFileError

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
DryOption = Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")]
_SHOWN_YEARS = 2


class CalendarPart(StrEnum):
    """What the entries of a calendar are."""

    HOLIDAYS = "holidays"
    CLOSINGS = "closings"
    LEAVE = "leave"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("import-events")(import_events)
    app.command("import-people")(import_people)
    app.command("import-calendar")(import_calendar)


def _finish(bad: Sequence[BadRow], as_json: bool) -> None:
    """Print the rows that were left out; exit code 1 when there are any."""
    if not as_json:
        for row in bad:
            typer.echo(f"{row.where}: {row.detail}", err=True)
    if bad:
        raise typer.Exit(1)


def import_events(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE.csv", help="Columns code, direction and utc_time, at or local_time.")
    ],
    dry_run: DryOption = False,
    as_json: JsonOption = False,
) -> None:
    """Import check-ins from a CSV, such as the one of 'report events'; event ids that are known change nothing."""
    from attendance.integrations.event_table import read_table
    from attendance.services.exchange.event_import import NEEDED_COLUMNS, OPTIONAL_COLUMNS

    rows = read_table(file, needed=NEEDED_COLUMNS, optional=OPTIONAL_COLUMNS)
    with session_of(context).open() as application:
        outcome = application.links.event_import.run(rows, dry_run=dry_run)
    if as_json:
        print_json({"dry_run": dry_run, **asdict(outcome)})
    else:
        verb = "would be added" if dry_run else "added"
        typer.echo(f"{counted(outcome.added, 'check-in')} {verb}, {outcome.known} known before, {len(outcome.bad)} bad")
    _finish(outcome.bad, as_json)


def import_people(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.csv", help="Columns code and name; department is optional.")],
    dry_run: DryOption = False,
    as_json: JsonOption = False,
) -> None:
    """Put people on the roster without photographs; 'enrol' or 'import' add these later."""
    from attendance.integrations.event_table import read_table
    from attendance.services.people.roster_import import NEEDED_COLUMNS, OPTIONAL_COLUMNS
    from attendance.services.people.roster_import import import_people as run

    rows = read_table(file, needed=NEEDED_COLUMNS, optional=OPTIONAL_COLUMNS)
    with session_of(context).open() as application:
        outcome = run(rows, application.storage.roster, dry_run=dry_run)
    if as_json:
        print_json({"dry_run": dry_run, **asdict(outcome)})
    else:
        counts = f"{len(outcome.changed)} changed, {len(outcome.unchanged)} unchanged, {len(outcome.bad)} bad"
        typer.echo(f"{len(outcome.added)} {'would be added' if dry_run else 'added'}, {counts}")
    _finish(outcome.bad, as_json)


def import_calendar(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.ics", help="A calendar.")],
    part: Annotated[CalendarPart, typer.Option("--as", help="What its entries are.")] = CalendarPart.HOLIDAYS,
    start: Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD", help="First day (default: 1 January).")] = "",
    end: Annotated[str, typer.Option("--to", metavar="YYYY-MM-DD", help="Last day (default: in two years).")] = "",
    kind: Annotated[str, typer.Option("--kind", help="Of leave: leave, sick, unpaid or a word of your own.")] = "leave",
    by: Annotated[str, typer.Option("--by", help="Who imports it; kept for good.")] = "calendar",
    requested: Annotated[
        bool, typer.Option("--requested", help="Leave waits for a decision, also without the two-person rule.")
    ] = False,
    approved_by: Annotated[
        str, typer.Option("--approved-by", help="Who approves the leave, where the two-person rule asks for it.")
    ] = "",
    dry_run: DryOption = False,
    as_json: JsonOption = False,
) -> None:
    """Import holidays or closing days into the plan, or leave of people. Repeating it changes nothing."""
    from attendance.integrations.calendar_file import read_calendar
    from attendance.services.exchange.calendar_import import import_closings, import_holidays

    def unreadable(reason: Reason) -> DataFileError:
        return DataFileError(path=file, detail=reason)

    with session_of(context).open() as application:
        today = application.site.clock.now_utc().astimezone(application.site.zone).date()
        first = read_day(start, unreadable) if start else today.replace(month=1, day=1)
        last = read_day(end, unreadable) if end else today + timedelta(days=_SHOWN_YEARS * 365)
        days, bad = read_calendar(file, first=first, last=last, zone=application.site.zone)
        if part is CalendarPart.LEAVE:
            leave = application.links.leave_import(is_only_requested=requested)
            outcome = leave.run(days, kind=kind, by=by, approved_by=approved_by, dry_run=dry_run)
        else:
            run = import_holidays if part is CalendarPart.HOLIDAYS else import_closings
            outcome = run(days, application.records.hours, by=by, dry_run=dry_run)
    outcome.bad[:0] = bad
    is_each_day = part is CalendarPart.HOLIDAYS
    lines = [f"{one.first_day}{'' if is_each_day else f' to {one.last_day}'} {one.summary}" for one in outcome.added]
    if as_json:
        print_json({"dry_run": dry_run, **asdict(outcome), "added": lines})
    else:
        for line in lines:
            typer.echo(line)
        verb = "would be added" if dry_run else "added"
        typer.echo(f"{len(outcome.added)} {verb}, {outcome.unchanged} unchanged, {len(outcome.bad)} bad")
    _finish(outcome.bad, as_json)
