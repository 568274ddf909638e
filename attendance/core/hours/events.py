"""Which events count: the check-ins as the corrections say they are to be read."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from attendance.core.corrections import Correction, CorrectionKind, CorrectionState
from attendance.core.hours.plan import Leave
from attendance.core.types import CheckIn, Direction

_COUNTING = {CorrectionState.APPROVED, CorrectionState.PROVISIONAL}
# At the same second somebody first comes in, then pauses, then leaves.
_ORDER = (Direction.IN, Direction.BREAK_START, Direction.BREAK_END, Direction.OUT)


@dataclass(frozen=True, slots=True)
class DoorEvent:
    """One event as it counts for hours.

    Attributes:
        event_id: of the check-in, or ``added_event_id`` of the correction that added it.
        person_id: None when nobody knows or the person was erased.
        at_utc: aware UTC instant; hours cut it to whole seconds.
        is_void: a correction took it away; it is listed with its day and counts for nothing.
        is_provisional: a correction that nobody approved yet made or changed it.
        is_clock_suspect: the clock of the door jumped around that time.
        has_conflict: the same id came with another content; the earliest is used.
        correction_ids: corrections that made or changed it, in the order they were asked for.
    """

    event_id: str
    person_id: int | None
    at_utc: datetime
    direction: Direction
    is_void: bool = False
    is_provisional: bool = False
    is_clock_suspect: bool = False
    has_conflict: bool = False
    correction_ids: tuple[str, ...] = ()

    @property
    def order(self) -> tuple[datetime, int, str]:
        """Sorts events by time; at one instant IN, BREAK_START, BREAK_END, OUT, then by id."""
        return self.at_utc, _ORDER.index(self.direction), self.event_id


def added_event_id(correction_id: str) -> str:
    """Return the id of the event that an ADD correction makes; other corrections may name it."""
    return f"correction:{correction_id}"


def effective_events(
    check_ins: Iterable[CheckIn],
    corrections: Iterable[Correction] = (),
    *,
    clock_suspect_ids: frozenset[str] = frozenset(),
) -> list[DoorEvent]:
    """Apply corrections to check-ins.

    APPROVED and PROVISIONAL corrections count, later ones (by the instant they were asked for) over earlier ones. An
    event that goes to somebody else stays with the first person as a void one. A correction of an event that is not
    among ``check_ins`` changes nothing.

    Args:
        check_ins: any order, the same one several times if need be.
        corrections: any order; LEAVE ones are read by ``leave_of``.
        clock_suspect_ids: events stamped by a clock that jumped, see ``clock_suspects``.

    Returns:
        By time, every event of ``check_ins`` at least once.
    """
    counting = sorted(
        (c for c in set(corrections) if c.state in _COUNTING), key=lambda c: (c.requested_utc, c.correction_id)
    )
    made = [
        DoorEvent(e.event_id, e.person_id, e.at_utc, e.direction, is_clock_suspect=e.event_id in clock_suspect_ids)
        for e in check_ins
    ]
    made += [_added(c) for c in counting if c.kind is CorrectionKind.ADD]
    found: list[DoorEvent] = []
    by_event: dict[str, list[Correction]] = {}
    for correction in counting:
        if correction.event_id is not None:
            by_event.setdefault(correction.event_id, []).append(correction)
    for event in unique_events(made):
        changed = event
        for correction in by_event.get(event.event_id, ()):
            changed = _corrected(changed, correction)
        if changed.person_id != event.person_id and event.person_id is not None:
            found.append(replace(changed, person_id=event.person_id, is_void=True))
        found.append(changed)
    return sorted(found, key=lambda e: e.order)


def unique_events(events: Iterable[DoorEvent]) -> list[DoorEvent]:
    """Return each event id once, by time.

    Two copies that differ are not the same event twice: the earliest is kept and marked, so that somebody looks.
    """
    copies: dict[str, set[DoorEvent]] = {}
    for event in events:
        copies.setdefault(event.event_id, set()).add(event)
    found = []
    for same in copies.values():
        first = min(same, key=lambda e: (e.is_void, *e.order, e.correction_ids, e.is_provisional))
        found.append(first if len(same) == 1 else replace(first, has_conflict=True))
    return sorted(found, key=lambda e: e.order)


def leave_of(corrections: Iterable[Correction]) -> tuple[Leave, ...]:
    """Return the leave that approved and provisional corrections book, by person and day."""
    found = [
        Leave(
            person_id=c.person_id,
            first_day=c.first_day,
            last_day=c.last_day,
            kind=c.leave_kind,
            is_half=c.leave_half,
            is_provisional=c.state is CorrectionState.PROVISIONAL,
        )
        for c in set(corrections)
        if c.kind is CorrectionKind.LEAVE
        and c.state in _COUNTING
        and c.person_id is not None
        and c.first_day is not None
        and c.last_day is not None
    ]
    return tuple(sorted(found, key=lambda x: (x.person_id, x.first_day, x.last_day, x.kind, x.is_half)))


def events_of(events: Sequence[DoorEvent], person_id: int) -> list[DoorEvent]:
    """Return one person's events, each id once, by time."""
    return unique_events(e for e in events if e.person_id == person_id)


def _added(correction: Correction) -> DoorEvent:
    if correction.at_utc is None or correction.direction is None:
        raise ValueError(f"an added event needs an instant and a direction: {correction}")
    return DoorEvent(
        event_id=added_event_id(correction.correction_id),
        person_id=correction.person_id,
        at_utc=correction.at_utc,
        direction=correction.direction,
        is_provisional=correction.state is CorrectionState.PROVISIONAL,
        correction_ids=(correction.correction_id,),
    )


def _corrected(event: DoorEvent, correction: Correction) -> DoorEvent:
    ids = (*event.correction_ids, correction.correction_id)
    is_provisional = event.is_provisional or correction.state is CorrectionState.PROVISIONAL
    changed = replace(event, correction_ids=ids, is_provisional=is_provisional)
    match correction.kind:
        case CorrectionKind.VOID:
            return replace(changed, is_void=True)
        case CorrectionKind.REASSIGN:
            return replace(changed, person_id=correction.new_person_id)
        case CorrectionKind.MOVE:
            at_utc, direction = correction.at_utc or event.at_utc, correction.direction or event.direction
            # Whoever moved it looked at the time, so a clock that jumped no longer matters.
            is_suspect = event.is_clock_suspect and correction.at_utc is None
            return replace(changed, at_utc=at_utc, direction=direction, is_clock_suspect=is_suspect)
        case _:
            return event
