"""The folder of a training run: what it was begun with, its last state, its log, and the sentences about them."""

from __future__ import annotations

import errno
import importlib.util
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console

from attendance.errors.storage import ReadOnlyStorage, StorageError
from attendance.file_errors import storage_error
from attendance_training.runs.csv_log import CsvLog
from attendance_training.runs.recipe import refuse_other_config
from attendance_training.runs.run_state import State, read_state

STATE_NAME = "state.safetensors"
WEIGHTS_NAME = "weights.npz"
LOG_NAME = "log.csv"
ABOUT_NAME = "state.json"
"""What the run was made with, beside its state."""

Say = Callable[[str], object]
"""Takes a sentence for the user."""


@dataclass(frozen=True, slots=True)
class Panels:
    """Which columns of a log are drawn together.

    Attributes:
        loss: parts of the loss.
        rate: learning rate.
        validation: what the held-out data says, larger is better unless its name says otherwise.
    """

    loss: tuple[str, ...]
    rate: str
    validation: tuple[str, ...]

    def named(self) -> Mapping[str, tuple[str, ...]]:
        """Return the columns of each plot by its title."""
        return {"Loss": self.loss, "Learning rate": (self.rate,), "Validation": self.validation}


def refuse_unwritable(folder: Path) -> None:
    """Look whether a folder can be made and written, before hours of work; nothing is changed.

    Raises:
        StorageError: it cannot.
    """
    there = next(path for path in (folder, *folder.absolute().parents) if path.exists())
    if not there.is_dir():
        raise storage_error(NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR)), there)
    if not os.access(there, os.W_OK | os.X_OK):
        raise ReadOnlyStorage(path=folder)


class RunFolder:
    """One folder, one run; nothing is made before ``make``.

    Args:
        path: of the folder.
        say: takes a sentence for the user.
    """

    def __init__(self, path: Path, say: Say) -> None:
        self.path = path
        self.state_path = path / STATE_NAME
        self.weights_path = path / WEIGHTS_NAME
        self.say = say

    def last_state(self, recipe: Path, config: Mapping[str, Any]) -> State | None:
        """Return the state that a run of this recipe goes on from; None where it begins.

        Args:
            recipe: file of ``config``, for the message.
            config: what is asked for now.

        Raises:
            CheckpointUnusable: there is one, and it is damaged.
            ConfigError: the run was begun with another recipe.
        """
        if not self.state_path.exists():
            return None
        state = read_state(self.state_path)
        refuse_other_config(recipe, config, state["config"], self.path)
        return state

    def make(self) -> None:
        """Make the folder where it is absent.

        Raises:
            StorageError: it cannot be made.
        """
        try:
            self.path.mkdir(parents=True, exist_ok=True)
        except OSError as err:
            raise storage_error(err, self.path) from err

    def open_log(self, columns: Sequence[str], step: int) -> CsvLog:
        """Open the log of a run that has made this many steps.

        Raises:
            StorageError: it is there and cannot be read.
        """
        return CsvLog(self.path / LOG_NAME, columns, up_to_step=step)

    def save_if_possible(self, save: Callable[[], object]) -> None:
        """Save, but go on when the disk refuses: hours of work are in memory, and there may be space again later."""
        try:
            save()
        except StorageError as err:
            self.say(f"Not saved, training goes on. {err.code}: {err.user_text}")

    def draw(self, panels: Panels, ended: str) -> None:
        """Write the curves of the log, for looking at only: trouble with them is said and ends no run.

        Args:
            panels: what to draw.
            ended: how the run ended, one sentence.
        """
        log = self.path / LOG_NAME
        if not log.is_file():
            return
        if importlib.util.find_spec("matplotlib") is None:
            self.say(f"No curves were drawn, as matplotlib is not installed; {log} has the numbers.")
            return
        from attendance_training.runs.curves import draw_curves  # noqa: PLC0415 - takes a second to import

        try:
            png, page = draw_curves(log, panels, ended=ended)
        except (StorageError, OSError, ValueError, LookupError) as err:
            self.say(f"No curves were drawn from {log} ({err}).")
            return
        self.say(f"Wrote the curves {png} and {page}")

    def say_goes_on(self, step: int) -> None:
        """Say from where a run goes on."""
        self.say(f"Goes on from step {step} of {self.state_path}")

    def say_stopped(self, step: int) -> None:
        """Say that a run was stopped before its end."""
        self.say(f"Stopped after step {step}. The same command goes on from here.")

    def say_wrote(self, path: Path) -> None:
        """Name a file of the folder and its size."""
        self.say(f"Wrote {path} ({path.stat().st_size:,} bytes)")


def plain_lines(console: Console) -> Say:
    """Return what prints a line as it is: paths are neither broken nor coloured."""
    return lambda text: console.print(text, markup=False, highlight=False, soft_wrap=True)
