"""What two recognizers said of recent faces (port ShadowLog)."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from attendance.core.recognition.shadow import ShadowLook, ShadowReport, summarise
from attendance.data.database import Database
from attendance.data.schema import CANDIDATE_MODEL_SETTING, PersonRow, SettingRow, ShadowLookRow

MAX_LOOKS = 10_000
"""Newest rows that are kept: five working days of 1,000 people who come and go."""

_COLUMNS = (
    ShadowLookRow.at_utc,
    ShadowLookRow.old_model_id,
    ShadowLookRow.new_model_id,
    ShadowLookRow.old_person_id,
    ShadowLookRow.new_person_id,
    ShadowLookRow.old_similarity,
    ShadowLookRow.new_similarity,
)


class SqlShadowLog:
    """Shadow looks in one database.

    Args:
        database: opened database.
        max_looks: newest rows that are kept.
    """

    def __init__(self, database: Database, *, max_looks: int = MAX_LOOKS) -> None:
        self._database = database
        self._max_looks = max_looks

    def append(self, look: ShadowLook) -> bool:
        """Keep one look, and as many newest rows as allowed.

        Returns:
            False, and nothing is kept, when its recognizer is no candidate any more or a person was erased.
        """
        people = {person_id for person_id in (look.old_person_id, look.new_person_id) if person_id is not None}

        def write(session: Session) -> bool:
            candidate = session.scalar(select(SettingRow.value).where(SettingRow.key == CANDIDATE_MODEL_SETTING))
            if candidate != look.new_model_id:
                return False
            if set(session.scalars(select(PersonRow.id).where(PersonRow.id.in_(people)))) != people:
                return False
            row = ShadowLookRow(**{column.key: getattr(look, column.key) for column in _COLUMNS})
            session.add(row)
            session.flush()
            session.execute(delete(ShadowLookRow).where(ShadowLookRow.id <= row.id - self._max_looks))
            return True

        return self._database.write(write)

    def report(self, old_model_id: str, new_model_id: str) -> ShadowReport:
        """Summarise the kept looks of one pair of recognizers."""
        query = select(*_COLUMNS).where(
            ShadowLookRow.old_model_id == old_model_id, ShadowLookRow.new_model_id == new_model_id
        )
        with self._database.read() as session:
            looks = [ShadowLook(*row) for row in session.execute(query)]
            people = session.execute(select(PersonRow.id, PersonRow.code, PersonRow.name))
            names = {person_id: (code, name) for person_id, code, name in people}
        return summarise(looks, names)
