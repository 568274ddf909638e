"""Command ``attendance-train finetune``."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from attendance.core.thresholds import TARGET_FPIR
from attendance.errors import AttendanceError
from training.extra import require_extra
from training.finetune.cancel import EXIT_CANCELLED, CancelRequest
from training.finetune.feedback import Cancelled, Feedback, JsonFeedback, TextFeedback
from training.finetune.pack_name import is_pack_id, staging_folder

if TYPE_CHECKING:
    from training.finetune.fit import FitOptions
    from training.finetune.run import Inputs

EXIT_REFUSED = 3
"""The gate refused the candidate; nothing went wrong."""
_EXIT_BAD_INPUT = 1
_STANDARD_INPUT = 0
"""Descriptor."""
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
    progress_json: Annotated[
        bool,
        typer.Option("--progress-json", help="One JSON object a line; 'cancel' on standard input ends it."),
    ] = False,
) -> None:
    """Fit a small adapter to the staff; write it as a new pack only if it is better on what it has not seen.

    Exit code 3: it is not better, and no pack was written; the table says why.
    """

    def read() -> tuple[Inputs, FitOptions]:
        require_extra()
        from training.finetune.fit import FitOptions  # noqa: PLC0415 - torch takes seconds to import
        from training.finetune.run import Inputs  # noqa: PLC0415

        if security not in TARGET_FPIR:
            raise typer.BadParameter(f"{security!r} is none of {', '.join(TARGET_FPIR)}", param_hint="--security")
        _refuse_name(output)
        return (
            Inputs(pack, faces, general, output, disputed, report, security, split_seed),
            FitOptions(
                rank=rank, steps=steps, learning_rate=learning_rate, anchor=anchor, patience=patience, seed=seed
            ),
        )

    if progress_json:
        raise typer.Exit(_run_for_program(read, output))
    raise typer.Exit(_run(read, TextFeedback(out=typer.echo, err=lambda line: typer.echo(line, err=True))))


def _run(read: Callable[[], tuple[Inputs, FitOptions]], feedback: Feedback) -> int:
    """Run with the given options and return the exit code."""
    inputs, options = read()
    from training.finetune.report import table_rows  # noqa: PLC0415 - torch takes seconds to import
    from training.finetune.run import finetune as run  # noqa: PLC0415

    decision = run(inputs, options, feedback)
    folder = inputs.output if decision.is_promoted else None
    feedback.done(is_promoted=decision.is_promoted, folder=folder, table=table_rows(decision))
    return 0 if decision.is_promoted else EXIT_REFUSED


def _run_for_program(read: Callable[[], tuple[Inputs, FitOptions]], output: Path) -> int:
    """Run under another program: every outcome is a line of JSON and an exit code."""
    cancel = CancelRequest(_STANDARD_INPUT, leftovers=staging_folder(output))
    cancel.start()
    feedback = JsonFeedback(
        out=lambda line: print(line, flush=True),  # noqa: T201 - the other program's
        err=lambda line: typer.echo(line, err=True),
        check=cancel.check,
        commit=cancel.commit,
    )
    try:
        return _run(read, feedback)
    except Cancelled:
        return EXIT_CANCELLED
    except AttendanceError as err:
        sentence, hint = err.user_text, err.hint
    except typer.BadParameter as err:
        sentence, hint = f"{err.param_hint}: {err.message}", ""
    except typer.Exit:
        sentence, hint = "The training extra is not installed.", 'Run: python -m pip install ".[training]"'
    finally:
        cancel.end()
    if cancel.is_asked:  # what failed had its files taken away
        return EXIT_CANCELLED
    feedback.error(sentence, hint)
    return _EXIT_BAD_INPUT


def _refuse_name(output: Path) -> None:
    if not is_pack_id(output.name):
        raise typer.BadParameter(
            f"{output.name!r} is no name of a pack: letters, digits, '-', '_' and single dots", param_hint="--output"
        )
