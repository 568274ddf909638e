"""Commands of the detector: ``attendance-train detector``, ``detector-export`` and ``detector-report``."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Annotated

import typer

from training.extra import require_extra

EXIT_STOPPED = 130
"""What a shell answers for Ctrl+C: a script does not go on as if the run had reached its end."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("detector")(train_detector)


def train_detector(
    photos: Annotated[Path, typer.Option(help="Folder with one sub-folder of .jpg photographs a person.")],
    reference: Annotated[Path, typer.Option(help="ONNX detector that labels the faces (SCRFD layout).")],
    recipe: Annotated[Path, typer.Option(help="TOML file; see training/recipes/detector.toml.")],
    out: Annotated[Path, typer.Option(help="Folder of the run; made when absent. A run that is there goes on.")],
    crops: Annotated[Path | None, typer.Option(help="Folder with shard-*.npz of aligned faces.")] = None,
    start: Annotated[Path | None, typer.Option(help="state.safetensors of another run to begin with.")] = None,
    save_every: Annotated[int, typer.Option(min=1, help="Steps between checkpoints.")] = 500,
    threads: Annotated[int, typer.Option(min=0, help="Processor threads of the network; 0: torch's choice.")] = 1,
) -> None:
    """Train the face detector on composed scenes. Ctrl+C stops and saves; the same command goes on."""
    require_extra()
    import cv2  # noqa: PLC0415
    import torch  # noqa: PLC0415

    from training.detector.run import open_run  # noqa: PLC0415
    from training.distil_run import stopping_on_signals  # noqa: PLC0415

    cv2.setNumThreads(1)  # scenes are made in one thread beside the training step
    if threads:
        torch.set_num_threads(threads)
    stop = threading.Event()
    with stopping_on_signals(stop):
        run = open_run(
            recipe, photos=photos, crops=crops, reference=reference, out=out, start=start, save_every=save_every
        )
        if not run.train(stop):
            raise typer.Exit(EXIT_STOPPED)
