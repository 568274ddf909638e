"""Turns accepted faces into check-ins: cool-down, direction, and a queue that never drops an event."""

from __future__ import annotations

import logging
import threading
import time
import uuid
from concurrent.futures import CancelledError, Future
from concurrent.futures import wait as wait_for_futures
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from zoneinfo import ZoneInfo

from attendance.core.hours.next_step import DoorMode, NextStep, StepKind, next_step
from attendance.core.hours.plan import WorkPlan
from attendance.core.hours.rules import HoursRules
from attendance.core.ports.clock import Clock
from attendance.core.ports.door import CheckInFailed, CheckInLog, CheckInSaved
from attendance.core.types import CheckIn, Decision, DecisionKind, Direction
from attendance.errors import AttendanceError, Reason
from attendance.errors.storage import StorageError
from attendance.services.door.hours import DoorHours, DoorNote, DoorPast, LastEventRecords

logger = logging.getLogger(__name__)

MAX_PENDING = 10_000
"""Events that may wait for the disk: a working day of 5 000 people, some 5 MB of memory."""
RETRY_AFTER_S = 3.0
"""Pause between two attempts while the disk refuses; a person is told within seconds that it works again."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What a look of one person means now.

    Attributes:
        kind: WELCOME for a new event, ALREADY_IN during the cool-down and the minimum stay, CHOOSE where a button says.
        direction: of the new event; for ALREADY_IN of the earlier one, for CHOOSE the likely one.
        since_utc: for ALREADY_IN the instant of the earlier event, else None.
    """

    kind: DecisionKind
    direction: Direction
    since_utc: datetime | None = None


@dataclass(slots=True, eq=False)
class _Waiting:
    """One event on its way to the disk; guarded by the service's lock."""

    event: CheckIn
    on_saved: CheckInSaved
    on_failed: CheckInFailed
    submitted_mono_s: float
    is_in_flight: bool = True
    has_failed: bool = False


@dataclass(frozen=True, slots=True)
class _Recent:
    """Last event of one person that this process made; mono_s is the frame's."""

    event: CheckIn
    mono_s: float


@dataclass(frozen=True, slots=True)
class _Look:
    """One look of one person, kept until the card for it is written."""

    at_utc: datetime
    past: DoorPast
    step: NextStep


_KINDS = {
    StepKind.NEW: DecisionKind.WELCOME,
    StepKind.ALREADY: DecisionKind.ALREADY_IN,
    StepKind.CHOOSE: DecisionKind.CHOOSE,
}
# Two clocks that differ by less in a cool-down were not set (see core.hours.clock_jumps).
_SAME_CLOCK_S = 2.0


class CheckInService:
    """Decides what an accepted face means and writes it down. Safe from any thread.

    An event whose write fails stays in memory and is tried again until it is saved, always under its first event_id,
    so that a repeated write changes nothing. The queue holds ``max_pending`` events; when it is full a new event is
    refused aloud, an old one is never dropped. What still waits when the process ends is logged in full, so that it
    can be entered by hand.

    Args:
        log: where events go.
        clock: says how long an event has waited (log file only); event times come from the frames.
        zone: time zone of the site, for the stored local offset.
        cool_down_s: seconds in which another look is ALREADY_IN; without ``hours``.
        max_shift_h: hours after which the next look is IN again; without ``hours``.
        hours: events with their corrections, plan and rules; None knows the newest event of the log and no plan.
        mode: where the direction comes from.
        source: description of the frame source, stored with each event.
        model_id: recognizer, stored with each event.
        made_by: stored with each event.
        retry_after_s: pause between attempts after a failed write.
        max_pending: see above.
    """

    def __init__(
        self,
        log: CheckInLog,
        clock: Clock,
        *,
        zone: ZoneInfo,
        cool_down_s: float,
        max_shift_h: float,
        source: str,
        model_id: str,
        made_by: str = "kiosk",
        hours: DoorHours | None = None,
        mode: DoorMode = DoorMode.AUTO,
        retry_after_s: float = RETRY_AFTER_S,
        max_pending: int = MAX_PENDING,
    ) -> None:
        self._log = log
        self._clock = clock
        self._zone = zone
        rules = HoursRules(max_shift_min=round(max_shift_h * 60), cool_down_s=round(cool_down_s))
        self._hours = hours or DoorHours(LastEventRecords(log), zone, lambda: (WorkPlan(), rules))
        self._mode = mode
        self._source = source
        self._model_id = model_id
        self._made_by = made_by
        self._retry_after_s = retry_after_s
        self._max_pending = max_pending
        self._changed = threading.Condition()
        self._waiting: dict[str, _Waiting] = {}
        # One entry for each person seen: no larger than the roster.
        self._recent: dict[int, _Recent] = {}
        self._looks: dict[int, _Look] = {}
        self._retry_thread: threading.Thread | None = None
        self._is_closed = False

    @property
    def pending(self) -> int:
        """Number of events that are not on disk yet."""
        with self._changed:
            return len(self._waiting)

    def classify(self, person_id: int, at_utc: datetime, mono_s: float) -> Standing:
        """Say what a look of this person means at this instant.

        Records and corrections are read each time, because another process may have added some; an event that was
        undone counts for nothing. Events that still wait to be written count like saved ones.

        Args:
            person_id: who was accepted.
            at_utc: capture instant.
            mono_s: monotonic time of capture; cool-downs of events of this process use only this.

        Raises:
            StorageError: the records cannot be read, and memory does not know the answer.
        """
        return self._standing(person_id, at_utc, mono_s, pressed=None)

    def chosen(self, decision: Decision, pressed: Direction) -> Decision:
        """Return what a pressed button makes of a decision about a person: WELCOME, or ALREADY_IN.

        The event is of the moment of the press. Reads the records, so not for the window's thread.

        Raises:
            StorageError: see ``classify``.
            ValueError: the decision is about nobody.
        """
        if decision.person_id is None:
            raise ValueError("only a decision about a person can have a button")
        at_utc, mono_s = self._clock.now_utc(), self._clock.mono_s()
        standing = self._standing(decision.person_id, at_utc, mono_s, pressed=pressed)
        return replace(
            decision,
            kind=standing.kind,
            at_utc=at_utc,
            mono_s=mono_s,
            direction=standing.direction,
            since_utc=standing.since_utc,
        )

    def note(self, decision: Decision) -> DoorNote:
        """Return what the card of a decision says of hours; nothing where the look behind it is not the last one."""
        with self._changed:
            look = None if decision.person_id is None else self._looks.pop(decision.person_id, None)
        if look is None or look.at_utc != decision.at_utc:
            return DoorNote()
        try:
            return self._hours.note(look.past, decision, look.step.missing, look.step.choices)
        except AttendanceError as err:
            logger.warning("the hours of person %s cannot be worked out: %s", decision.person_id, err)
            return DoorNote(missing=look.step.missing, choices=look.step.choices)

    def _standing(self, person_id: int, at_utc: datetime, mono_s: float, *, pressed: Direction | None) -> Standing:
        with self._changed:
            recent = self._recent.get(person_id)
            unsaved = [entry.event for entry in self._waiting.values() if entry.event.person_id == person_id]
        # A new frame source may count its time from the start again: then only UTC is left.
        elapsed_s = mono_s - recent.mono_s if recent is not None and mono_s >= recent.mono_s else None
        if recent is not None:
            unsaved.append(recent.event)
        try:
            past = self._hours.past(person_id, at_utc, unsaved)
        except StorageError:
            if recent is None or elapsed_s is None or elapsed_s >= self._hours.rules().cool_down_s:
                raise
            return Standing(DecisionKind.ALREADY_IN, recent.event.direction, recent.event.at_utc)
        own = None if recent is None or elapsed_s is None else recent.event
        seen = past if own is None or elapsed_s is None else _by_this_clock(past, own, elapsed_s, at_utc)
        step = next_step(
            seen.worker, seen.events, seen.plan, seen.rules, self._hours.zone, at_utc, mode=self._mode, pressed=pressed
        )
        with self._changed:
            self._looks[person_id] = _Look(at_utc, past, step)
        if step.kind is not StepKind.ALREADY:
            return Standing(_KINDS[step.kind], step.direction)
        is_own = own is not None and step.since_utc == at_utc - timedelta(seconds=elapsed_s or 0.0)
        since_utc = own.at_utc if own is not None and is_own else step.since_utc
        return Standing(DecisionKind.ALREADY_IN, step.direction, since_utc)

    def submit(self, decision: Decision, on_saved: CheckInSaved, on_failed: CheckInFailed) -> None:
        """Write the event of a WELCOME decision; returns at once.

        Args:
            decision: a WELCOME with person and direction.
            on_saved: called once, after the commit, from the writer thread.
            on_failed: called at most once, when the first attempt fails (the event stays in the queue and on_saved
                follows later) or when the queue is full (the event is refused, nothing follows).

        Raises:
            ValueError: no WELCOME, or person or direction missing.
        """
        event = self._event(decision)
        entry = _Waiting(event, on_saved, on_failed, self._clock.mono_s())
        with self._changed:
            is_full = len(self._waiting) >= self._max_pending
            if not is_full:
                self._waiting[event.event_id] = entry
                assert event.person_id is not None
                self._recent[event.person_id] = _Recent(event, decision.mono_s)
        if is_full:
            reason = Reason("{count} events already wait for the disk; this one is refused", count=self._max_pending)
            on_failed(event, StorageError(path=Reason("The check-in log"), reason=reason))
            return
        self._hand_over(entry)

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
        left_s = timeout_s
        while True:
            self._try_again(max(0.0, left_s))
            left_s = deadline_s - time.monotonic()
            if self.wait_until_saved(max(0.0, min(left_s, self._retry_after_s))):
                return True
            left_s = deadline_s - time.monotonic()
            if left_s <= 0:
                break
        with self._changed:
            lost = [entry.event for entry in self._waiting.values()]
        for event in lost:
            logger.error("check-in was not written: %s", event)
        return False

    def _event(self, decision: Decision) -> CheckIn:
        if decision.kind is not DecisionKind.WELCOME or decision.person_id is None or decision.direction is None:
            raise ValueError(f"only a WELCOME with person and direction makes an event, got {decision}")
        offset = decision.at_utc.astimezone(self._zone).utcoffset()
        assert offset is not None
        return CheckIn(
            event_id=str(uuid.uuid4()),
            person_id=decision.person_id,
            at_utc=decision.at_utc,
            utc_offset_s=int(offset.total_seconds()),
            direction=decision.direction,
            similarity=decision.similarity,
            margin=decision.margin,
            source=self._source,
            model_id=self._model_id,
            made_by=self._made_by,
        )

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
                    logger.info("check-in %s saved after waiting %.0f s", entry.event.event_id, waited_s)
                entry.on_saved(entry.event)
            elif not entry.has_failed:
                logger.error("check-in %s could not be written, it is kept and retried", entry.event, exc_info=error)
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

    def _ensure_retrying(self) -> None:
        if self._retry_thread is None and not self._is_closed:
            self._retry_thread = threading.Thread(target=self._retry, name="check-in-retry", daemon=True)
            self._retry_thread.start()

    def _retry(self) -> None:
        while True:
            with self._changed:
                if self._changed.wait_for(lambda: self._is_closed, self._retry_after_s):
                    return
            self._try_again(self._retry_after_s)

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


def _by_this_clock(past: DoorPast, own: CheckIn, elapsed_s: float, at_utc: datetime) -> DoorPast:
    """Move the last event of this run to where the present wall clock would have put it.

    Only while a cool-down or minimum stay is in question, and only when the wall clock was set in between: it must
    neither end one nor prolong one. Days and directions go by the stored instants.

    Args:
        past: what is known of the person.
        own: the event that this run made.
        elapsed_s: monotonic seconds since it.
        at_utc: the look.
    """
    reach_s = max(past.rules.cool_down_s, past.rules.min_stay_s)
    distance_s = abs((at_utc - own.at_utc).total_seconds())
    is_far = elapsed_s >= reach_s and distance_s >= reach_s
    if is_far or abs(distance_s - elapsed_s) <= _SAME_CLOCK_S:
        return past
    moved_utc = at_utc - timedelta(seconds=elapsed_s)
    events = (
        replace(e, at_utc=moved_utc) if e.event_id == own.event_id and e.at_utc == own.at_utc else e
        for e in past.events
    )
    return replace(past, events=tuple(events))


def _as_storage_error(error: BaseException) -> StorageError:
    if isinstance(error, StorageError):
        return error
    return StorageError(path=Reason("The check-in log"), reason=Reason.quoted(str(error)))
