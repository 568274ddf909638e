"""Faces of check-ins that people took back, sealed (port DisputedCrops)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from attendance.core.corrections import DisputedCrop
from attendance.core.types import ImageBgr
from attendance.data.database import Database
from attendance.data.keys import sealed_values
from attendance.data.keys.encryption import Cipher
from attendance.data.schema import DisputedCropRow, PersonRow
from attendance.data.storage_errors import translated
from attendance.errors import Reason
from attendance.errors.hours import CorrectionRefused

_BATCH = 64
_KIND = "disputed crop"


class SqlDisputedCrops:
    """The disputed crops of one database. They go with the person they were taken for, and with the one they show.

    Args:
        database: opened database.
        cipher: seals the crops.
    """

    def __init__(self, database: Database, cipher: Cipher) -> None:
        self._database = database
        self._cipher = cipher

    def add(
        self,
        person_id: int,
        crop_bgr: ImageBgr,
        *,
        similarity: float | None,
        at_utc: datetime,
        model_id: str,
        shown_person_id: int | None = None,
    ) -> None:
        """Keep one crop; the arguments are those of ``DisputedCrop``.

        Raises:
            CorrectionRefused: a person does not exist, or was erased.
            KeyUnavailable: the database was encrypted with another key.
            ValueError: no (112, 112, 3) uint8 crop, or a naive instant (a bug).
        """
        sealed = sealed_values.seal_crop(self._cipher, crop_bgr, person_id=person_id, kind=_KIND)

        def write(session: Session) -> None:
            sealed_values.claim_key(session, self._cipher, self._database.path)
            for known in (person_id, shown_person_id):
                if known is not None and session.get(PersonRow, known) is None:
                    raise CorrectionRefused(reason=Reason("the person does not exist, or was erased"))
            row = {"person_id": person_id, "shown_person_id": shown_person_id, "at_utc": at_utc}
            values = {**row, "similarity": similarity, "model_id": model_id, "sealed": sealed}
            session.execute(insert(DisputedCropRow).values(values))

        self._database.write(write)

    def iter(self) -> Iterator[DisputedCrop]:
        """Yield every kept crop, oldest first, in bounded memory.

        Raises:
            KeyUnavailable: encrypted with another key.
            DatabaseCorrupt: a crop is damaged or was moved to another person.
        """
        last_id = 0
        while True:
            query = select(DisputedCropRow).where(DisputedCropRow.id > last_id).order_by(DisputedCropRow.id)
            with self._database.read() as session:
                sealed_values.check_key(session, self._cipher, self._database.path)
                rows = session.scalars(query.limit(_BATCH)).all()
            for row in rows:
                last_id = row.id
                yield self._opened(row)
            if len(rows) < _BATCH:
                return

    def count(self) -> int:
        """Return the number of kept crops."""
        with self._database.read() as session:
            return session.scalar(select(func.count()).select_from(DisputedCropRow)) or 0

    def _opened(self, row: DisputedCropRow) -> DisputedCrop:
        with translated(self._database.path):
            crop = sealed_values.open_crop(self._cipher, row.sealed, person_id=row.person_id, kind=_KIND)
        return DisputedCrop(row.person_id, crop, row.similarity, row.at_utc, row.model_id, row.shown_person_id)
