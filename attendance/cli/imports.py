"""Commands ``import-events``, ``imports``, ``import-people`` and ``import-calendar``: files of other programs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from attendance.cli.days import read_day
from attendance.cli.session import print_json, session_of
from attendance.core.data_file import BadRow
from attendance.core.plain_words import counted
from attendance.errors import Reason
from attendance.errors.exchange import DataFileError, ImportRefused
from attendance.terminal import say

if TYPE_CHECKING:
    from attendance.core.event_imports import EventImport

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
DryOption = Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")]
ByOption = Annotated[str, typer.Option("--by", help="A name beside the account; kept for good.")]
ImportArgument = Annotated[str, typer.Argument(metavar="ID", help="Import id; 'imports list' shows them.")]
imports_app = typer.Typer(help="Files of check-ins: what they brought, who let them count.", no_args_is_help=True)
_SHOWN_YEARS = 2


class CalendarPart(StrEnum):
    """What the entries of a calendar are."""

    HOLIDAYS = "holidays"
    CLOSINGS = "closings"
    LEAVE = "leave"


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("import-events")(import_events)
    app.add_typer(imports_app, name="imports")
    app.command("import-people")(import_people)
    app.command("import-calendar")(import_calendar)


def _finish(bad: Sequence[BadRow], as_json: bool) -> None:
    """Print the rows that were left out; exit code 1 when there are any."""
    if not as_json:
        for row in bad:
            say(f"{row.where}: {row.detail}", err=True)
    if bad:
        raise typer.Exit(1)


def import_events(
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(metavar="FILE.csv", help="Columns code, direction and utc_time, at or local_time.")
    ],
    by: ByOption = "",
    dry_run: DryOption = False,
    as_json: JsonOption = False,
) -> None:
    """Import check-ins from a CSV, such as the one of 'report events'; event ids that are known change nothing.

    They are marked as imported for good. With the two-person rule they wait until somebody else approves the file.
    """
    from attendance.integrations.event_table import read_hashed_table
    from attendance.services.exchange.event_import import NEEDED_COLUMNS, OPTIONAL_COLUMNS

    rows, sha256 = read_hashed_table(file, needed=NEEDED_COLUMNS, optional=OPTIONAL_COLUMNS)
    with session_of(context).open() as application:
        imports = application.links.event_imports
        outcome = imports.run(rows, file_name=file.name, sha256=sha256, by=by, dry_run=dry_run)
    if as_json:
        print_json({"dry_run": dry_run, **asdict(outcome)})
    else:
        verb = "would be added" if dry_run else "waiting for approval" if outcome.is_waiting else "added"
        say(f"{counted(outcome.added, 'check-in')} {verb}, {outcome.known} known before, {len(outcome.bad)} bad")
        if outcome.is_waiting:
            say(f"somebody else lets them count with: attendance imports approve {outcome.import_id}")
    _finish(outcome.bad, as_json)


@imports_app.command("list")
def list_imports(
    context: typer.Context,
    waiting: Annotated[bool, typer.Option("--open", help="Only those that wait for a decision.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List the files that check-ins came in, oldest first."""
    with session_of(context).open() as application:
        zone = application.site.zone
        found = application.links.event_imports.waiting() if waiting else application.storage.event_imports.all()
        for one in found:
            _print_import(one, zone, as_json)


@imports_app.command("show")
def show_import(context: typer.Context, import_id: ImportArgument, as_json: JsonOption = False) -> None:
    """List the check-ins of one file and what the file claims of them; nobody vouches for that."""
    with session_of(context).open() as application:
        storage, zone = application.storage, application.site.zone
        if storage.event_imports.by_id(import_id) is None:
            raise ImportRefused(detail=Reason("there is no import {name}", name=import_id))
        codes = {person.id: person.code for person in storage.roster.list_people()}
        for event in storage.event_imports.events(import_id):
            code = codes.get(event.person_id or 0, "")
            if as_json:
                print_json({**asdict(event), "code": code})
                continue
            at = event.at_utc.astimezone(zone).isoformat(timespec="seconds")
            claims = (event.claimed_source, event.claimed_similarity, event.claimed_made_by)
            told = ", ".join(repr(claim) for claim in claims if claim not in ("", None))
            claimed = f"  the file claims: {told}" if told else ""
            say(f"{event.event_id}  {code or '(erased)'}  {at}  {event.direction.value}{claimed}")


@imports_app.command("approve")
def approve_import(
    context: typer.Context, import_id: ImportArgument, by: ByOption = "", as_json: JsonOption = False
) -> None:
    """Let the check-ins of a file count."""
    with session_of(context).open() as application:
        made = application.links.event_imports.approve(import_id, by=by)
        _print_import(made, application.site.zone, as_json)


@imports_app.command("reject")
def reject_import(
    context: typer.Context, import_id: ImportArgument, by: ByOption = "", as_json: JsonOption = False
) -> None:
    """Let the check-ins of a file not count, for good."""
    with session_of(context).open() as application:
        made = application.links.event_imports.reject(import_id, by=by)
        _print_import(made, application.site.zone, as_json)


def _print_import(one: EventImport, zone: ZoneInfo, as_json: bool) -> None:
    if as_json:
        print_json(asdict(one))
        return
    days = [at.astimezone(zone).date().isoformat() for at in (one.first_utc, one.last_utc) if at is not None]
    what = f"{counted(one.events, 'check-in')} of {counted(one.people, 'person', 'people')}, {' to '.join(days)}"
    decided = f", decided by {one.decided.shown}" if one.decided is not None else ""
    say(f"{one.import_id}  {one.state.value}  {one.file_name}  {what}  by {one.asked.shown}{decided}")
    say(f"  SHA-256 {one.sha256}")


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
        say(f"{len(outcome.added)} {'would be added' if dry_run else 'added'}, {counts}")
    _finish(outcome.bad, as_json)


def import_calendar(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(metavar="FILE.ics", help="A calendar.")],
    part: Annotated[CalendarPart, typer.Option("--as", help="What its entries are.")] = CalendarPart.HOLIDAYS,
    start: Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD", help="First day (default: 1 January).")] = "",
    end: Annotated[str, typer.Option("--to", metavar="YYYY-MM-DD", help="Last day (default: in two years).")] = "",
    kind: Annotated[str, typer.Option("--kind", help="Of leave: leave, sick, unpaid or a word of your own.")] = "leave",
    by: Annotated[str, typer.Option("--by", help="A name beside the account; kept for good.")] = "calendar",
    requested: Annotated[
        bool, typer.Option("--requested", help="Leave waits for a decision, also without the two-person rule.")
    ] = False,
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
            outcome = leave.run(days, kind=kind, by=by, dry_run=dry_run)
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
            say(line)
        verb = "would be added" if dry_run else "added"
        say(f"{len(outcome.added)} {verb}, {outcome.unchanged} unchanged, {len(outcome.bad)} bad")
    _finish(outcome.bad, as_json)
