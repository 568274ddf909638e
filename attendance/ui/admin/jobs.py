"""One-off work in a worker thread whose answer arrives in the window's thread."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any, TypeVar

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot

from attendance.errors import AttendanceError, EnrolmentError

_LOG = logging.getLogger(__name__)

T = TypeVar("T")


class _Outcome(QObject):
    """Carries the answer of one job; lives in the window's thread, so delivery is queued."""

    succeeded = Signal(object, object)
    failed = Signal(object, object)


class _Job(QRunnable):
    def __init__(
        self, work: Callable[[], Any], done: Callable[[Any], None], failed: Callable[[Exception], None]
    ) -> None:
        super().__init__()
        # Python owns the job: Qt deleting it while a reference is alive crashes.
        self.setAutoDelete(False)
        self._work = work
        self.done = done
        self.failed = failed
        self.outcome = _Outcome()

    def run(self) -> None:
        try:
            answer = self._work()
        except Exception as err:  # noqa: BLE001 - the boundary of a worker thread
            _log_failure(err)
            self.outcome.failed.emit(self, err)
        else:
            self.outcome.succeeded.emit(self, answer)


def _log_failure(error: Exception) -> None:
    """Log what failed; a refused photograph is an answer, not a failure, and its text may name a person."""
    if isinstance(error, EnrolmentError):
        _LOG.debug("a picture or person was refused: %s", error.code)
    elif isinstance(error, AttendanceError):
        _LOG.warning("a job failed: %s", error.code, exc_info=error)
    else:
        _LOG.error("a job failed unexpectedly", exc_info=error)


class Jobs(QObject):
    """Runs callables in worker threads and calls back in the window's thread.

    Work on the models is serialised (`vision=True`): one inference session is called from one thread. Everything
    else (database, files) shares a small pool.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._general = QThreadPool(self)
        self._general.setMaxThreadCount(3)
        self._vision = QThreadPool(self)
        self._vision.setMaxThreadCount(1)
        # A session keeps per-thread state: the one vision thread never expires.
        self._vision.setExpiryTimeout(-1)
        self._running: set[_Job] = set()
        self._is_closed = False

    @property
    def is_idle(self) -> bool:
        """True when no answer is outstanding."""
        return not self._running

    def submit(
        self,
        work: Callable[[], T],
        done: Callable[[T], None],
        failed: Callable[[Exception], None],
        *,
        vision: bool = False,
    ) -> None:
        """Run `work` in a worker thread; exactly one of the callbacks follows, in the window's thread.

        After `close` nothing is started and nothing is called back.
        """
        if self._is_closed:
            return
        job = _Job(work, done, failed)
        job.outcome.succeeded.connect(self._on_succeeded)
        job.outcome.failed.connect(self._on_failed)
        self._running.add(job)
        (self._vision if vision else self._general).start(job)

    def close(self, timeout_ms: int = 5000) -> bool:
        """Drop what has not started, wait for what has; no callback arrives afterwards.

        Returns:
            True when every job ended in time.
        """
        self._is_closed = True
        self._general.clear()
        self._vision.clear()
        ended = self._general.waitForDone(timeout_ms) and self._vision.waitForDone(timeout_ms)
        self._running.clear()
        return ended

    @Slot(object, object)
    def _on_succeeded(self, job: _Job, answer: object) -> None:
        self._running.discard(job)
        if not self._is_closed:
            job.done(answer)

    @Slot(object, object)
    def _on_failed(self, job: _Job, error: Exception) -> None:
        self._running.discard(job)
        if not self._is_closed:
            job.failed(error)
