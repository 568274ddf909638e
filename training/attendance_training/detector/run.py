"""One training of the detector in one folder: begins or goes on, logs, saves."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import asdict
from pathlib import Path

import numpy as np
from rich.console import Console

from attendance_training.detector.pictures import load_pictures
from attendance_training.detector.recipe import DetectorConfig
from attendance_training.detector.training_run import DetectorTraining, Losses
from attendance_training.distillation.trainer import Progress
from attendance_training.errors import TrainingDiverged
from attendance_training.runs.loss_watch import LossWatch
from attendance_training.runs.recipe import read_recipe
from attendance_training.runs.run_folder import Panels, RunFolder, plain_lines
from attendance_training.runs.run_state import read_state

LABELS_NAME = "labels.npz"
COLUMNS = (
    "step",
    "minutes",
    "loss_score",
    "loss_box",
    "loss_landmarks",
    "lr",
    "recall_60px",
    "recall",
    "precision",
    "landmark_error",
    "scenes_per_s",
)
PANELS = Panels(
    loss=("loss_score", "loss_box", "loss_landmarks"),
    rate="lr",
    validation=("recall_60px", "recall", "precision", "landmark_error"),
)
_TARGET_PX = 60.0


class DetectorRun:
    """Trains, and keeps the folder of the run up to date.

    Args:
        training: at its first step or restored.
        folder: of the run; exists.
        save_every: steps between checkpoints.
    """

    def __init__(self, training: DetectorTraining, folder: RunFolder, *, save_every: int) -> None:
        self._training = training
        self._folder = folder
        self._save_every = save_every
        self._log = folder.open_log(COLUMNS, training.progress.step)
        self._watch = LossWatch(folder, self._log.first(PANELS.loss))
        self._losses: list[Losses] = []
        self._scenes = 0
        self._since = 0.0

    def train(self, stop: threading.Event) -> bool:
        """Train to the end of the schedule or until ``stop``, then save everything.

        Returns:
            Whether the schedule reached its end.

        Raises:
            TrainingDiverged: a loss became no number or they ended far above where they began; the last good
                checkpoint stays.
            StorageError: the end could not be saved.
        """
        self._since = time.monotonic()
        try:
            self._training.run(stop=stop, report=lambda p, losses, scenes: self._on_step(p, losses, scenes, stop))
            if self._training.is_finished:
                self._watch.refuse_end()
        except TrainingDiverged as err:
            self._folder.draw(PANELS, f"Diverged: {err.reason}.")
            raise
        self._save()
        if self._losses:
            self._say_and_log(stop)
        how = "Finished" if self._training.is_finished else "Stopped"
        self._folder.draw(PANELS, f"{how} after {self._training.progress.step} steps.")
        self._folder.say_wrote(self._folder.state_path)
        if self._training.is_finished:
            self._folder.say("The schedule is finished. Export it with 'attendance-train detector-export'.")
        else:
            self._folder.say_stopped(self._training.progress.step)
        return self._training.is_finished

    def _on_step(self, progress: Progress, losses: Losses, scenes: int, stop: threading.Event) -> None:
        self._watch.add(progress.step, sum(losses))
        self._losses.append(losses)
        self._scenes += scenes
        if progress.step % self._save_every or self._training.is_finished:
            return
        self._watch.save(progress.step, self._save, lambda: self._say_and_log(stop))

    def _save(self) -> None:
        self._training.save(self._folder.state_path)

    def _say_and_log(self, stop: threading.Event) -> None:
        """Report the steps since the last time; looks at held-back scenes unless ``stop`` is set."""
        progress, seconds = self._training.progress, time.monotonic() - self._since
        score, box, landmarks = np.mean(self._losses, axis=0)
        tally = self._training.validate(stop)
        errors = tally.landmark_errors(_TARGET_PX)
        values = (
            progress.seconds / 60,
            float(score),
            float(box),
            float(landmarks),
            self._training.learning_rate(),
            _share(*tally.recall(_TARGET_PX)),
            _share(*tally.recall()),
            _share(*tally.precision()),
            float(errors.mean()) if len(errors) else math.nan,
            self._scenes / seconds if seconds > 0 else math.nan,
        )
        shown = (
            f"{name} {value:.4g}" for name, value in zip(COLUMNS[1:], values, strict=True) if not math.isnan(value)
        )
        skipped = f"  {self._training.skipped_steps} steps skipped" if self._training.skipped_steps else ""
        self._folder.say(f"step {progress.step}  " + "  ".join(shown) + skipped)
        self._losses.clear()
        self._scenes = 0
        self._log.append(progress.step, values)
        self._log.write()
        self._since = time.monotonic()


def open_run(
    recipe: Path,
    *,
    photos: Path,
    crops: Path | None,
    reference: Path,
    out: Path,
    start: Path | None = None,
    save_every: int = 500,
    console: Console | None = None,
) -> DetectorRun:
    """Check everything that is asked for and build the run; goes on where the folder holds a checkpoint.

    Args:
        recipe: TOML file, see ``attendance_training.detector.recipe``.
        photos: folder with one sub-folder of photographs a person.
        crops: folder of shards of aligned faces; None: photographs only.
        reference: ONNX file of the detector that labels them.
        out: folder of the run; made when absent.
        start: state of another run, whose weights this one begins with; read only when a run begins.
        save_every: steps between checkpoints.
        console: where progress is shown; standard output when None.

    Raises:
        ConfigError: the recipe is wrong, or another than the run was begun with.
        TrainingDataUnusable: photographs, shards or the reference detector.
        CheckpointUnusable: ``start``, or the checkpoint of the run.
        StorageError: the folder cannot be made.
    """
    config = _config(recipe)
    folder = RunFolder(out, plain_lines(console or Console()))
    folder.make()
    state = folder.last_state(recipe, asdict(config))
    begun = read_state(start) if start and not state else None
    training, held_back = load_pictures(
        photos,
        crops,
        reference,
        out / LABELS_NAME,
        crop_count=config.crop_count,
        say=folder.say,
    )
    run = DetectorTraining(training, held_back, config)
    if state:
        run.restore(state, folder.state_path)
        folder.say_goes_on(run.progress.step)
    elif begun and start:
        new = run.begin_with(begun, start)
        folder.say(f"Begins with {start}, {new} arrays at random")
    return DetectorRun(run, folder, save_every=save_every)


def _config(recipe: Path) -> DetectorConfig:
    return read_recipe(recipe, DetectorConfig, required=("steps",))


def _share(part: int, whole: int) -> float:
    return part / whole if whole else math.nan
