"""Tells a run that learned from one whose loss ran away, and keeps the checkpoint from before that."""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Callable
from statistics import fmean

from attendance.errors import Reason
from attendance_training.errors import TrainingDiverged
from attendance_training.runs.run_folder import RunFolder
from attendance_training.runs.run_state import read_state

STEPS = 10
"""Steps whose mean loss is a beginning or an end; a run of fewer than twice as many is not judged."""
FAR_ABOVE = 1.5
"""A loss that was learned from falls; noise between batches stays well below half of it."""
_LEAST_RISE = 0.1
"""So that a loss that begins at nearly nothing is not judged by its noise."""


class LossWatch:
    """Compares the last steps of a run with its first ones.

    Args:
        folder: of the run; None for one that keeps nothing.
        began: loss that a run which goes on began with, see ``CsvLog.first``; None where it begins.
        agree: turns this process's word into that of all processes of the run, which then all ask at the same steps.
    """

    def __init__(
        self, folder: RunFolder | None, began: float | None, *, agree: Callable[[bool], bool] = lambda own: own
    ) -> None:
        self._folder = folder
        self._began = began
        self._agree = agree
        self._first: list[float] = []
        self._last: deque[float] = deque(maxlen=STEPS)

    def add(self, step: int, loss: float) -> None:
        """Take the loss of one step.

        Args:
            step: steps made, with this one.
            loss: of its batch.

        Raises:
            TrainingDiverged: the loss is not a finite number.
        """
        if not math.isfinite(loss):
            self._refuse(Reason("the loss is {loss} at step {step}", loss=loss, step=step))
        if self._began is None:
            self._first.append(loss)
            if len(self._first) == STEPS:
                self._began = fmean(self._first)
            return
        self._last.append(loss)

    def has_diverged(self) -> bool:
        """Return whether the last steps' loss is far above that of the first ones."""
        is_far = False
        if self._began is not None and len(self._last) == STEPS:
            is_far = not fmean(self._last) <= FAR_ABOVE * self._began + _LEAST_RISE
        return self._agree(is_far)

    def save(self, step: int, save: Callable[[], object], log: Callable[[], object]) -> None:
        """Save a step and log it; where the loss ran away log it only, so that the checkpoint before stays.

        A disk that refuses ends nothing: there may be space again at the next checkpoint.

        Args:
            step: steps made.
            save: writes the checkpoint.
            log: writes the log.
        """
        if self._folder is None:
            return

        def both() -> None:
            save()
            log()

        is_good = not self.has_diverged()
        if not is_good:
            self._folder.say(f"Not saved at step {step}: {self._rise()}. The checkpoint before stays.")
        self._folder.save_if_possible(both if is_good else log)

    def refuse_end(self) -> None:
        """End a run that has diverged before anything of its end is written.

        Raises:
            TrainingDiverged: it did; names the last good checkpoint.
        """
        if self.has_diverged():
            self._refuse(self._rise())

    def _rise(self) -> Reason:
        if self._began is None or not self._last:  # another process keeps the log
            return Reason("the loss is far above where it began")
        began, now = f"{self._began:.4g}", f"{fmean(self._last):.4g}"
        return Reason("the loss is {now}, far above the {began} it began with", now=now, began=began)

    def _refuse(self, what: Reason) -> None:
        if self._folder is None:
            raise TrainingDiverged(path=Reason("memory"), reason=what)
        path = self._folder.state_path
        kept = Reason("no checkpoint was written before that")
        if path.is_file():
            step = read_state(path)["progress"]["step"]
            kept = Reason("the last good checkpoint is {path}, of step {step}", path=path, step=step)
        raise TrainingDiverged(path=self._folder.path, reason=Reason("{what}; {kept}", what=what, kept=kept))
