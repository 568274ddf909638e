"""A row of a distillation's log, one a checkpoint."""

from __future__ import annotations

from dataclasses import dataclass

from attendance_training.runs.run_folder import Panels

COLUMNS = ("step", "minutes", "loss", "lr", "cosine", "crops_per_s")
PANELS = Panels(loss=("loss",), rate="lr", validation=("cosine",))


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
