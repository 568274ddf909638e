"""Reads kept crops batch by batch."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Select

from attendance.core.types import ImageBgr
from attendance.data.database import Database
from attendance.data.keys import sealed_values
from attendance.data.keys.encryption import Cipher
from attendance.data.schema import CropRow
from attendance.data.storage_errors import translated

# 64 crops are about 2.5 MB: few round trips, and no long read transaction that holds up the checkpoint.
_BATCH = 64


def iter_opened_crops(
    database: Database, cipher: Cipher, query: Select[int, int, bytes]
) -> Iterator[tuple[int, int, ImageBgr]]:
    """Yield (crop id, person id, (112, 112, 3) BGR crop) by rising id, in bounded memory.

    Args:
        database: opened database.
        cipher: of the crops.
        query: selects id, person_id and sealed of crops; it is run anew for each batch, so a change of what it asks for
            counts from the next batch on.

    Raises:
        KeyUnavailable: encrypted with another key.
        DatabaseCorrupt: a crop is damaged or was moved to another person.
    """
    last_id = 0
    while True:
        batch = query.where(CropRow.id > last_id).order_by(CropRow.id).limit(_BATCH)
        with database.read() as session:
            sealed_values.check_key(session, cipher, database.path)
            rows = session.execute(batch).all()
        for last_id, person_id, sealed in rows:  # the next batch starts behind the last id
            with translated(database.path):
                crop = sealed_values.open_crop(cipher, sealed, person_id=person_id)
            yield last_id, person_id, crop
        if len(rows) < _BATCH:
            return
