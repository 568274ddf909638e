"""Append-only log of check-ins in the database (port CheckInLog)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import exists, func, select, tuple_
from sqlalchemy.orm import Session

from attendance.core.check_in_method import CheckInMethod
from attendance.core.ports.door import EventRow
from attendance.core.types import CheckIn, Direction, Person
from attendance.data.audit.entries import add_check_in_entry
from attendance.data.database import Database
from attendance.data.engines import upsert
from attendance.data.outbox_repository import queue_check_in
from attendance.data.schema import CheckInRow, PersonRow
from attendance.data.storage_errors import DamagedValue, translated
from attendance.data.stored.instants import read_instant, stored_instant
from attendance.errors import Reason

# One read transaction a page: a report over years neither fills the memory nor holds up the checkpoint.
_PAGE_ROWS = 2000
_PLAIN_PAGE_ROWS = 5000
_INSTANT_LENGTH = len("YYYY-MM-DD HH:MM:SS.ffffff")
_MINUTE_LENGTH = len("YYYY-MM-DD HH:MM")
_DOOR = "kiosk"
_EPOCH_UTC = datetime(1970, 1, 1, tzinfo=UTC)
_DIRECTIONS = frozenset(direction.value for direction in Direction)
_PLAIN_ROWS = (
    "SELECT c.event_id, c.at_utc, c.utc_offset_s, c.direction, c.similarity, c.source, c.made_by, "
    "c.method, p.code, p.name, p.department, c.id FROM check_in c LEFT JOIN person p ON p.id = c.person_id "
    "WHERE {condition} AND c.at_utc < ? ORDER BY c.at_utc, c.id LIMIT ?"
)

EVENT_COLUMNS = (
    CheckInRow.event_id,
    CheckInRow.person_id,
    CheckInRow.at_utc,
    CheckInRow.utc_offset_s,
    CheckInRow.direction,
    CheckInRow.similarity,
    CheckInRow.margin,
    CheckInRow.source,
    CheckInRow.model_id,
    CheckInRow.made_by,
    CheckInRow.method,
)
_PERSON_COLUMNS = (
    PersonRow.id,
    PersonRow.code,
    PersonRow.name,
    PersonRow.department,
    PersonRow.is_active,
    PersonRow.language,
)


class SqlCheckInLog:
    """The log in one database; the database itself refuses to change or delete rows.

    Args:
        database: opened database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, event: CheckIn) -> Future[CheckIn]:
        """Hand the event to the writer thread; the future resolves after the commit, with the stored row.

        A second append with the same event_id changes nothing. An event of somebody who was erased meanwhile is
        kept without the link.

        Raises:
            ValueError: ``at_utc`` is naive (a bug).
        """
        _check_aware(event.at_utc)

        def write(session: Session) -> CheckIn:
            if insert_event(session, event):
                queue_check_in(session, _stored(session, event.event_id))
            return _stored(session, event.event_id)

        return self._database.submit(write)

    def last_for_person(self, person_id: int) -> CheckIn | None:
        """Return the newest event of one person."""
        query = (
            select(*EVENT_COLUMNS)
            .where(CheckInRow.person_id == person_id)
            .order_by(CheckInRow.at_utc.desc(), CheckInRow.id.desc())
            .limit(1)
        )
        with self._database.read() as session:
            row = session.execute(query).first()
            return None if row is None else check_in_of(row)

    def newest_utc(self, before_utc: datetime) -> datetime | None:
        """Return the instant of the newest event that this program's doors made, None when there is none.

        Args:
            before_utc: leave out events from this instant on, e.g. of a clock that was wrong.
        """
        query = (
            select(CheckInRow.at_utc)
            .where(CheckInRow.at_utc < before_utc, CheckInRow.made_by == _DOOR)
            .order_by(CheckInRow.at_utc.desc())
            .limit(1)
        )
        with self._database.read() as session:
            return session.scalar(query)

    def get(self, event_id: str) -> CheckIn | None:
        """Return one event, None when there is none with this id."""
        with self._database.read() as session:
            row = session.execute(select(*EVENT_COLUMNS).where(CheckInRow.event_id == event_id)).first()
            return None if row is None else check_in_of(row)

    def between(self, start_utc: datetime, end_utc: datetime) -> Iterator[tuple[CheckIn, Person | None]]:
        """Yield events with start <= at_utc < end, oldest first, with the person (None when erased).

        Bounded memory; no transaction is open between two pages. The people come without template counts.

        Raises:
            ValueError: an instant is naive (a bug).
        """
        _check_aware(start_utc)
        _check_aware(end_utc)
        return self._pages(start_utc, end_utc)

    def rows_between(self, start_utc: datetime, end_utc: datetime) -> Iterator[EventRow]:
        """Yield the events of ``between`` as plain rows, without an object for each.

        Raises:
            ValueError: an instant is naive (a bug).
        """
        start, end = stored_instant(start_utc), stored_instant(end_utc)
        return self._plain_pages(start, end)

    def count(self) -> int:
        """Return the number of rows."""
        with self._database.read() as session:
            return session.scalar(select(func.count()).select_from(CheckInRow)) or 0

    def _plain_pages(self, start: str, end: str) -> Iterator[EventRow]:
        begin: tuple[object, ...] = (start,)
        condition = "c.at_utc >= ?"
        while True:
            sql = _PLAIN_ROWS.format(condition=condition)
            rows = self._database.plain_rows(sql, (*begin, end, _PLAIN_PAGE_ROWS))
            with translated(self._database.path):
                yield from _event_rows(rows)
            if len(rows) < _PLAIN_PAGE_ROWS:
                return
            condition, begin = "(c.at_utc, c.id) > (?, ?)", (rows[-1][1], rows[-1][-1])

    def _pages(self, start_utc: datetime, end_utc: datetime) -> Iterator[tuple[CheckIn, Person | None]]:
        query = (
            select(CheckInRow.id, *EVENT_COLUMNS, *_PERSON_COLUMNS)
            .outerjoin(PersonRow, PersonRow.id == CheckInRow.person_id)
            .where(CheckInRow.at_utc < end_utc)
            .order_by(CheckInRow.at_utc, CheckInRow.id)
            .limit(_PAGE_ROWS)
        )
        # One lower bound only: given two, SQLite takes the first and walks over all earlier pages again.
        page = query.where(CheckInRow.at_utc >= start_utc)
        while True:
            with self._database.read() as session:
                rows = session.execute(page).all()
            with translated(self._database.path):
                found = [(check_in_of(row[1:12]), _person(row[12:])) for row in rows]
            yield from found
            if len(rows) < _PAGE_ROWS:
                return
            page = query.where(tuple_(CheckInRow.at_utc, CheckInRow.id) > (found[-1][0].at_utc, rows[-1][0]))


def _event_rows(rows: Sequence[Sequence[Any]]) -> Iterator[EventRow]:
    """Yield rows of ``_PLAIN_ROWS`` with their instants as numbers; a minute is read once for all its events.

    Raises:
        DamagedValue: an instant or a direction that this program did not write.
    """
    minute, minute_us = "", 0
    for event_id, at, offset_s, way, similarity, source, made_by, method, code, name, department, _ in rows:
        if len(at) != _INSTANT_LENGTH or way not in _DIRECTIONS:
            raise DamagedValue(Reason("a stored check-in is not what this program wrote"))
        if at[:_MINUTE_LENGTH] != minute:
            minute = at[:_MINUTE_LENGTH]
            minute_us = (read_instant(minute) - _EPOCH_UTC) // timedelta(microseconds=1)
        try:
            at_us = minute_us + int(at[17:19] + at[20:])
        except ValueError as err:
            raise DamagedValue(Reason("a stored instant is not a date and time")) from err
        yield EventRow(event_id, at_us, offset_s, way, similarity, source, made_by, code, name, department, method)


def insert_event(session: Session, event: CheckIn, *, import_id: str = "") -> bool:
    """Store an event with its entry of the audit log; False when its id is known.

    Args:
        session: of a write transaction.
        event: what to store.
        import_id: of the file it came with, "" for one of the door.
    """
    is_known = session.scalar(select(exists().where(PersonRow.id == event.person_id)))
    statement = upsert(CheckInRow).values(
        event_id=event.event_id,
        person_id=event.person_id if is_known else None,
        at_utc=event.at_utc,
        utc_offset_s=event.utc_offset_s,
        direction=event.direction.value,
        similarity=event.similarity,
        margin=event.margin,
        source=event.source,
        model_id=event.model_id,
        made_by=event.made_by,
        method=event.method,
    )
    added = session.execute(
        statement.on_conflict_do_nothing(index_elements=[CheckInRow.event_id]).returning(CheckInRow.id)
    )
    if added.first() is None:
        return False
    add_check_in_entry(session, event.event_id, import_id=import_id)
    return True


def _stored(session: Session, event_id: str) -> CheckIn:
    return check_in_of(session.execute(select(*EVENT_COLUMNS).where(CheckInRow.event_id == event_id)).one())


def _check_aware(instant: datetime) -> None:
    if instant.utcoffset() is None:
        raise ValueError("only aware instants are stored")


def check_in_of(row: Sequence[Any]) -> CheckIn:
    """Return the event of a row of ``EVENT_COLUMNS``.

    Raises:
        DamagedValue: a direction or method that this program does not know.
    """
    event_id, person_id, at_utc, utc_offset_s, direction, similarity, margin, source, model, made_by, how = row
    try:
        way, method = Direction(direction), None if how is None else CheckInMethod(how)
    except ValueError as err:
        raise DamagedValue(Reason("a stored direction or method is not one of this program")) from err
    return CheckIn(event_id, person_id, at_utc, utc_offset_s, way, similarity, margin, source, model, made_by, method)


def _person(row: Sequence[Any]) -> Person | None:
    person_id, code, name, department, is_active, language = row
    if person_id is None:
        return None
    return Person(person_id, code, name, department, is_active, language)
