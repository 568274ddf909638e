"""``attendance-train attack``."""

from __future__ import annotations

import platform
import re
from pathlib import Path
from typing import Annotated

import typer

from attendance.terminal import say_lines
from attendance_training.extra import require_extra
from attendance_training.files.atomic_file import replace_file

_LEVELS = 255


def register(app: typer.Typer) -> None:
    """Add the command of this module."""
    app.command("attack")(attack)


def attack(
    faces: Annotated[
        Path, typer.Option(help="Crops of named people: .npz of 'attendance embed --crops', or a folder.")
    ],
    checkpoint: Annotated[Path, typer.Option(help="Weights to attack.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Report, without its ending: NAME.md, .json, .svg.")],
    backbone: Annotated[str, typer.Option(help="Network of the checkpoint; 'models' lists them.")] = "dense112",
    other_checkpoint: Annotated[
        list[str] | None,
        typer.Option(help="Also shown the pictures: weights, BACKBONE=weights, a pack, FILE.onnx[,flip]. Repeatable."),
    ] = None,
    epsilon: Annotated[str, typer.Option(help="Most change of a pixel, in grey levels of 256.")] = "1,2,4,8",
    steps: Annotated[int, typer.Option(min=1, help="Of PGD.")] = 10,
    far: Annotated[float, typer.Option(min=1e-6, max=0.5, help="False accept rate that sets the thresholds.")] = 1e-3,
    threshold: Annotated[float | None, typer.Option(min=-1, max=1, help="Of the attacked network, instead.")] = None,
    pairs: Annotated[int, typer.Option(min=2, help="Most attacked photographs of a goal, one of each person.")] = 200,
    people: Annotated[int, typer.Option(min=2, help="Most people, each with two photographs or more.")] = 300,
    photos: Annotated[int, typer.Option(min=2, help="Most photographs of one person.")] = 4,
    threads: Annotated[int, typer.Option(min=1, help="Processor threads.")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Of people, pairs, random starts and noise.")] = 1,
) -> None:
    """Change pictures by a few grey levels so that a network mistakes them (FGSM, PGD), and count how often it does."""
    require_extra(("torch", "onnx", "safetensors", "matplotlib"))
    import torch  # noqa: PLC0415 - takes seconds, and --help does without

    from attendance_training.adversarial.measure import AttackOptions, measure_attacks  # noqa: PLC0415
    from attendance_training.adversarial.plot import draw_attacks  # noqa: PLC0415
    from attendance_training.adversarial.recognizers import open_network, open_other  # noqa: PLC0415
    from attendance_training.adversarial.report import AttackReport, describe_attacks  # noqa: PLC0415
    from attendance_training.adversarial.trials import read_people  # noqa: PLC0415
    from attendance_training.backbones import BACKBONES  # noqa: PLC0415
    from attendance_training.reports.text import to_json  # noqa: PLC0415

    if backbone not in BACKBONES:
        raise typer.BadParameter(f"{backbone!r} is not one of {', '.join(BACKBONES)}", param_hint="--backbone")
    options = AttackOptions(_levels(epsilon), steps, pairs, far, threshold, seed)
    torch.set_num_threads(threads)
    network = open_network(BACKBONES[backbone], checkpoint)
    others = [open_other(spec, BACKBONES[backbone]) for spec in other_checkpoint or []]
    data = read_people(faces, people=people, photos=photos, seed=seed)
    seen = measure_attacks(data, network, others, options, progress=_say)
    report = AttackReport(
        machine=describe_machine(threads),
        aligned_by=data.model_id,
        people=data.people,
        photos=len(data.person),
        options=options,
        attacked=seen[0],
        others=tuple(seen[1:]),
    )
    plot = output.with_name(f"{output.name}.svg")
    markdown = describe_attacks(report, plot=plot.name)
    files = {".md": markdown.encode(), ".json": to_json(report).encode(), ".svg": draw_attacks(report)}
    for ending, content in files.items():
        replace_file(output.with_name(output.name + ending), content)
    say_lines(markdown)
    _say(f"Wrote {', '.join(str(output.with_name(output.name + ending)) for ending in files)}")


def describe_machine(threads: int) -> str:
    """Return the processor as far as the system names it, and how many threads of it were used."""
    name = platform.processor() or platform.machine()
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(encoding="utf-8"), re.MULTILINE)
    except OSError:  # only Linux has this file
        found = None
    return f"{found[1].strip() if found else name}, {threads} thread{'s' if threads > 1 else ''}, no GPU"


def _levels(text: str) -> tuple[int, ...]:
    """Read "1,2,4": rising whole grey levels."""
    parts = [part.strip() for part in text.split(",")]
    levels = sorted({int(part) for part in parts if re.fullmatch(r"[0-9]{1,3}", part)})
    if len(levels) != len(parts) or not 1 <= levels[0] <= levels[-1] <= _LEVELS:
        raise typer.BadParameter(
            f"{text!r} is not a list of different whole grey levels from 1 to {_LEVELS}, like 1,2,4",
            param_hint="--epsilon",
        )
    return tuple(levels)


def _say(text: str) -> None:
    say_lines(text, err=True)
