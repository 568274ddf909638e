"""Command group ``audit``."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from zoneinfo import ZoneInfo

import typer

from attendance.cli.days import read_range_day
from attendance.cli.session import print_json, session_of
from attendance.core.plain_words import counted
from attendance.core.who import Who
from attendance.errors import Reason
from attendance.errors.reports import ReportRangeError
from attendance.errors.storage import KeyUnavailable
from attendance.terminal import say

if TYPE_CHECKING:
    from attendance.core.audit import AuditCheck
    from attendance.data.audit.anchors import AnchorCheck

audit_app = typer.Typer(help="The log of changes: check it, read it.", no_args_is_help=True)

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
FromOption = Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD", help="First day.")]
ToOption = Annotated[str, typer.Option("--to", metavar="YYYY-MM-DD", help="Last day, included.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(audit_app, name="audit")


def instants_of(start: str, end: str, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return the first instant of the first day and of the day after the last, in UTC; "" leaves a side open.

    Raises:
        ReportRangeError: no dates, or the wrong way round.
    """
    try:
        first = read_range_day(start, start=start, end=end) if start else date(1970, 1, 2)
        last = read_range_day(end, start=start, end=end) if end else date(9999, 12, 29)
        midnights = (datetime.combine(day, time.min, tzinfo=zone) for day in (first, last + timedelta(days=1)))
        start_utc, end_utc = (midnight.astimezone(UTC) for midnight in midnights)
    except (ValueError, OverflowError) as err:
        raise ReportRangeError(start=start, end=end, reason=Reason("a day is written YYYY-MM-DD")) from err
    if first > last:
        raise ReportRangeError(start=start, end=end, reason=Reason("the first day is after the last"))
    return start_utc, end_utc


@audit_app.command("verify")
def verify(
    context: typer.Context,
    deep: Annotated[
        bool, typer.Option("--deep", help="Also compare every stored row with the log and its seal.")
    ] = False,
    head: Annotated[
        Path | None, typer.Option("--head", metavar="FILE", help="A copy of the head that was kept elsewhere.")
    ] = None,
    against: Annotated[
        Path | None,
        typer.Option("--against", metavar="FILE", help="An anchor that was kept elsewhere; comparing needs no key."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Find out whether anything was changed, removed, moved or cut off; exit code 1 if so."""
    with session_of(context).open() as application:
        compared = None if against is None else application.storage.anchors.compare(against)
        try:
            check = application.storage.audit_log.verify(deep=deep, head_file=head)
        except KeyUnavailable as err:
            if compared is None:
                raise
            _tell_anchor(compared, as_json, seals=err.user_text)
            raise typer.Exit(compared.finding is not None) from err
    if compared is not None:
        _tell_anchor(compared, as_json)
    if as_json:
        known = None if check.head is None else {"count": check.head.count, "hash": check.head.last_hash.hex()}
        print_json(
            {
                "whole": check.finding is None,
                "entries": check.entries,
                "head": known,
                "lag": check.lag,
                "compared": check.compared,
                "first_bad": None if check.finding is None else asdict(check.finding),
                "sealed_since": None if check.protection is None else asdict(check.protection),
            }
        )
    else:
        _tell(check)
    if check.finding is not None or (compared is not None and compared.finding is not None):
        raise typer.Exit(1)


def _tell_anchor(found: AnchorCheck, as_json: bool, *, seals: str = "") -> None:
    anchor = found.anchor
    if as_json:
        told = None if anchor is None else {"entries": anchor.end.count, "hash": anchor.end.last_hash.hex()}
        wrong = None if found.finding is None else str(found.finding.what)
        print_json({"continues_anchor": wrong is None, "anchor": told, "since": found.since, "wrong": wrong})
        return
    if found.finding is not None:
        say(f"DOES NOT CONTINUE THE ANCHOR: {found.finding.what}")
    elif anchor is not None:
        since = counted(found.since, "entry", "entries")
        at = anchor.at_utc.isoformat(timespec="seconds")
        say(f"continues the anchor of {at} at entry {anchor.end.count}; {since} since")
    if seals:
        say(f"the seals were not checked: {seals}")


def _tell(check: AuditCheck) -> None:
    if check.lag:
        say(f"the head was {counted(check.lag, 'entry', 'entries')} behind and was brought up to date")
    if check.finding is not None:
        place = "the log as a whole" if check.finding.seq is None else f"entry {check.finding.seq}"
        at = f" ({check.finding.at})" if check.finding.at else ""
        say(f"NOT WHOLE: {place}{at}: {check.finding.what}")
        return
    rows = "" if check.compared is None else f", {counted(check.compared, 'row')} compared"
    unsigned = "" if check.head else "; there is no head yet, so entries cut off at the end would not be noticed"
    say(f"whole: {counted(check.entries, 'entry', 'entries')}{rows}{unsigned}")
    if check.protection is not None and check.protection.seq > 1:
        first = check.protection
        say(f"entries before {first.seq} are protected from {first.at} only, when the log was sealed")


@audit_app.command("anchor")
def anchor(
    context: typer.Context,
    output: Annotated[Path, typer.Option("-o", "--output", metavar="FILE", help="Where to; best on another computer.")],
    beside: Annotated[
        Path | None, typer.Option("--of", metavar="FILE", help="File that it is made with, e.g. a backup.")
    ] = None,
) -> None:
    """Write down where the log stands now, to be kept elsewhere and compared with 'audit verify --against'."""
    with session_of(context).open() as application:
        made = application.storage.anchors.write(output, application.site.clock.now_utc(), beside=beside)
    say(f"entry {made.end.count} written to {output}")


@audit_app.command("show")
def show(
    context: typer.Context,
    start: FromOption = "",
    end: ToOption = "",
    person: Annotated[str, typer.Option("--person", metavar="CODE", help="Only entries about this person.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Print the entries of some days, oldest first."""
    with session_of(context).open() as application:
        zone = application.site.zone
        start_utc, end_utc = instants_of(start, end, zone)
        codes = {known.id: known.code for known in application.storage.roster.list_people()}
        wanted = application.storage.roster.get_by_code(person).id if person else None
        for entry in application.storage.audit_log.entries(start_utc, end_utc, person_id=wanted):
            code = codes.get(entry.person_id or 0, "")
            if as_json:
                print_json({**asdict(entry), "person": code or None})
                continue
            at = entry.at_utc.astimezone(zone).isoformat(timespec="seconds")
            overruled = "".join(f"; overruled: {problem}" for problem in entry.data.get("overruled", ()))
            who = Who(entry.actor, str(entry.data.get("by") or "")).shown
            say(f"{entry.seq:>7}  {at}  {who}  {entry.action}  {code or entry.subject}{overruled}")


@audit_app.command("accept")
def accept(
    context: typer.Context,
    by: Annotated[str, typer.Option("--by", help="Who takes responsibility; a remark beside the account.")],
    reason: Annotated[str, typer.Option("--reason", help="Why, e.g. the backup of a day was restored.")],
) -> None:
    """Begin a new head at the log as it is now, after a backup was restored; the log keeps a note of it."""
    if not by.strip() or not reason.strip():
        raise typer.BadParameter("neither --by nor --reason may be empty")
    with session_of(context).open() as application:
        accepted = application.storage.audit_log.accept(by=by.strip(), reason=reason.strip())
    for one in accepted.found:
        say(f"taken over as it is: {one}")
    say(f"the head now stands at entry {accepted.head.count}")
