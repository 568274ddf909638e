"""What a check-in counts as once its corrections are read along."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from attendance.core.corrections import Correction, CorrectionKind, CorrectionState
from attendance.core.types import CheckIn, Direction

IN_FORCE = frozenset({CorrectionState.APPROVED, CorrectionState.PROVISIONAL})


@dataclass(frozen=True, slots=True)
class EventStanding:
    """How one event is to be read.

    Attributes:
        person_id: whose it is, None when nobody's who is known.
        at_utc: aware UTC instant.
        direction: which way.
        counts: False once it is void.
    """

    person_id: int | None
    at_utc: datetime
    direction: Direction
    counts: bool = True


def standing_of(event: CheckIn, corrections: Iterable[Correction]) -> EventStanding:
    """Return how an event stands after the corrections in force, oldest first."""
    standing = EventStanding(event.person_id, event.at_utc, event.direction)
    for correction in corrections:
        if correction.state in IN_FORCE:
            changed = corrected(standing, correction)
            standing = changed if changed is not None else standing
    return standing


def corrected(standing: EventStanding | None, correction: Correction) -> EventStanding | None:
    """Return what a correction makes of an event.

    Args:
        standing: the event before it, None where there is none (ADD, LEAVE).
        correction: what is done.

    Returns:
        The event after it; None for LEAVE, which makes no event.
    """
    if correction.kind is CorrectionKind.ADD:
        if correction.at_utc is None or correction.direction is None:
            raise ValueError("an added event has an instant and a direction")
        return EventStanding(correction.person_id, correction.at_utc, correction.direction)
    if standing is None:
        return None
    if correction.kind is CorrectionKind.VOID:
        return replace(standing, counts=False)
    if correction.kind is CorrectionKind.REASSIGN:
        return replace(standing, person_id=correction.new_person_id)
    if correction.kind is CorrectionKind.MOVE:
        return replace(
            standing,
            at_utc=correction.at_utc or standing.at_utc,
            direction=correction.direction or standing.direction,
        )
    return None
