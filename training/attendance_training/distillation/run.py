"""One distillation in one folder: begins or goes on, logs, saves, and leaves weights to export."""

from __future__ import annotations

import io
import math
import signal
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as ProgressBar

from attendance.errors import Reason
from attendance.errors.settings import ConfigError
from attendance.errors.storage import StorageError
from attendance.file_errors import storage_error
from attendance_training.backbones import BACKBONES
from attendance_training.data.face_shards import FaceShards
from attendance_training.distillation.growth import grow_into
from attendance_training.distillation.log import DistilLog, LogRow
from attendance_training.distillation.teacher import OnnxTeacher, refuse_other_teacher
from attendance_training.distillation.trainer import Distillation, Progress
from attendance_training.distillation.view_bank import ViewBank
from attendance_training.files.atomic_file import replace_file
from attendance_training.files.checkpoint import load_arrays
from attendance_training.runs.recipe import load_recipe, refuse_other_config
from attendance_training.runs.run_state import read_state

STATE_NAME = "state.safetensors"
WEIGHTS_NAME = "weights.npz"
LOG_NAME = "log.csv"
VIEWS_NAME = "views"
_STATE_SUFFIX = ".safetensors"


class DistilRun:
    """Trains, and keeps the folder of the run up to date.

    Args:
        distillation: at its first step or restored.
        out: folder of the run; exists.
        recipe: file of the configuration, for messages.
        save_every: steps between checkpoints.
        console: where progress is shown.
    """

    def __init__(
        self, distillation: Distillation, out: Path, *, recipe: Path, save_every: int, console: Console
    ) -> None:
        self._distillation = distillation
        self._out = out
        self._recipe = recipe
        self._save_every = save_every
        self._console = console
        self._log = DistilLog(out / LOG_NAME, up_to_step=distillation.progress.step)
        self._losses: list[float] = []
        self._since = 0.0

    def train(self, stop: threading.Event) -> bool:
        """Train to the end of the schedule or until ``stop``, then save everything.

        Returns:
            Whether the schedule reached its end.

        Raises:
            ConfigError: the loss became infinite or no number; the last checkpoint stays.
            StorageError: the end could not be saved.
        """
        minutes = self._distillation.config.minutes
        columns = (TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
        with ProgressBar(*columns, console=self._console, transient=True, disable=not self._console.is_terminal) as bar:
            task = bar.add_task("", total=minutes)

            def on_step(progress: Progress, loss: float) -> None:
                done = progress.seconds / 60
                bar.update(
                    task, completed=done, description=f"step {progress.step}, {done:.1f} of {minutes:g} min, {loss:.4f}"
                )
                self._on_step(progress, loss, stop)

            if self._distillation.progress.step == 0:
                self._say_and_log(stop)
            self._since = time.monotonic()
            self._distillation.run(stop=stop, every_steps=1, report=on_step)
        self._finish(stop)
        return self._distillation.is_finished

    def _on_step(self, progress: Progress, loss: float, stop: threading.Event) -> None:
        if not math.isfinite(loss):
            raise ConfigError(
                path=self._recipe,
                key="peak_lr",
                reason=Reason("the loss is {loss} at step {step}; try a lower one", loss=loss, step=progress.step),
            )
        self._losses.append(loss)
        if progress.step % self._save_every == 0:
            try:
                self._distillation.save(self._out / STATE_NAME)
                self._say_and_log(stop)
            except StorageError as err:
                # Hours of work are in memory: there may be space again at the next checkpoint.
                self._print(f"Not saved, training goes on. {err.code}: {err.user_text}")

    def _finish(self, stop: threading.Event) -> None:
        """Save first: a stopped program may be killed soon."""
        self._distillation.save(self._out / STATE_NAME)
        weights = io.BytesIO()
        np.savez(weights, allow_pickle=False, **self._distillation.averaged_weights())
        replace_file(self._out / WEIGHTS_NAME, weights.getvalue())
        if self._losses:
            self._say_and_log(stop)
        for name in (STATE_NAME, WEIGHTS_NAME):
            self._print(f"Wrote {self._out / name} ({(self._out / name).stat().st_size:,} bytes)")
        if self._distillation.is_finished:
            self._print("The schedule is finished. Export the weights with 'attendance-train export-bundled'.")
        else:
            self._print(f"Stopped after step {self._distillation.progress.step}. The same command goes on from here.")

    def _say_and_log(self, stop: threading.Event) -> None:
        """Report the steps since the last time; measures the held-back crops unless ``stop`` is set."""
        progress, steps = self._distillation.progress, len(self._losses)
        seconds = time.monotonic() - self._since
        row = LogRow(
            step=progress.step,
            minutes=progress.seconds / 60,
            loss=float(np.mean(self._losses)) if steps else math.nan,
            lr=self._distillation.learning_rate(),
            cosine=self._distillation.validate(stop),
            crops_per_s=steps * self._distillation.config.batch / seconds if steps and seconds > 0 else math.nan,
        )
        self._losses.clear()
        self._print(row.as_line())
        self._since = time.monotonic()
        self._log.add(row)

    def _print(self, text: str) -> None:
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)


def open_run(
    recipe: Path,
    *,
    minutes: float | None,
    crops: Path,
    teacher: Path,
    out: Path,
    start: Path | None,
    save_every: int,
    stop: threading.Event,
    views_dir: Path | None = None,
    threads: int = 1,
    console: Console | None = None,
) -> DistilRun | None:
    """Check everything that is asked for and build the run; goes on where the folder holds a checkpoint.

    Args:
        recipe: TOML file, see ``attendance_training.runs.recipe``.
        minutes: takes the place of the recipe's.
        crops: folder of shards.
        teacher: ONNX file of the network that labelled them.
        out: folder of the run; made when absent.
        start: .npz weights of the recipe's network or a shallower one, or the .safetensors state of another run with
            the same network; read only when a run begins.
        save_every: steps between checkpoints.
        stop: ends the labelling of views.
        views_dir: where labelled views are kept; ``views`` in ``out`` when None.
        threads: of the teacher, while it labels views.
        console: where progress is shown; standard output when None.

    Returns:
        The run, or None when it was stopped before all views were labelled; those that are, stay.

    Raises:
        ConfigError: the recipe is wrong, or another than the run was begun with.
        TrainingDataUnusable: the shards or the teacher.
        CheckpointUnusable: ``start``, or the checkpoint of the run.
        StorageError: a folder cannot be made, or views cannot be written.
    """
    config = load_recipe(recipe, minutes=minutes)
    if config.backbone not in BACKBONES:
        raise ConfigError(path=recipe, key="backbone", reason=Reason("must be one of {names}", names=[*BACKBONES]))
    console = console or Console()
    state_path = out / STATE_NAME
    state = read_state(state_path) if state_path.exists() else None
    if state:
        refuse_other_config(recipe, asdict(config), state["config"], out)
    torch.manual_seed(config.seed)
    model = BACKBONES[config.backbone].build()
    if start and not state and start.suffix != _STATE_SUFFIX:
        added = grow_into(model, load_arrays(start), start)
        console.print(f"Begins with {start}, {added} blocks added", markup=False, highlight=False, soft_wrap=True)
    shards = FaceShards(crops)
    labels = OnnxTeacher(
        teacher, embedding_size=BACKBONES[config.backbone].embedding_size, threads=threads, hints=config.hint_names
    )
    refuse_other_teacher(labels, shards)
    bank = None
    if config.views:
        train, _ = shards.split()
        bank = ViewBank(views_dir or out / VIEWS_NAME, shards, train, labels, seed=config.seed)
        if not _label(bank, config.views, stop, console):
            return None
    distillation = Distillation(model, shards, config, teacher=labels, bank=bank)
    if state:
        distillation.restore(state, state_path)
        text = f"Goes on from step {distillation.progress.step} of {state_path}"
        console.print(text, markup=False, highlight=False, soft_wrap=True)
    elif start and start.suffix == _STATE_SUFFIX:
        distillation.begin_from(read_state(start), start)
        console.print(f"Begins with weights and optimizer of {start}", markup=False, highlight=False, soft_wrap=True)
    try:
        out.mkdir(parents=True, exist_ok=True)
    except OSError as err:
        raise storage_error(err, out) from err
    return DistilRun(distillation, out, recipe=recipe, save_every=save_every, console=console)


def _label(bank: ViewBank, count: int, stop: threading.Event, console: Console) -> bool:
    """Label what is missing, with a bar; returns whether all views are there."""
    if len(bank) >= count:
        return True
    console.print(f"The teacher labels {count:,} made faces, {len(bank):,} are there", markup=False, highlight=False)
    columns = (TextColumn("{task.completed:,.0f} of {task.total:,.0f} views"), BarColumn(), TimeElapsedColumn())
    with ProgressBar(*columns, console=console, transient=True, disable=not console.is_terminal) as bar:
        task = bar.add_task("", total=count, completed=len(bank))
        is_complete = bank.grow(count, stop=stop, report=lambda done: bar.update(task, completed=done))
    if not is_complete:
        console.print(
            f"Stopped; {len(bank):,} views are kept. The same command goes on from here.", markup=False, highlight=False
        )
    return is_complete


@contextmanager
def stopping_on_signals(stop: threading.Event) -> Iterator[None]:
    """Set ``stop`` on the first Ctrl+C or SIGTERM; a second one ends the program at once."""

    def on_signal(_number: int, _frame: object) -> None:
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, on_signal) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
