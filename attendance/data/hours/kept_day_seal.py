"""Keyed digests of worked-out days that are kept: who changes one in the file cannot make the digest fit."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence

from sqlalchemy import Connection

from attendance.data.audit.keys import AuditKeys
from attendance.data.audit.rows import raw_rows
from attendance.data.audit.seal_state import read_state
from attendance.data.hours.timesheet_rows import ALL_COLUMNS, BODY_PLACE
from attendance.errors.storage import KeyUnavailable

_HALF_BYTES = 16
_ROWS = f"SELECT {ALL_COLUMNS}, seal FROM timesheet_day ORDER BY day, person_id"


class KeptDaySeal:
    """HMAC-SHA256 of the numbers and of the rest of a row, 16 bytes each: payroll reads the numbers without the rest.

    The fingerprint, which stands for what the day was worked out from, is in both.

    Args:
        key: 32 bytes, of this purpose and of one log only.
    """

    def __init__(self, key: bytes) -> None:
        self._key = key

    def of(self, values: Sequence[object]) -> bytes:
        """Return the seal of the values of ``ALL_COLUMNS``, 32 bytes."""
        numbers = tuple(values[:BODY_PLACE])
        return self._half(b"numbers", numbers) + self._half(b"rest", (*numbers[:4], values[BODY_PLACE]))

    def fits(self, values: Sequence[object], seal: object) -> bool:
        """Tell whether a seal is the one of a stored row: of ``ALL_COLUMNS``, or of ``NUMBER_COLUMNS`` alone."""
        if not isinstance(seal, bytes):
            return False
        if len(values) == BODY_PLACE:
            return hmac.compare_digest(seal[:_HALF_BYTES], self._half(b"numbers", tuple(values)))
        return hmac.compare_digest(seal, self.of(values))

    def _half(self, what: bytes, values: tuple[object, ...]) -> bytes:
        return hmac.digest(self._key, what + repr(values).encode(), "sha256")[:_HALF_BYTES]


def kept_day_seal(connection: Connection, keys: AuditKeys) -> KeptDaySeal | None:
    """Return what seals the kept days of one database; None while nothing can: without key, or in a log without seals.

    Two folders may have one key, so that the log's id is part of it: a day of the one does not fit in the other.
    """
    try:
        state = read_state(connection, keys.state)
        return None if state is None else KeptDaySeal(hmac.digest(keys.kept_day, state.log_id, "sha256"))
    except KeyUnavailable:
        return None


def days_that_do_not_fit(connection: Connection, seal: KeptDaySeal) -> Iterator[str]:
    """Yield the day of each kept row that this program did not write."""
    for *values, found in raw_rows(connection, _ROWS):
        if not seal.fits(values, found):
            yield str(values[3])
