"""Command group ``correct``."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date, datetime
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from attendance.cli.audit import FromOption, JsonOption, ToOption, instants_of
from attendance.cli.days import read_day, read_range_day
from attendance.cli.session import print_json, session_of
from attendance.core.site_time import read_site_time
from attendance.core.types import Direction
from attendance.errors import Refusal
from attendance.errors.hours import CorrectionRefused
from attendance.terminal import say

if TYPE_CHECKING:
    from attendance.core.corrections import Correction

correct_app = typer.Typer(
    help="Corrections of the check-in log; the check-ins themselves stay as they are.", no_args_is_help=True
)

ReasonOption = Annotated[str, typer.Option("--reason", help="Why; kept with the correction.")]
ByOption = Annotated[str, typer.Option("--by", help="A name beside the account: a code or role; kept for good.")]
EventArgument = Annotated[str, typer.Argument(metavar="EVENT", help="Event id; 'correct events' shows them.")]
CorrectionArgument = Annotated[str, typer.Argument(metavar="ID", help="Correction id; 'correct list' shows them.")]
AtOption = Annotated[str, typer.Option("--at", metavar="'YYYY-MM-DD HH:MM'", help="Time at the site.")]
DirectionOption = Annotated[Direction | None, typer.Option("--direction", help="Which way.")]
CodeArgument = Annotated[str, typer.Argument(metavar="CODE", help="The person's code.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(correct_app, name="correct")


def _instant_at(text: str, zone: ZoneInfo) -> datetime:
    try:
        return read_site_time(text, zone)
    except Refusal as err:
        raise CorrectionRefused(reason=err.reason) from err


def _print(correction: Correction, as_json: bool, zone: ZoneInfo, codes: dict[int, str]) -> None:
    if as_json:
        print_json(asdict(correction))
        return
    person = codes.get(correction.person_id or 0, "(nobody)")
    parts = [correction.correction_id, correction.state.value, correction.kind.value, person]
    if correction.event_id:
        parts.append(f"event {correction.event_id}")
    if correction.at_utc:
        parts.append(correction.at_utc.astimezone(zone).isoformat(timespec="seconds"))
    if correction.direction:
        parts.append(correction.direction.value)
    if correction.first_day:
        half = " (half days)" if correction.leave_half else ""
        parts.append(f"{correction.leave_kind} {correction.first_day} to {correction.last_day}{half}")
    if correction.new_person_id:
        parts.append(f"for {codes.get(correction.new_person_id, '(nobody)')}")
    decided = f", decided by {correction.decided.shown}" if correction.decided_by else ""
    say(f"{'  '.join(parts)}  by {correction.asked.shown}{decided}: {correction.reason}")


@correct_app.command("add")
def add(
    context: typer.Context,
    code: CodeArgument,
    at: AtOption,
    direction: Annotated[Direction, typer.Option("--direction", help="Which way.")],
    reason: ReasonOption,
    by: ByOption,
    as_json: JsonOption = False,
) -> None:
    """Enter an event that no camera saw."""
    with session_of(context).open() as application:
        person, zone = application.storage.roster.get_by_code(code), application.site.zone
        made = application.records.corrections.add_event(
            person.id, _instant_at(at, zone), direction, reason=reason, by=by
        )
        _print(made, as_json, zone, {person.id: person.code})


@correct_app.command("move")
def move(
    context: typer.Context,
    event: EventArgument,
    reason: ReasonOption,
    by: ByOption,
    at: AtOption = "",
    direction: DirectionOption = None,
    as_json: JsonOption = False,
) -> None:
    """Give an event another time or direction."""
    with session_of(context).open() as application:
        zone = application.site.zone
        at_utc = _instant_at(at, zone) if at else None
        made = application.records.corrections.move_event(
            event, at_utc=at_utc, direction=direction, reason=reason, by=by
        )
        _print(made, as_json, zone, {p.id: p.code for p in application.storage.roster.list_people()})


@correct_app.command("void")
def void(
    context: typer.Context, event: EventArgument, reason: ReasonOption, by: ByOption, as_json: JsonOption = False
) -> None:
    """Let an event not count."""
    with session_of(context).open() as application:
        made = application.records.corrections.void_event(event, reason=reason, by=by)
        _print(made, as_json, application.site.zone, {p.id: p.code for p in application.storage.roster.list_people()})


@correct_app.command("reassign")
def reassign(
    context: typer.Context,
    event: EventArgument,
    reason: ReasonOption,
    by: ByOption,
    to: Annotated[str, typer.Option("--to", metavar="CODE", help="Whose it is; left out when nobody knows.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Take an event from the person it was booked for."""
    with session_of(context).open() as application:
        new_person_id = application.storage.roster.get_by_code(to).id if to else None
        made = application.records.corrections.reassign(event, new_person_id=new_person_id, reason=reason, by=by)
        _print(made, as_json, application.site.zone, {p.id: p.code for p in application.storage.roster.list_people()})


@correct_app.command("leave")
def leave(
    context: typer.Context,
    code: CodeArgument,
    start: FromOption,
    reason: ReasonOption,
    by: ByOption,
    end: Annotated[str, typer.Option("--to", metavar="YYYY-MM-DD", help="Last day, included; left out: one day.")] = "",
    kind: Annotated[str, typer.Option("--kind", help="leave, sick, unpaid, holiday or a word of your own.")] = "leave",
    half: Annotated[bool, typer.Option("--half", help="Half days.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Book days of leave or absence."""
    first, last = (read_day(day, lambda reason: CorrectionRefused(reason=reason)) for day in (start, end or start))
    with session_of(context).open() as application:
        person = application.storage.roster.get_by_code(code)
        made = application.records.corrections.leave(
            person.id, first, last, leave_kind=kind, half=half, reason=reason, by=by
        )
        _print(made, as_json, application.site.zone, {person.id: person.code})


@correct_app.command("approve")
def approve(context: typer.Context, correction: CorrectionArgument, by: ByOption, as_json: JsonOption = False) -> None:
    """Let a correction count."""
    with session_of(context).open() as application:
        made = application.records.corrections.approve(correction, by=by)
        _print(made, as_json, application.site.zone, {p.id: p.code for p in application.storage.roster.list_people()})


@correct_app.command("reject")
def reject(context: typer.Context, correction: CorrectionArgument, by: ByOption, as_json: JsonOption = False) -> None:
    """Refuse a correction, or withdraw an approved one, for good."""
    with session_of(context).open() as application:
        made = application.records.corrections.reject(correction, by=by)
        _print(made, as_json, application.site.zone, {p.id: p.code for p in application.storage.roster.list_people()})


@correct_app.command("list")
def list_corrections(
    context: typer.Context,
    start: FromOption = "",
    end: ToOption = "",
    open_only: Annotated[bool, typer.Option("--open", help="Only those that wait for a decision.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List corrections, oldest first."""
    with session_of(context).open() as application:
        zone, rows = application.site.zone, application.storage.corrections
        start_utc, end_utc = instants_of(start, end, zone)
        first = start_utc.astimezone(zone).date()
        last = read_range_day(end, start=start, end=end) if end else date.max
        found = rows.for_range(start_utc, end_utc, first_day=first, last_day=last)
        if open_only:
            waiting = {correction.correction_id for correction in rows.all_open()}
            found = [correction for correction in found if correction.correction_id in waiting]
        codes = {person.id: person.code for person in application.storage.roster.list_people()}
        for correction in found:
            _print(correction, as_json, zone, codes)


@correct_app.command("events")
def events(context: typer.Context, code: CodeArgument, start: FromOption, end: ToOption) -> None:
    """List one person's check-ins with their ids, as they were made."""
    with session_of(context).open() as application:
        person, zone = application.storage.roster.get_by_code(code), application.site.zone
        for event, _ in application.storage.check_in_log.between(*instants_of(start, end, zone)):
            if event.person_id == person.id:
                at = event.at_utc.astimezone(zone).isoformat(timespec="seconds")
                say(f"{event.event_id}  {at}  {event.direction.value}  {event.source}")
