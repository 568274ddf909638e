"""Commands ``robustness``, ``groups``, ``parity`` and ``failures`` of ``attendance-train``."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer

from attendance.errors import Reason, Refusal
from attendance.errors.models import ModelContractBroken
from attendance.terminal import say_lines
from attendance_training.errors import EvaluationDataUnusable
from attendance_training.files.atomic_file import replace_file

_RECOGNIZER = "Pack folder, FILE.onnx, or FILE.onnx,flip (averaged with the mirror image)."
_EXIT_DISAGREES = 1
_REPORT = "Report to write, without its ending: NAME.md and NAME.json."


def register(app: typer.Typer) -> None:
    """Add the commands of this module."""
    app.command("robustness")(robustness)
    app.command("groups")(groups)
    app.command("parity")(parity)
    app.command("failures")(failures)


def robustness(
    crops: Annotated[Path, typer.Option(help="Aligned faces of 'attendance embed --crops'.")],
    recognizer: Annotated[str, typer.Option(help=_RECOGNIZER)],
    output: Annotated[Path, typer.Option("--output", "-o", help=_REPORT)],
    reference: Annotated[str | None, typer.Option(help="Another one to compare with, named likewise.")] = None,
    far: Annotated[float, typer.Option(min=1e-6, max=0.5, help="False accept rate of the thresholds.")] = 1e-3,
    people: Annotated[int, typer.Option(min=2, help="Most people, each with two photographs or more.")] = 300,
    photos: Annotated[int, typer.Option(min=2, help="Most photographs of one person.")] = 3,
    seed: Annotated[int, typer.Option(help="Of the choice of people and of all draws.")] = 1,
) -> None:
    """Spoil one photograph of every pair (light, blur, size, turn, mask) and count who is still recognized."""
    from attendance_training.data.labelled_crops import load_crops, sample_people  # noqa: PLC0415
    from attendance_training.packs.recognizer import open_recognizer  # noqa: PLC0415
    from attendance_training.reports.alterations import ALTERATIONS  # noqa: PLC0415
    from attendance_training.reports.robustness import measure_robustness  # noqa: PLC0415
    from attendance_training.reports.robustness_text import describe_robustness  # noqa: PLC0415

    recognizers = [open_recognizer(spec) for spec in (recognizer, reference) if spec is not None]
    try:
        data = sample_people(load_crops(crops), people=people, photos=photos, seed=seed)
    except Refusal as err:
        raise EvaluationDataUnusable(path=crops, reason=err.reason) from err
    measured = [
        measure_robustness(data, one, ALTERATIONS, far=far, seed=seed, progress=partial(_say_of, one.model_id))
        for one in recognizers
    ]
    _write(output, describe_robustness(data, measured, far=far), {"far": far, "seed": seed, "measured": measured})


def groups(
    crops: Annotated[Path, typer.Option(help="Folder with shard-*.npz that holds UTKFace crops.")],
    pack: Annotated[Path, typer.Option(help="Folder of the pack, calibrated.")],
    output: Annotated[Path, typer.Option("--output", "-o", help=_REPORT)],
    reference: Annotated[str | None, typer.Option(help=_RECOGNIZER)] = None,
) -> None:
    """Count false matches within groups (race, gender, age) on held-back UTKFace crops."""
    from attendance_training.data.face_shards import FaceShards  # noqa: PLC0415
    from attendance_training.packs.folder import read_calibration  # noqa: PLC0415
    from attendance_training.packs.recognizer import open_recognizer  # noqa: PLC0415
    from attendance_training.reports.fairness_run import describe_fairness, measure_fairness  # noqa: PLC0415

    report = measure_fairness(
        FaceShards(crops),
        open_recognizer(str(pack)),
        read_calibration(pack).points,
        reference=None if reference is None else open_recognizer(reference),
        folder=crops,
        progress=_say,
    )
    _write(output, describe_fairness(report), report)


def parity(
    crops: Annotated[Path, typer.Option(help="Folder with shard-*.npz of aligned faces.")],
    checkpoint: Annotated[Path, typer.Option(help="The .npz file of weights.")],
    backbone: Annotated[str, typer.Option(help="Network of the checkpoint; 'models' lists them.")],
    onnx: Annotated[str, typer.Option(help=_RECOGNIZER)],
    output: Annotated[Path, typer.Option("--output", "-o", help=_REPORT)],
    against: Annotated[list[Path] | None, typer.Option(help="Another ONNX file of it; may be repeated.")] = None,
    variants: Annotated[Path | None, typer.Option(help="Folder to write float16 and int8 variants to.")] = None,
    labelled: Annotated[Path | None, typer.Option(help="Crops of 'attendance embed --crops', for TAR.")] = None,
    count: Annotated[int, typer.Option(min=2, help="Crops compared.")] = 1000,
) -> None:
    """Compare network and ONNX file on real crops, and the file with smaller variants of itself."""
    from attendance_training.extra import require_extra  # noqa: PLC0415

    require_extra()
    from attendance_training.backbones import BACKBONES  # noqa: PLC0415
    from attendance_training.reports.parity import MIN_COSINE, describe_parity  # noqa: PLC0415
    from attendance_training.reports.parity_run import measure_parity  # noqa: PLC0415

    if backbone not in BACKBONES:
        raise typer.BadParameter(f"{backbone!r} is not one of {', '.join(BACKBONES)}", param_hint="--backbone")
    report = measure_parity(
        crops,
        checkpoint,
        BACKBONES[backbone].build(),
        onnx,
        against=against or [],
        variants=variants,
        labelled=labelled,
        count=count,
        progress=_say,
    )
    _write(output, describe_parity(report.agreements, report.changes), report)
    if not report.agreements[0].least >= MIN_COSINE:  # so that NaN fails too
        _say(f"The file is not the network: a cosine of {report.agreements[0].least:.6f} is below {MIN_COSINE}.")
        raise typer.Exit(_EXIT_DISAGREES)


def failures(
    pack: Annotated[Path, typer.Option(help="Folder of the pack, calibrated.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="PNG to write.")],
    fmr: Annotated[float, typer.Option(help="Operating point of the manifest that decides.")] = 1e-3,
    robust: Annotated[Path | None, typer.Option("--robustness", help="JSON of 'robustness', for real probes.")] = None,
) -> None:
    """Draw a sheet of spoilt copies of a free photograph, each with its cosine and whether it would pass."""
    from attendance_training.packs.folder import read_calibration  # noqa: PLC0415
    from attendance_training.packs.recognizer import open_recognizer  # noqa: PLC0415
    from attendance_training.reports.failure_sheet import describe_sheet, make_sheet, rate_cases  # noqa: PLC0415
    from attendance_training.reports.robustness_text import read_refusals  # noqa: PLC0415

    points = [point for point in read_calibration(pack).points if abs(point.fmr / fmr - 1) < 1e-6]
    if not points:
        raise ModelContractBroken(
            path=pack, pack=pack.name, reason=Reason("it has no operating point at FMR {fmr}", fmr=f"{fmr:g}")
        )
    recognizer = open_recognizer(str(pack))
    refused = {} if robust is None else read_refusals(robust, recognizer.model_id)
    cases = rate_cases(recognizer, threshold=points[0].threshold, refused=refused)
    replace_file(output, make_sheet(cases, threshold=points[0].threshold))
    say_lines(describe_sheet(cases, recognizer.model_id, threshold=points[0].threshold, fmr=fmr))
    _say(f"Wrote {output}")


def _write(output: Path, markdown: str, report: Any) -> None:
    from attendance_training.reports.text import to_json  # noqa: PLC0415

    paths = [output.with_name(output.name + ending) for ending in (".md", ".json")]
    for path, content in zip(paths, (markdown, to_json(report)), strict=True):
        replace_file(path, content.encode())
    say_lines(markdown)
    _say(f"Wrote {paths[0]} and {paths[1]}")


def _say_of(model_id: str, text: str) -> None:
    _say(f"{model_id}: {text}")


def _say(text: str) -> None:
    say_lines(text, err=True)
