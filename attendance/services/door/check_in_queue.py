"""Check-ins on their way to the disk: a queue that never drops an event."""

from __future__ import annotations

import logging
import threading
import time
from concurrent.futures import CancelledError, Future
from concurrent.futures import wait as wait_for_futures
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from attendance.core.ports.clock import Clock
from attendance.core.ports.door import CheckInFailed, CheckInLog, CheckInSaved, UnsavedRecord
from attendance.core.types import CheckIn
from attendance.errors import Reason
from attendance.errors.storage import DatabaseLocked, StorageError

_log = logging.getLogger(__name__)

MAX_PENDING = 10_000
"""Events that may wait for the disk: a working day of 5 000 people, some 5 MB of memory."""
RETRY_AFTER_S = 3.0
"""Pause between two attempts while the disk refuses; a person is told within seconds that it works again."""


@dataclass(slots=True, eq=False)
class _Waiting:
    """One event on its way to the disk; guarded by the queue's lock."""

    event: CheckIn
    on_saved: CheckInSaved
    on_failed: CheckInFailed
    submitted_mono_s: float
    is_in_flight: bool = True
    has_failed: bool = False


class CheckInQueue:
    """Writes check-ins to the log. Safe from any thread.

    An event whose write fails stays in memory and is tried again until it is saved, always under its first event_id,
    so that a repeated write changes nothing. The queue holds ``max_pending`` events; when it is full a new event is
    refused with an error, an old one is never dropped.

    What could not be written is kept in a record outside of the database before anybody hears of it, and handed in
    again by the next queue on that record. What still waits when the process ends stands in ``unsaved`` as well.

    Args:
        log: where events go.
        clock: says how long an event has waited (log file only).
        record: see above; its reserved room is given back when the disk is full. None keeps nothing.
        retry_after_s: pause between attempts after a failed write.
        max_pending: see above.
    """

    def __init__(
        self,
        log: CheckInLog,
        clock: Clock,
        *,
        record: UnsavedRecord | None = None,
        retry_after_s: float = RETRY_AFTER_S,
        max_pending: int = MAX_PENDING,
    ) -> None:
        self._log = log
        self._clock = clock
        self._record = record
        self._retry_after_s = retry_after_s
        self._max_pending = max_pending
        self._changed = threading.Condition()
        self._waiting: dict[str, _Waiting] = {}
        self._retry_thread: threading.Thread | None = None
        self._is_closed = False
        self._has_new_room = False
        self._refused = 0

    @property
    def unsaved(self) -> list[CheckIn]:
        """Events that are not on disk yet, in the order in which they came."""
        with self._changed:
            return sorted((entry.event for entry in self._waiting.values()), key=lambda event: event.at_utc)

    @property
    def refused(self) -> int:
        """Number of events that found the queue full and were given up."""
        with self._changed:
            return self._refused

    @property
    def places(self) -> list[Path]:
        """Files that hold what is not in the database; empty when only memory does."""
        return [] if self._record is None else self._record.places

    def hand_in_kept(self) -> int:
        """Write what earlier runs kept; returns how many events that are."""
        kept = [] if self._record is None else self._record.kept
        for event in kept:
            self.submit(event, _nobody, _nobody)
        return len(kept)

    @property
    def pending(self) -> int:
        """Number of events that are not on disk yet."""
        with self._changed:
            return len(self._waiting)

    def waiting_for(self, person_id: int) -> list[CheckIn]:
        """Return the events of one person that are not on disk yet."""
        with self._changed:
            return [entry.event for entry in self._waiting.values() if entry.event.person_id == person_id]

    def submit(self, event: CheckIn, on_saved: CheckInSaved, on_failed: CheckInFailed) -> bool:
        """Write an event; returns at once.

        Args:
            event: with an id of its own.
            on_saved: called once, after the commit, from the writer thread.
            on_failed: called at most once, when the first attempt fails (the event stays in the queue and on_saved
                follows later) or when the queue is full (the event is refused, nothing follows).

        Returns:
            False when it was refused.
        """
        entry = _Waiting(event, on_saved, on_failed, self._clock.mono_s())
        with self._changed:
            is_full = len(self._waiting) >= self._max_pending
            if is_full:
                self._refused += 1
            else:
                self._waiting[event.event_id] = entry
        if is_full:
            reason = Reason("{count} events already wait for the disk; this one is refused", count=self._max_pending)
            on_failed(event, StorageError(path=Reason("The check-in log"), reason=reason))
            return False
        self._hand_over(entry)
        return True

    def wait_until_saved(self, timeout_s: float | None = None) -> bool:
        """Wait until every event is on disk and its on_saved has returned; False after the time-out."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting, timeout_s)

    def close(self, timeout_s: float) -> bool:
        """Write what waits and stop retrying.

        Args:
            timeout_s: longest wait; one more attempt is made in any case.

        Returns:
            True when nothing is left unwritten.
        """
        deadline_s = time.monotonic() + timeout_s
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()
        left_s, has_new_room = timeout_s, True
        while left_s > 0 or has_new_room:
            self._try_again(max(0.0, left_s))
            pause_s = max(0.0, min(deadline_s - time.monotonic(), self._retry_after_s))
            with self._changed:
                self._changed.wait_for(lambda: not self._waiting or self._has_new_room, pause_s)
                if not self._waiting:
                    return True
                has_new_room, self._has_new_room = self._has_new_room, False
            left_s = deadline_s - time.monotonic()
        for event in self.unsaved:
            self._keep(event)
            _log.error("check-in was not written: %s", event)
        return False

    def _hand_over(self, entry: _Waiting) -> Future[CheckIn]:
        try:
            future = self._log.append(entry.event)
        except StorageError as err:
            future = Future()
            future.set_exception(err)
        future.add_done_callback(partial(self._finish, entry))
        return future

    def _finish(self, entry: _Waiting, future: Future[CheckIn]) -> None:
        """Take note of one attempt; runs in the writer thread."""
        error = CancelledError("the writer was closed") if future.cancelled() else future.exception()
        try:
            if error is None:
                if entry.has_failed:
                    waited_s = self._clock.mono_s() - entry.submitted_mono_s
                    _log.info("check-in %s saved after waiting %.0f s", entry.event.event_id, waited_s)
                if self._record is not None:
                    self._record.forget(entry.event.event_id)
                entry.on_saved(entry.event)
            else:
                self._make_room(error)
                if not entry.has_failed:
                    _log.error("check-in %s could not be written, it is kept and retried", entry.event, exc_info=error)
                    self._keep(entry.event)
                    entry.on_failed(entry.event, _as_storage_error(error))
        finally:
            # Only now, so that nobody who sees an empty queue can be ahead of on_saved.
            with self._changed:
                entry.is_in_flight = False
                entry.has_failed = error is not None
                if error is None:
                    del self._waiting[entry.event.event_id]
                else:
                    self._ensure_retrying()
                self._changed.notify_all()

    def _keep(self, event: CheckIn) -> None:
        if self._record is not None and not self._record.keep(event):
            _log.error("check-in %s is in memory only", event.event_id)

    def _make_room(self, error: BaseException) -> None:
        # SQLite tells a full disk apart from a used-up quota, which is only "disk I/O error".
        is_about_room = isinstance(error, StorageError) and not isinstance(error, DatabaseLocked)
        if is_about_room and self._record is not None and self._record.make_room():
            with self._changed:
                self._has_new_room = True
                self._changed.notify_all()

    def _ensure_retrying(self) -> None:
        if self._retry_thread is None and not self._is_closed:
            self._retry_thread = threading.Thread(target=self._retry, name="check-in-retry", daemon=True)
            self._retry_thread.start()

    def _retry(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._is_closed or self._has_new_room, self._retry_after_s)
                if self._is_closed:
                    return
                self._has_new_room = False
            self._try_again(self._retry_after_s)
            if self._record is not None and not self.pending:
                self._record.prepare()  # the disk has room again, or this says that it has not

    def _try_again(self, timeout_s: float) -> None:
        """Probe the disk with one failed event; when it is saved, hand over the others.

        A full queue on a full disk thus costs one attempt a round. The probe goes to the end of the queue, so that an
        event which can never be saved does not hold up the rest.
        """
        with self._changed:
            failed = [entry for entry in self._waiting.values() if not entry.is_in_flight]
            if not failed:
                return
            probe, others = failed[0], failed[1:]
            self._waiting[probe.event.event_id] = self._waiting.pop(probe.event.event_id)
            probe.is_in_flight = True
        future = self._hand_over(probe)
        wait_for_futures([future], timeout=timeout_s)
        if not future.done() or future.cancelled() or future.exception() is not None:
            return
        for entry in others:
            with self._changed:
                if entry.is_in_flight or entry.event.event_id not in self._waiting:
                    continue  # close() and the retry thread may both be here
                entry.is_in_flight = True
            self._hand_over(entry)


def _nobody(_event: CheckIn, _error: Exception | None = None) -> None:
    """Hear of an event of an earlier run, whose person was told then."""


def _as_storage_error(error: BaseException) -> StorageError:
    if isinstance(error, StorageError):
        return error
    return StorageError(path=Reason("The check-in log"), reason=Reason.quoted(str(error)))
