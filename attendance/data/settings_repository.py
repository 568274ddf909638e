"""Small values of the site in the database (port SettingsStore)."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.dialects.sqlite import insert
from sqlalchemy.orm import Session

from attendance.data.database import Database
from attendance.data.schema import SettingRow


def put_setting(session: Session, key: str, value: str) -> None:
    """Write one value within a write transaction."""
    statement = insert(SettingRow).values(key=key, value=value)
    session.execute(statement.on_conflict_do_update(index_elements=[SettingRow.key], set_={"value": value}))


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
            found = session.scalar(select(SettingRow.value).where(SettingRow.key == key))
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
