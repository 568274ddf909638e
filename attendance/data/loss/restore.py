"""Puts a copy of a database in the place of one that is gone."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

from attendance.data.schema import KEY_ID_SETTING
from attendance.data.storage_errors import translated
from attendance.data.upgrade import COMPANIONS, inspect
from attendance.errors import Reason
from attendance.errors.storage import KeyUnavailable, StorageError
from attendance.whole_file import made_beside, names_to_disk


def restore(copy: Path, path: Path, *, key_id: str, busy_timeout_ms: int) -> list[Path]:
    """Put a copy in the place of a database that is gone or holds nothing; the copy itself is not changed.

    Args:
        copy: a database that was kept elsewhere or beside.
        path: the place.
        key_id: of the site's key.
        busy_timeout_ms: how long to wait for another program's lock.

    Returns:
        What lay in the way and was set aside, under its new name: the write-ahead log of the old database must not be
        applied to another one.

    Raises:
        KeyUnavailable: the copy was encrypted with another key.
        DatabaseCorrupt: the copy is damaged.
        StorageError: there is a database with something in it, the copy is none, or it cannot be written.
    """
    with translated(copy):
        if not copy.is_file():
            raise StorageError(path=copy, reason=Reason("there is no such file"))
        if inspect(copy, busy_timeout_ms) is None:
            raise StorageError(path=copy, reason=Reason("it holds nothing"))
        _check_key(copy, key_id)
    with translated(path):
        if path.exists() and path.stat().st_size and inspect(path, busy_timeout_ms) is not None:
            raise StorageError(path=path, reason=Reason("it is there and holds something; move it away first"))
        with made_beside(path, is_private=True) as part:
            with closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro", uri=True)) as connection:
                connection.execute("VACUUM INTO ?", (str(part),))
            aside = _set_aside(path)
        names_to_disk(path.parent)
    return aside


def _check_key(copy: Path, key_id: str) -> None:
    with closing(sqlite3.connect(f"{copy.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        found = connection.execute("SELECT value FROM setting WHERE key = ?", (KEY_ID_SETTING,)).fetchone()
    if found is not None and found[0] != key_id:
        reason = Reason(
            "the key at hand ({key}) is not the one that encrypted this database ({other})",
            key=key_id,
            other=str(found[0]),
        )
        raise KeyUnavailable(path=copy, reason=reason)


def _set_aside(path: Path) -> list[Path]:
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S")
    aside = []
    for ending in ("", *COMPANIONS):
        old = path.with_name(path.name + ending)
        if old.exists():
            aside.append(old.rename(path.with_name(f"{old.name}.set-aside-{stamp}")))
    return aside
