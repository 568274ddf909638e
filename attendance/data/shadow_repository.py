"""What two recognizers said of recent faces (port ShadowLog)."""

from __future__ import annotations

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from attendance.core.ports.settings import CANDIDATE_MODEL_SETTING
from attendance.core.recognition.shadow import ShadowProbe, ShadowReport, summarise
from attendance.data.database import Database
from attendance.data.schema import PersonRow, SettingRow, ShadowProbeRow

MAX_PROBES = 10_000
"""Newest rows that are kept: five working days of 1,000 people who come and go."""

_COLUMNS = (
    ShadowProbeRow.at_utc,
    ShadowProbeRow.old_model_id,
    ShadowProbeRow.new_model_id,
    ShadowProbeRow.old_person_id,
    ShadowProbeRow.new_person_id,
    ShadowProbeRow.old_similarity,
    ShadowProbeRow.new_similarity,
)


class SqlShadowLog:
    """Shadow probes in one database.

    Args:
        database: opened database.
        max_probes: newest rows that are kept.
    """

    def __init__(self, database: Database, *, max_probes: int = MAX_PROBES) -> None:
        self._database = database
        self._max_probes = max_probes

    def append(self, probe: ShadowProbe) -> bool:
        """Keep one probe, and as many newest rows as allowed.

        Returns:
            False, and nothing is kept, when its recognizer is not the candidate any more or a person was erased.
        """
        people = {person_id for person_id in (probe.old_person_id, probe.new_person_id) if person_id is not None}

        def write(session: Session) -> bool:
            candidate = session.scalar(select(SettingRow.value).where(SettingRow.key == CANDIDATE_MODEL_SETTING))
            if candidate != probe.new_model_id:
                return False
            if set(session.scalars(select(PersonRow.id).where(PersonRow.id.in_(people)))) != people:
                return False
            row = ShadowProbeRow(**{column.key: getattr(probe, column.key) for column in _COLUMNS})
            session.add(row)
            session.flush()
            session.execute(delete(ShadowProbeRow).where(ShadowProbeRow.id <= row.id - self._max_probes))
            return True

        return self._database.write(write)

    def report(self, old_model_id: str, new_model_id: str) -> ShadowReport:
        """Summarise the kept probes of one pair of recognizers."""
        query = select(*_COLUMNS).where(
            ShadowProbeRow.old_model_id == old_model_id, ShadowProbeRow.new_model_id == new_model_id
        )
        with self._database.read() as session:
            probes = [ShadowProbe(*row) for row in session.execute(query)]
            people = session.execute(select(PersonRow.id, PersonRow.code, PersonRow.name))
            names = {person_id: (code, name) for person_id, code, name in people}
        return summarise(probes, names)
