"""Commands ``webhook``, ``mail``, ``relay`` and ``schedule``."""

from __future__ import annotations

import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from attendance.cli.report_options import (
    ColumnsOption,
    DepartmentOption,
    KindArgument,
    LanguageOption,
    PayCodesOption,
    PersonOption,
    PresetOption,
)
from attendance.cli.session import print_json, session_of
from attendance.core.plain_words import counted
from attendance.core.report_schedule import Every, ReportSchedule
from attendance.core.types import Direction
from attendance.errors import Reason
from attendance.errors.exchange import RelayFailed, ScheduleRefused, WebhookRefused
from attendance.languages import ENGLISH
from attendance.services.reports.kind import GENERIC, ReportFormat
from attendance.terminal import say

webhook_app = typer.Typer(help="Tell another system of every check-in and correction.", no_args_is_help=True)
mail_app = typer.Typer(help="E-mail of scheduled reports.", no_args_is_help=True)
relay_app = typer.Typer(help="The relay that opens the door.", no_args_is_help=True)
schedule_app = typer.Typer(help="Reports that the running program makes again and again.", no_args_is_help=True)

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
MessagesArgument = Annotated[
    list[int], typer.Argument(metavar="NUMBER...", help="Of messages; 'webhook refused' shows them.")
]
StdinOption = Annotated[bool, typer.Option("--stdin", help="Read it from the standard input instead of asking.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(webhook_app, name="webhook")
    app.add_typer(mail_app, name="mail")
    app.add_typer(relay_app, name="relay")
    app.add_typer(schedule_app, name="schedule")


# --- webhook -----------------------------------------------------------------------------------------


@webhook_app.command("set")
def webhook_set(
    context: typer.Context,
    url: Annotated[str, typer.Argument(metavar="URL", help="https address; http only to this computer.")],
    secret_stdin: Annotated[
        bool, typer.Option("--secret-stdin", help="Read the shared secret from the standard input.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Send a signed message for every check-in and correction from now on."""
    given = sys.stdin.readline().strip() if secret_stdin else ""
    if secret_stdin and not given:
        raise WebhookRefused(detail=Reason("no secret was given"))
    with session_of(context).open() as application:
        secret, where = application.links.webhook.set(url, given)
    shown = {} if given else {"secret": secret}
    if as_json:
        print_json({"kept": where, **shown})
        return
    say(f"messages are sent from now on; the secret is kept in: {where}")
    if shown:
        say(f"secret for the receiver, shown only now: {secret}")


@webhook_app.command("test")
def webhook_test(context: typer.Context) -> None:
    """Send one message of type "test" now."""
    with session_of(context).open() as application:
        outcome = application.links.webhook.test()
    if outcome.reason is not None:
        raise WebhookRefused(detail=outcome.reason)
    say("the receiver took the message")


@webhook_app.command("status")
def webhook_status(context: typer.Context, as_json: JsonOption = False) -> None:
    """Show where messages go and what waits."""
    from attendance.integrations.web_address import parse_address

    with session_of(context).open() as application:
        url = application.links.webhook.address()
        status, zone = application.storage.outbox.status(), application.site.zone
    address = parse_address(url).shown if url else ""
    if as_json:
        print_json({"address": address, **asdict(status), "last_error": str(status.last_error or "")})
        return
    say(f"messages go to {address}" if address else "no address is set")
    say(f"{status.waiting} waiting, {status.delivered} delivered in the last 30 days")
    if status.refused:
        say(f"{counted(status.refused, 'message')} refused for good: 'attendance webhook refused' shows them")
    if status.oldest_utc is not None:
        say(f"oldest waiting since {status.oldest_utc.astimezone(zone).isoformat(timespec='seconds')}")
    if status.last_error is not None:
        say(f"last error: {status.last_error}")


@webhook_app.command("refused")
def webhook_refused(context: typer.Context, as_json: JsonOption = False) -> None:
    """List the messages that the receiver refused for good (4xx); the others passed them by."""
    with session_of(context).open() as application:
        found, zone = application.storage.outbox.refused(), application.site.zone
    for one in found:
        if as_json:
            print_json({**asdict(one), "reason": str(one.reason or "")})
        else:
            at = one.refused_utc.astimezone(zone).isoformat(timespec="seconds")
            say(f"{one.id}  {at}  {one.reason or ''}  {one.body}")


@webhook_app.command("send-again")
def webhook_send_again(context: typer.Context, messages: MessagesArgument) -> None:
    """Send refused messages once more, behind those that wait; they are not changed."""
    with session_of(context).open() as application:
        again = application.storage.outbox.send_again(messages)
    _report_decided(again, messages, "waiting")


@webhook_app.command("discard")
def webhook_discard(context: typer.Context, messages: MessagesArgument) -> None:
    """Remove refused messages; they are never delivered."""
    with session_of(context).open() as application:
        gone = application.storage.outbox.discard_refused(messages)
    _report_decided(gone, messages, "removed")


def _report_decided(number: int, messages: list[int], what: str) -> None:
    if number < len(set(messages)):
        detail = Reason("{count} of the messages named were not refused", count=len(set(messages)) - number)
        raise WebhookRefused(detail=detail)
    say(f"{counted(number, 'message')} {what}")


@webhook_app.command("off")
def webhook_off(
    context: typer.Context,
    discard: Annotated[bool, typer.Option("--discard", help="Also remove what waits; it is never delivered.")] = False,
) -> None:
    """Send no more messages; those that wait are kept."""
    with session_of(context).open() as application:
        application.links.webhook.end()
        gone = application.storage.outbox.discard_waiting() if discard else 0
        waiting = application.storage.outbox.status().waiting
    say(f"off; {counted(gone, 'message')} removed, {waiting} waiting")


# --- mail --------------------------------------------------------------------------------------------


@mail_app.command("password")
def mail_password(context: typer.Context, from_stdin: StdinOption = False) -> None:
    """Keep the password of the mail account, in the system keyring where there is one; empty forgets it."""
    from attendance.composition.links import MAIL_PASSWORD

    if from_stdin:
        password = sys.stdin.readline().rstrip("\r\n")
    else:
        password = typer.prompt("Password", hide_input=True, default="", show_default=False)
    with session_of(context).open() as application:
        where = application.storage.secrets.put(MAIL_PASSWORD, password)
    say(f"kept in: {where}" if where else "forgotten")


@mail_app.command("test")
def mail_test(
    context: typer.Context, to: Annotated[str, typer.Argument(metavar="ADDRESS", help="Who gets it.")]
) -> None:
    """Send one short mail now."""
    with session_of(context).open() as application:
        application.links.mail.send([to], "Test of Face Attendance", "This is a test.\n")
    say(f"sent to {to}")


# --- relay -------------------------------------------------------------------------------------------


@relay_app.command("test")
def relay_test(
    context: typer.Context,
    direction: Annotated[Direction, typer.Option("--direction", help="As for a check-in of this direction.")] = (
        Direction.IN
    ),
) -> None:
    """Switch the relay once, now."""
    with session_of(context).open() as application:
        relay = application.links.build_relay()
        if relay is None:
            raise RelayFailed(reason=Reason("none is set up"))
        relay.switch(direction)
    say("the relay was switched")


# --- schedules ---------------------------------------------------------------------------------------


@schedule_app.command("add")
def schedule_add(
    context: typer.Context,
    kind: KindArgument,
    every: Annotated[Every, typer.Option("--every", help="Each report covers the whole one before.")],
    folder: Annotated[Path, typer.Option("--to-folder", metavar="DIR", help="Existing folder for the files.")],
    name: Annotated[str, typer.Option("--name", help="Begins the files' names (default: the kind).")] = "",
    file_format: Annotated[ReportFormat, typer.Option("--format", help="Kind of file.")] = ReportFormat.CSV,
    at: Annotated[str, typer.Option("--at", metavar="HH:MM", help="Time of day at the site.")] = "06:00",
    mail: Annotated[list[str] | None, typer.Option("--mail", help="Also send it there; may be repeated.")] = None,
    department: DepartmentOption = "",
    person: PersonOption = "",
    preset: PresetOption = GENERIC,
    columns: ColumnsOption = "",
    language: LanguageOption = ENGLISH,
    pay_codes: PayCodesOption = None,
) -> None:
    """Make a report after every day, week (Monday to Sunday) or month, while a window of the program runs."""
    options = {"at": at, "department": department, "person": person, "preset": preset, "columns": columns}
    if any("=" not in one or "," in one for one in pay_codes or ()):
        raise ScheduleRefused(detail=Reason("a pay code is written NAME=CODE"))
    options["pay_codes"] = ",".join(pay_codes or ())
    schedule = ReportSchedule(
        id=0,
        name=name or str(kind),
        kind=str(kind),
        every=every,
        format=file_format.value,
        folder=str(folder.expanduser().absolute()),
        mail_to=tuple(mail or ()),
        options={key: value for key, value in {**options, "language": language}.items() if value},
    )
    with session_of(context).open() as application:
        made = application.links.schedule_runner.add(schedule)
        zone = application.site.zone
    assert made.next_utc is not None
    say(f"{made.name}: next report on {made.next_utc.astimezone(zone).isoformat(timespec='minutes')}")


@schedule_app.command("list")
def schedule_list(context: typer.Context, as_json: JsonOption = False) -> None:
    """List all scheduled reports."""
    with session_of(context).open() as application:
        found, zone = application.storage.schedules.all(), application.site.zone
    if as_json:
        print_json([{**asdict(one), "last_error": str(one.last_error or "")} for one in found])
        return
    for one in found:
        following = one.next_utc.astimezone(zone).isoformat(timespec="minutes") if one.next_utc else "-"
        error = f"  last error: {one.last_error}" if one.last_error else ""
        mail = f"  to {', '.join(one.mail_to)}" if one.mail_to else ""
        say(f"{one.name}  {one.kind} every {one.every.value} as {one.format} in {one.folder}{mail}")
        say(f"  next {following}{error}")


@schedule_app.command("remove")
def schedule_remove(context: typer.Context, name: Annotated[str, typer.Argument(help="Name of the report.")]) -> None:
    """Forget a scheduled report; its files stay."""
    with session_of(context).open() as application:
        application.storage.schedules.remove(name)
    say(f"{name} removed")


@schedule_app.command("run")
def schedule_run(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Name of the report; left out: whatever is due.")] = "",
) -> None:
    """Make one report of the last whole day, week or month now, or all that are due."""
    with session_of(context).open() as application:
        runner = application.links.schedule_runner
        if name:
            for path in runner.run_now(name):
                say(f"written: {path}")
            return
        files = runner.run_due()
        failed = [one for one in application.storage.schedules.all() if one.last_error]
    say(f"{counted(files, 'file')} written")
    for one in failed:
        say(f"{one.name}: {one.last_error}", err=True)
    if failed:
        raise typer.Exit(1)
