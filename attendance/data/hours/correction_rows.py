"""Reading corrections within a session, and what an event is with them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, aliased

from attendance.core.corrected_event import EventState, added_correction_id, corrected, state_of
from attendance.core.corrections import Correction, CorrectionKind, CorrectionState
from attendance.core.types import Direction
from attendance.data.schema import CheckInRow, CorrectionRow, CorrectionStepRow
from attendance.data.storage_errors import DamagedValue
from attendance.errors import Reason

_DECIDED = frozenset({CorrectionState.APPROVED, CorrectionState.REJECTED})


def correction_query() -> Select[CorrectionRow, CorrectionStepRow, str]:
    """Return the query for corrections with their newest step and the account that asked.

    Add conditions and give it to ``read_corrections``.
    """
    newest = (
        select(func.max(CorrectionStepRow.id))
        .where(CorrectionStepRow.correction_id == CorrectionRow.id)
        .correlate(CorrectionRow)
        .scalar_subquery()
    )
    first = aliased(CorrectionStepRow)
    asked = (
        select(first.account)
        .where(first.correction_id == CorrectionRow.id)
        .order_by(first.id)
        .limit(1)
        .correlate(CorrectionRow)
        .scalar_subquery()
    )
    return select(CorrectionRow, CorrectionStepRow, asked).join(CorrectionStepRow, CorrectionStepRow.id == newest)


def read_corrections(session: Session, query: Select[CorrectionRow, CorrectionStepRow, str]) -> list[Correction]:
    """Return the corrections of a query, oldest first."""
    rows = session.execute(query.order_by(CorrectionRow.id))
    return [_correction(row, step, asked) for row, step, asked in rows]


def read_correction(session: Session, correction_id: str) -> Correction | None:
    """Return one correction as it stands now, None when there is none with this id."""
    query = correction_query().where(CorrectionRow.correction_id == correction_id)
    return next(iter(read_corrections(session, query)), None)


def read_state(session: Session, event_id: str, *, without: str = "") -> EventState | None:
    """Return how an event stands with its corrections in force.

    Args:
        session: of one transaction.
        event_id: of a check-in, or of an event that a correction added.
        without: correction to leave out.

    Returns:
        None when there is no such event.
    """
    base: EventState | None
    added_id = added_correction_id(event_id)
    if added_id is not None:
        added = read_correction(session, added_id)
        is_event = added is not None and added.kind is CorrectionKind.ADD
        base = corrected(None, added) if is_event and added is not None else None
    else:
        base = _read_event(session, event_id)
    if base is None:
        return None
    query = correction_query().where(CorrectionRow.event_id == event_id, CorrectionRow.correction_id != without)
    return state_of(base, read_corrections(session, query))


def _read_event(session: Session, event_id: str) -> EventState | None:
    columns = (CheckInRow.person_id, CheckInRow.at_utc, CheckInRow.direction)
    row = session.execute(select(*columns).where(CheckInRow.event_id == event_id)).first()
    return None if row is None else EventState(row[0], row[1], Direction(row[2]))


def _correction(row: CorrectionRow, step: CorrectionStepRow, asked: str) -> Correction:
    try:
        state = CorrectionState(step.state)
        is_decided = state in _DECIDED
        return Correction(
            correction_id=row.correction_id,
            kind=CorrectionKind(row.kind),
            state=state,
            person_id=row.person_id,
            reason=row.reason,
            requested_by=row.requested_by,
            requested_utc=row.requested_utc,
            event_id=row.event_id,
            at_utc=row.at_utc,
            direction=None if row.direction is None else Direction(row.direction),
            first_day=None if row.first_day is None else date.fromisoformat(row.first_day),
            last_day=None if row.last_day is None else date.fromisoformat(row.last_day),
            leave_kind=row.leave_kind,
            leave_half=row.leave_half,
            new_person_id=row.new_person_id,
            decided_by=step.made_by if is_decided else "",
            decided_utc=step.at_utc if is_decided else None,
            requested_account=asked,
            decided_account=step.account if is_decided else "",
        )
    except (ValueError, TypeError) as err:
        raise DamagedValue(Reason("a stored correction is not what this program wrote")) from err


def columns_of(correction: Correction) -> dict[str, object]:
    """Return the columns of the row of a new correction."""
    days: Sequence[date | None] = (correction.first_day, correction.last_day)
    first_day, last_day = (None if day is None else day.isoformat() for day in days)
    return {
        "correction_id": correction.correction_id,
        "kind": correction.kind.value,
        "person_id": correction.person_id,
        "new_person_id": correction.new_person_id,
        "event_id": correction.event_id,
        "at_utc": correction.at_utc,
        "direction": None if correction.direction is None else correction.direction.value,
        "first_day": first_day,
        "last_day": last_day,
        "leave_kind": correction.leave_kind,
        "leave_half": correction.leave_half,
        "reason": correction.reason,
        "requested_by": correction.requested_by,
        "requested_utc": correction.requested_utc,
    }
