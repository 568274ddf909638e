"""The command line ``attendance``: the same services as the windows."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import Annotated

import typer

from attendance.cli import (
    audit,
    badges,
    corrections,
    door,
    faces,
    imports,
    integrations,
    models,
    people,
    plan,
    reports,
    system,
)
from attendance.cli.session import Session
from attendance.ctrl_c import InterruptibleGroup
from attendance.errors import AttendanceError
from attendance.terminal import prepare_streams, say

_log = logging.getLogger(__name__)

app = typer.Typer(
    name="attendance",
    cls=InterruptibleGroup,
    help="Face attendance for the office door: enrol people, run the kiosk, export the check-ins.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
)


def _print_version(is_wanted: bool) -> None:
    if is_wanted:
        from importlib.metadata import version

        say(version("face-attendance"))
        raise typer.Exit


@app.callback()
def _root(
    context: typer.Context,
    data: Annotated[
        Path | None, typer.Option("--data", help="Data folder (default: $ATTENDANCE_HOME or the user's data folder).")
    ] = None,
    log_level: Annotated[str, typer.Option(help="debug, info, warning or error.")] = "info",
    _version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    if log_level.upper() not in {"DEBUG", "INFO", "WARNING", "ERROR"}:
        raise typer.BadParameter(f"{log_level!r} is not one of debug, info, warning, error", param_hint="--log-level")
    context.obj = Session(data, log_level)


people.register(app)
badges.register(app)
faces.register(app)
door.register(app)
reports.register(app)
plan.register(app)
corrections.register(app)
audit.register(app)
imports.register(app)
integrations.register(app)
models.register(app)
system.register(app)


def main() -> None:
    """Run the command line; exit code 0 = done, 1 = failed, 2 = wrong usage."""
    # Before the log file is open Python would print records to the terminal, stack traces included.
    logging.getLogger().addHandler(logging.NullHandler())
    prepare_streams()
    try:
        app()
    except AttendanceError as error:
        _log.error("%s %s (%s)", error.code, error.log_text, type(error.__cause__).__name__)
        say(f"error {error.code}: {error.user_text}", err=True)
        say(error.hint, err=True)
        sys.exit(1)
