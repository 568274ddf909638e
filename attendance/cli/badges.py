"""Commands ``badges`` and ``people pin``."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from attendance.cli.people import CodeArgument, JsonOption, people_app
from attendance.cli.session import print_json, session_of
from attendance.core.plain_words import counted
from attendance.terminal import say

badges_app = typer.Typer(help="Badges with a QR code: print, register, list, revoke.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(badges_app, name="badges")


@people_app.command("pin")
def pin(
    context: typer.Context,
    code: CodeArgument,
    ask: Annotated[bool, typer.Option("--ask", help="Type the PIN instead of taking a random one.")] = False,
    from_stdin: Annotated[bool, typer.Option("--stdin", help="Read the PIN from standard input.")] = False,
    remove: Annotated[bool, typer.Option("--remove", help="Take the PIN away.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Give a person a temporary PIN, shown once; the door asks for another one at its first use. Ends a pause."""
    if ask + remove + from_stdin > 1:
        raise typer.BadParameter("only one of --ask, --stdin and --remove")
    with session_of(context).open() as application:
        person = application.storage.roster.get_by_code(code)
        if remove:
            was_there = application.credentials.pins.remove(person.code)
            if as_json:
                print_json({"code": person.code, "removed": was_there})
            else:
                say(f"{person.code} {person.name}: {'the PIN is gone' if was_there else 'there was no PIN'}")
            return
        typed = typer.prompt("PIN", hide_input=True, confirmation_prompt=True) if ask else None
        if from_stdin:
            typed = sys.stdin.readline()
        chosen = application.credentials.pins.set_temporary(person.code, typed)
    if as_json:
        print_json({"code": person.code, "pin": chosen if typed is None else None, "must_change": True})
        return
    say(f"{person.code} {person.name}: " + (f"PIN {chosen}" if typed is None else "the PIN is set"))
    say("The door asks for another one at its first use." + (" It is not shown again." if typed is None else ""))


@badges_app.command("print")
def print_badges(
    context: typer.Context,
    output: Annotated[Path, typer.Option("--output", "-o", help="PDF file to write: ten badges on a page.")],
    codes: Annotated[list[str] | None, typer.Argument(metavar="CODE...", help="Codes of the people.")] = None,
    everybody: Annotated[bool, typer.Option("--all", help="All active people who have no badge.")] = False,
    keep_old: Annotated[bool, typer.Option("--keep-old", help="Earlier badges of these people stay good.")] = False,
) -> None:
    """Print new badges; earlier badges of the same people are revoked."""
    if bool(codes) == everybody:
        raise typer.BadParameter("give codes, or --all")
    with session_of(context).open() as application:
        badges = application.credentials.badges
        chosen = codes or [person.code for person in badges.people_without()]
        if not chosen:
            say("everybody has a badge")
            return
        people = badges.print(chosen, output, keep_old=keep_old)
    say(f"{output}: {counted(len(people), 'badge')}")


@badges_app.command("register")
def register_card(
    context: typer.Context,
    code: CodeArgument,
    from_stdin: Annotated[bool, typer.Option("--stdin", help="Read the number from standard input.")] = False,
) -> None:
    """Let a card that the company has already be a badge: hold it to the reader when asked, which types its number."""
    with session_of(context).open() as application:
        person = application.storage.roster.get_by_code(code)
        number = sys.stdin.readline() if from_stdin else typer.prompt("Number of the card", hide_input=True)
        badge = application.credentials.badges.register(person.code, number)
    say(f"{person.code} {person.name}: badge {badge.id}")


@badges_app.command("list")
def list_badges(
    context: typer.Context,
    code: Annotated[str | None, typer.Argument(help="Of one person only.")] = None,
    as_json: JsonOption = False,
) -> None:
    """List badges, oldest first, revoked ones included."""
    with session_of(context).open() as application:
        rows = application.credentials.badges.all(code)
        zone = application.site.zone
    if as_json:
        print_json(
            [
                {"badge": b.id, "code": p.code, "name": p.name, "made_utc": b.made_utc, "revoked_utc": b.revoked_utc}
                for p, b in rows
            ]
        )
        return
    if not rows:
        say("no badges yet")
    for person, badge in rows:
        made = badge.made_utc.astimezone(zone).strftime("%Y-%m-%d")
        revoked = "" if badge.revoked_utc is None else f"  revoked {badge.revoked_utc.astimezone(zone):%Y-%m-%d}"
        say(f"{badge.id:5}  {person.code}  {person.name}  {made}{revoked}")


@badges_app.command("revoke")
def revoke(
    context: typer.Context,
    code: CodeArgument,
    badge: Annotated[int | None, typer.Option(help="Number of one badge; all of the person without it.")] = None,
) -> None:
    """Take badges of a person back, at once and for good."""
    with session_of(context).open() as application:
        count = application.credentials.badges.revoke(code, badge)
    say(f"{counted(count, 'badge')} revoked")
    if not count:
        raise typer.Exit(1)
