"""Commands ``doctor``, ``restore`` and ``bench``."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer

from attendance.cli.session import print_json, session_of
from attendance.terminal import say, say_lines

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]


bench_app = typer.Typer(invoke_without_command=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("doctor")(doctor)
    app.command("restore")(restore)
    app.add_typer(bench_app, name="bench")


def doctor(context: typer.Context, as_json: JsonOption = False) -> None:
    """Check packages, models, GPU, cameras, database, key, display, disk and clock."""
    from attendance.diagnostics.checks import examine
    from attendance.diagnostics.finding import Level

    marks = {Level.OK: "ok  ", Level.WARNING: "warn", Level.ERROR: "BAD "}
    has_errors = False
    findings = []
    with session_of(context).open() as application:
        for finding in examine(application):
            has_errors = has_errors or finding.level is Level.ERROR
            if as_json:
                findings.append(asdict(finding))
                continue
            say(f"{marks[finding.level]} {finding.check:9} {finding.text}")
            if finding.hint:
                say(f"{'':15}-> {finding.hint}")
    if as_json:
        print_json({"ok": not has_errors, "findings": findings})
    if has_errors:
        raise typer.Exit(1)


def restore(
    context: typer.Context,
    copy: Annotated[Path, typer.Argument(metavar="FILE", help="A database of a backup, or attendance.db.before-...")],
) -> None:
    """Put a copy in the place of a database that is gone. One that is there is never touched."""
    from attendance.core.plain_words import counted

    with session_of(context).open() as application:
        application.door.claim("attendance restore")
        for path in application.storage.restore(copy.expanduser().absolute()):
            say(f"set aside {path}")
        people = len(application.storage.roster.list_people())
        events = application.storage.check_in_log.count()
        head = application.storage.audit_head.known_entries
    say(f"restored {copy}: {counted(people, 'person', 'people')}, {counted(events, 'check-in')}")
    say(
        f"'attendance audit verify' compares it with the head of the audit log, which knows "
        f"{counted(head, 'entry', 'entries')}; 'attendance audit accept' goes on from it"
    )


@bench_app.callback()
def bench(
    context: typer.Context,
    as_json: JsonOption = False,
    pack: Annotated[str | None, typer.Option(help="Pack to measure instead of the active one.")] = None,
    threads: Annotated[int, typer.Option(help="onnxruntime threads; 0 = cores minus one.", min=0)] = 0,
    frames: Annotated[int, typer.Option(help="Measured frames per size.", min=5)] = 100,
    soak_minutes: Annotated[float, typer.Option(help="Also run the engine this long and report memory.", min=0)] = 0.0,
    windows: Annotated[bool, typer.Option("--windows/--no-windows", help="Also time the kiosk window.")] = True,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Also write the JSON to this file.")] = None,
) -> None:
    """Measure milliseconds per stage, search, preview, start-up and memory on this machine."""
    if context.invoked_subcommand is not None:
        return
    from attendance.bench.door import format_table, run_bench

    with session_of(context).open() as application:
        report = run_bench(
            application,
            pack_id=pack or application.packs.active_id,
            threads=threads,
            frames=frames,
            soak_minutes=soak_minutes,
            has_windows=windows,
        )
    # Printed first: minutes of measuring must not be lost to a wrong folder.
    if as_json:
        print_json(report)
    else:
        say_lines(format_table(report))
    if output is not None:
        _write_report(output, report)


@bench_app.command("reports")
def bench_reports(
    as_json: JsonOption = False,
    events: Annotated[int, typer.Option(help="Check-ins of 1,000 people in a temporary database.", min=1)] = 1_000_000,
    output: Annotated[Path | None, typer.Option("--output", "-o", help="Also write the JSON to this file.")] = None,
) -> None:
    """Measure a payroll report of a month for 1,000 people and a CSV of a million check-ins."""
    from attendance.bench.reports import format_report_bench, run_report_bench

    report = run_report_bench(events)
    if as_json:
        print_json(report)
    else:
        say_lines(format_report_bench(report))
    if output is not None:
        _write_report(output, report)


def _write_report(path: Path, report: dict[str, Any]) -> None:
    import json

    from attendance.file_errors import report_error
    from attendance.whole_file import replaced_text

    try:
        with replaced_text(path, is_private=False) as file:
            file.write(json.dumps(report, indent=2) + "\n")
    except OSError as err:
        raise report_error(err, path) from err
