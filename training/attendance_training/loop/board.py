"""TensorBoard's event files of a run: for looking at only, so trouble with them never ends a training."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from attendance.file_errors import reason_of


class Board:
    """Curves over the steps.

    Args:
        folder: of the event files; made when absent.
        begin_after: steps made before; TensorBoard hides later ones of an earlier, lost part of the run.
        say: told once when the files cannot be written any more.
    """

    def __init__(self, folder: Path, *, begin_after: int, say: Callable[[str], object]) -> None:
        from torch.utils.tensorboard import SummaryWriter  # noqa: PLC0415 - takes a second to import

        self._folder, self._say = folder, say
        self._writer: SummaryWriter | None = None
        try:
            self._writer = SummaryWriter(str(folder), purge_step=begin_after + 1 if begin_after else None)
        except OSError as err:
            self._give_up(err)

    def add(self, step: int, values: Mapping[str, float]) -> None:
        """Add one point to each curve."""
        if self._writer is not None:
            try:
                for name, value in values.items():
                    self._writer.add_scalar(name, value, step)
            except OSError as err:
                self._give_up(err)

    def flush(self) -> None:
        """Write what was added."""
        if self._writer is not None:
            try:
                self._writer.flush()
            except OSError as err:
                self._give_up(err)

    def close(self) -> None:
        """Write what was added and close the file."""
        self.flush()
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _give_up(self, err: OSError) -> None:
        self._writer = None
        self._say(f"{self._folder} cannot be written ({reason_of(err)}); training goes on without curves")
