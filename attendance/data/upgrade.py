"""Creates, checks and upgrades the database file before anything else opens it."""

from __future__ import annotations

import errno
import glob
import logging
import os
import sqlite3
import stat
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Protocol

from sqlalchemy import Connection

from attendance.data.audit.known_programs import refuse_strange_programs
from attendance.data.engines import build_engine
from attendance.data.new_file import publish
from attendance.data.schema import SCHEMA_REVISION
from attendance.data.storage_errors import translated
from attendance.errors import Reason
from attendance.errors.storage import DatabaseCorrupt, DatabaseGone, SchemaTooNew, StorageError
from attendance.private_files import make_private_folder
from attendance.whole_file import made_beside, make_private_part, names_to_disk

MIGRATIONS = Path(__file__).parent / "migrations"
# A small file is checked whole at every start. In a larger one only the tables that recognition cannot do
# without are: crops authenticate themselves when they are read, and a million check-ins take seconds.
_WHOLE_CHECK_BYTES = 32 * 1024 * 1024
# A sealed 512-d template takes 2.1 kB: three fit on a page of 8 KiB, only one on SQLite's usual 4 KiB.
_PAGE_BYTES = 8192
COMPANIONS = ("-wal", "-shm", "-journal")
"""Files that SQLite keeps beside a database."""
_ALWAYS_CHECKED = ("person", "template", "setting")

_log = logging.getLogger(__name__)


class UpgradeWitness(Protocol):
    """Looks at a database before it is upgraded and after, in the one transaction of the upgrade."""

    def before(self, connection: Connection, found: str | None) -> None:
        """Look at the file as it is; ``found`` is its revision, None for one without tables."""

    def after(self, connection: Connection, revision: str) -> None:
        """Look at the upgraded file."""


def prepare_file(
    path: Path,
    *,
    busy_timeout_ms: int,
    migrations: Path = MIGRATIONS,
    revision: str = SCHEMA_REVISION,
    witness: UpgradeWitness | None = None,
    known_entries: int = 0,
) -> None:
    """Create, check and if needed upgrade one database file.

    A file of an older version is copied to ``<name>.before-<old revision>`` first. Alembic is imported only
    when there is something to upgrade.

    Args:
        path: the file; made, with its folder, when absent, readable by this user only.
        busy_timeout_ms: how long to wait for another program's lock.
        migrations: Alembic script folder.
        revision: the schema this program knows.
        witness: sees an upgrade before and after.
        known_entries: entries of the audit log that something outside of the database knows of.

    Raises:
        DatabaseGone: it is absent or holds nothing, but something beside it shows that there was one.
        SchemaTooNew: written by a newer version; not touched.
        DatabaseCorrupt: damaged, or there but empty.
        StorageError: or a sub-class: cannot be made, read or upgraded; an upgrade that fails changes nothing.
    """
    if str(path).startswith("\\\\"):
        raise StorageError(
            path=path, reason=Reason("a database on a network share gets damaged; choose a local folder")
        )
    lost = gone(path, known_entries)
    if lost is not None:
        raise lost
    with translated(path):
        _make_or_refuse(path)
        found = inspect(path, busy_timeout_ms)
    if found is None and known_entries:  # the file was there, but all it held was in a write-ahead log that is not
        raise DatabaseGone(path=path, reason=_told(known_entries))
    if found != revision:
        _upgrade(path, found, revision, migrations, busy_timeout_ms, witness)


def gone(path: Path, known_entries: int) -> DatabaseGone | None:
    """Tell whether a database that is absent was there once; changes nothing.

    Args:
        path: the database.
        known_entries: see ``prepare_file``.
    """
    if path.exists():
        return None
    copies = [copy for copy in backups(path) if not copy.name.endswith(COMPANIONS)]
    log = path.with_name(f"{path.name}-wal")
    if known_entries:
        reason = _told(known_entries)
    elif log.exists() and log.stat().st_size:
        reason = Reason("{path} is still here", path=str(log))
    elif copies:
        reason = Reason("{path} is still here", path=str(copies[-1]))
    else:
        return None
    return DatabaseGone(path=path, reason=reason)


def _told(known_entries: int) -> Reason:
    return Reason("the head of its audit log knows {count} entries", count=known_entries)


def is_due(path: Path, *, busy_timeout_ms: int) -> bool:
    """Tell whether opening a file would upgrade it; changes nothing.

    Returns:
        False for a file that would be refused: empty, or of a newer version.

    Raises:
        DatabaseCorrupt: damaged.
        StorageError: it cannot be read.
    """
    with translated(path):
        if not path.stat().st_size:
            return False
        found = inspect(path, busy_timeout_ms)
    return found is None or found < SCHEMA_REVISION


def integrity_problems(path: Path, *, busy_timeout_ms: int) -> list[str]:
    """Check a whole file, slowly: pages, indexes and foreign keys.

    Returns:
        One line a problem; empty when the file is sound.

    Raises:
        StorageError: the file cannot be read at all.
    """
    with translated(path), _plain(path, busy_timeout_ms) as connection:
        lines = [str(line) for (line,) in connection.execute("PRAGMA integrity_check") if line != "ok"]
        return lines + [f"dangling reference in {row[0]}" for row in connection.execute("PRAGMA foreign_key_check")]


def backups(path: Path) -> list[Path]:
    """Return the copies that upgrades left beside a database, and the files that SQLite keeps beside those."""
    return sorted(path.parent.glob(f"{glob.escape(path.name)}.before-*"))


def remove_backups(path: Path) -> None:
    """Remove the copies that upgrades left beside a database; they still hold what was erased since.

    Raises:
        StorageError: a copy cannot be removed.
    """
    with translated(path):
        for copy in backups(path):
            copy.unlink(missing_ok=True)
        names_to_disk(path.parent)  # a copy must not come back with the power


def _remove_backups_of_erased(path: Path, busy_timeout_ms: int) -> None:
    """Remove copies that hold somebody who is erased: versions before 0006 noted nothing when they were cut short."""

    def people(of: Path) -> set[int]:
        with _plain(of, busy_timeout_ms) as connection:
            return {number for (number,) in connection.execute("SELECT id FROM person")}

    known = people(path)
    for copy in backups(path):
        try:
            if not people(copy) <= known:
                copy.unlink()
                _log.info("%s held somebody who was erased since; removed", copy)
        except sqlite3.Error as err:
            _log.warning("%s cannot be read, so nobody knows whether it holds somebody erased: %s", copy, err)


def _make_or_refuse(path: Path) -> None:
    """Make an absent file; refuse an empty one and one that may not be written.

    Raises:
        DatabaseCorrupt: the file is empty. This program never leaves such a file, not even when its first start is
            cut short, so whoever emptied it took people and check-ins along: an empty list must not hide that.
    """
    make_private_folder(path.parent)
    if not path.exists():
        _make_file(path)
    # Asked by name, never by opening: closing any descriptor of the file takes away the POSIX locks that SQLite holds
    # on it in this process, and another program that closes the file then throws away what was written since.
    found = path.stat()
    if stat.S_ISDIR(found.st_mode):
        raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(path))
    if not os.access(path, os.R_OK | os.W_OK, effective_ids=os.access in os.supports_effective_ids):
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
    if found.st_size == 0:
        raise DatabaseCorrupt(path=path, reason=Reason("the file is empty"))


def _make_file(path: Path) -> None:
    """Make a database without tables; it has its name from the moment on that its header is on the disk."""
    part = make_private_part(path)
    try:
        with closing(sqlite3.connect(part)) as connection:
            connection.execute(f"PRAGMA page_size={_PAGE_BYTES}")  # no effect on a file that has tables
            # Writes the header. SQLite gives the -wal and -shm files to come the mode of this file.
            connection.execute("PRAGMA journal_mode=WAL")
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        publish(part, path)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _plain(path: Path, busy_timeout_ms: int) -> Iterator[sqlite3.Connection]:
    uri = f"{path.absolute().as_uri()}?mode=ro"
    with closing(sqlite3.connect(uri, uri=True, timeout=busy_timeout_ms / 1000, isolation_level=None)) as connection:
        yield connection


def inspect(path: Path, busy_timeout_ms: int) -> str | None:
    """Return the schema revision of a sound file, None for one without tables; what SQLite refuses comes out as it is.

    Raises:
        DatabaseCorrupt: damaged.
        StorageError: of another program.
    """
    with _plain(path, busy_timeout_ms) as connection:
        if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            return None
        if not _has_table(connection, "alembic_version"):
            raise StorageError(path=path, reason=Reason("this is a database of another program"))
        row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        if row is None:
            raise DatabaseCorrupt(path=path, reason=Reason("it does not say its version"))
        refuse_strange_programs(connection)
        for (line,) in _quick_check(connection, path):
            if line != "ok":
                raise DatabaseCorrupt(path=path, reason=Reason.quoted(str(line)))
        return str(row[0])


def _quick_check(connection: sqlite3.Connection, path: Path) -> Iterator[tuple[object]]:
    if path.stat().st_size <= _WHOLE_CHECK_BYTES:
        yield from connection.execute("PRAGMA quick_check(1)")
        return
    for table in _ALWAYS_CHECKED:
        yield from connection.execute(f"PRAGMA quick_check({table})")


def _has_table(connection: sqlite3.Connection, name: str) -> bool:
    found = connection.execute("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?", (name,)).fetchone()
    return found is not None


def _upgrade(
    path: Path,
    found: str | None,
    revision: str,
    migrations: Path,
    busy_timeout_ms: int,
    witness: UpgradeWitness | None,
) -> None:
    # Alembic takes a third of a second to import: only a start that needs it pays.
    from alembic import command  # noqa: PLC0415
    from alembic.config import Config  # noqa: PLC0415
    from alembic.script import ScriptDirectory  # noqa: PLC0415
    from alembic.util import CommandError  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(migrations).replace("%", "%%"))
    known = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]
    if found is not None and found not in known:
        raise SchemaTooNew(path=path, found=found, known=revision)
    with translated(path):
        if found is not None:
            _back_up(path, found, busy_timeout_ms)
        engine = build_engine(path, "upgrade", busy_timeout_ms=busy_timeout_ms)
        try:
            with engine.begin() as connection:
                before = _row_counts(connection)
                if witness is not None:
                    # Another program may have done it meanwhile: what counts is the file under the lock.
                    now = (
                        connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
                        if before
                        else None
                    )
                    witness.before(connection, now)
                config.attributes["connection"] = connection
                command.upgrade(config, revision)
                _check_upgraded(path, connection, before)
                if witness is not None:
                    witness.after(connection, revision)
        except CommandError as err:
            raise StorageError(
                path=path, reason=Reason("cannot be upgraded ({cause})", cause=Reason.quoted(str(err)))
            ) from err
        finally:
            engine.dispose()
        _remove_backups_of_erased(path, busy_timeout_ms)
    _log.info("%s: schema %s -> %s", path, found, revision)


def _back_up(path: Path, found: str, busy_timeout_ms: int) -> None:
    copy = path.with_name(f"{path.name}.before-{found}")
    # A plain file copy would miss what is still in the -wal file.
    with made_beside(copy, is_private=True) as part, _plain(path, busy_timeout_ms) as connection:
        connection.execute("VACUUM INTO ?", (str(part),))


def _row_counts(connection: Connection) -> dict[str, int]:
    names = connection.exec_driver_sql(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name != 'alembic_version'"
    )
    return {name: connection.exec_driver_sql(f'SELECT count(*) FROM "{name}"').scalar_one() for (name,) in names.all()}


def _check_upgraded(path: Path, connection: Connection, before: dict[str, int]) -> None:
    """Raise, and thereby roll back, when a migration lost rows or left dangling references."""
    after = _row_counts(connection)
    lost = [name for name, rows in before.items() if name in after and after[name] < rows]
    dangling = connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if lost or dangling:
        reason = Reason(
            "the upgrade was undone: rows lost in {tables}, {count} dangling references",
            tables=lost,
            count=len(dangling),
        )
        raise StorageError(path=path, reason=reason)
