"""One SQLite file: one writer thread, any number of readers."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Engine, event
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from attendance.data.audit.adoption import Adoption
from attendance.data.audit.entries import end_before, start_session
from attendance.data.audit.head import AuditHead
from attendance.data.audit.seals import Seals
from attendance.data.engines import build_engine
from attendance.data.loss.same_file import SameFile
from attendance.data.pending_work import noted_work, settle_work
from attendance.data.storage_errors import translated
from attendance.data.upgrade import integrity_problems, prepare_file, remove_backups
from attendance.errors import Reason
from attendance.errors.storage import EraseUnfinished, StorageError
from attendance.whole_file import sweep_parts

BUSY_TIMEOUT_MS = 5000

_T = TypeVar("_T")
_log = logging.getLogger(__name__)


class Database:
    """The database file and its connections.

    Every write is one IMMEDIATE transaction in the one writer thread, in the order of submission; every read is
    a session of the calling thread. Both raise errors of ``attendance.errors`` only.

    Args:
        path: the file, e.g. ``<data folder>/attendance.db``.
        busy_timeout_ms: how long to wait for another program's lock before DatabaseLocked.
        actor: who the audit log names for what this program writes, unless the entry itself knows better.
        head: file that follows the end of the audit log, and the keys that seal what is written; None keeps none
            (tools, tests).
    """

    def __init__(
        self,
        path: Path,
        *,
        busy_timeout_ms: int = BUSY_TIMEOUT_MS,
        actor: str = "",
        head: AuditHead | None = None,
    ) -> None:
        self._path = path
        self._busy_timeout_ms = busy_timeout_ms
        self._actor = actor
        self._head = head
        self._seals = None if head is None else Seals(head)
        self._same_file = SameFile(path)
        self._head_lock = threading.Lock()
        self._is_head_due = False
        self._finished_late = 0
        self._unfinished: EraseUnfinished | None = None
        self._writer: Engine | None = None
        self._reader: Engine | None = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="attendance-writer")

    @property
    def path(self) -> Path:
        """The database file."""
        return self._path

    @property
    def finished_late(self) -> int:
        """How many erasures that an earlier program left unfinished were finished when this one opened the file."""
        return self._finished_late

    @property
    def unfinished(self) -> EraseUnfinished | None:
        """What is to be said as long as something of erased people may be left on the disk, None without."""
        return self._unfinished

    @property
    def alarm(self) -> Reason | None:
        """What tells, as far as a start looks, that somebody changed the log or the tables; None when nothing does."""
        head = None if self._head is None else self._head.alarm
        return head or (None if self._seals is None else self._seals.alarm)

    def open(self) -> None:
        """Create or upgrade the file, check it and make sure that it can be written.

        What a program that was killed left behind is removed, and what it left to do is done.

        Raises:
            DatabaseGone: it is not there, but was.
            SchemaTooNew: written by a newer version.
            DatabaseCorrupt: damaged or no database.
            ReadOnlyStorage: file or folder may not be written.
            DatabaseLocked: another program held it longer than the wait.
            DiskFull: no space.
            StorageError: anything else.
        """
        adoption = None if self._head is None else Adoption(self._head, self._actor)
        known = 0 if self._head is None else self._head.known_entries
        prepare_file(self._path, busy_timeout_ms=self._busy_timeout_ms, witness=adoption, known_entries=known)
        self._writer = build_engine(self._path, "writer", busy_timeout_ms=self._busy_timeout_ms)
        if self._seals is not None:
            event.listen(self._writer, "connect", self._seals.attach)
            event.listen(self._writer, "handle_error", self._seals.note_failure)
        self._reader = build_engine(self._path, "reader", busy_timeout_ms=self._busy_timeout_ms)
        try:
            # BEGIN IMMEDIATE alone finds out about a file that may be read but not written.
            self.write(lambda session: session.connection())
            self._enqueue(self._bring_head_up).result()
            self._enqueue(self._look_at_seals).result()
            sweep_parts(self._path.parent)
            self._finished_late = self.finish_pending()
        except StorageError:
            self.close()
            raise

    def submit(self, fn: Callable[[Session], _T]) -> Future[_T]:
        """Run a function in the writer thread, in one transaction that is committed when it returns.

        Args:
            fn: gets the session; what it raises undoes the transaction and becomes the future's exception.

        Returns:
            Resolves after the commit. Its exception is a StorageError when the database failed or is closed.
        """
        return self._enqueue(lambda: self._transact(fn))

    def seal_anew(self, fn: Callable[[Session, Seals], _T]) -> _T:
        """Run a function like ``write``, with what seals: it may seal anew what it writes by itself.

        Raises:
            StorageError: the database failed; whatever ``fn`` raises.
            ValueError: this database seals nothing (a bug).
        """
        seals = self._seals
        if seals is None:
            raise ValueError("a database without a head seals nothing")
        return self.write(lambda session: fn(session, seals))

    def write(self, fn: Callable[[Session], _T]) -> _T:
        """Run a function like ``submit`` and wait for the commit. Not from within another one.

        Raises:
            StorageError: the database failed; whatever ``fn`` raises.
        """
        return self.submit(fn).result()

    @contextmanager
    def read(self) -> Iterator[Session]:
        """Give a session of one read transaction: everything read in it is of one moment.

        Raises:
            StorageError: the database failed.
        """
        with translated(self._path), Session(self._engine(self._reader)) as session:
            yield session

    def plain_rows(self, sql: str, values: tuple[object, ...]) -> list[tuple[Any, ...]]:
        """Return rows as the driver reads them: an object of SQLAlchemy for each costs as much as reading it.

        Args:
            sql: with "?" for each value.
            values: in their order.

        Raises:
            StorageError: the database failed.
        """
        with self.read() as session:
            cursor = session.connection().connection.cursor()
            rows: list[tuple[Any, ...]] = cursor.execute(sql, values).fetchall()
            cursor.close()
        return rows

    def compact(self) -> bool:
        """Rewrite the file without what was deleted, and empty the write-ahead log; waits for its turn.

        Returns:
            False when another program kept reading, so that the log could not be emptied.

        Raises:
            StorageError: the database failed, e.g. no space for the rewritten copy.
        """
        return self._enqueue(self._vacuum).result()

    def finish_pending(self) -> int:
        """Do what committed changes noted as still to be done; may be repeated, by several programs as well.

        Erasing somebody leaves pages, the write-ahead log and copies of earlier versions with what was deleted. The
        note goes last: whatever ends the program in between, the next start does it all again.

        Returns:
            How many notes were settled; 0 when there were none, or when something is in the way (``unfinished``).
        """
        self._unfinished = None
        try:
            with self.read() as session:
                noted = noted_work(session)
            if not noted:
                return 0
            if not self.compact():
                raise StorageError(path=self._path, reason=Reason("another program is reading it"))
            remove_backups(self._path)
            self.write(lambda session: settle_work(session, noted))
        except StorageError as err:
            self._unfinished = EraseUnfinished(path=self._path.parent, reason=err.as_reasons[0])
            _log.warning("erased, but not yet from every file: %s", err.log_text)
            return 0
        return len(noted)

    def integrity_problems(self) -> list[str]:
        """Check the whole file, slowly; one line a problem, empty when sound.

        Raises:
            StorageError: the file cannot be read at all.
        """
        return integrity_problems(self._path, busy_timeout_ms=self._busy_timeout_ms)

    def close(self) -> None:
        """Finish the writes that were submitted, then close all connections. Harmless when closed."""
        self._thread.shutdown(wait=True)
        if self._is_head_due and self._writer is not None:
            self._bring_head_up()  # it became due when the thread took no more work
        for engine in (self._reader, self._writer):  # the writer last: the last connection empties the log
            if engine is not None:
                engine.dispose()
        self._reader = self._writer = None

    def _enqueue(self, job: Callable[[], _T]) -> Future[_T]:
        try:
            return self._thread.submit(job)
        except RuntimeError:  # the executor's answer after shutdown
            future: Future[_T] = Future()
            future.set_exception(StorageError(path=self._path, reason=Reason("the database is closed")))
            return future

    def _transact(self, fn: Callable[[Session], _T]) -> _T:
        with translated(self._path), Session(self._engine(self._writer)) as session:
            self._same_file.check()
            with self._sealed(), session.begin():
                start_session(session, self._actor, self._seals)
                result = fn(session)
                session.flush()
                if self._seals is not None:
                    self._seals.settle(session.connection(), end_before(session))
            if end_before(session) is not None or (self._seals is not None and self._seals.has_stored):
                self._let_head_follow()
        return result

    @contextmanager
    def _sealed(self) -> Iterator[None]:
        """Raise why a row could not be sealed instead of what SQLite makes of it."""
        if self._seals is not None:
            self._seals.begin()
        try:
            yield
        except DBAPIError:
            if self._seals is not None and self._seals.failure is not None:
                raise self._seals.failure from None
            raise

    def _let_head_follow(self) -> None:
        # Behind the writes that wait already: a burst of them costs one head, and no commit waits for it.
        with self._head_lock:
            if self._head is None or self._is_head_due:
                return
            self._is_head_due = True
        with suppress(RuntimeError):  # after shutdown: close() does it
            self._thread.submit(self._bring_head_up)

    def _bring_head_up(self) -> None:
        with self._head_lock:
            self._is_head_due = False
        if self._head is None:
            return
        try:
            with translated(self._path), Session(self._engine(self._writer)) as session, session.begin():
                self._head.catch_up(session.connection())
        except StorageError as err:  # what was written is safe; the head follows with the next entry or start
            _log.warning("the head of the audit log is behind: %s", err.log_text)

    def _look_at_seals(self) -> None:
        if self._seals is not None:
            with translated(self._path), Session(self._engine(self._writer)) as session, session.begin():
                self._seals.look(session.connection())

    def _vacuum(self) -> bool:
        # Outside SQLAlchemy's transactions: neither statement may run inside one.
        with translated(self._path):
            connection = self._engine(self._writer).raw_connection()
            try:
                cursor = connection.cursor()
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")  # deleted pages, overwritten, reach the file
                cursor.execute("VACUUM")
                is_busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
                cursor.close()
            finally:
                connection.close()
        return not is_busy

    def _engine(self, engine: Engine | None) -> Engine:
        if engine is None:
            raise StorageError(path=self._path, reason=Reason("the database is closed"))
        return engine
