"""One-off work in a worker thread whose answer arrives in the window's thread."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Signal, Slot

from attendance.errors import AttendanceError
from attendance.errors.people import EnrolmentError

_log = logging.getLogger(__name__)

T = TypeVar("T")


@dataclass(eq=False, slots=True)
class _Job:
    done: Callable[[Any], None]
    failed: Callable[[Exception], None]
    future: Future[None] | None = None


def _log_failure(error: Exception) -> None:
    """Log what failed; a refused photograph is an answer, not a failure, and its text may name a person."""
    if isinstance(error, EnrolmentError):
        _log.debug("a picture or person was refused: %s", error.code)
    elif isinstance(error, AttendanceError):
        _log.warning("a job failed: %s", error.code, exc_info=error)
    else:
        _log.error("a job failed unexpectedly", exc_info=error)


class Jobs(QObject):
    """Runs callables in worker threads and calls back in the window's thread.

    Work on the models is serialised (`vision=True`): one inference session is called from one thread. Everything
    else (database, files) shares a small pool.
    """

    # Job, answer and error; emitted in a worker thread, so delivery is queued. No Qt object is made for a job: it
    # would be destroyed in whichever thread drops it last.
    _ended = Signal(object, object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._general = ThreadPoolExecutor(max_workers=3, thread_name_prefix="window-job")
        self._vision = ThreadPoolExecutor(max_workers=1, thread_name_prefix="window-vision")
        self._running: set[_Job] = set()
        self._is_closed = False
        self._ended.connect(self._on_ended)

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
        job = _Job(done, failed)
        self._running.add(job)
        job.future = (self._vision if vision else self._general).submit(self._run, job, work)

    def close(self, timeout_s: float = 5.0) -> bool:
        """Drop what has not started, wait for what has; no callback arrives afterwards.

        Returns:
            True when every job ended in time.
        """
        self._is_closed = True
        for pool in (self._general, self._vision):
            pool.shutdown(wait=False, cancel_futures=True)
        # A cancelled job never ends in the eyes of wait().
        started = [job.future for job in self._running if job.future is not None and not job.future.cancelled()]
        late = wait(started, timeout_s).not_done
        self._running.clear()
        return not late

    def _run(self, job: _Job, work: Callable[[], Any]) -> None:
        answer, error = None, None
        try:
            answer = work()
        except Exception as err:  # noqa: BLE001 - the boundary of a worker thread
            _log_failure(err)
            error = err
        # Not while closing: the window may be gone before a late job is.
        if not self._is_closed:
            self._ended.emit(job, answer, error)

    @Slot(object, object, object)
    def _on_ended(self, job: _Job, answer: Any, error: Exception | None) -> None:
        self._running.discard(job)
        if self._is_closed:
            return
        if error is not None:
            job.failed(error)
        else:
            job.done(answer)
