"""What a training on named faces keeps in its folder: state, what it was made with, weights, log and TensorBoard's."""

from __future__ import annotations

import copy
import json
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from attendance.errors import Reason
from attendance_training.backbones.pretrained import save_arrays
from attendance_training.errors import TrainingDataUnusable
from attendance_training.files.atomic_file import replace_file
from attendance_training.loop.altered_pictures import ALTERED_COLUMNS
from attendance_training.loop.board import Board
from attendance_training.loop.config import TrainConfig, config_text
from attendance_training.loop.learner import Learner
from attendance_training.loop.processes import Processes, anybody
from attendance_training.loop.progress import Progress, StepReport
from attendance_training.loop.provenance import git_commit
from attendance_training.loop.sharded_head import ShardedHead
from attendance_training.runs.csv_log import CsvLog
from attendance_training.runs.loss_watch import LossWatch
from attendance_training.runs.run_folder import ABOUT_NAME, Panels, RunFolder
from attendance_training.runs.run_state import State, restore_run, write_state

CONFIG_NAME = "config.toml"
TENSORBOARD_NAME = "tensorboard"
_LOSS = ("loss",)
_COLUMNS = ("step", "epoch", *_LOSS, "lr", "validation", "photos_per_s", "skipped")
LOG_EVERY = 10
"""Steps between rows of the log; a look at the validation gets a row of its own."""


class Checkpoints:
    """Writes in the first process; the others take part where a checkpoint is put together.

    Args:
        out: the folder; made when absent.
        config: the recipe.
        learner: what is saved and restored.
        processes: this process among all.
        data_hash: of the pictures; "" when not known.
        about: what else to note of them beside the checkpoint.
        say: takes a sentence for the user.

    Attributes:
        watch: tells whether the loss ran away; of all processes together.

    Raises:
        StorageError: the folder cannot be made.
    """

    def __init__(
        self,
        out: Path,
        config: TrainConfig,
        learner: Learner,
        processes: Processes,
        data_hash: str,
        about: Mapping[str, object],
        say: Callable[[str], object],
    ) -> None:
        self._folder, self._config, self._learner = RunFolder(out, say), config, learner
        self._processes, self._data_hash, self._about = processes, data_hash, about
        self._altered_columns = ALTERED_COLUMNS if config.validate_altered else ()
        self._commit = git_commit()
        self._folder.make()
        self._log: CsvLog | None = None
        self.watch = self._watch_from(None)
        self._board: Board | None = None
        self._losses: list[float] = []
        self._photos = self._skipped = 0
        self._saved_step = -1
        self._since = time.monotonic()

    # --- checkpoint ----------------------------------------------------------------------------------

    def restore(self) -> Progress | None:
        """Go on from the folder's checkpoint; None when there is none.

        Raises:
            CheckpointUnusable: damaged, with code in it, or of another network.
            ConfigError: the run was begun with another recipe.
            TrainingDataUnusable: it was begun with other pictures.
        """
        folder, found = self._folder, None
        state = folder.last_state(folder.path / CONFIG_NAME, asdict(self._config))
        if state is not None:
            known = state["config"].get("data_sha256", "")
            if self._data_hash and known and known != self._data_hash:
                raise TrainingDataUnusable(
                    path=folder.path,
                    reason=Reason("its run was begun with other pictures; take those, or another folder"),
                )
            found = restore_run(
                self._own_part(state),
                folder.state_path,
                model=self._modules(),
                average=self._learner.average,
                optimizer=self._learner.optimizer,
                progress=Progress,
            )
            if found.scaler and self._learner.scaler.is_enabled():
                self._learner.scaler.load_state_dict(found.scaler)
            self._saved_step = found.step
            folder.say_goes_on(found.step)
        self._open_logs(found.step if found else 0)
        return found

    def save(self, progress: Progress) -> None:
        """Write the checkpoint, and beside it what it was made with; nothing where this step was saved already.

        Raises:
            StorageError: DiskFull, ReadOnlyStorage or itself; the checkpoint that was there before is unchanged.
        """
        self._save_state(progress)
        self._write_log()

    def save_if_possible(self, progress: Progress) -> None:
        """As ``save``, but go on when the disk refuses, and keep the checkpoint before where the loss ran away."""
        self.watch.save(progress.step, lambda: self._save_state(progress), self._write_log)

    def close(self, *, is_finished: bool, ended: str) -> None:
        """Close the curves; write the weights of the running mean, unless the run did not come to its end.

        Args:
            is_finished: it did.
            ended: how the run ended, for the page of the curves.

        Raises:
            StorageError: the weights cannot be written.
        """
        self.close_board()
        if not self._processes.is_first:
            return
        if is_finished:
            network = copy.deepcopy(self._learner.average.module).cpu()
            save_arrays(self._folder.weights_path, network)
        self._folder.save_if_possible(self._write_log)
        self._folder.draw(Panels(loss=_LOSS, rate="lr", validation=("validation", *self._altered_columns)), ended)

    def close_board(self) -> None:
        """Close TensorBoard's curves, however the run ended."""
        if self._board is not None:
            self._board.close()

    def _save_state(self, progress: Progress) -> None:
        # Several processes gather together, also where the first one's disk was full the last time.
        if progress.step == self._saved_step and self._processes.count == 1:
            return
        state = self._whole_state(progress)
        if not self._processes.is_first:
            return
        about = {
            "step": progress.step,
            "seed": self._config.seed,
            "data_sha256": self._data_hash,
            **self._about,
            "git_commit": self._commit,
            "processes": self._processes.count,
            "torch": torch.__version__,
            "config": asdict(self._config),
        }
        write_state(self._folder.state_path, state)
        replace_file(self._folder.path / ABOUT_NAME, (json.dumps(about, indent=2) + "\n").encode())
        replace_file(self._folder.path / CONFIG_NAME, config_text(self._config).encode())
        self._saved_step = progress.step

    def _write_log(self) -> None:
        if self._log is not None:
            self._log.write()
        if self._board is not None:
            self._board.flush()

    def _modules(self) -> nn.ModuleDict:
        head = self._learner.head
        return nn.ModuleDict(
            {"network": self._learner.network, "head": head.head if isinstance(head, ShardedHead) else head}
        )

    def _whole_state(self, progress: Progress) -> State:
        """Return the state of the run with the class centres of all processes in it; all must call it."""
        learner = self._learner
        model: dict[str, Tensor] = dict(self._modules().state_dict())
        optimizer = learner.optimizer.state_dict()
        if isinstance(learner.head, ShardedHead):
            model |= {f"head.{key}": value for key, value in learner.head.whole_state().items()}
            for index, shape in self._sharded():
                values = optimizer["state"].get(index, {})
                optimizer["state"][index] = {
                    key: learner.head.whole(value) if value.shape == shape else value for key, value in values.items()
                }
        return {
            "model": {key: value.cpu() for key, value in model.items()},
            "average": {key: value.cpu() for key, value in learner.average.state_dict().items()},
            "optimizer": {
                "param_groups": optimizer["param_groups"],
                "state": {
                    index: {key: value.cpu() for key, value in values.items()}
                    for index, values in optimizer["state"].items()
                },
            },
            "progress": asdict(progress),
            "config": {**asdict(self._config), "data_sha256": self._data_hash},
        }

    def _own_part(self, state: State) -> State:
        """Return the state with this process's class centres only."""
        head = self._learner.head
        if not isinstance(head, ShardedHead):
            return state
        own = {f"head.{key}" for key, _ in head.head.named_parameters()}
        model = {key: head.part_of(value) if key in own else value for key, value in state["model"].items()}
        moments = dict(state["optimizer"]["state"])
        for index, shape in self._sharded():
            if index in moments:
                moments[index] = {
                    key: head.part_of(value) if value.ndim == len(shape) else value
                    for key, value in moments[index].items()
                }
        return {**state, "model": model, "optimizer": {**state["optimizer"], "state": moments}}

    def _sharded(self) -> list[tuple[int, torch.Size]]:
        """Return number and shape of each of the optimizer's parameters that is spread over the processes."""
        head = self._learner.head
        own = {id(parameter) for parameter in head.parameters()}
        every = [parameter for group in self._learner.optimizer.param_groups for parameter in group["params"]]
        return [(index, parameter.shape) for index, parameter in enumerate(every) if id(parameter) in own]

    # --- logs ----------------------------------------------------------------------------------------

    def log(self, done: StepReport) -> None:
        """Take one step into the log; rows are written with the next checkpoint."""
        if not self._processes.is_first or self._log is None:
            return
        self._losses.append(done.loss)
        self._photos += done.photos
        self._skipped += done.is_skipped
        if done.step % LOG_EVERY and done.validation is None and done.step < done.steps:
            return
        seconds = time.monotonic() - self._since
        values = {
            "epoch": float(done.epoch),
            "loss": float(np.mean(self._losses)),
            "lr": done.lr,
            "validation": math.nan if done.validation is None else done.validation,
            "photos_per_s": self._photos / seconds if seconds > 0 else math.nan,
            "skipped": float(self._skipped),
        } | {column: done.altered.get(column, math.nan) for column in self._altered_columns}
        self._log.append(done.step, list(values.values()))
        if self._board is not None:
            shown = {f"train/{name}": value for name, value in values.items() if not math.isnan(value)}
            self._board.add(done.step, shown)
        self._losses.clear()
        self._photos = 0
        self._since = time.monotonic()

    def _open_logs(self, step: int) -> None:
        if self._processes.is_first:
            self._log = self._folder.open_log((*_COLUMNS, *self._altered_columns), step)
            self.watch = self._watch_from(self._log.first(_LOSS))
            self._board = Board(self._folder.path / TENSORBOARD_NAME, begin_after=step, say=self._folder.say)
            self._since = time.monotonic()

    def _watch_from(self, began: float | None) -> LossWatch:
        # The first process alone has the log that tells how a run which goes on began.
        return LossWatch(self._folder, began, agree=lambda own: anybody(own, self._learner.device))
