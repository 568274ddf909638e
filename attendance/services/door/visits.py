"""What a recognised face means: an arrival, a departure, a break, or still the same visit."""

from __future__ import annotations

import logging
import threading
import uuid
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from attendance.core.check_in_method import CheckInMethod
from attendance.core.hours.next_step import DoorMode, DoorNote, StepKind, next_step
from attendance.core.ports.clock import Clock
from attendance.core.ports.door import CheckInFailed, CheckInSaved
from attendance.core.types import CheckIn, Decision, DecisionKind, Direction
from attendance.errors import AttendanceError
from attendance.errors.storage import StorageError
from attendance.services.door.check_in_queue import CheckInQueue
from attendance.services.door.hours import DoorHours, DoorPast

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the face of one person means at one moment.

    Attributes:
        kind: WELCOME for a new event, ALREADY_IN during the cool-down and the minimum stay, CHOOSE where a button says.
        direction: of the new event; for ALREADY_IN of the earlier one, for CHOOSE the likely one.
        since_utc: for ALREADY_IN the instant of the earlier event, else None.
        note: what the card says of hours.
    """

    kind: DecisionKind
    direction: Direction
    since_utc: datetime | None = None
    note: DoorNote = field(default_factory=DoorNote)


@dataclass(frozen=True, slots=True)
class _Recent:
    """Last event of one person that this process made; mono_s is the frame's."""

    event: CheckIn
    mono_s: float


_KINDS = {
    StepKind.NEW: DecisionKind.WELCOME,
    StepKind.ALREADY: DecisionKind.ALREADY_IN,
    StepKind.CHOOSE: DecisionKind.CHOOSE,
}
# Two clocks that differ by less in a cool-down were not set (see core.hours.clock_jumps).
_SAME_CLOCK_S = 2.0


class Visits:
    """Decides what an accepted face means and books it. Safe from any thread.

    Args:
        hours: events with their corrections, plan and rules.
        queue: where events go; what still waits there counts like what is saved.
        clock: moment of a pressed button; event times of faces come from the frames.
        mode: where the direction comes from.
        source: description of the frame source, stored with each event.
        model_id: recognizer, stored with each event in which it took part.
        made_by: stored with each event.
    """

    def __init__(
        self,
        hours: DoorHours,
        queue: CheckInQueue,
        clock: Clock,
        *,
        source: str,
        model_id: str,
        made_by: str = "kiosk",
        mode: DoorMode = DoorMode.AUTO,
    ) -> None:
        self._hours = hours
        self._queue = queue
        self._clock = clock
        self._mode = mode
        self._source = source
        self._model_id = model_id
        self._made_by = made_by
        self._lock = threading.Lock()
        # One entry for each person seen: no larger than the roster.
        self._recent: dict[int, _Recent] = {}

    def classify(self, person_id: int, at_utc: datetime, mono_s: float, *, pressed: Direction | None = None) -> Meaning:
        """Say what the face of this person means at this instant.

        Records and corrections are read each time, because another process may have added some; an event that was
        undone counts for nothing. Events that still wait to be written count like saved ones.

        Args:
            person_id: who was accepted.
            at_utc: capture instant.
            mono_s: monotonic time of capture; cool-downs of events of this process use only this.
            pressed: button, None without.

        Raises:
            StorageError: the records cannot be read, and memory does not know the answer.
        """
        with self._lock:
            recent = self._recent.get(person_id)
        unsaved = self._queue.waiting_for(person_id)
        # A new frame source may count its time from the start again: then only UTC is left.
        elapsed_s = mono_s - recent.mono_s if recent is not None and mono_s >= recent.mono_s else None
        if recent is not None:
            unsaved.append(recent.event)
        try:
            past = self._hours.past(person_id, at_utc, unsaved)
        except StorageError:
            if recent is None or elapsed_s is None or elapsed_s >= self._hours.rules().cool_down_s:
                raise
            return Meaning(DecisionKind.ALREADY_IN, recent.event.direction, recent.event.at_utc)
        own = None if recent is None or elapsed_s is None else recent.event
        seen = past if own is None or elapsed_s is None else _by_this_clock(past, own, elapsed_s, at_utc)
        step = next_step(
            seen.worker, seen.events, seen.plan, seen.rules, self._hours.zone, at_utc, mode=self._mode, pressed=pressed
        )
        try:
            note = self._hours.note(past, step, at_utc)
        except AttendanceError as err:
            _log.warning("the hours of person %s cannot be worked out: %s", person_id, err)
            note = DoorNote(missing=step.missing, choices=step.choices)
        since_utc = step.since_utc
        if own is not None and since_utc == at_utc - timedelta(seconds=elapsed_s or 0.0):
            since_utc = own.at_utc  # as it is stored
        return Meaning(_KINDS[step.kind], step.direction, since_utc, note)

    def named(self, person_id: int, method: CheckInMethod) -> tuple[Decision, DoorNote]:
        """Return what it means that somebody was named without a face, at this moment, and its note.

        Reads the records, so not for the window's thread.

        Raises:
            StorageError: see ``classify``.
        """
        at_utc, mono_s = self._clock.now_utc(), self._clock.mono_s()
        found = self.classify(person_id, at_utc, mono_s)
        decision = Decision(
            kind=found.kind,
            track_id=0,
            at_utc=at_utc,
            mono_s=mono_s,
            person_id=person_id,
            direction=found.direction,
            since_utc=found.since_utc,
            method=method,
        )
        return decision, found.note

    def chosen(self, decision: Decision, pressed: Direction) -> tuple[Decision, DoorNote]:
        """Return what a pressed button makes of a decision about a person: WELCOME or ALREADY_IN, and its note.

        The event is of the moment of the press. Reads the records, so not for the window's thread.

        Raises:
            StorageError: see ``classify``.
            ValueError: the decision is about nobody.
        """
        if decision.person_id is None:
            raise ValueError("only a decision about a person can have a button")
        at_utc, mono_s = self._clock.now_utc(), self._clock.mono_s()
        found = self.classify(decision.person_id, at_utc, mono_s, pressed=pressed)
        changed = replace(
            decision,
            kind=found.kind,
            at_utc=at_utc,
            mono_s=mono_s,
            direction=found.direction,
            since_utc=found.since_utc,
        )
        return changed, found.note

    def book(self, decision: Decision, on_saved: CheckInSaved, on_failed: CheckInFailed) -> None:
        """Write the event of a WELCOME decision; returns at once.

        Args:
            decision: a WELCOME with person and direction.
            on_saved: see ``CheckInQueue.submit``.
            on_failed: likewise.

        Raises:
            ValueError: no WELCOME, or person or direction missing.
        """
        if decision.kind is not DecisionKind.WELCOME or decision.person_id is None or decision.direction is None:
            raise ValueError(f"only a WELCOME with person and direction makes an event, got {decision}")
        offset = decision.at_utc.astimezone(self._hours.zone).utcoffset()
        assert offset is not None
        event = CheckIn(
            event_id=str(uuid.uuid4()),
            person_id=decision.person_id,
            at_utc=decision.at_utc,
            utc_offset_s=int(offset.total_seconds()),
            direction=decision.direction,
            similarity=decision.similarity,
            margin=decision.margin,
            source=self._source,
            model_id=self._model_id if decision.method.has_face else "",
            made_by=self._made_by,
            method=decision.method,
        )
        with self._lock:
            earlier = self._recent.get(decision.person_id)
            self._recent[decision.person_id] = _Recent(event, decision.mono_s)
        if self._queue.submit(event, on_saved, on_failed):
            return
        with self._lock:  # refused: it never was
            if earlier is None:
                self._recent.pop(decision.person_id, None)
            else:
                self._recent[decision.person_id] = earlier


def _by_this_clock(past: DoorPast, own: CheckIn, elapsed_s: float, at_utc: datetime) -> DoorPast:
    """Move the last event of this run to where the present wall clock would have put it.

    Only while a cool-down or minimum stay is in question, and only when the wall clock was set in between: it must
    neither end one nor prolong one. Days and directions go by the stored instants.

    Args:
        past: what is known of the person.
        own: the event that this run made.
        elapsed_s: monotonic seconds since it.
        at_utc: instant of the sighting.
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
