"""Scheduled reports in the database (port ReportSchedules)."""

from __future__ import annotations

import json
from datetime import datetime

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import Session

from attendance.core.report_schedule import Every, ReportSchedule
from attendance.data.audit.entries import add_entry
from attendance.data.database import Database
from attendance.data.schema import ReportScheduleRow
from attendance.data.storage_errors import DamagedValue, translated
from attendance.data.stored.reasons import read_reason, text_of_reason
from attendance.errors import Reason
from attendance.errors.exchange import ScheduleRefused


class SqlReportSchedules:
    """The schedules in one database.

    Args:
        database: opened database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def all(self) -> list[ReportSchedule]:
        """Return all schedules by name."""
        with self._database.read() as session, translated(self._database.path):
            rows = session.scalars(select(ReportScheduleRow).order_by(ReportScheduleRow.name))
            return [_schedule(row) for row in rows]

    def add(self, schedule: ReportSchedule) -> ReportSchedule:
        """Store a new one and return it with its id.

        Raises:
            ScheduleRefused: the name is taken.
        """

        def write(session: Session) -> ReportSchedule:
            if session.scalar(select(exists().where(ReportScheduleRow.name == schedule.name))):
                raise ScheduleRefused(detail=Reason("there is one called {name} already", name=schedule.name))
            row = ReportScheduleRow(
                name=schedule.name,
                kind=schedule.kind,
                every=schedule.every.value,
                format=schedule.format,
                folder=schedule.folder,
                mail_to=",".join(schedule.mail_to),
                options=json.dumps(dict(schedule.options)),
                last_run_utc=schedule.last_run_utc,
                next_utc=schedule.next_utc,
                last_error="",
                is_active=schedule.is_active,
            )
            session.add(row)
            session.flush()
            add_entry(session, action="schedule.added", subject=str(row.id), data={"kind": schedule.kind})
            return _schedule(row)

        return self._database.write(write)

    def remove(self, name: str) -> None:
        """Forget one.

        Raises:
            ScheduleRefused: there is none of this name.
        """

        def write(session: Session) -> None:
            gone = delete(ReportScheduleRow).where(ReportScheduleRow.name == name).returning(ReportScheduleRow.id)
            found = session.scalars(gone).first()
            if found is None:
                raise ScheduleRefused(detail=Reason("there is none called {name}", name=name))
            add_entry(session, action="schedule.removed", subject=str(found), data={})

        self._database.write(write)

    def note_run(self, schedule_id: int, *, at_utc: datetime, next_utc: datetime | None) -> None:
        """Note a run that made everything; ``next_utc`` None leaves the next one as it is."""
        values = {"last_run_utc": at_utc, "last_error": ""} | ({} if next_utc is None else {"next_utc": next_utc})
        self._update(schedule_id, values)

    def note_error(self, schedule_id: int, reason: Reason) -> None:
        """Note why the last run did not make everything."""
        self._update(schedule_id, {"last_error": text_of_reason(reason)})

    def _update(self, schedule_id: int, values: dict[str, object]) -> None:
        change = update(ReportScheduleRow).where(ReportScheduleRow.id == schedule_id).values(**values)
        self._database.write(lambda session: session.execute(change))


def _schedule(row: ReportScheduleRow) -> ReportSchedule:
    try:
        every, options = Every(row.every), json.loads(row.options)
    except ValueError as err:
        raise DamagedValue(Reason("a stored schedule is damaged")) from err
    return ReportSchedule(
        id=row.id,
        name=row.name,
        kind=row.kind,
        every=every,
        format=row.format,
        folder=row.folder,
        mail_to=tuple(one for one in row.mail_to.split(",") if one),
        options=options,
        last_run_utc=row.last_run_utc,
        next_utc=row.next_utc,
        last_error=read_reason(row.last_error),
        is_active=row.is_active,
    )
