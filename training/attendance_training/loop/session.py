"""One training on named faces, from the first step or from where it was stopped to the end."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from attendance_training.data.face_source import FaceSource
from attendance_training.errors import TrainingDiverged
from attendance_training.loop.checkpoints import Checkpoints
from attendance_training.loop.config import TrainConfig
from attendance_training.loop.face_batches import FaceBatches
from attendance_training.loop.interruption import Interrupted, StepGuard
from attendance_training.loop.learner import Learner
from attendance_training.loop.processes import Processes, anybody, current_processes
from attendance_training.loop.progress import Progress, StepReport
from attendance_training.loop.worker_batches import WorkerBatches
from attendance_training.runs.loss_watch import LossWatch
from attendance_training.runs.optimisation import falling_cosine, warmed_up
from attendance_training.runs.prefetch import made_ahead

__all__ = ["StepReport", "TrainOutcome", "train"]

Validate = Callable[[nn.Module], float]
"""Takes the running mean's network in evaluation mode; larger is better."""


@dataclass(frozen=True, slots=True, eq=False)
class TrainOutcome:
    """What came of a training.

    Attributes:
        network: with the running mean of the weights, in evaluation mode.
        head: the loss with its class centres; None for a loss without parameters.
        steps: made so far, with those before a resumption.
        is_finished: whether the schedule reached its end.
        losses: of the steps of this call.
        validation: step and value of each probe of this call.
    """

    network: nn.Module
    head: nn.Module | None
    steps: int
    is_finished: bool
    losses: list[float]
    validation: list[tuple[int, float]]


def train(
    faces: FaceSource,
    rows: NDArray[np.int64],
    config: TrainConfig,
    *,
    out: Path | None = None,
    start: Mapping[str, Tensor] | None = None,
    validate: Validate | None = None,
    validate_every: int = 0,
    altered: Callable[[], Mapping[str, float]] = dict,
    should_stop: Callable[[], bool] = lambda: False,
    report: Callable[[StepReport], None] | None = None,
    save_every: int = 500,
    data_hash: str = "",
    workers: int = 0,
    about: Mapping[str, object] = MappingProxyType({}),
    device: torch.device | None = None,
    say: Callable[[str], object] = lambda _text: None,
) -> TrainOutcome:
    """Train a network; a folder that holds a checkpoint of the same run goes on from there.

    With several processes (``loop.processes.joined_processes``) all call it with the same arguments.

    Args:
        faces: where the pictures are.
        rows: (n,) int64, the pictures to train on; people with one picture among them are left out.
        config: the recipe.
        out: folder of the run; made when absent. None: nothing is written.
        start: weights to begin with, by the network's names; not read when a run goes on.
        validate: measures the running mean's network, in evaluation mode; in the first process only.
        validate_every: steps between probes; 0: only at the end.
        altered: asked after each probe for what it found on altered copies, by column of the log.
        should_stop: asked between the network's layers; the run then ends within a layer's time and can go on.
        report: called after each step.
        save_every: steps between checkpoints.
        data_hash: of the pictures, see ``loop.provenance``; written beside each checkpoint, and another
            one is refused when the run goes on.
        workers: processes that make the batches; 0: a thread of this one. The batches are the same.
        about: what else to note of them there.
        device: where to train; None: a GPU if there is one.
        say: takes a sentence for the user, for instance that a disk was full.

    Raises:
        TrainingDataUnusable: too few people, a damaged picture, or other faces than the run was begun with.
        TrainingDiverged: the loss is not a number or ends far above where it began; what was saved before stays.
        ConfigError: the run was begun with another recipe.
        CheckpointUnusable: ``start`` or the checkpoint.
        StorageError: the folder or the last checkpoint cannot be written.
    """
    processes = current_processes()
    device = device or _default_device()
    with torch.random.fork_rng(devices=[device] if device.type == "cuda" else []):
        torch.manual_seed(config.seed)
        batches = FaceBatches(faces, rows, config, processes)
        learner = Learner(config, classes=batches.classes, processes=processes, device=device, start=start)
        run = _Run(config, batches, learner, processes, validate, altered, report, should_stop)
        if out is not None:
            run.use_folder(Checkpoints(out, config, learner, processes, data_hash, about, say), save_every)
        is_stopped = run.train(validate_every, workers)
    head = learner.head if any(True for _ in learner.head.parameters()) else None
    return TrainOutcome(
        learner.average.module.eval(), head, run.progress.step, not is_stopped, run.losses, run.validation
    )


class _Run:
    """The steps of one call."""

    def __init__(
        self,
        config: TrainConfig,
        batches: FaceBatches,
        learner: Learner,
        processes: Processes,
        validate: Validate | None,
        altered: Callable[[], Mapping[str, float]],
        report: Callable[[StepReport], None] | None,
        should_stop: Callable[[], bool],
    ) -> None:
        self._config, self._batches, self._learner, self._processes = config, batches, learner, processes
        self._validate, self._altered = validate, altered
        self._report, self._should_stop = report, should_stop
        self._steps = config.epochs * batches.steps_per_epoch
        self._folder: Checkpoints | None = None
        self._watch = LossWatch(None, None, agree=lambda own: anybody(own, learner.device))
        self._save_every = 0
        self.progress = Progress()
        self.losses: list[float] = []
        self.validation: list[tuple[int, float]] = []

    def use_folder(self, folder: Checkpoints, save_every: int) -> None:
        """Write into a folder, and go on with what is there."""
        self._folder, self._save_every = folder, save_every
        self.progress = folder.restore() or self.progress
        self._watch = folder.watch

    def is_set(self) -> bool:
        """Whether somebody wants an end; lets the making of batches stop as well."""
        return self._should_stop()

    def _may_stop_inside(self) -> bool:
        # Several processes stop between steps, together: one that left alone would leave the others waiting.
        return self._processes.count == 1 and self._should_stop()

    def train(self, validate_every: int, workers: int) -> bool:
        """Make the steps that are left, save, and return whether the run was stopped before its end."""
        try:
            return self._train(validate_every, workers)
        except TrainingDiverged as err:
            if self._folder is not None:
                self._folder.close(is_finished=False, ended=f"Diverged: {err.reason}.")
            raise
        finally:  # a thread of its own writes the curves, also where the disk refused the last checkpoint
            if self._folder is not None:
                self._folder.close_board()

    def _train(self, validate_every: int, workers: int) -> bool:
        is_stopped = False
        guard = StepGuard(self._learner, self._may_stop_inside)
        with closing(guard), closing(self._made(workers)) as made:
            while self.progress.step < self._steps and not is_stopped:
                batch = next(made, None)
                is_stopped = anybody(batch is None or self._should_stop(), self._learner.device)
                if batch is not None and not is_stopped:
                    is_stopped = not self._step(guard, *batch, validate_every)
        if not is_stopped:
            self._watch.refuse_end()
        if self._folder is not None:
            self._folder.save(self.progress)
            ended = f"{'Stopped after' if is_stopped else 'Finished:'} {self.progress.step} of {self._steps} steps."
            self._folder.close(is_finished=not is_stopped, ended=ended)
        return is_stopped

    def _made(self, workers: int) -> Generator[tuple[Tensor, Tensor] | None]:
        first = self.progress.step
        if not workers:
            return made_ahead(self._batches, first, self)
        made = WorkerBatches(self._batches, range(first, self._steps), workers=workers, seed=self._config.seed)
        return made_ahead(made, first, self)

    def _step(self, guard: StepGuard, images: Tensor, classes: Tensor, validate_every: int) -> bool:
        """Make one step; returns False when it was interrupted and undone."""
        step, rate = self.progress.step, self._rate()
        seed = int(np.random.default_rng((self._config.seed, step, self._processes.rank)).integers(2**63))
        torch.manual_seed(seed)
        generator = torch.Generator(self._learner.device).manual_seed(seed)
        try:
            with guard.step():
                loss, is_changed = self._learner.step(images, classes, rate=rate, generator=generator)
        except Interrupted:
            return False
        self._watch.add(step + 1, loss)
        self.progress.step += 1
        self.progress.skipped += not is_changed
        self.progress.scaler = self._learner.scaler.state_dict()
        self.losses.append(loss)
        value = self._look(validate_every)
        done = StepReport(
            step=step + 1,
            steps=self._steps,
            epoch=step // self._batches.steps_per_epoch + 1,
            loss=loss,
            lr=rate,
            photos=len(images) * self._processes.count,
            is_skipped=not is_changed,
            validation=value,
            altered={} if value is None else self._altered(),
        )
        if self._folder is not None:
            self._folder.log(done)
            if self.progress.step % self._save_every == 0 and self.progress.step < self._steps:
                self._folder.save_if_possible(self.progress)
        if self._report is not None:
            self._report(done)
        return True

    def _rate(self) -> float:
        step = self.progress.step
        return self._config.peak_lr * warmed_up(step, self._config.warm_up_steps) * falling_cosine(step / self._steps)

    def _look(self, validate_every: int) -> float | None:
        """Validate in the first process, where it is time to."""
        step = self.progress.step
        is_time = step == self._steps or (validate_every > 0 and step % validate_every == 0)
        if self._validate is None or not is_time or not self._processes.is_first:
            return None
        value = self._validate(self._learner.average.module.eval())
        self.validation.append((step, value))
        return value


def _default_device() -> torch.device:
    if not torch.cuda.is_available():
        return torch.device("cpu")
    return torch.device("cuda", torch.cuda.current_device())
