"""The log of a distillation: a CSV file with one row a checkpoint."""

from __future__ import annotations

from dataclasses import astuple, dataclass

from attendance_training.runs.loss_watch import LossWatch
from attendance_training.runs.run_folder import RunFolder

COLUMNS = ("step", "minutes", "loss", "lr", "cosine", "crops_per_s")


@dataclass(frozen=True, slots=True)
class LogRow:
    """One line; nan where a value was not measured.

    Attributes:
        step: steps made so far.
        minutes: of training steps so far.
        loss: mean since the last row.
        lr: of the coming step.
        cosine: mean over the held-back crops to the teacher, of the running mean of the weights.
        crops_per_s: by the wall clock since the last row, validation left out.
    """

    step: int
    minutes: float
    loss: float
    lr: float
    cosine: float
    crops_per_s: float

    def as_line(self) -> str:
        """Return the row for people; what was not measured is left out."""
        parts = [f"step {self.step}", f"{self.minutes:.1f} min", f"loss {self.loss:.4f}", f"lr {self.lr:.2e}"]
        parts += [f"cosine {self.cosine:.4f}", f"{self.crops_per_s:.0f} crops/s"]
        return "  ".join(part for part in parts if "nan" not in part)


class DistilLog:
    """Rows of a run; every change writes the whole, small file anew.

    Args:
        folder: of the run; rows of an earlier part of it are kept.
        step: rows of later steps, which were never saved, are left out.

    Raises:
        StorageError: the file is there and cannot be read.
    """

    def __init__(self, folder: RunFolder, *, step: int) -> None:
        self._log = folder.open_log(COLUMNS, step)

    def watch(self, folder: RunFolder) -> LossWatch:
        """Return what compares the run's loss with the one it began with."""
        return LossWatch(folder, self._log.first(("loss",)))

    def add(self, row: LogRow) -> None:
        """Append one row.

        Raises:
            StorageError: it cannot be written; the file is unchanged and the row comes with the next one.
        """
        self._log.append(row.step, astuple(row)[1:])
        self._log.write()
