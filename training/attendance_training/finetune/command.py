"""Command ``attendance-train finetune``."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from attendance.core.packs.format import is_pack_id
from attendance.core.recognition.leave_one_out import DEFAULT_MARGIN
from attendance.core.recognition.thresholds import TARGET_FPIR
from attendance.errors import AttendanceError, Reason
from attendance.terminal import say_file, say_lines
from attendance_training.extra import require_extra
from attendance_training.finetune.cancel import EXIT_CANCELLED, CancelRequest
from attendance_training.finetune.feedback import Cancelled, Feedback, JsonFeedback, TextFeedback
from attendance_training.packs.staging import staging_folder

if TYPE_CHECKING:
    from attendance_training.finetune.run import Inputs, Options

ADAPTER, LAST_STAGE, ALL = "adapter", "last-stage", "all"
ALL_RATE = 3e-5
"""Of AdamW where all of the network is trained."""
_EXIT_BAD_INPUT = 1
_STANDARD_INPUT = 0
"""Descriptor."""
_FACES = "Aligned crops in one sub-folder a person, or .npz of 'attendance embed', with --crops or without."


class _OptionRefused(typer.BadParameter):
    """The value of an option cannot be taken; the program that started this one gets the reason as data."""

    def __init__(self, option: str, reason: Reason) -> None:
        super().__init__(str(reason), param_hint=option)
        self.option, self.reason = option, reason


def register(app: typer.Typer) -> None:
    """Add the command."""
    app.command("finetune")(finetune)


def finetune(
    pack: Annotated[Path, typer.Option(help="Folder of the pack in use.")],
    faces: Annotated[Path, typer.Option(help=f"The staff. {_FACES}")],
    general: Annotated[Path, typer.Option(help="Other people, about 300 or more, likewise.")],
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder of the new pack; its name is the pack's.")],
    disputed: Annotated[
        Path | None, typer.Option(help="'That is not me': photographs in the folder of whom they were taken for.")
    ] = None,
    report: Annotated[Path | None, typer.Option(help="Write NAME.md and NAME.json, when refused too.")] = None,
    security: Annotated[str, typer.Option(help="Level of the kiosk: relaxed, normal or strict.")] = "normal",
    margin: Annotated[
        float, typer.Option(min=0.0, max=1.0, help="Of the kiosk, between the best and the second-best person.")
    ] = DEFAULT_MARGIN,
    train: Annotated[str, typer.Option(help="What is trained: adapter, last-stage or all.")] = ADAPTER,
    checkpoint: Annotated[
        Path | None, typer.Option(help="Run or weights that the pack was exported from; the bundled one has its own.")
    ] = None,
    backbone: Annotated[str, typer.Option(help="Network that it must be; 'models' lists them.  [any]")] = "",
    work: Annotated[
        Path | None, typer.Option(help="Folder of checkpoints; the same command goes on from it. Not for the adapter.")
    ] = None,
    rank: Annotated[int, typer.Option(min=1, help="Of the adapter; at most the length of an embedding.")] = 128,
    steps: Annotated[int | None, typer.Option(min=1, help="Most training steps.  [400; network: 120]")] = None,
    learning_rate: Annotated[
        float | None, typer.Option(min=1e-7, help="Of AdamW.  [0.003; last stage: 1e-4, all: 3e-5]")
    ] = None,
    anchor: Annotated[
        float | None,
        typer.Option(min=0.0, help="How firmly embeddings are held; network: the replay faces'.  [3; network: 4]"),
    ] = None,
    l2_start: Annotated[
        float, typer.Option(min=0.0, help="L2-SP: pull of the network's weights to where they began.")
    ] = 0.1,
    patience: Annotated[
        int | None, typer.Option(min=1, help="Validations without a better one.  [10; network: 4]")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Of the training.")] = 1,
    split_seed: Annotated[int, typer.Option(min=0, help="Of who is trained on and who is measured with.")] = 1,
    progress_json: Annotated[
        bool,
        typer.Option("--progress-json", help="One JSON object a line; 'cancel' on standard input ends it."),
    ] = False,
) -> None:
    """Fit a small adapter to the staff, or a part of the network; write a new pack only if a gate lets it pass.

    Exit code 3: the gate refused it, because it would make the door worse. 4: the gate held it back, because no gain is
    shown. No pack was written then; the table says why.
    """

    def read() -> tuple[Inputs, Options]:
        require_extra()
        from attendance_training.finetune.run import Inputs  # noqa: PLC0415 - torch takes seconds to import

        if security not in TARGET_FPIR:
            raise _OptionRefused("--security", _not_one_of(security, TARGET_FPIR))
        _refuse_name(output)
        _refuse_network(train, checkpoint, backbone, work)
        inputs = Inputs(
            pack,
            faces,
            general,
            output,
            disputed,
            report,
            security,
            margin,
            split_seed,
            checkpoint,
            backbone,
            work,
        )
        changes = {"steps": steps, "learning_rate": learning_rate, "patience": patience, "seed": seed}
        return inputs, _options(train, changes, rank=rank, anchor=anchor, l2_start=l2_start)

    if progress_json:
        raise typer.Exit(_run_for_program(read, output))
    raise typer.Exit(_run(read, TextFeedback(out=say_lines, err=lambda line: say_lines(line, err=True))))


def _run(read: Callable[[], tuple[Inputs, Options]], feedback: Feedback) -> int:
    """Run with the given options and return the exit code."""
    inputs, options = read()
    from attendance_training.finetune.report import table_rows  # noqa: PLC0415 - torch takes seconds to import
    from attendance_training.finetune.run import finetune as run  # noqa: PLC0415

    decision = run(inputs, options, feedback)
    folder = inputs.output if decision.is_promoted else None
    feedback.done(outcome=decision.outcome, folder=folder, table=table_rows(decision))
    return decision.outcome.exit_code


def _run_for_program(read: Callable[[], tuple[Inputs, Options]], output: Path) -> int:
    """Run under another program: every outcome is a line of JSON and an exit code."""
    cancel = CancelRequest(_STANDARD_INPUT, leftovers=staging_folder(output))
    cancel.start()
    feedback = JsonFeedback(
        out=lambda line: say_file(f"{line}\n"),  # the other program's
        err=lambda line: say_lines(line, err=True),
        check=cancel.check,
        commit=cancel.commit,
    )
    try:
        return _run(read, feedback)
    except Cancelled:
        return EXIT_CANCELLED
    except AttendanceError as err:
        sentence, hint = err.as_reasons
    except _OptionRefused as err:
        sentence, hint = Reason("{option}: {cause}", option=err.option, cause=err.reason), Reason("")
    except typer.Exit:
        sentence = Reason("The packages for training are not installed.")
        hint = Reason("Run: {command}", command="python -m pip install ./training")
    finally:
        cancel.end()
    if cancel.is_asked:  # what failed had its files taken away
        return EXIT_CANCELLED
    feedback.error(sentence, hint)
    return _EXIT_BAD_INPUT


def _not_one_of(value: str, names: Iterable[str]) -> Reason:
    return Reason("{value} is not one of {names}", value=repr(value), names=[*names])


def _refuse_name(output: Path) -> None:
    if not is_pack_id(output.name):
        reason = Reason(
            "{name} is not a name of a pack: letters, digits, '-', '_' and single dots", name=repr(output.name)
        )
        raise _OptionRefused("--output", reason)


def _refuse_network(train: str, checkpoint: Path | None, backbone: str, work: Path | None) -> None:
    """Raise _OptionRefused when the options do not fit what is to be trained."""
    from attendance_training.backbones import BACKBONES  # noqa: PLC0415 - torch takes seconds to import

    if train not in (ADAPTER, LAST_STAGE, ALL):
        raise _OptionRefused("--train", _not_one_of(train, (ADAPTER, LAST_STAGE, ALL)))
    if train == ADAPTER:
        if checkpoint or work:
            reason = Reason("the adapter needs neither --checkpoint nor --work: give --train last-stage or all")
            raise _OptionRefused("--train", reason)
        return
    if backbone and backbone not in BACKBONES:
        raise _OptionRefused("--backbone", _not_one_of(backbone, BACKBONES))


def _options(
    train: str, changes: Mapping[str, float | int | None], *, rank: int, anchor: float | None, l2_start: float
) -> Options:
    """Return the options of a training: what was given, and the defaults of what is trained."""
    from attendance_training.finetune.fit import FitOptions  # noqa: PLC0415 - torch takes seconds to import
    from attendance_training.finetune.network.options import NetworkOptions  # noqa: PLC0415

    if train == ADAPTER:
        return replace(FitOptions(rank=rank), **_given({**changes, "anchor": anchor}))
    rate = ALL_RATE if train == ALL else NetworkOptions().learning_rate
    options = NetworkOptions(part=train, learning_rate=rate, l2_start=l2_start)
    return replace(options, **_given({**changes, "replay": anchor}))


def _given(values: Mapping[str, float | int | None]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}
