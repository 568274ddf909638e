"""Commands ``run``, ``kiosk``, ``admin`` and ``demo``."""

from __future__ import annotations

import signal
import threading
from contextlib import suppress
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from attendance.cli.session import print_json, session_of
from attendance.errors.reports import OutputFailed
from attendance.terminal import say, say_lines

_POLL_S = 0.2


class Pace(StrEnum):
    """How a video file is played."""

    REALTIME = "realtime"
    FAST = "fast"


SourceOption = Annotated[
    str | None,
    typer.Option(help="Camera index, /dev/videoN, rtsp:// or http:// address, video file or folder of pictures."),
]


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("run")(run)
    app.command("kiosk")(kiosk)
    app.command("admin")(admin)
    app.command("demo")(demo)


def run(
    context: typer.Context,
    source: SourceOption = None,
    pace: Annotated[Pace, typer.Option(help="Play files in real time or as fast as possible.")] = Pace.REALTIME,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON line per decision.")] = False,
) -> None:
    """Run the kiosk engine without a window: one line per decision, until the source ends or Ctrl+C."""
    from attendance.services.door.decision_printer import DecisionPrinter

    with session_of(context).open() as application:
        application.door.claim("attendance run")
        printer = DecisionPrinter(application.site.zone, emit=print_json if as_json else None, echo=say)
        is_fast = pace is Pace.FAST
        engine = application.door.build_engine(
            application.recognizer,
            printer,
            source_factory=lambda: application.door.build_source(source, pace=pace.value),
            lossless=is_fast,
        )
        provider = application.recognizer.pack.provider
        say(f"models run on {provider.active}: {provider.reason}", err=True)
        stop = threading.Event()
        signal.signal(signal.SIGINT, lambda *_: stop.set())
        signal.signal(signal.SIGTERM, lambda *_: stop.set())
        engine.start()
        while not (stop.is_set() or printer.failure is not None or engine.wait(timeout_s=_POLL_S)):
            printer.clock(application.door.clock_trouble)
        printer.clock(application.door.clock_trouble)
        engine.stop()
        unsaved = engine.unsaved()
        with suppress(OutputFailed):  # standard output may be on the full disk too; the error below is not
            for event, code in engine.unsaved_events():
                printer.not_saved(event, code)
    if unsaved is not None:
        raise unsaved
    if printer.failure is not None:
        raise printer.failure


def kiosk(
    context: typer.Context,
    source: SourceOption = None,
    windowed: Annotated[bool, typer.Option("--windowed", help="A window instead of the full screen.")] = False,
    report_startup: Annotated[bool, typer.Option("--report-startup", hidden=True)] = False,
) -> None:
    """Open the screen for the door."""
    from attendance.windows.kiosk import run_kiosk

    with session_of(context).open() as application:
        code = run_kiosk(application, source=source, is_windowed=windowed, is_reporting_startup=report_startup)
    raise typer.Exit(code)


def admin(context: typer.Context) -> None:
    """Open the admin window: enrolment, roster, today's check-ins, export."""
    from attendance.windows.admin import run_admin

    with session_of(context).open() as application:
        code = run_admin(application)
    raise typer.Exit(code)


def demo(
    context: typer.Context,
    output: Annotated[Path, typer.Option(help="Folder for the demo's data, report and pictures.")] = Path(
        "demo-output"
    ),
    screenshots: Annotated[
        bool, typer.Option("--screenshots/--no-screenshots", help="Also picture the windows.")
    ] = True,
) -> None:
    """Show the main job on real photographs, without camera and display."""
    from attendance.demo.run import run_demo

    is_good = run_demo(
        output.absolute(), log_level=session_of(context).log_level, has_screenshots=screenshots, echo=say_lines
    )
    raise typer.Exit(0 if is_good else 1)
