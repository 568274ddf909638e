"""SQLAlchemy engines with the PRAGMAs this application relies on."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from sqlalchemy import URL, Engine, create_engine, event
from sqlalchemy.dialects.sqlite import Insert, insert
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import ConnectionPoolEntry, NullPool, QueuePool

Role = Literal["writer", "reader", "upgrade"]

# synchronous=FULL syncs every commit: WAL with NORMAL may lose the last check-ins when the power fails.
# secure_delete overwrites what is deleted, so that erased names and templates do not stay in free pages.
# cell_size_check makes SQLite report damaged pages earlier.
_ALL = ("journal_mode=WAL", "synchronous=FULL", "secure_delete=ON", "cell_size_check=ON")
_OF_ROLE: dict[Role, tuple[str, ...]] = {
    "writer": ("foreign_keys=ON",),
    # Only the writer checkpoints: fewer moments for the WAL-reset fault of SQLite before 3.51.3.
    "reader": ("foreign_keys=ON", "query_only=ON", "wal_autocheckpoint=0"),
    # foreign_keys is a no-op inside a transaction, so it must be off from the start of the connection.
    "upgrade": ("foreign_keys=OFF",),
}


def build_engine(path: Path, role: Role, *, busy_timeout_ms: int) -> Engine:
    """Return an engine on one database file.

    Args:
        path: the file; made when absent.
        role: "writer" has one connection and begins IMMEDIATE, so that a lock is waited for instead of failing
            in the middle of a transaction; "reader" refuses writes; "upgrade" has foreign keys off.
        busy_timeout_ms: how long SQLite waits for another connection's lock.
    """
    engine = create_engine(
        URL.create("sqlite", database=str(path)),
        # A pool of one keeps the writer's connection, and thereby its page cache, for good.
        **({"poolclass": NullPool} if role == "upgrade" else {"poolclass": QueuePool, "pool_size": _pool_size(role)}),
        hide_parameters=True,  # error texts end in the log file, which must not hold names or templates
    )
    begin = "BEGIN" if role == "reader" else "BEGIN IMMEDIATE"

    def prepare(connection: DBAPIConnection, _entry: ConnectionPoolEntry) -> None:
        connection.isolation_level = None  # the driver's own transactions lose updates; BEGIN is sent below
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={busy_timeout_ms}")  # first: the next ones may have to wait
        for pragma in (*_ALL, *_OF_ROLE[role]):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()

    event.listen(engine, "connect", prepare)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin))
    return engine


def upsert(row: type[DeclarativeBase]) -> Insert:
    """Return an INSERT that can say what happens to a row that is there already; how it says so is the engine's."""
    return insert(row)


def _pool_size(role: Role) -> int:
    return 1 if role == "writer" else 4
