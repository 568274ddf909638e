"""What hours are worked out from, read in one go for many people, and the days that were (port HoursRecords)."""

from __future__ import annotations

import logging
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, TypeVar

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from attendance.core.corrected_event import added_correction_id
from attendance.core.corrections import Correction
from attendance.core.hours.records import KeptNumbers, KeptSheet, Revisions, WorkerRecord
from attendance.core.types import CheckIn
from attendance.data.audit.entries import add_entry
from attendance.data.audit.keys import AuditKeys
from attendance.data.check_in_repository import EVENT_COLUMNS, check_in_of
from attendance.data.database import Database
from attendance.data.hours.correction_rows import correction_query, read_corrections
from attendance.data.hours.kept_day_seal import kept_day_seal
from attendance.data.hours.timesheet_rows import ALL_COLUMNS, NUMBER_COLUMNS, kept_numbers, kept_sheet, values_of
from attendance.data.schema import CheckInRow, CorrectionRow, PersonRow
from attendance.data.storage_errors import translated
from attendance.data.stored.instants import stored_instant
from attendance.errors.storage import DatabaseCorrupt, StorageError

_T = TypeVar("_T")
_log = logging.getLogger(__name__)

# More people than this are read without a list of them, and picked out afterwards.
_LISTED_PEOPLE = 500
_LISTED_IDS = 500
# The kiosk writes check-ins in the same thread: no transaction of this one lasts long.
_ROWS_A_WRITE = 2000

# Whom a correction may concern: those it names, whose event it is about, and those whom another correction of the same
# event names - an event that went to somebody else still shows, void, where it was.
_STEPS_BY_PERSON = """
WITH step AS (SELECT c.person_id, c.new_person_id, c.event_id, s.id
              FROM correction c JOIN correction_step s ON s.correction_id = c.id),
     touched (person_id, id) AS (
         SELECT person_id, id FROM step
         UNION ALL SELECT new_person_id, id FROM step
         UNION ALL SELECT e.person_id, step.id FROM step JOIN check_in e ON e.event_id = step.event_id
         UNION ALL SELECT o.person_id, step.id FROM step JOIN correction o ON o.event_id = step.event_id
         UNION ALL SELECT o.new_person_id, step.id FROM step JOIN correction o ON o.event_id = step.event_id
         UNION ALL SELECT a.person_id, step.id FROM step
             JOIN correction a ON a.correction_id = substr(step.event_id, 12) AND step.event_id LIKE 'correction:%')
SELECT person_id, count(*), max(id) FROM touched WHERE person_id IS NOT NULL GROUP BY person_id
"""


class SqlHoursRecords:
    """Check-ins, corrections and kept days of one database.

    Args:
        database: opened database.
        keys: seal the days that are kept; None takes every kept day as it is (tools, tests).
    """

    def __init__(self, database: Database, keys: AuditKeys | None = None) -> None:
        self._database = database
        self._keys = keys

    def workers(self, person_ids: Collection[int] | None = None) -> list[WorkerRecord]:
        """Return what is known of these people, of everybody without ``person_ids``, by id."""
        first_event = (
            select(func.min(CheckInRow.at_utc))
            .where(CheckInRow.person_id == PersonRow.id)
            .correlate(PersonRow)
            .scalar_subquery()
        )
        columns = (PersonRow.id, PersonRow.code, PersonRow.department, PersonRow.created_utc, first_event)
        query = select(*columns, PersonRow.deactivated_utc).order_by(PersonRow.id)
        if person_ids is not None and len(person_ids) <= _LISTED_PEOPLE:
            query = query.where(PersonRow.id.in_(person_ids))
        with self._database.read() as session:
            found = [WorkerRecord(*row) for row in session.execute(query)]
        wanted = None if person_ids is None else set(person_ids)
        return [one for one in found if wanted is None or one.person_id in wanted]

    def revisions(self, start_utc: datetime, end_utc: datetime, person_ids: Collection[int] | None = None) -> Revisions:
        """Return what changes with every check-in at start <= at_utc < end and with every correction.

        Raises:
            ValueError: an instant is naive (a bug).
        """
        listed = _listed(person_ids)
        # For everybody: one walk over each person's part of the index (person_id, at_utc), never over the table.
        people = f"IN ({listed})" if listed else "IN (SELECT id FROM person)"
        sql = (
            "SELECT person_id, substr(at_utc, 1, 10), count(*), max(id) FROM check_in "
            f"INDEXED BY ix_check_in_person_id_at_utc WHERE person_id {people} AND at_utc >= ? AND at_utc < ? "
            "GROUP BY 1, 2"
        )
        events: dict[int, dict[str, tuple[int, int]]] = {}
        with self._database.read() as session:
            connection = session.connection()
            for person_id, day, number, last_id in connection.exec_driver_sql(
                sql, (stored_instant(start_utc), stored_instant(end_utc))
            ):
                events.setdefault(person_id, {})[day] = (number, last_id)
            steps = {row[0]: (row[1], row[2]) for row in connection.exec_driver_sql(_STEPS_BY_PERSON)}
        return Revisions(events, steps)

    def events(
        self, person_ids: Collection[int], start_utc: datetime, end_utc: datetime
    ) -> tuple[list[CheckIn], list[Correction]]:
        """Return what ``effective_events`` needs to know the events of these people at start <= instant < end.

        Raises:
            ValueError: an instant is naive (a bug).
        """
        query = select(*EVENT_COLUMNS).where(CheckInRow.at_utc >= start_utc, CheckInRow.at_utc < end_utc)
        with self._database.read() as session, translated(self._database.path):
            found: dict[str, CheckIn] = {}
            for some in _chunks(sorted(person_ids), _LISTED_PEOPLE):
                for row in session.execute(query.where(CheckInRow.person_id.in_(some))):
                    found[row[0]] = check_in_of(row)
            corrections = _corrections_of(session, person_ids)
            missing = sorted({c.event_id for c in corrections if c.event_id is not None} - set(found))
            for ids in _chunks(missing, _LISTED_IDS):
                for row in session.execute(select(*EVENT_COLUMNS).where(CheckInRow.event_id.in_(ids))):
                    found[row[0]] = check_in_of(row)
        return list(found.values()), corrections

    def kept_sheets(self, first_day: date, last_day: date, person_ids: Collection[int]) -> list[KeptSheet]:
        """Return the kept days of these people, both days included, in any order.

        Those that somebody changed in the file are left out, forgotten, and told to the audit log.
        """
        with translated(self._database.path):
            return [kept_sheet(row) for row in self._kept(ALL_COLUMNS, first_day, last_day, person_ids)]

    def kept_numbers(self, first_day: date, last_day: date, person_ids: Collection[int]) -> list[KeptNumbers]:
        """Return the numbers of the same days."""
        with translated(self._database.path):
            return [kept_numbers(row) for row in self._kept(NUMBER_COLUMNS, first_day, last_day, person_ids)]

    def keep(self, sheets: Sequence[KeptSheet]) -> None:
        """Keep days, in place of older versions of them; somebody erased meanwhile is left out.

        Without the site's key nothing is kept.
        """
        places = ", ".join("?" * (len(ALL_COLUMNS.split(", ")) + 1))
        # The third value is the person: a row of somebody who is gone is not written.
        sql = (
            f"INSERT OR REPLACE INTO timesheet_day ({ALL_COLUMNS}, seal) "
            f"SELECT * FROM (SELECT {places}) WHERE EXISTS (SELECT 1 FROM person WHERE id = ?)"
        )
        for some in _chunks(sheets, _ROWS_A_WRITE):
            found = [(values_of(kept), kept.sheet.person_id) for kept in some]

            def write(session: Session, found: list[tuple[tuple[object, ...], int]] = found) -> None:
                connection = session.connection()
                seal = None if self._keys is None else kept_day_seal(connection, self._keys)
                if self._keys is None or seal is not None:
                    rows = [(*values, seal and seal.of(values), person_id) for values, person_id in found]
                    connection.exec_driver_sql(sql, rows)

            self._database.write(write)

    def _kept(self, columns: str, first_day: date, last_day: date, person_ids: Collection[int]) -> list[Sequence[Any]]:
        listed = _listed(person_ids)
        people = f" AND person_id IN ({listed})" if listed else ""
        where, days = f"day >= ? AND day <= ?{people}", (first_day.isoformat(), last_day.isoformat())
        try:
            with self._database.read() as session:
                connection = session.connection()
                seal = None if self._keys is None else kept_day_seal(connection, self._keys)
                sql = f"SELECT {columns}, seal FROM timesheet_day WHERE {where}"
                found = connection.exec_driver_sql(sql, days).all()
        except DatabaseCorrupt:
            if self._keys is None:
                raise
            self._forget(f"SELECT day, person_id FROM timesheet_day WHERE {where}", days)  # a text that is not UTF-8
            return []
        wanted = set(person_ids)
        rows = [row for row in found if row[2] in wanted]
        if self._keys is None:
            return [row[:-1] for row in rows]
        if seal is None:
            return []
        bad = [(row[3], row[2]) for row in rows if not seal.fits(row[:-1], row[-1])]
        for some in _chunks(bad, _LISTED_IDS):
            self._forget(f"VALUES {', '.join(['(?, ?)'] * len(some))}", tuple(value for pair in some for value in pair))
        return [row[:-1] for row in rows if (row[3], row[2]) not in set(bad)]

    def _forget(self, which: str, values: tuple[object, ...]) -> None:
        """Remove kept days that this program did not write, and tell the audit log how many."""

        def write(session: Session) -> None:
            sql = f"DELETE FROM timesheet_day WHERE (day, person_id) IN ({which})"
            number = session.connection().exec_driver_sql(sql, values).rowcount
            add_entry(session, action="kept_days.refused", subject="timesheet_day", data={"days": number})

        _log.error("kept days were changed past this program; they are worked out again")
        try:
            self._database.write(write)
        except StorageError as err:
            _log.warning("changed days could not be removed: %s", err.log_text)


def _corrections_of(session: Session, person_ids: Collection[int]) -> list[Correction]:
    found: dict[str, Correction] = {}
    for some in _chunks(sorted(person_ids), _LISTED_PEOPLE):
        own = select(CheckInRow.event_id).join(CorrectionRow, CorrectionRow.event_id == CheckInRow.event_id)
        own = own.where(CheckInRow.person_id.in_(some))
        named = or_(CorrectionRow.person_id.in_(some), CorrectionRow.new_person_id.in_(some))
        query = correction_query().where(or_(named, CorrectionRow.event_id.in_(own)))
        found |= {c.correction_id: c for c in read_corrections(session, query)}
    events = sorted(c.event_id for c in found.values() if c.event_id is not None)
    for ids in _chunks(events, _LISTED_IDS):
        adding = [added for event_id in ids if (added := added_correction_id(event_id)) is not None]
        query = correction_query().where(or_(CorrectionRow.event_id.in_(ids), CorrectionRow.correction_id.in_(adding)))
        found |= {c.correction_id: c for c in read_corrections(session, query)}
    return list(found.values())


def _listed(person_ids: Collection[int] | None) -> str:
    """Return a list for SQL, "" where there are too many to list; ids are numbers, so the text is safe."""
    if person_ids is None or len(person_ids) > _LISTED_PEOPLE:
        return ""
    return ", ".join(str(int(person_id)) for person_id in person_ids) or "NULL"


def _chunks(rows: Sequence[_T], size: int) -> Iterable[Sequence[_T]]:
    return (rows[at : at + size] for at in range(0, len(rows), size))
