"""What the drawer of one day shows, gathered from check-ins and corrections; for a worker thread."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from attendance.core.corrected_event import EventState, added_correction_id, corrected, state_of
from attendance.core.corrections import Correction, CorrectionState
from attendance.core.hours.timesheet import Timesheet
from attendance.core.ports.door import CheckInLog
from attendance.core.ports.hours import Corrections
from attendance.core.ports.people import Roster
from attendance.core.types import Person


@dataclass(frozen=True, slots=True)
class DayEvent:
    """One event of a day.

    Attributes:
        state: as it is to be read now.
        source: door, "" for one that was entered by hand.
        is_ignored: it does not count although it is not void, such as a repeated check-in.
        is_added: a correction made it.
        is_provisional: a correction of it waits for approval and counts already.
        is_corrected: an approved correction changed it.
    """

    event_id: str
    state: EventState
    source: str
    is_ignored: bool
    is_added: bool
    is_provisional: bool
    is_corrected: bool


@dataclass(frozen=True, slots=True)
class OpenCorrection:
    """A correction that waits for a decision.

    Attributes:
        person: whose hours it changes, None when erased.
        new_person: who gets the event, None for nobody.
        before: the event as it was booked or entered, None without one.
    """

    correction: Correction
    person: Person | None
    new_person: Person | None = None
    before: EventState | None = None


@dataclass(frozen=True, slots=True)
class DayDetail:
    """Everything about one day of one person."""

    person: Person
    sheet: Timesheet
    events: tuple[DayEvent, ...]
    waiting: tuple[OpenCorrection, ...]


def day_detail(log: CheckInLog, rows: Corrections, roster: Roster, person: Person, sheet: Timesheet) -> DayDetail:
    """Gather the events of a timesheet and the open corrections of its person."""
    ignored = set(sheet.ignored_event_ids)
    events = []
    for event_id in sheet.event_ids:
        found = _event(log, rows, event_id, is_ignored=event_id in ignored)
        if found is not None:
            events.append(found)
    waiting = [one for one in open_corrections(log, rows, roster) if _concerns(one.correction, person.id)]
    return DayDetail(person, sheet, tuple(sorted(events, key=lambda e: e.state.at_utc)), tuple(waiting))


def open_corrections(log: CheckInLog, rows: Corrections, roster: Roster) -> list[OpenCorrection]:
    """Return everything that waits for a decision, oldest first."""
    people = {person.id: person for person in roster.list_people()}

    def person(person_id: int | None) -> Person | None:
        return people.get(person_id) if person_id is not None else None

    return [
        OpenCorrection(one, person(one.person_id), person(one.new_person_id), _before(log, rows, one))
        for one in rows.all_open()
    ]


def _concerns(correction: Correction, person_id: int) -> bool:
    return person_id in {correction.person_id, correction.new_person_id}


def _base(log: CheckInLog, rows: Corrections, event_id: str) -> tuple[EventState, str, Correction | None] | None:
    """Return an event as it came, its door and the correction that made it."""
    added_id = added_correction_id(event_id)
    if added_id is not None:
        added = rows.by_id(added_id)
        state = corrected(None, added) if added is not None else None
        return (state, "", added) if state is not None else None
    event = log.get(event_id)
    return (EventState(event.person_id, event.at_utc, event.direction), event.source, None) if event else None


def _event(log: CheckInLog, rows: Corrections, event_id: str, *, is_ignored: bool) -> DayEvent | None:
    base = _base(log, rows, event_id)
    if base is None:
        return None
    state, source, added = base
    about = rows.for_event(event_id)
    all_of_it = [*about, *([added] if added is not None else [])]
    return DayEvent(
        event_id=event_id,
        state=state_of(state, about),
        source=source,
        is_ignored=is_ignored,
        is_added=added is not None,
        is_provisional=any(c.state is CorrectionState.PROVISIONAL for c in all_of_it),
        is_corrected=any(c.state is CorrectionState.APPROVED for c in about),
    )


def _before(log: CheckInLog, rows: Corrections, correction: Correction) -> EventState | None:
    if correction.event_id is None:
        return None
    base = _base(log, rows, correction.event_id)
    if base is None:
        return None
    others = [c for c in rows.for_event(correction.event_id) if c.correction_id != correction.correction_id]
    earlier: Iterable[Correction] = (c for c in others if c.requested_utc <= correction.requested_utc)
    return state_of(base[0], earlier)
