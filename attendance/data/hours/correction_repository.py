"""Corrections of the check-in log in the database (port Corrections)."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import ColumnElement, Select, and_, exists, insert, or_, select
from sqlalchemy.orm import Session

from attendance.core.audit import row_digest
from attendance.core.corrected_event import EventState, corrected
from attendance.core.corrections import Correction, CorrectionKind, CorrectionState
from attendance.core.who import Who
from attendance.data.audit.entries import CORRECTION_COLUMNS, add_entry, digest_of_step, mark_of, salt_of
from attendance.data.database import Database
from attendance.data.hours.correction_rows import (
    columns_of,
    correction_query,
    read_correction,
    read_corrections,
    read_state,
)
from attendance.data.outbox_repository import queue_correction
from attendance.data.schema import CheckInRow, CorrectionRow, CorrectionStepRow, PersonRow
from attendance.errors import Reason
from attendance.errors.hours import CorrectionRefused

_OPEN = (CorrectionState.REQUESTED.value, CorrectionState.PROVISIONAL.value)


class SqlCorrections:
    """The corrections in one database; the database itself refuses to change or delete rows.

    Args:
        database: opened database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- reading -------------------------------------------------------------------------------------

    def by_id(self, correction_id: str) -> Correction | None:
        """Return one correction as it stands now, None when there is none with this id."""
        with self._database.read() as session:
            return read_correction(session, correction_id)

    def for_event(self, event_id: str) -> list[Correction]:
        """Return the corrections of one event, oldest first, in any state."""
        return self._read(correction_query().where(CorrectionRow.event_id == event_id))

    def for_range(self, start_utc: datetime, end_utc: datetime, *, first_day: date, last_day: date) -> list[Correction]:
        """Return what concerns some time, oldest first, in any state.

        Args:
            start_utc: corrections of events that were, or are now, at start <= instant < end.
            end_utc: see above.
            first_day: leave that overlaps these days, both included.
            last_day: see above.

        Raises:
            ValueError: an instant is naive (a bug).
        """
        was_then = select(CheckInRow.event_id).where(CheckInRow.at_utc >= start_utc, CheckInRow.at_utc < end_utc)
        is_then = and_(CorrectionRow.at_utc >= start_utc, CorrectionRow.at_utc < end_utc)
        added = select("correction:" + CorrectionRow.correction_id).where(is_then)
        # The other corrections of an event that was moved into the range belong to it as well.
        moved = select(CorrectionRow.event_id).where(is_then, CorrectionRow.event_id.is_not(None))
        leave = and_(CorrectionRow.first_day <= last_day.isoformat(), CorrectionRow.last_day >= first_day.isoformat())
        events = [CorrectionRow.event_id.in_(query) for query in (was_then, added, moved)]
        return self._read(correction_query().where(or_(is_then, leave, *events)))

    def all_open(self) -> list[Correction]:
        """Return the corrections that wait for a decision, oldest first."""
        return self._read(correction_query().where(CorrectionStepRow.state.in_(_OPEN)))

    def _read(self, query: Select[CorrectionRow, CorrectionStepRow, str]) -> list[Correction]:
        with self._database.read() as session:
            return read_corrections(session, query)

    # --- writing -------------------------------------------------------------------------------------

    def request(self, correction: Correction) -> Correction:
        """Store a new correction in its state and return it as stored.

        Raises:
            CorrectionRefused: the person or the event does not exist, or the id is taken.
            ValueError: it is rejected already, or an instant is naive (a bug).
        """
        if correction.state is CorrectionState.REJECTED:
            raise ValueError("a new correction is not rejected")

        def write(session: Session) -> Correction:
            _check_known(session, correction)
            row = CorrectionRow(**columns_of(correction))
            session.add(row)
            session.flush()
            who, at_utc = correction.asked, correction.requested_utc
            is_approved = correction.state is CorrectionState.APPROVED
            _add_step(session, row.id, CorrectionState.REQUESTED if is_approved else correction.state, who, at_utc)
            if is_approved:
                who = correction.decided if correction.decided_by else who
                _add_step(session, row.id, CorrectionState.APPROVED, who, correction.decided_utc or at_utc)
            return _stored(session, correction.correction_id)

        return self._database.write(write)

    def decide(self, correction_id: str, state: CorrectionState, *, who: Who, at_utc: datetime) -> Correction:
        """Approve or reject a correction; an approved one may still be rejected, a rejected one stays so.

        Raises:
            CorrectionRefused: unknown, or decided like that before.
            ValueError: no decision (a bug).
        """
        if state not in (CorrectionState.APPROVED, CorrectionState.REJECTED):
            raise ValueError(f"{state} is not a decision")

        def write(session: Session) -> Correction:
            now = read_correction(session, correction_id)
            if now is None:
                raise CorrectionRefused(reason=Reason("there is no correction {name}", name=correction_id))
            if now.state in (state, CorrectionState.REJECTED):
                reason = Reason("the correction {name} is rejected already", name=correction_id)
                if now.state is CorrectionState.APPROVED:
                    reason = Reason("the correction {name} is approved already", name=correction_id)
                raise CorrectionRefused(reason=reason)
            query = select(CorrectionRow.id).where(CorrectionRow.correction_id == correction_id)
            _add_step(session, session.scalars(query).one(), state, who, at_utc)
            return _stored(session, correction_id)

        return self._database.write(write)


def _stored(session: Session, correction_id: str) -> Correction:
    found = read_correction(session, correction_id)
    if found is None:
        raise AssertionError("the correction that was just written is gone")
    return found


def _check_known(session: Session, correction: Correction) -> None:
    for person_id in (correction.person_id, correction.new_person_id):
        if person_id is not None and session.get(PersonRow, person_id) is None:
            raise CorrectionRefused(reason=Reason("the person does not exist, or was erased"))
    taken: ColumnElement[bool] = CorrectionRow.correction_id == correction.correction_id
    if session.scalar(select(exists().where(taken))):
        raise CorrectionRefused(reason=Reason("there is a correction {name} already", name=correction.correction_id))
    if correction.event_id is not None and read_state(session, correction.event_id) is None:
        raise CorrectionRefused(reason=Reason("there is no event {name}", name=correction.event_id))


def _add_step(session: Session, row_id: int, state: CorrectionState, who: Who, at_utc: datetime) -> None:
    """Add a step with its entry of the audit log, whose actor is the account; the name that was given stands beside."""
    named = {"made_by": who.remark or who.account, "account": who.account}
    session.execute(insert(CorrectionStepRow).values(correction_id=row_id, state=state.value, at_utc=at_utc, **named))
    correction = read_corrections(session, correction_query().where(CorrectionRow.id == row_id))[0]
    own_id, asked = correction.correction_id, correction.asked
    before, after = _before_and_after(session, correction)
    data = {
        "kind": correction.kind.value,
        "person": mark_of(session, correction.person_id, own_id),
        "new_person": mark_of(session, correction.new_person_id, own_id),
        "before": _told(session, before, own_id),
        "after": _told(session, after, own_id),
        "row": correction_digest(session, row_id),
        "step": step_digest(session, row_id, state),
        "by": who.remark,
        "same_account": state is CorrectionState.APPROVED and bool(who.account) and who.account == asked.account,
    }
    add_entry(session, action=f"correction.{state.value}", subject=own_id, data=data, actor=who.account or None)
    queue_correction(session, correction)


def _before_and_after(session: Session, correction: Correction) -> tuple[EventState | None, EventState | None]:
    """Return the event without this correction and with it; a rejected one leaves it as it was."""
    before = None
    if correction.event_id is not None:
        before = read_state(session, correction.event_id, without=correction.correction_id)
    if correction.state is CorrectionState.REJECTED:
        return corrected(before, correction) if correction.kind is CorrectionKind.ADD else before, before
    return before, corrected(before, correction)


def _told(session: Session, event: EventState | None, subject: str) -> dict[str, object] | None:
    if event is None:
        return None
    return {
        "at": event.at_utc.isoformat(),
        "counts": event.counts,
        "direction": event.direction.value,
        "person": mark_of(session, event.person_id, subject),
    }


def correction_digest(session: Session, row_id: int) -> str:
    """Return the fingerprint of the row of a correction, under its person's salt: its words may be about a person."""
    columns = f"person_id, new_person_id, {CORRECTION_COLUMNS}"
    row = session.connection().exec_driver_sql(f"SELECT {columns} FROM correction WHERE id = ?", (row_id,))
    person_id, new_person_id, *values = row.one()
    return row_digest(values, salt_of(session, person_id or new_person_id))


def step_digest(session: Session, row_id: int, state: CorrectionState) -> str:
    """Return the fingerprint of the newest step of a correction in this state."""
    columns = "state, made_by, at_utc, account"
    query = f"SELECT {columns} FROM correction_step WHERE correction_id = ? AND state = ? ORDER BY id DESC LIMIT 1"
    return digest_of_step(*session.connection().exec_driver_sql(query, (row_id, state.value)).one())
