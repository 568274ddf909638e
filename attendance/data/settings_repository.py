"""Small values of the site in the database (port SettingsStore)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from attendance.core.ports.settings import (
    ACTIVE_PACK_SETTING,
    CANDIDATE_MODEL_SETTING,
    CANDIDATE_PACK_SETTING,
    KEEP_CROPS_SETTING,
    PREVIOUS_PACK_SETTING,
    RULES_SETTING,
)
from attendance.data.audit.entries import add_entry
from attendance.data.database import Database
from attendance.data.engines import upsert
from attendance.data.schema import SettingRow

# Of any other setting the entry says only that it changed: a value may be a password or name somebody.
_TOLD = frozenset(
    {
        ACTIVE_PACK_SETTING,
        PREVIOUS_PACK_SETTING,
        CANDIDATE_PACK_SETTING,
        CANDIDATE_MODEL_SETTING,
        RULES_SETTING,
        KEEP_CROPS_SETTING,
    }
)
# The storage's own values, and how the kiosk's screen looks.
_NOT_AUDITED = ("_", "kiosk_")


def read_setting(session: Session, key: str) -> str | None:
    """Return the value of one key, None when it was never set."""
    return session.scalar(select(SettingRow.value).where(SettingRow.key == key))


def put_setting(session: Session, key: str, value: str) -> None:
    """Write one value within a write transaction; a change that matters becomes an entry of the audit log."""
    before = read_setting(session, key)
    if before == value:
        return
    statement = upsert(SettingRow).values(key=key, value=value)
    session.execute(statement.on_conflict_do_update(index_elements=[SettingRow.key], set_={"value": value}))
    if not key.startswith(_NOT_AUDITED):
        data = {"before": before, "after": value} if key in _TOLD else {}
        add_entry(session, action="setting.changed", subject=key, data=data)


class SqlSettings:
    """Settings of the site in one database.

    Args:
        database: opened database.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def get(self, key: str, default: str) -> str:
        """Return the value of one key, the default when it was never set."""
        with self._database.read() as session:
            found = read_setting(session, key)
        return default if found is None else found

    def set(self, key: str, value: str) -> None:
        """Store one value.

        Raises:
            ValueError: the key starts with "_", which marks values of the storage itself (a bug).
            StorageError: the database failed.
        """
        if key.startswith("_"):
            raise ValueError(f"{key} belongs to the storage itself")
        self._database.write(lambda session: put_setting(session, key, value))
