"""Command ``attendance-train finetune``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from attendance.core.thresholds import TARGET_FPIR
from training.extra import require_extra

EXIT_REFUSED = 3
"""The gate refused the candidate; nothing went wrong."""
_FACES = "Aligned crops in one sub-folder a person, or .npz of 'attendance embed', with --crops or without."


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("finetune")(finetune)


def finetune(
    pack: Annotated[Path, typer.Option(help="Folder of the pack in use.")],
    faces: Annotated[Path, typer.Option(help=f"The staff. {_FACES}")],
    general: Annotated[Path, typer.Option(help="Other people, a hundred or more, likewise.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the new pack; its name is the pack's.")],
    disputed: Annotated[
        Path | None, typer.Option(help="'That is not me': photographs in the folder of whom they were taken for.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Write NAME.md and NAME.json, when refused too.")] = None,
    security: Annotated[str, typer.Option(help="Level of the kiosk: relaxed, normal or strict.")] = "normal",
    rank: Annotated[int, typer.Option(min=1, help="Of the adapter.")] = 32,
    steps: Annotated[int, typer.Option(min=1, help="Most training steps.")] = 600,
    learning_rate: Annotated[float, typer.Option(min=1e-6, help="Of AdamW.")] = 3e-3,
    anchor: Annotated[float, typer.Option(min=0.0, help="How firmly the embedding is held in place.")] = 1.0,
    patience: Annotated[int, typer.Option(min=1, help="Looks at the validation without a better one.")] = 10,
    seed: Annotated[int, typer.Option(min=0, help="Of the training.")] = 1,
    split_seed: Annotated[int, typer.Option(min=0, help="Of who is trained on and who is measured with.")] = 1,
) -> None:
    """Fit a small adapter to the staff; write it as a new pack only if it is better on what it has not seen.

    Exit code 3: it is not better, and no pack was written; the table says why.
    """
    require_extra()
    if security not in TARGET_FPIR:
        raise typer.BadParameter(f"{security!r} is none of {', '.join(TARGET_FPIR)}", param_hint="--security")
    from training.finetune.fit import FitOptions  # noqa: PLC0415 - torch takes seconds to import
    from training.finetune.pack_writer import is_pack_id  # noqa: PLC0415
    from training.finetune.run import Inputs  # noqa: PLC0415
    from training.finetune.run import finetune as run  # noqa: PLC0415

    if not is_pack_id(output.name):
        raise typer.BadParameter(
            f"{output.name!r} is no name of a pack: letters, digits, '-', '_' and single dots", param_hint="--output"
        )
    inputs = Inputs(pack, faces, general, output, disputed, report, security, split_seed)
    options = FitOptions(
        rank=rank, steps=steps, learning_rate=learning_rate, anchor=anchor, patience=patience, seed=seed
    )
    if not run(inputs, options, say=typer.echo, progress=lambda line: typer.echo(line, err=True)):
        raise typer.Exit(EXIT_REFUSED)
