"""One import, worked off in steps so that the model stays free for others in between and a cancel is quick."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from attendance.core.ports.clock import Clock
from attendance.ui.admin.parts.jobs import Jobs
from attendance.ui.admin.parts.pace import Pace, pace_of

if TYPE_CHECKING:
    from attendance.services.people.importing import ImportItem, ImportResult, ImportService


class ImportRun(QObject):
    """Advances `ImportService.run` one item at a time in the vision worker.

    Signals:
        item_done: place of the item from 0, and its ImportResult.
        finished: the run ended; True when it was cancelled.
        failed: the error that ended the run before its end.
    """

    item_done = Signal(int, object)
    finished = Signal(bool)
    failed = Signal(object)

    def __init__(
        self,
        importer: ImportService,
        items: Sequence[ImportItem],
        jobs: Jobs,
        clock: Clock,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._importer = importer
        self._items = tuple(items)
        self._jobs = jobs
        self._clock = clock
        self._results: Iterator[ImportResult] | None = None
        self._done = 0
        self._started_s = 0.0
        self._is_cancelled = False

    def start(self) -> None:
        """Begin with the first item."""
        self._started_s = self._clock.mono_s()
        self._step()

    def cancel(self) -> None:
        """Stop after the item being worked on; what was enrolled stays enrolled."""
        self._is_cancelled = True

    def pace(self) -> Pace:
        """Return count, rate and time left."""
        return pace_of(self._done, len(self._items), self._clock.mono_s() - self._started_s)

    def _step(self) -> None:
        self._jobs.submit(self._next, self._on_result, self._on_failed, vision=True)

    def _next(self) -> ImportResult | None:
        if self._results is None:
            self._results = iter(self._importer.run(self._items))
        return next(self._results, None)

    def _on_result(self, result: ImportResult | None) -> None:
        if result is None:
            self.finished.emit(False)
            return
        place = self._done
        self._done += 1
        self.item_done.emit(place, result)
        if self._is_cancelled and self._done < len(self._items):
            self.finished.emit(True)
        else:
            self._step()

    def _on_failed(self, error: Exception) -> None:
        self.failed.emit(error)
