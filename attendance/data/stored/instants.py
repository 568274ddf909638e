"""Instants as the database keeps them."""

from __future__ import annotations

from datetime import UTC, datetime

from sqlalchemy import Dialect, String
from sqlalchemy.types import TypeDecorator

from attendance.data.storage_errors import DamagedValue
from attendance.errors import Reason


def stored_instant(instant: datetime) -> str:
    """Return the text that ``UtcDateTime`` stores.

    Raises:
        ValueError: the instant is naive.
    """
    if instant.utcoffset() is None:
        raise ValueError("only aware instants are stored")
    return instant.astimezone(UTC).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")


def read_instant(text: str) -> datetime:
    """Return the aware UTC instant of such a text.

    Raises:
        DamagedValue: not a text that ``stored_instant`` wrote.
    """
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)
    except (ValueError, TypeError) as err:
        raise DamagedValue(Reason("a stored instant is not a date and time")) from err


class UtcDateTime(TypeDecorator[datetime]):
    """Aware UTC instants as sortable text "YYYY-MM-DD HH:MM:SS.ffffff".

    SQLite has no time zones: SQLAlchemy's own type drops the offset and makes both hours of an autumn clock
    change equal.
    """

    impl = String(26)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> str | None:
        """Return the text of an instant.

        Raises:
            ValueError: the instant is naive.
        """
        return None if value is None else stored_instant(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> datetime | None:
        """Return the aware UTC instant of a text.

        Raises:
            DamagedValue: not a text this class wrote.
        """
        return None if value is None else read_instant(value)
