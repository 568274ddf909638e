"""Command ``attendance-train export-pack``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer

from attendance.core.packs.format import Licence
from attendance.core.types import LicenceUse
from attendance.resource_files import resource_path
from attendance.terminal import say_lines
from attendance_training.extra import require_extra

_NO_LICENCE = "licence not stated"


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export-pack")(export_pack)


def export_pack(
    source: Annotated[
        Path | None, typer.Argument(help="Folder of a run, weights, checkpoint, or torch file.", show_default=False)
    ] = None,
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder of the pack; its name is the pack's.", show_default=False)
    ] = Path(),
    checkpoint: Annotated[Path | None, typer.Option(hidden=True, help="Another way to give SOURCE.")] = None,
    pack_id: Annotated[str, typer.Option("--id", help="Name of the pack.  [that of its folder]")] = "",
    title: Annotated[str, typer.Option(help="For people.  [detector and network]")] = "",
    licence: Annotated[str, typer.Option(help="Licence of the pack, in one line.")] = _NO_LICENCE,
    licence_text: Annotated[str, typer.Option(help="The whole statement.")] = "",
    use: Annotated[LicenceUse, typer.Option(help="What the licence allows a company.")] = LicenceUse.RESEARCH_ONLY,
    data: Annotated[str, typer.Option(help="On which photographs it was trained, in one line.")] = "",
    detector: Annotated[
        Path | None, typer.Option(help="A pack, folder of MTCNN's files or SCRFD's .onnx.  [the bundled pack's]")
    ] = None,
    backbone: Annotated[str, typer.Option(help="Network that it must be; 'models' lists them.  [any]")] = "",
    flip_average: Annotated[
        bool, typer.Option(help="Average each crop with its mirror image; takes twice as long.")
    ] = False,
    input_size: Annotated[str, typer.Option(help="Width x height that SCRFD's .onnx works at.")] = "640x640",
    half: Annotated[bool, typer.Option(help="Store the weights as float16: half the file.")] = False,
) -> None:
    """Make a model pack of a trained network, proven to compute the same; 'attendance models import' installs it."""
    chosen = source or checkpoint
    if chosen is None:
        raise typer.BadParameter("give the folder of a run or a file of weights", param_hint="SOURCE")
    if output == Path():
        raise typer.BadParameter("give the folder of the new pack", param_hint="--output")
    if use is not LicenceUse.RESEARCH_ONLY and licence == _NO_LICENCE:
        raise typer.BadParameter("it needs --licence: who made it and under which terms", param_hint="--use")
    require_extra()
    # torch takes seconds to import, and other commands do without it.
    from attendance_training.backbones import BACKBONES  # noqa: PLC0415
    from attendance_training.packs.make_pack import PackWishes, make_pack  # noqa: PLC0415

    if backbone and backbone not in BACKBONES:
        raise typer.BadParameter(f"{backbone!r} is not one of {', '.join(BACKBONES)}", param_hint="--backbone")
    wishes = PackWishes(
        pack_id=pack_id or output.name,
        title=title,
        licence=Licence(licence, licence_text or licence, use),
        data=data,
        detector=detector or resource_path("models", "bundled"),
        input_size_wh=_size(input_size),
        flip_average=flip_average,
        half=half,
    )
    made = make_pack(chosen, output, wishes, backbone=backbone, say=say_lines)
    say_lines(
        f"Wrote {made}. 'attendance models import {made}' installs it, 'attendance models calibrate "
        f"{wishes.pack_id}' finds its thresholds."
    )


def _size(text: str) -> tuple[int, int]:
    """Read "640x480"; both are multiples of 32, the coarsest stride."""
    found = re.fullmatch(r"(\d+)x(\d+)", text)
    size = (int(found[1]), int(found[2])) if found else (0, 0)
    if min(size) <= 0 or size[0] % 32 or size[1] % 32:
        raise typer.BadParameter(f"{text!r} is not a width x height in multiples of 32", param_hint="--input-size")
    return size
