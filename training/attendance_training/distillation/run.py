"""One distillation in one folder: begins or goes on, logs, saves, and leaves weights to export."""

from __future__ import annotations

import io
import math
import threading
import time
from dataclasses import asdict, astuple
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.progress import BarColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as ProgressBar

from attendance.errors import Reason
from attendance.errors.settings import ConfigError
from attendance_training.backbones import BACKBONES
from attendance_training.data.face_shards import FaceShards
from attendance_training.distillation.growth import grow_into
from attendance_training.distillation.log import COLUMNS, PANELS, LogRow
from attendance_training.distillation.teacher import OnnxTeacher, refuse_other_teacher
from attendance_training.distillation.trainer import Distillation, Progress
from attendance_training.distillation.view_bank import ViewBank
from attendance_training.errors import TrainingDiverged
from attendance_training.files.atomic_file import replace_file
from attendance_training.runs.loss_watch import LossWatch
from attendance_training.runs.network_weights import read_weights
from attendance_training.runs.recipe import load_recipe
from attendance_training.runs.run_folder import RunFolder, plain_lines, refuse_unwritable
from attendance_training.runs.run_state import read_state

VIEWS_NAME = "views"
_STATE_SUFFIX = ".safetensors"


class DistilRun:
    """Trains, and keeps the folder of the run up to date.

    Args:
        distillation: at its first step or restored.
        folder: of the run; exists.
        save_every: steps between checkpoints.
        console: where progress is shown.
    """

    def __init__(self, distillation: Distillation, folder: RunFolder, *, save_every: int, console: Console) -> None:
        self._distillation = distillation
        self._folder = folder
        self._save_every = save_every
        self._console = console
        self._log = folder.open_log(COLUMNS, distillation.progress.step)
        self._watch = LossWatch(folder, self._log.first(PANELS.loss))
        self._losses: list[float] = []
        self._since = 0.0

    def train(self, stop: threading.Event) -> bool:
        """Train to the end of the schedule or until ``stop``, then save everything.

        Returns:
            Whether the schedule reached its end.

        Raises:
            TrainingDiverged: the loss became no number or ended far above where it began; the last good checkpoint
                stays.
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
            try:
                self._distillation.run(stop=stop, every_steps=1, report=on_step)
                self._finish(stop)
            except TrainingDiverged as err:
                self._folder.draw(PANELS, f"Diverged: {err.reason}.")
                raise
        return self._distillation.is_finished

    def _on_step(self, progress: Progress, loss: float, stop: threading.Event) -> None:
        self._watch.add(progress.step, loss)
        self._losses.append(loss)
        if progress.step % self._save_every:
            return
        self._watch.save(progress.step, self._save, lambda: self._say_and_log(stop))

    def _save(self) -> None:
        self._distillation.save(self._folder.state_path)

    def _finish(self, stop: threading.Event) -> None:
        """Save first: a stopped program may be killed soon."""
        if self._distillation.is_finished:
            self._watch.refuse_end()
        self._save()
        weights = io.BytesIO()
        np.savez(weights, allow_pickle=False, **self._distillation.averaged_weights())
        replace_file(self._folder.weights_path, weights.getvalue())
        if self._losses:
            self._say_and_log(stop)
        for path in (self._folder.state_path, self._folder.weights_path):
            self._folder.say_wrote(path)
        self._folder.draw(PANELS, self._ended())
        if self._distillation.is_finished:
            self._folder.say("The schedule is finished. Export the weights with 'attendance-train export-pack'.")
        else:
            self._folder.say_stopped(self._distillation.progress.step)

    def _ended(self) -> str:
        progress = self._distillation.progress
        how = "Finished" if self._distillation.is_finished else "Stopped"
        return f"{how} after {progress.step} steps in {progress.seconds / 60:.1f} minutes."

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
        self._folder.say(row.as_line())
        self._since = time.monotonic()
        self._log.append(row.step, astuple(row)[1:])
        self._log.write()


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
    refuse_unwritable(out)
    folder = RunFolder(out, plain_lines(console))
    state = folder.last_state(recipe, asdict(config))
    torch.manual_seed(config.seed)
    model = BACKBONES[config.backbone].build()
    if start and not state and start.suffix != _STATE_SUFFIX:
        added = grow_into(model, read_weights(start), start)
        folder.say(f"Begins with {start}, {added} blocks added")
    begun = read_state(start) if start and not state and start.suffix == _STATE_SUFFIX else None
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
        distillation.restore(state, folder.state_path)
        folder.say_goes_on(distillation.progress.step)
    elif start and begun:
        distillation.begin_from(begun, start)
        folder.say(f"Begins with weights and optimizer of {start}")
    folder.make()
    return DistilRun(distillation, folder, save_every=save_every, console=console)


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
