"""What an event counts as once its corrections are read along."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from attendance.core.corrections import Correction, CorrectionKind, CorrectionState
from attendance.core.hours.events import added_event_id
from attendance.core.types import Direction

IN_FORCE = frozenset({CorrectionState.APPROVED, CorrectionState.PROVISIONAL})


@dataclass(frozen=True, slots=True)
class EventState:
    """How one event is to be read.

    Attributes:
        person_id: whose it is, None when nobody knows.
        at_utc: aware UTC instant.
        direction: which way.
        counts: False once it is void.
    """

    person_id: int | None
    at_utc: datetime
    direction: Direction
    counts: bool = True


def added_correction_id(event_id: str) -> str | None:
    """Return the id of the ADD correction that made an event, None for the id of a check-in."""
    prefix = added_event_id("")
    return event_id.removeprefix(prefix) if event_id.startswith(prefix) else None


def state_of(event: EventState, corrections: Iterable[Correction]) -> EventState:
    """Return how an event stands after the corrections in force, oldest first."""
    for correction in corrections:
        if correction.state in IN_FORCE:
            event = corrected(event, correction) or event
    return event


def corrected(event: EventState | None, correction: Correction) -> EventState | None:
    """Return what a correction makes of an event.

    Args:
        event: as it stands before, None where there is none (ADD, LEAVE).
        correction: what is done.

    Returns:
        The event after it; None for LEAVE, which is about no event.
    """
    if correction.kind is CorrectionKind.ADD and correction.at_utc is not None and correction.direction is not None:
        return EventState(
            correction.person_id,
            correction.at_utc,
            correction.direction,
            counts=correction.state is not CorrectionState.REJECTED,
        )
    if event is None:
        return None
    match correction.kind:
        case CorrectionKind.VOID:
            return replace(event, counts=False)
        case CorrectionKind.REASSIGN:
            return replace(event, person_id=correction.new_person_id)
        case CorrectionKind.MOVE:
            at_utc, direction = correction.at_utc or event.at_utc, correction.direction or event.direction
            return replace(event, at_utc=at_utc, direction=direction)
        case _:
            return None
