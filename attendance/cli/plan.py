"""Command group ``plan`` and command ``hours``."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from attendance.cli.days import read_range_day
from attendance.cli.report_options import DepartmentOption, PersonOption
from attendance.cli.session import print_json, session_of
from attendance.core.plain_words import counted
from attendance.terminal import say, say_file

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from attendance.core.hours.records import StoredPlan
    from attendance.core.hours.timesheet import Timesheet
    from attendance.core.types import Person
    from attendance.services.hours.plan import SitePlan

plan_app = typer.Typer(help="Who works when: shifts, rosters, holidays and leave.", no_args_is_help=True)
FileArgument = Annotated[Path, typer.Argument(metavar="FILE", help="Plan in TOML, or in JSON with the same keys.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.add_typer(plan_app, name="plan")
    app.command("hours")(hours)


@plan_app.command("show")
def show(context: typer.Context) -> None:
    """Say what the plan in force holds, who saved it and when."""
    with session_of(context).open() as application:
        stored = application.records.hours.stored_plan()
        if stored is None:
            say("no plan: nobody has a shift, and hours count all the same")
            return
        say(_version_text(stored, application.site.zone))
        _echo_plan(application.records.hours.site_plan())


@plan_app.command("list")
def list_versions(context: typer.Context, as_json: JsonOption = False) -> None:
    """List every version that was in force, the newest first; 'export --version' gives one back."""
    with session_of(context).open() as application:
        found, zone = application.records.hours.plan_versions(), application.site.zone
    if as_json:
        print_json(
            [
                {"version": one.version, "saved": one.saved_utc, "account": one.account, "by": one.saved_by}
                for one in found
            ]
        )
        return
    for one in found:
        say(_version_text(one, zone))


@plan_app.command("check")
def check(context: typer.Context, file: FileArgument) -> None:
    """Read a plan and say what it holds; nothing is stored."""
    from attendance.services.hours.plan import read_plan_file

    text = read_plan_file(file)
    with session_of(context).open() as application:
        _echo_plan(application.records.hours.check_plan(text))


@plan_app.command("import")
def import_plan(
    context: typer.Context,
    file: FileArgument,
    by: Annotated[str, typer.Option("--by", help="A name beside the account; kept with the plan.")],
) -> None:
    """Check a plan and put it in force; older versions are kept."""
    from attendance.services.hours.plan import read_plan_file

    text = read_plan_file(file)
    with session_of(context).open() as application:
        stored = application.records.hours.save_plan(text, by)
        say(f"version {stored.version} is in force")


@plan_app.command("export")
def export(
    context: typer.Context,
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="File to write; left out: the terminal.")
    ] = None,
    version: Annotated[int | None, typer.Option("--version", help="An older one; 'plan list' names them.")] = None,
) -> None:
    """Write the plan in force, or an older one, as it was saved."""
    from attendance.services.hours.plan import export_plan

    with session_of(context).open() as application:
        hours = application.records.hours
        stored = hours.stored_plan() if version is None else hours.plan_version(version)
    if output is None:
        text = stored.text if stored else ""
        say_file(text if text.endswith("\n") else f"{text}\n")
        return
    export_plan(stored, output)
    say(f"plan written to {output}")


def hours(
    context: typer.Context,
    start: Annotated[str, typer.Option("--from", metavar="YYYY-MM-DD", help="First day.")],
    end: Annotated[str, typer.Option("--to", metavar="YYYY-MM-DD", help="Last day, included.")],
    person: PersonOption = "",
    department: DepartmentOption = "",
    as_json: JsonOption = False,
) -> None:
    """Print one line for each person and day."""
    first, last = read_range_day(start, start=start, end=end), read_range_day(end, start=start, end=end)
    with session_of(context).open() as application:
        people = [application.storage.roster.get_by_code(person).id] if person else None
        for who, sheet in application.records.hours.timesheets(first, last, people=people, department=department):
            if as_json:
                print_json(_as_data(who, sheet))
            else:
                say(_line(who, sheet, application.site.zone))


def _version_text(stored: StoredPlan, zone: ZoneInfo) -> str:
    saved = stored.saved_utc.astimezone(zone).isoformat(sep=" ", timespec="minutes")
    return f"version {stored.version}, saved {saved} by {stored.saver.shown}"


def _echo_plan(found: SitePlan) -> None:
    plan, rules = found.plan, found.rules
    for shift in plan.shifts:
        say(f"shift {shift.name}: {', '.join(p.text for p in shift.parts) or f'{shift.flexible_min} minutes'}")
    for cycle in plan.cycles:
        say(f"cycle {cycle.name}: {counted(len(cycle.days), 'day')} from {cycle.start}")
    counts = {
        "assignments": len(plan.assignments),
        "holidays": len(plan.holidays),
        "closings": len(plan.closings),
        "leave": len(plan.leave),
        "overtime levels": len(rules.overtime),
    }
    say(", ".join(f"{name}: {number}" for name, number in counts.items()))


def _as_data(who: Person, sheet: Timesheet) -> dict[str, object]:
    data: dict[str, object] = {"code": who.code, "name": who.name, "department": who.department}
    data |= {field.name: getattr(sheet, field.name) for field in fields(sheet)}
    overtime = [{"name": piece.name, "rate": piece.rate, "seconds": piece.seconds} for piece in sheet.overtime]
    return data | {"overtime": overtime, "flags": sorted(sheet.flags), "balance_s": sheet.balance_s}


def _line(who: Person, sheet: Timesheet, zone: ZoneInfo) -> str:
    came, left = (
        "--:--" if at is None else at.astimezone(zone).strftime("%H:%M")
        for at in (sheet.first_in_utc, sheet.last_out_utc)
    )
    worked = f"{sheet.worked_s // 3600}:{sheet.worked_s // 60 % 60:02}"
    flags = ", ".join(sorted(sheet.flags))
    line = f"{who.code}  {sheet.day}  {came} - {left}  {worked:>5}  {sheet.status.value}"
    return f"{line}  ({flags})" if flags else line
