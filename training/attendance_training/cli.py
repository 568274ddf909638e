"""Command line of the training side: ``attendance-train``."""

from __future__ import annotations

import os
import sys
import threading
from pathlib import Path
from typing import Annotated

import typer

from attendance.core.recognition.thresholds import TARGET_FPIR, GallerySize, threshold_for
from attendance.ctrl_c import EXIT_STOPPED, InterruptibleGroup
from attendance.errors import AttendanceError
from attendance.terminal import prepare_streams, say_lines
from attendance_training.adversarial import command as attack_command
from attendance_training.detector import command as detector_command
from attendance_training.evaluation.calibration import Calibration
from attendance_training.evaluation.embeddings import load_embeddings
from attendance_training.evaluation.identification import count_candidates, identify
from attendance_training.evaluation.person_calibration import ENROLLED, calibrate_people
from attendance_training.extra import require_extra
from attendance_training.finetune import command as finetune_command
from attendance_training.loop import command as train_command
from attendance_training.packs import command as pack_command
from attendance_training.packs.folder import read_calibration, write_calibration
from attendance_training.reports import commands as report_commands
from attendance_training.runs.stopping import stopping_on_signals
from attendance_training.sweep import command as sweep_command

_ROSTERS = (10, 30, 100, 300)
_RANGE = "95 % of draws"
_ALL = 1_000_000
"""Photographs of one person: no cap."""
_EXIT_USER_ERROR = 1
app = typer.Typer(
    cls=InterruptibleGroup,
    no_args_is_help=True,
    add_completion=False,
    help="Training-side tools: distil, export, calibrate, identify, evaluate.",
)
report_commands.register(app)
detector_command.register(app)
finetune_command.register(app)
attack_command.register(app)
train_command.register(app)
pack_command.register(app)
sweep_command.register(app)


@app.command("distil")
def distil_recognizer(
    crops: Annotated[Path, typer.Option(help="Folder with shard-*.npz of aligned faces.")],
    teacher: Annotated[Path, typer.Option(help="ONNX recognizer that labelled the shards.")],
    recipe: Annotated[Path, typer.Option(help="TOML file; see training/recipes.")],
    out: Annotated[Path, typer.Option(help="Folder of the run; made when absent. A run that is there goes on.")],
    start: Annotated[Path | None, typer.Option(help=".npz weights or .safetensors state to begin with.")] = None,
    views: Annotated[Path | None, typer.Option(help="Folder of labelled views to share between runs.")] = None,
    minutes: Annotated[float | None, typer.Option(help="Length of the schedule, instead of the recipe's.")] = None,
    save_every: Annotated[int, typer.Option(min=1, help="Steps between checkpoints.")] = 150,
    threads: Annotated[int, typer.Option(min=0, help="Processor threads of the network; 0: torch's choice.")] = 0,
) -> None:
    """Train a network to give a teacher's embeddings. Ctrl+C stops and saves; the same command goes on."""
    require_extra()
    import cv2  # noqa: PLC0415
    import torch  # noqa: PLC0415

    from attendance_training.distillation.run import open_run  # noqa: PLC0415

    cv2.setNumThreads(1)  # pictures are made in one thread beside the training step
    if threads:
        torch.set_num_threads(threads)
    stop = threading.Event()
    with stopping_on_signals(stop):
        run = open_run(
            recipe,
            minutes=minutes,
            crops=crops,
            teacher=teacher,
            out=out,
            start=start,
            save_every=save_every,
            stop=stop,
            views_dir=views,
            threads=threads or torch.get_num_threads(),
        )
        if run is None or not run.train(stop):
            raise typer.Exit(EXIT_STOPPED)


@app.command("compact")
def compact_state(
    state: Annotated[Path, typer.Argument(help="state.safetensors of a run.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="The file to write.")],
) -> None:
    """Write the state of a run in less than half of the bytes; 'distil --start' begins with it."""
    require_extra()
    from attendance_training.runs.run_state import compact, read_state, write_state  # noqa: PLC0415

    if output.suffix != ".safetensors":
        raise typer.BadParameter("must end in .safetensors", param_hint="--output")
    write_state(output, compact(read_state(state)))
    say_lines(f"Wrote {output} ({output.stat().st_size:,} bytes; the run's: {state.stat().st_size:,})")


@app.command("calibrate")
def calibrate_pack(
    embeddings: Annotated[Path, typer.Argument(help="File that 'attendance embed' wrote.")],
    pack: Annotated[Path, typer.Option(help="Folder of the pack that made the embeddings.")],
    data: Annotated[str, typer.Option(help="One line that names the photographs.")] = "",
    max_per_person: Annotated[int, typer.Option(min=1, help="Photographs used of one person.")] = 10,
    enrolled: Annotated[int, typer.Option(min=1, help="Photographs enrolled of each person.")] = ENROLLED,
) -> None:
    """Measure thresholds of photographs against enrolled people and write them into the manifest of a pack."""
    labelled = load_embeddings(embeddings, max_per_person=max_per_person)
    read_calibration(pack, model_id=labelled.model_id)  # refuses another pack before the minutes of work
    calibration = calibrate_people(labelled, enrolled=enrolled)
    _print_calibration(calibration, photos=labelled.photos, failed=labelled.failed)
    if not calibration.points:
        say_lines("Too few photographs for any false match rate; the manifest was not changed.", err=True)
        raise typer.Exit(_EXIT_USER_ERROR)
    described = data or f"{calibration.photos} photographs of {calibration.people} people"
    manifest = write_calibration(pack, calibration, data=described, model_id=labelled.model_id)
    say_lines(f"Wrote {manifest}")


@app.command("identify")
def identify_rosters(
    embeddings: Annotated[Path, typer.Argument(help="File that 'attendance embed' wrote.")],
    pack: Annotated[Path, typer.Option(help="Folder of the pack that made the embeddings, calibrated.")],
    enrolled: Annotated[int, typer.Option(min=1, help="Photographs enrolled of each person.")] = 3,
    security: Annotated[str, typer.Option(help="relaxed, normal or strict.")] = "normal",
) -> None:
    """Count right names and accepted strangers for rosters of several sizes, one photograph a probe."""
    if security not in TARGET_FPIR:
        raise typer.BadParameter(f"{security!r} is not one of {', '.join(TARGET_FPIR)}", param_hint="--security")
    labelled = load_embeddings(embeddings, max_per_person=_ALL)
    calibration = read_calibration(pack, model_id=labelled.model_id)
    most = min(count_candidates(labelled, enrolled), labelled.people - 1)
    say_lines(f"{'roster':>6}{'threshold':>11}{'right':>9}{_RANGE:>18}{'wrong':>9}{'strangers':>11}{_RANGE:>18}")
    for roster in (size for size in _ROSTERS if size <= most):
        comparisons = GallerySize(roster, roster * enrolled).comparisons(calibration.photos_per_person)
        threshold = threshold_for(calibration.points, comparisons, security).threshold
        found = identify(labelled, roster=roster, enrolled=enrolled, threshold=threshold)
        right_range, stranger_range = ("{:.4f} - {:.4f}".format(*r) for r in (found.right_range, found.stranger_range))
        say_lines(
            f"{roster:>6}{threshold:>11.4f}{found.right:>9.4f}{right_range:>18}{found.wrong:>9.4f}"
            f"{found.stranger:>11.4f}{stranger_range:>18}"
        )


@app.command("evaluate")
def evaluate_embeddings(
    source: Annotated[Path, typer.Argument(help="File of 'attendance embed'; with --faces a run, weights or a pack.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for report.html and report.json.")],
    faces: Annotated[
        Path | None, typer.Option(help="Aligned faces to measure a network with; whom a run trained on is left out.")
    ] = None,
    held_out_of: Annotated[
        Path | None, typer.Option(help="A run, to measure another network with the people whom that run held out.")
    ] = None,
    pairs: Annotated[Path | None, typer.Option(help="Pairs in the format of LFW's pairs.txt.")] = None,
    groups: Annotated[Path | None, typer.Option(help="CSV with the columns person,group.")] = None,
    pack: Annotated[Path | None, typer.Option(help="Folder of the pack, for its thresholds.")] = None,
    enrolled: Annotated[int, typer.Option(min=1, help="Photographs enrolled of each person.")] = 3,
    security: Annotated[str, typer.Option(help="relaxed, normal or strict.")] = "normal",
    max_per_person: Annotated[int, typer.Option(min=1, help="Photographs used of one person.")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="Of the drawn pairs, people and intervals.")] = 1,
) -> None:
    """Measure verification, identification, naming and clustering; write a report."""
    if security not in TARGET_FPIR:
        raise typer.BadParameter(f"{security!r} is not one of {', '.join(TARGET_FPIR)}", param_hint="--security")
    require_extra(("matplotlib", "scipy"))
    # scipy takes a while to import, and the other commands do without it.
    from attendance_training.evaluation.command import run  # noqa: PLC0415

    if faces is not None:
        require_extra()
    run(
        source,
        faces=faces,
        held_out_of=held_out_of,
        out=output,
        pairs=pairs,
        groups=groups,
        pack=pack,
        enrolled=enrolled,
        security=security,
        max_per_person=max_per_person,
        seed=seed,
        say=say_lines,
        progress=lambda step: say_lines(f"{step} ...", err=True),
    )


@app.command("check-faces")
def check_named_faces(
    faces: Annotated[Path, typer.Argument(help="Folder of people or of tar shards, .tar, .rec, or .npz of crops.")],
) -> None:
    """Look for damage, people with one picture, and one person under two names."""
    from attendance_training.data.check_command import check_faces  # noqa: PLC0415

    def progress(done: int) -> None:
        if done % 1000 == 0:
            say_lines(f"{done:,} pictures ...", err=True)

    check_faces(faces, say=say_lines, progress=progress)


@app.command("shards")
def make_shards(
    faces: Annotated[Path, typer.Argument(help="Folder with one sub-folder a person, or .rec file.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the shards; made when absent.")],
    per_shard: Annotated[int, typer.Option(min=1, help="Most pictures in a shard.")] = 10_000,
) -> None:
    """Put named faces, as they are stored, into plain tar files in WebDataset's layout."""
    from attendance_training.data.check_command import open_faces  # noqa: PLC0415
    from attendance_training.data.tar_faces import write_shards  # noqa: PLC0415

    source = open_faces(faces)
    shards = write_shards(source, output, per_shard=per_shard)
    say_lines(f"Wrote {len(source.labels):,} pictures of {len(source.people):,} people in {shards} shards: {output}")


@app.command("import-weights")
def import_torch_weights(
    checkpoint: Annotated[Path, typer.Argument(help="Torch file of arcface_torch or facenet-pytorch, or .tflite.")],
    backbone: Annotated[str, typer.Option(help="Network of the checkpoint; 'models' lists them.")],
    output: Annotated[Path, typer.Option("--output", "-o", help=".npz file to write.")],
) -> None:
    """Turn a published checkpoint into an .npz file of weights; code in it is refused, never run."""
    require_extra()
    from attendance_training.backbones import BACKBONES  # noqa: PLC0415
    from attendance_training.backbones.import_command import import_weights  # noqa: PLC0415

    if backbone not in BACKBONES:
        raise typer.BadParameter(f"{backbone!r} is not one of {', '.join(BACKBONES)}", param_hint="--backbone")
    import_weights(checkpoint, backbone=BACKBONES[backbone], output=output, say=say_lines)


@app.command()
def models() -> None:
    """List the networks with their parameters and multiply-accumulates."""
    require_extra()
    import torch  # noqa: PLC0415

    from attendance_training.backbones import BACKBONES, INPUT_SIZE_PX  # noqa: PLC0415
    from attendance_training.backbones.cost import count_macs, count_parameters  # noqa: PLC0415

    say_lines(f"{'name':<21}{'embedding':>10}{'parameters':>14}{'MACs':>18}")
    for backbone in BACKBONES.values():
        with torch.device("meta"):  # shapes only: nothing is drawn and nothing is calculated
            model = backbone.build()
        parameters, macs = count_parameters(model), count_macs(model, INPUT_SIZE_PX)
        say_lines(f"{backbone.name:<21}{backbone.embedding_size:>10}{parameters:>14,}{macs:>18,}")


def main() -> None:
    """Run the command line; an error of the environment or the input ends in one sentence and a hint."""
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # read when onnxruntime is imported
    prepare_streams()
    try:
        app()
    except AttendanceError as err:
        say_lines(f"{err.code}: {err.user_text}\n{err.hint}", err=True)
        sys.exit(_EXIT_USER_ERROR)


def _print_calibration(calibration: Calibration, *, photos: int, failed: int) -> None:
    say_lines(
        f"{photos} photographs, {failed} without a face; used {calibration.photos} of {calibration.people} people: "
        f"{calibration.genuine_pairs:,} comparisons with the own person, {calibration.impostor_pairs:,} with another"
    )
    say_lines(f"{'FMR':>8}{'threshold':>11}{'95 % interval':>18}{'TAR':>8}{'95 % interval':>18}")
    for p in calibration.points:
        say_lines(
            f"{p.fmr:>8.0e}{p.threshold:>11.4f}{f'{p.low:.4f} - {p.high:.4f}':>18}"
            f"{p.tar:>8.4f}{f'{p.tar_low:.4f} - {p.tar_high:.4f}':>18}"
        )
