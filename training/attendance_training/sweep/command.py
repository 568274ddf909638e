"""Command ``attendance-train sweep``."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Annotated

import typer

from attendance.ctrl_c import EXIT_STOPPED
from attendance.terminal import say_lines
from attendance_training.extra import require_extra
from attendance_training.runs.stopping import stopping_on_signals


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("sweep")(sweep)


def sweep(
    plan: Annotated[Path, typer.Argument(help="TOML file of the sweep; see training/recipes/sweep-margins.toml.")],
    faces: Annotated[Path, typer.Option(help="Folder with one sub-folder a person, .rec file, or .npz of crops.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the sweep; one that is there goes on.")],
    start: Annotated[Path | None, typer.Option(help="Weights that every run begins with (.npz, .safetensors).")] = None,
    threads: Annotated[int, typer.Option(min=0, help="Processor threads of the network; 0: torch's choice.")] = 0,
) -> None:
    """Train over a grid of losses and margins; choose on validation people, report the choice on others.

    Ctrl+C stops and keeps the finished runs; the same command goes on. Exit code 130: stopped.
    """
    require_extra(("torch", "safetensors", "scipy", "matplotlib"))
    import cv2  # noqa: PLC0415
    import torch  # noqa: PLC0415

    from attendance_training.data.check_command import open_faces  # noqa: PLC0415
    from attendance_training.loop.session import train  # noqa: PLC0415
    from attendance_training.runs.network_weights import read_weights  # noqa: PLC0415
    from attendance_training.sweep.plan import read_plan  # noqa: PLC0415
    from attendance_training.sweep.report import write_report  # noqa: PLC0415
    from attendance_training.sweep.run import Sweep  # noqa: PLC0415
    from attendance_training.sweep.stopping import Stopped  # noqa: PLC0415

    cv2.setNumThreads(1)  # pictures are made in one thread beside the training step
    if threads:
        torch.set_num_threads(threads)
    chosen = read_plan(plan)
    weights = None if start is None else {key: torch.from_numpy(value) for key, value in read_weights(start).items()}
    stop = threading.Event()
    try:
        with stopping_on_signals(stop):
            made = Sweep(chosen, open_faces(faces), output, trainer=train, start=weights, stop=stop, say=say_lines)
            made.train()
            write_report(made, say=say_lines)
    except Stopped:
        say_lines(f"Stopped; the finished runs are kept in {output}. The same command goes on.", err=True)
        raise typer.Exit(EXIT_STOPPED) from None
