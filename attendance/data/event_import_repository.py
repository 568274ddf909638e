"""Imported check-ins in the database (port EventImports): files, decisions, and what became check-ins of the log."""

from __future__ import annotations

import hmac
import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from sqlalchemy import exists, func, insert, select, update
from sqlalchemy.orm import Session

from attendance.core.event_imports import IMPORTED, EventImport, ImportedEvent, ImportState
from attendance.core.types import CheckIn, Direction
from attendance.core.who import Who
from attendance.data.audit.entries import add_entry, salt_of
from attendance.data.check_in_repository import insert_event
from attendance.data.database import Database
from attendance.data.hours.import_rows import EventImportRow, EventImportStepRow, ImportedEventRow
from attendance.data.schema import CheckInRow, CorrectionRow
from attendance.data.storage_errors import DamagedValue
from attendance.errors import Reason
from attendance.errors.exchange import ImportRefused

_BATCH = 500
"""Rows of one transaction, so that the door's own check-ins never wait long."""
_KEY_LABEL = b"ids of imported check-ins"
_NEXT = {
    ImportState.APPROVED: (ImportState.REQUESTED,),
    ImportState.REJECTED: (ImportState.REQUESTED,),
    ImportState.STORED: (ImportState.APPROVED,),
}
"""From which states one may come into another."""


class SqlEventImports:
    """The imports in one database; the database itself refuses to change or delete rows.

    Args:
        database: opened database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    # --- reading -------------------------------------------------------------------------------------

    def all(self, state: ImportState | None = None) -> list[EventImport]:
        """Return every import, or those in one state, oldest first."""
        query = select(EventImportRow).order_by(EventImportRow.id)
        if state is not None:
            newest = select(func.max(EventImportStepRow.id)).group_by(EventImportStepRow.import_id)
            query = query.join(EventImportStepRow, EventImportStepRow.import_id == EventImportRow.id)
            query = query.where(EventImportStepRow.id.in_(newest), EventImportStepRow.state == state.value)
        with self._database.read() as session:
            return [_read(session, row) for row in session.scalars(query)]

    def by_id(self, import_id: str) -> EventImport | None:
        """Return one import as it stands now, None when there is none with this id."""
        with self._database.read() as session:
            row = _row(session, import_id)
            return None if row is None else _read(session, row)

    def events(self, import_id: str) -> Iterator[ImportedEvent]:
        """Yield the check-ins of one import as the file has them, in its order, in bounded memory."""
        last_id = 0
        while True:
            with self._database.read() as session:
                query = select(ImportedEventRow).join(EventImportRow, EventImportRow.id == ImportedEventRow.import_id)
                query = query.where(EventImportRow.import_id == import_id, ImportedEventRow.id > last_id)
                rows = session.scalars(query.order_by(ImportedEventRow.id).limit(_BATCH)).all()
                found = [_event(row) for row in rows]
            yield from found
            if len(rows) < _BATCH:
                return
            last_id = rows[-1].id

    def known_ids(self, event_ids: Collection[str]) -> set[str]:
        """Return those of some event ids, at most some hundreds, that are in the log, wait for it, or are taken."""
        with self._database.read() as session:
            rejected = (
                exists()
                .where(EventImportStepRow.import_id == ImportedEventRow.import_id)
                .where(EventImportStepRow.state == ImportState.REJECTED.value)
            )
            waiting = select(ImportedEventRow.event_id).where(ImportedEventRow.event_id.in_(event_ids), ~rejected)
            stored = select(CheckInRow.event_id).where(CheckInRow.event_id.in_(event_ids))
            corrections = select(CorrectionRow.correction_id).where(CorrectionRow.correction_id.in_(event_ids))
            return {found for query in (stored, waiting, corrections) for found in session.scalars(query)}

    def person_keys(self, person_ids: Collection[int]) -> dict[int, bytes]:
        """Return for each person the secret of ``made_event_id``; it is lost when the person is erased."""

        def write(session: Session) -> dict[int, bytes]:
            salts = {person_id: salt_of(session, person_id) for person_id in person_ids}
            return {who: hmac.digest(salt, _KEY_LABEL, "sha256") for who, salt in salts.items() if salt is not None}

        return self._database.write(write)

    # --- writing -------------------------------------------------------------------------------------

    def add(
        self, events: Sequence[ImportedEvent], *, file_name: str, sha256: str, who: Who, at_utc: datetime
    ) -> EventImport:
        """Keep the check-ins of a file, REQUESTED, in one transaction; none of them is in the log yet.

        Args:
            events: with different ids.
            file_name: without its folder.
            sha256: of the file, 64 hexadecimal digits.
            who: who imports it.
            at_utc: aware UTC instant.
        """

        def write(session: Session) -> EventImport:
            row = EventImportRow(import_id=str(uuid.uuid4()), file_name=file_name, sha256=sha256)
            session.add(row)
            session.flush()
            for some in _batches(events):
                session.execute(insert(ImportedEventRow), [_columns(row.id, event) for event in some])
            _add_step(session, row, ImportState.REQUESTED, who, at_utc, events=len(events))
            return _read(session, row)

        return self._database.write(write)

    def decide(self, import_id: str, state: ImportState, *, who: Who, at_utc: datetime) -> EventImport:
        """Approve or reject an import, for good.

        Raises:
            ImportRefused: unknown, or decided before.
        """

        def write(session: Session) -> EventImport:
            row = _row(session, import_id)
            if row is None:
                raise ImportRefused(detail=Reason("there is no import {name}", name=import_id))
            now = _read(session, row)
            if now.state not in _NEXT[state]:
                raise ImportRefused(detail=Reason("the import {name} is decided already", name=import_id))
            is_same = state is ImportState.APPROVED and who.account == now.asked.account
            _add_step(session, row, state, who, at_utc, same_account=is_same)
            return _read(session, row)

        return self._database.write(write)

    def store_approved(self, *, who: Who, at_utc: datetime) -> int:
        """Put the check-ins of every approved import into the log; what an earlier call did not get to as well.

        Returns:
            Number of new check-ins.
        """
        added = 0
        for one in self.all(ImportState.APPROVED):
            for some in _batches(self.events(one.import_id)):
                added += self._store(one.import_id, some)
            self.decide(one.import_id, ImportState.STORED, who=who, at_utc=at_utc)
        return added

    def _store(self, import_id: str, events: Sequence[ImportedEvent]) -> int:
        # Whoever was erased while the file waited is not brought back.
        new = [_check_in(event) for event in events if event.person_id is not None]
        return self._database.write(
            lambda session: sum(insert_event(session, event, import_id=import_id) for event in new)
        )


def forget_imported(session: Session, person_id: int) -> None:
    """Remove what files claimed of a person; part of erasing the person."""
    cleared = {"person_id": None, "claimed_source": "", "claimed_similarity": None, "claimed_made_by": ""}
    session.execute(update(ImportedEventRow).where(ImportedEventRow.person_id == person_id).values(cleared))


def _batches(events: Iterable[ImportedEvent]) -> Iterator[list[ImportedEvent]]:
    rest = iter(events)
    while some := list(islice(rest, _BATCH)):
        yield some


def _row(session: Session, import_id: str) -> EventImportRow | None:
    return session.scalar(select(EventImportRow).where(EventImportRow.import_id == import_id))


def _read(session: Session, row: EventImportRow) -> EventImport:
    steps = session.scalars(
        select(EventImportStepRow).where(EventImportStepRow.import_id == row.id).order_by(EventImportStepRow.id)
    ).all()
    at, person = ImportedEventRow.at_utc, ImportedEventRow.person_id
    numbers = select(func.count(), func.count(person.distinct()), func.min(at), func.max(at))
    events, people, first, last = session.execute(numbers.where(ImportedEventRow.import_id == row.id)).one()
    try:
        asked, newest, decided = steps[0], steps[-1], steps[1] if len(steps) > 1 else None
        return EventImport(
            import_id=row.import_id,
            file_name=row.file_name,
            sha256=row.sha256,
            state=ImportState(newest.state),
            asked=Who(asked.account, asked.remark),
            asked_utc=asked.at_utc,
            decided=None if decided is None else Who(decided.account, decided.remark),
            decided_utc=None if decided is None else decided.at_utc,
            events=events,
            people=people,
            first_utc=first,
            last_utc=last,
        )
    except (ValueError, IndexError) as err:
        raise DamagedValue(Reason("a stored import is not what this program wrote")) from err


def _add_step(
    session: Session, row: EventImportRow, state: ImportState, who: Who, at_utc: datetime, **data: object
) -> None:
    """Add a step with its entry of the audit log."""
    step = {"import_id": row.id, "state": state.value, "account": who.account, "remark": who.remark, "at_utc": at_utc}
    session.execute(insert(EventImportStepRow).values(step))
    told = {"sha256": row.sha256, "by": who.remark, **data}
    action = f"import.{state.value}"
    add_entry(session, action=action, subject=row.import_id, data=told, actor=who.account or None)


def _columns(row_id: int, event: ImportedEvent) -> dict[str, object]:
    return {
        "import_id": row_id,
        "event_id": event.event_id,
        "person_id": event.person_id,
        "at_utc": event.at_utc,
        "utc_offset_s": event.utc_offset_s,
        "direction": event.direction.value,
        "claimed_source": event.claimed_source,
        "claimed_similarity": event.claimed_similarity,
        "claimed_made_by": event.claimed_made_by,
    }


def _event(row: ImportedEventRow) -> ImportedEvent:
    try:
        direction = Direction(row.direction)
    except ValueError as err:
        raise DamagedValue(Reason("a stored direction is neither in nor out")) from err
    return ImportedEvent(
        row.event_id,
        row.person_id,
        row.at_utc,
        row.utc_offset_s,
        direction,
        row.claimed_source,
        row.claimed_similarity,
        row.claimed_made_by,
    )


def _check_in(event: ImportedEvent) -> CheckIn:
    return CheckIn(
        event_id=event.event_id,
        person_id=event.person_id,
        at_utc=event.at_utc,
        utc_offset_s=event.utc_offset_s,
        direction=event.direction,
        similarity=None,
        margin=None,
        source=IMPORTED,
        model_id="",
        made_by=IMPORTED,
    )
