"""Shows a run on a terminal: a bar, and a line now and then."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from attendance_training.loop.progress import StepReport
from attendance_training.loop.validation import Validation


class ProgressView:
    """Prints for one process of a run.

    Args:
        console: where to.
        lines_every: steps between lines.
        validation: to say more about a look at it than one number.
    """

    def __init__(self, console: Console, *, lines_every: int, validation: Validation | None = None) -> None:
        self._console, self._lines_every, self._validation = console, lines_every, validation
        self._loss = 0.0
        self._photos = self._steps = 0
        self._since = time.monotonic()

    def say(self, text: str) -> None:
        """Print one line as it is."""
        self._console.print(text, markup=False, highlight=False, soft_wrap=True)

    @contextmanager
    def counting(self, title: str, total: int) -> Iterator[Callable[[int], None]]:
        """Show a bar; yields what takes the number that is done."""
        with self._bar() as bar:
            task = bar.add_task(title, total=total)
            yield lambda done: bar.update(task, completed=done)

    @contextmanager
    def training(self) -> Iterator[Callable[[StepReport], None]]:
        """Show a bar over the steps; yields what takes each step."""
        with self._bar() as bar:
            task = bar.add_task("begins", total=None)
            self._since = time.monotonic()

            def report(done: StepReport) -> None:
                title = f"epoch {done.epoch}, loss {done.loss:.4f}"
                bar.update(task, total=done.steps, completed=done.step, description=title)
                self._count(done)

            yield report

    def _bar(self) -> Progress:
        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(),
        )
        return Progress(*columns, console=self._console, transient=True, disable=not self._console.is_terminal)

    def _count(self, done: StepReport) -> None:
        self._loss += done.loss
        self._photos += done.photos
        self._steps += 1
        if done.validation is None and done.step % self._lines_every and done.step < done.steps:
            return
        seconds = max(time.monotonic() - self._since, 1e-9)
        text = f"step {done.step} of {done.steps}  epoch {done.epoch}  loss {self._loss / self._steps:.4f}"
        text += f"  lr {done.lr:.2e}  {self._photos / seconds:.0f} photos/s"
        if self._validation is not None and done.validation is not None:
            text += f"  {self._validation.told()}"
        self.say(text)
        self._loss, self._photos, self._steps, self._since = 0.0, 0, 0, time.monotonic()
