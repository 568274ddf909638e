"""One slow work on packs at a time: in a worker, with progress, and stopped between two steps."""

from __future__ import annotations

import threading
from collections.abc import Callable
from enum import StrEnum
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from attendance.core.ports.clock import Clock
from attendance.ui.admin.parts.jobs import Jobs
from attendance.ui.admin.parts.pace import Pace, pace_of

T = TypeVar("T")
Progress = Callable[[int, int | None], None]


class Task(StrEnum):
    """What is done with a pack."""

    DOWNLOAD = "download"
    IMPORT = "import"
    CHECK = "check"
    CALIBRATE = "calibrate"


class _Stopped(Exception):
    """Ends the work from inside of its progress."""


class ModelWork(QObject):
    """Runs one work and remembers what it is, so that a page that comes back can show it.

    Args:
        jobs: where it is done.
        clock: tells the rate.

    Signals:
        changed: a work began, is being stopped, or ended.
    """

    changed = Signal()

    def __init__(self, jobs: Jobs, clock: Clock, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._jobs, self._clock = jobs, clock
        self._stop = threading.Event()
        self._first: tuple[float, int] | None = None
        self._pace = Pace()
        self.task: Task | None = None
        self.name = ""

    @property
    def is_running(self) -> bool:
        """True from the beginning of a work until its answer is there."""
        return self.task is not None

    @property
    def is_stopping(self) -> bool:
        """True when the work ends with the step it is in."""
        return self.is_running and self._stop.is_set()

    @property
    def pace(self) -> Pace:
        """How far it is."""
        return self._pace

    def begin(
        self,
        task: Task,
        name: str,
        work: Callable[[Progress], T],
        *,
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
        stopped: Callable[[], None] = lambda: None,
    ) -> bool:
        """Begin; exactly one of the callbacks follows, in the window's thread.

        Args:
            task: what is done.
            name: of the pack.
            work: takes where to tell its progress, which raises when it is to stop; called in a worker thread.
            done: takes its answer.
            failed: takes its error.
            stopped: it was stopped by ``stop``.

        Returns:
            False when something is going on already; then nothing happens.
        """
        if self.is_running:
            return False
        self.task, self.name, self._pace, self._first = task, name, Pace(), None
        self._stop.clear()
        self.changed.emit()

        def run() -> Callable[[], None]:
            try:
                answer = work(self._note)
            except _Stopped:
                return stopped
            return lambda: done(answer)

        self._jobs.submit(run, self._on_ended, lambda error: self._on_ended(lambda: failed(error)))
        return True

    @Slot()
    def stop(self) -> None:
        """End the work with the step it is in."""
        self._stop.set()
        self.changed.emit()

    def _note(self, done: int, total: int | None) -> None:
        """Take progress in the worker thread; whoever shows it looks now and then."""
        if self._stop.is_set():
            raise _Stopped
        now_s = self._clock.mono_s()
        if self._first is None:  # a download that goes on begins in the middle
            self._first = (now_s, done)
        since_s, before = self._first
        self._pace = pace_of(done, total, now_s - since_s, before=before)

    def _on_ended(self, tell: Callable[[], Any]) -> None:
        self.task = None
        self.changed.emit()
        tell()
