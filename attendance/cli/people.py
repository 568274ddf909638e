"""Commands ``enrol``, ``import`` and ``people``."""

from __future__ import annotations

from collections.abc import Sized
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from attendance.cli.session import print_json, session_of
from attendance.core.plain_words import counted
from attendance.core.types import Person
from attendance.errors import AttendanceError
from attendance.shown_text import masked, one_line
from attendance.terminal import say

if TYPE_CHECKING:
    from attendance.services.people.importing import ImportResult

people_app = typer.Typer(
    help="The roster: list, add, show, PIN, deactivate, activate, consent, erase.", no_args_is_help=True
)

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
CodeArgument = Annotated[str, typer.Argument(help="The person's code.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("enrol")(enrol)
    app.command("import")(import_people)
    app.add_typer(people_app, name="people")


def enrol(
    context: typer.Context,
    code: Annotated[str, typer.Option(help="The company's own key for the person.")],
    name: Annotated[str, typer.Option(help="Full name as it should be greeted.")],
    images: Annotated[list[Path], typer.Argument(metavar="IMAGE...", help="Photographs of this person alone.")],
    department: Annotated[str, typer.Option(help="Department.")] = "",
    allow_duplicate: Annotated[
        bool, typer.Option("--allow-duplicate", help="Enrol although the face is known under another code (twins).")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Enrol one person from photographs, or add photographs to a person."""
    with session_of(context).open() as application:
        outcome = application.recognizer.enrolment.enrol_files(
            code=code, name=name, department=department, paths=images, allow_duplicate=allow_duplicate
        )
        look_alikes = application.recognizer.look_alikes.of(outcome.person)
    if as_json:
        print_json(
            {
                "person": asdict(outcome.person),
                "used": [str(path) for path in outcome.used],
                "rejected": [
                    {"path": str(path), "code": error.code, "error": error.user_text}
                    for path, error in outcome.rejected
                ],
                "skipped": [str(path) for path in outcome.skipped],
                "look_alikes": [other.code for other in look_alikes],
            }
        )
    else:
        for _, error in outcome.rejected:  # the sentence names the photograph
            say(f"not used  {error.one_line}", err=True)
        say(f"enrolled  {outcome.person.code} {outcome.person.name}: {_photographs(outcome.used, outcome.skipped)}")
        if look_alikes:
            names = ", ".join(f"{other.code} {other.name}" for other in look_alikes)
            say(f"looks like {names}: the door asks each of them for the PIN (attendance people pin CODE)")
    if outcome.rejected:
        raise typer.Exit(1)


def _photographs(used: Sized, known: Sized) -> str:
    text = f"{counted(len(used), 'photograph')} added" if used else "nothing new"
    return text + (f", {counted(len(known), 'photograph')} known before" if known else "")


def _row_text(result: ImportResult) -> str:
    """Return what became of a row; its label, which stands before it, is not repeated."""
    if result.error is not None:
        return result.error.one_line.removeprefix(f"{result.item.label}: ")
    text = _photographs(result.used, result.skipped)
    if not result.rejected:
        return text
    reasons = "; ".join(error.user_text.rstrip(".") for _, error in result.rejected)
    return f"{text}, {len(result.rejected)} not used: {reasons}"


def import_people(
    context: typer.Context,
    path: Annotated[
        Path, typer.Argument(help="A folder with one sub-folder per person, or a CSV code,name,department,photo.")
    ],
    as_json: JsonOption = False,
) -> None:
    """Enrol many people; a failed row never stops or half-writes the others."""
    from rich.console import Console
    from rich.progress import track

    failed = 0
    counts: dict[str, int] = {}
    with session_of(context).open() as application:
        items = application.recognizer.importer.plan(path)
        results = application.recognizer.importer.run(items)
        progress = track(results, total=len(items), description="Importing", console=Console(stderr=True))
        for result in progress:
            counts[result.status] = counts.get(result.status, 0) + 1
            failed += result.status == "failed"
            label, text = result.item.label, _row_text(result)
            if as_json:
                print_json({"row": label, "code": result.item.code, "status": result.status, "text": text})
            else:
                say(f"{result.status:9} {label}: {text}")
    if not as_json:
        say(", ".join(f"{number} {status}" for status, number in sorted(counts.items())) or "nothing to import")
    if failed:
        raise typer.Exit(1)


def _print_people(people: list[Person], as_json: bool) -> None:
    if as_json:
        print_json([asdict(person) for person in people])
        return
    width = max((len(person.code) for person in people), default=4)
    for person in people:
        state = "" if person.is_active else "  (inactive)"
        department = f"  {person.department}" if person.department else ""
        say(f"{person.code:{width}}  {person.name}{department}  {counted(person.template_count, 'template')}{state}")


@people_app.command("list")
def list_people(
    context: typer.Context,
    active_only: Annotated[bool, typer.Option("--active", help="Leave out deactivated people.")] = False,
    as_json: JsonOption = False,
) -> None:
    """List everybody by name."""
    with session_of(context).open() as application:
        people = application.storage.roster.list_people(include_inactive=not active_only)
    if not people and not as_json:
        say("nobody is active" if active_only else "nobody is enrolled yet")
    _print_people(people, as_json)


@people_app.command("add")
def add(
    context: typer.Context,
    code: CodeArgument,
    name: Annotated[str, typer.Option(help="Full name as it should be greeted.")],
    department: Annotated[str, typer.Option(help="Department.")] = "",
) -> None:
    """Put a person on the roster without a photograph: who does not agree to face recognition uses PIN or badge."""
    with session_of(context).open() as application:
        person = application.storage.roster.enrol(
            code=code, name=name, department=department, templates=[], model_id=""
        )
    say(f"{person.code} {person.name} is on the roster")


@people_app.command("show")
def show(context: typer.Context, code: CodeArgument, as_json: JsonOption = False) -> None:
    """Show one person and the last check-in."""
    with session_of(context).open() as application:
        person = application.storage.roster.get_by_code(code)
        last = application.storage.check_in_log.last_for_person(person.id)
        zone = application.site.zone
    if as_json:
        print_json({**asdict(person), "last_check_in": asdict(last) if last else None})
        return
    _print_people([person], as_json=False)
    if last is None:
        say("no check-in yet")
    else:
        say(f"last: {last.direction} {last.at_utc.astimezone(zone).isoformat(timespec='seconds')}")


def _set_active(context: typer.Context, code: str, is_active: bool) -> None:
    with session_of(context).open() as application:
        person = application.storage.roster.update(code, is_active=is_active)
    say(f"{person.code} {person.name} is now {'active' if person.is_active else 'inactive'}")


@people_app.command("deactivate")
def deactivate(context: typer.Context, code: CodeArgument) -> None:
    """Stop recognising a person; nothing is removed."""
    _set_active(context, code, False)


@people_app.command("activate")
def activate(context: typer.Context, code: CodeArgument) -> None:
    """Recognise a deactivated person again."""
    _set_active(context, code, True)


@people_app.command("consent")
def consent(
    context: typer.Context,
    code: CodeArgument,
    may_train: Annotated[
        bool | None,
        typer.Option("--may-train/--no-may-train", help="The person agrees, or no longer agrees, to training."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Note whether a person's kept photographs may be used to train a recognizer; without an option, show it."""
    with session_of(context).open() as application:
        if may_train is None:
            person = application.storage.roster.get_by_code(code)
        else:
            person = application.storage.roster.update(code, may_train=may_train)
    if as_json:
        print_json(asdict(person))
        return
    used = "may be used" if person.may_train else "are not used"
    say(f"{person.code} {person.name}: {counted(person.crop_count, 'kept photograph')} {used} for training")


@people_app.command("erase")
def erase(
    context: typer.Context,
    code: CodeArgument,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
) -> None:
    """Remove a person's name, templates and photographs; attendance rows stay, anonymous."""
    with session_of(context).open() as application:
        person = application.storage.roster.get_by_code(code)
        if not yes:
            question = (
                f"This removes {counted(person.template_count, 'template')} and "
                f"{counted(person.crop_count, 'photograph')} of {person.name} for good. "
                f"Type the code {person.code} to go on"
            )
            typed = typer.prompt(
                masked(one_line(question)),
                default="",
                show_default=False,
            )
            if typed != person.code:
                say("nothing was removed")
                raise typer.Exit(1)
        try:
            templates, crops, rows = application.storage.roster.erase(code)
        except AttendanceError:
            say("nothing was removed", err=True)
            raise
    say(
        f"removed {counted(templates, 'template')} and {counted(crops, 'photograph')} of {person.name}; "
        f"{counted(rows, 'attendance row')} kept, anonymised"
    )
