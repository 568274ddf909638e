"""Command ``attendance-train train``."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Annotated

import typer

from attendance.ctrl_c import EXIT_STOPPED
from attendance_training.extra import require_extra
from attendance_training.runs.stopping import stopping_on_signals


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("train")(train_named_faces)


def train_named_faces(
    faces: Annotated[Path, typer.Option(help="Folder of people or of tar shards, .tar, .rec, or .npz of crops.")],
    recipe: Annotated[Path, typer.Option(help="TOML file; see training/recipes/named-faces.toml.")],
    out: Annotated[Path, typer.Option(help="Folder of the run; made when absent. A run that is there goes on.")],
    start: Annotated[Path | None, typer.Option(help=".npz or .safetensors weights to begin with.")] = None,
    held_out: Annotated[
        float | None,
        typer.Option(min=0.01, max=0.9, help="Share of people to validate with; 0.1 without --validation."),
    ] = None,
    validation: Annotated[
        list[Path] | None,
        typer.Option(help="Fixed set to validate with, lfw.bin or faces as above; may be given several times."),
    ] = None,
    validate_every: Annotated[int, typer.Option(min=0, help="Steps between validations; 0: at the end only.")] = 1000,
    save_every: Annotated[int, typer.Option(min=1, help="Steps between checkpoints.")] = 500,
    workers: Annotated[
        int | None,
        typer.Option(min=0, help="Processes that make batches; 0, which is usual without a GPU: a thread."),
    ] = None,
    threads: Annotated[int, typer.Option(min=0, help="Processor threads of the network; 0: torch's choice.")] = 0,
) -> None:
    """Train a recognizer on faces with names. Ctrl+C stops and saves; the same command goes on.

    Several processes: torchrun --nproc-per-node 2 -m attendance_training train ...
    """
    require_extra(("torch", "safetensors", "tensorboard", "kornia"))
    import cv2  # noqa: PLC0415
    import torch  # noqa: PLC0415

    from attendance_training.loop.named_faces import NamedFacesRun  # noqa: PLC0415
    from attendance_training.loop.processes import joined_processes  # noqa: PLC0415

    cv2.setNumThreads(1)  # pictures are made in one thread beside the training step
    if threads:
        torch.set_num_threads(threads)
    stop = threading.Event()
    run = NamedFacesRun(
        faces,
        recipe,
        out,
        start=start,
        held_out=held_out,
        validation=validation or (),
        validate_every=validate_every,
        save_every=save_every,
        workers=workers,
        should_stop=stop.is_set,
    )
    with stopping_on_signals(stop), joined_processes():
        if not run.train():
            raise typer.Exit(EXIT_STOPPED)
