"""Commands of the detector: ``attendance-train detector``, ``detector-export`` and ``detector-report``."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Annotated

import typer

from attendance.ctrl_c import EXIT_STOPPED
from attendance.terminal import say_lines
from attendance_training.extra import require_extra
from attendance_training.runs.stopping import stopping_on_signals

SCORE_THRESHOLD = 0.5
"""The product's."""


def register(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("detector")(train_detector)
    app.command("detector-export")(export)
    app.command("detector-report")(report)


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
    """Experimental: train a face detector on composed scenes. Ctrl+C stops and saves; the same command goes on."""
    require_extra()
    import cv2  # noqa: PLC0415
    import torch  # noqa: PLC0415

    from attendance_training.detector.run import open_run  # noqa: PLC0415

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


def export(
    state: Annotated[Path, typer.Option(help="state.safetensors of a run.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="ONNX file to write.")],
    logit_shift: Annotated[float, typer.Option(help="Added to every score before the sigmoid.")] = 0.0,
    half: Annotated[bool, typer.Option(help="Store the weights as float16 afterwards: half the file.")] = False,
) -> None:
    """Experimental: write a trained detector as an ONNX file in SCRFD's layout."""
    require_extra()
    from attendance_training.detector.export import export_detector, load_network  # noqa: PLC0415

    parity = export_detector(load_network(state), output, logit_shift=logit_shift, half=half)
    say_lines(f"Wrote {output} ({output.stat().st_size:,} bytes)")
    say_lines(
        f"Agreement with the network: largest difference of a score {parity.max_score_difference:.1e}, "
        f"of a box or landmark {parity.max_offset_difference:.1e} strides"
    )


def report(
    model: Annotated[list[Path], typer.Option(help="ONNX detector in SCRFD's layout; may be given several times.")],
    photos: Annotated[Path, typer.Option(help="Folder with one sub-folder of .jpg photographs a person.")],
    reference: Annotated[Path, typer.Option(help="ONNX detector that labels the faces.")],
    labels: Annotated[Path, typer.Option(help="labels.npz of a run's folder; made when absent.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="JSON file to write.")],
    crops: Annotated[Path | None, typer.Option(help="Folder with shard-*.npz of aligned faces.")] = None,
    crop_count: Annotated[int, typer.Option(min=0, help="Aligned faces used, as in the recipe.")] = 6000,
    scenes: Annotated[int, typer.Option(min=1, help="Held-back scenes.")] = 1000,
    portraits: Annotated[int, typer.Option(min=1, help="Scenes with a face that fills the frame.")] = 200,
    empty_each: Annotated[int, typer.Option(min=1, help="Empty pictures of each kind.")] = 60,
    seed: Annotated[int, typer.Option(min=0, help="Of scenes and empty pictures.")] = 1,
) -> None:
    """Measure detectors on held-back scenes, empty pictures and photographs, side by side."""
    import cv2  # noqa: PLC0415

    from attendance_training.detector.evaluation import FileDetector  # noqa: PLC0415
    from attendance_training.detector.labels import ReferenceDetector  # noqa: PLC0415
    from attendance_training.detector.pictures import load_pictures  # noqa: PLC0415
    from attendance_training.detector.report import as_text, measure_detector  # noqa: PLC0415
    from attendance_training.files.atomic_file import replace_file  # noqa: PLC0415
    from attendance_training.reports.text import to_json  # noqa: PLC0415

    cv2.setNumThreads(1)
    detectors = {path: FileDetector(ReferenceDetector(path, least_score=SCORE_THRESHOLD)) for path in model}
    training, held_back = load_pictures(photos, crops, reference, labels, crop_count=crop_count, say=say_lines)
    measured = [
        measure_detector(
            detector,
            training,
            held_back,
            name=path.name,
            scenes=scenes,
            portraits=portraits,
            empty_each=empty_each,
            seed=seed,
            file=path,
        )
        for path, detector in detectors.items()
    ]
    replace_file(output, to_json(measured).encode())
    say_lines(as_text(measured))
    say_lines(f"Wrote {output}")
