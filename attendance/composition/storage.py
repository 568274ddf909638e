"""The data folder: key, database and what is kept in it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from attendance.composition.paths import AppPaths, account_name
from attendance.config import StorageSettings
from attendance.errors import AttendanceError
from attendance.errors.storage import DatabaseGone, DatabaseLocked, KeyUnavailable, LogNotContinued, ReadOnlyStorage
from attendance.private_files import make_private_folder, tighten

if TYPE_CHECKING:
    from pathlib import Path

    from attendance.data.audit.anchors import AuditAnchors
    from attendance.data.audit.head import AuditHead
    from attendance.data.audit.repository import SqlAuditLog
    from attendance.data.check_in_repository import SqlCheckInLog
    from attendance.data.database import Database
    from attendance.data.disputed_repository import SqlDisputedCrops
    from attendance.data.event_import_repository import SqlEventImports
    from attendance.data.hours.correction_repository import SqlCorrections
    from attendance.data.hours.plan_repository import SqlWorkPlans
    from attendance.data.hours.timesheet_repository import SqlHoursRecords
    from attendance.data.keys.encryption import Cipher
    from attendance.data.keys.key_store import KeyHandle
    from attendance.data.keys.secret_store import SecretStore
    from attendance.data.loss.reserve import CheckInReserve
    from attendance.data.outbox_repository import SqlOutbox
    from attendance.data.recognizer_repository import SqlRecognizers
    from attendance.data.roster.repository import SqlRoster
    from attendance.data.schedule_repository import SqlReportSchedules
    from attendance.data.settings_repository import SqlSettings
    from attendance.data.shadow_repository import SqlShadowLog
    from attendance.services.people.crop_keeping import CropKeeping

BUNDLED_PACK = "bundled"
_LOCK_POLL_S = 0.02
_LOCK_WAIT_S = 30.0
"""Longer than making a key takes anywhere."""


class Storage:
    """Key, database and repositories; made on first use.

    Args:
        paths: of the installation.
        settings: section [storage].
        on_open: called with the database when it was opened.
    """

    def __init__(
        self, paths: AppPaths, settings: StorageSettings, *, on_open: Callable[[Database], None] | None = None
    ) -> None:
        self._on_open = on_open
        self._paths = paths
        self._settings = settings
        self._opened: Database | None = None

    def close(self) -> None:
        """Finish pending writes and close the database; a later use opens it again only in a new Storage."""
        if self._opened is not None:
            self._opened.close()
            self._opened = None

    @property
    def troubles(self) -> tuple[AttendanceError, ...]:
        """What the opened database has to tell that does not stop the work; nothing while it is not open."""
        if self._opened is None:
            return ()
        alarm = self._opened.alarm
        changed = None if alarm is None else LogNotContinued(path=self._paths.database, reason=alarm)
        return tuple(one for one in (changed, self._opened.unfinished) if one is not None)

    def looked_for_troubles(self, *, deep: bool) -> tuple[AttendanceError, ...]:
        """Return ``troubles`` after a look at the whole audit log, and at every stored row as well when ``deep``.

        Without the site's key nobody can tell, and the look is left out.

        Raises:
            StorageError: the database or the head cannot be read.
        """
        try:
            finding = self.audit_log.verify(deep=deep).finding
        except KeyUnavailable:
            finding = None
        told = self.troubles
        if finding is None or any(isinstance(trouble, LogNotContinued) for trouble in told):
            return told
        return (LogNotContinued(path=self._paths.database, reason=finding.what), *told)

    @property
    def database_gone(self) -> DatabaseGone | None:
        """What is to be said when there is no database although there was one; changes nothing."""
        from attendance.data.upgrade import gone

        return gone(self._paths.database, self.audit_head.known_entries)

    @property
    def finished_late(self) -> int:
        """How many erasures that were cut short were finished when the database was opened."""
        return 0 if self._opened is None else self._opened.finished_late

    @property
    def has_database(self) -> bool:
        """Whether anything was ever stored here."""
        return self._paths.database.exists()

    def is_upgrade_due(self) -> bool:
        """Tell whether opening the database would change it first; False without one.

        Raises:
            StorageError: it cannot be read or is damaged.
        """
        from attendance.data.database import BUSY_TIMEOUT_MS
        from attendance.data.upgrade import is_due

        return self.has_database and is_due(self._paths.database, busy_timeout_ms=BUSY_TIMEOUT_MS)

    def restore(self, copy: Path) -> list[Path]:
        """Put a copy in the place of a database that is gone; see ``attendance.data.loss.restore``."""
        from attendance.data.database import BUSY_TIMEOUT_MS
        from attendance.data.loss.restore import restore

        return restore(copy, self._paths.database, key_id=self.cipher.key_id, busy_timeout_ms=BUSY_TIMEOUT_MS)

    def ensure_data_dir(self) -> None:
        """Make the data folder; it and the settings file, which may hold a camera's password, are this user's alone.

        A folder without a database, which may have been meant for something else, is left as it is.

        Raises:
            ReadOnlyStorage: it cannot be made.
        """
        try:
            make_private_folder(self._paths.data_dir)
        except OSError as err:
            raise ReadOnlyStorage(path=self._paths.data_dir) from err
        tighten(self._paths.config)
        if self.has_database:
            tighten(self._paths.data_dir)

    # --- key and database ----------------------------------------------------------------------------

    @cached_property
    def key(self) -> KeyHandle:
        """This installation's encryption key.

        Raises:
            KeyUnavailable: there is a database, but its key is gone.
        """
        from attendance.data.keys.key_store import load_or_create_key

        self.ensure_data_dir()
        with self._first_start():
            return load_or_create_key(
                self._paths.data_dir,
                mode=self._settings.key_store,
                database_exists=self.has_database,
                on_new_file=self._begin_head,
            )

    @contextmanager
    def _first_start(self) -> Iterator[None]:
        """Let one program after the other make key and head of a new folder: the two belong together.

        Raises:
            DatabaseLocked: another program makes them all the time.
        """
        from attendance.data.process_lock import ProcessLock

        if self.has_database:
            yield
            return
        lock = ProcessLock(self._paths.lock("first-start"))
        last_s = time.monotonic() + _LOCK_WAIT_S
        while not lock.take():
            if time.monotonic() > last_s:
                raise DatabaseLocked(path=self._paths.database)
            time.sleep(_LOCK_POLL_S)
        try:
            yield
        finally:
            lock.release()

    def _begin_head(self, key: bytes) -> None:
        self.audit_head.begin(key)

    @cached_property
    def cipher(self) -> Cipher:
        """Encrypts and decrypts with the key."""
        from attendance.data.keys.encryption import Cipher

        return Cipher(self.key.key)

    @cached_property
    def database(self) -> Database:
        """The opened, upgraded database."""
        from attendance.data.database import Database
        from attendance.data.keys.key_store import KEYRING

        self.ensure_data_dir()
        # A key can be made only while nothing can be encrypted yet, so it comes before the file; and so does the head.
        # One that is missing beside a key file was taken away: it is not made again.
        if not self.has_database and self.key.where == KEYRING:
            self.audit_head.begin()
        database = Database(self._paths.database, actor=account_name(), head=self.audit_head)
        database.open()
        self._opened = database
        if self._on_open is not None:
            self._on_open(database)
        return database

    @cached_property
    def audit_head(self) -> AuditHead:
        """The head of the audit log; asks for the key only when it writes or checks."""
        from attendance.data.audit.head import AuditHead

        return AuditHead(self._paths.audit_head, lambda: self.key.key)

    @cached_property
    def audit_log(self) -> SqlAuditLog:
        """The chained log of changes."""
        from attendance.data.audit.repository import SqlAuditLog

        return SqlAuditLog(self.database, self.audit_head)

    @cached_property
    def check_in_reserve(self) -> CheckInReserve:
        """Room and record for check-ins that the database refuses; for the door alone."""
        from attendance.data.loss.reserve import CheckInReserve

        log_id = self.audit_log.log_id()
        return CheckInReserve(self._paths.reserve, self._paths.unsaved_elsewhere, self.cipher, log_id=log_id)

    @cached_property
    def anchors(self) -> AuditAnchors:
        """Notes of where the log stands, for places outside of the folder."""
        from attendance.data.audit.anchors import AuditAnchors

        return AuditAnchors(self.database)

    # --- settings and secrets ------------------------------------------------------------------------

    @cached_property
    def settings(self) -> SqlSettings:
        """Settings kept in the database."""
        from attendance.data.settings_repository import SqlSettings

        return SqlSettings(self.database)

    @cached_property
    def secrets(self) -> SecretStore:
        """Passwords and signing secrets."""
        from attendance.data.keys.secret_store import SecretStore

        return SecretStore(self.settings, self.cipher, use_keyring=self._settings.key_store != "file")

    @cached_property
    def crop_keeping(self) -> CropKeeping:
        """Whether enrolment crops are kept."""
        from attendance.services.people.crop_keeping import CropKeeping

        return CropKeeping(self.settings, default=self._settings.keep_crops)

    # --- people and recognizers ----------------------------------------------------------------------
    # The cipher comes before the database: whether a key may be made depends on the file being absent.

    @cached_property
    def roster(self) -> SqlRoster:
        """People and templates."""
        from attendance.data.roster.repository import SqlRoster

        cipher = self.cipher
        return SqlRoster(self.database, cipher, keep_crops=self.crop_keeping.is_on)

    @cached_property
    def recognizers(self) -> SqlRecognizers:
        """Which pack plays which part, and the templates of several of them."""
        from attendance.data.recognizer_repository import SqlRecognizers

        cipher = self.cipher
        return SqlRecognizers(self.database, cipher, default_pack=BUNDLED_PACK)

    @cached_property
    def shadow_log(self) -> SqlShadowLog:
        """What a candidate recognizer says of the faces at the door."""
        from attendance.data.shadow_repository import SqlShadowLog

        return SqlShadowLog(self.database)

    @cached_property
    def disputed_crops(self) -> SqlDisputedCrops:
        """Faces of check-ins that people took back."""
        from attendance.data.disputed_repository import SqlDisputedCrops

        cipher = self.cipher
        return SqlDisputedCrops(self.database, cipher)

    # --- check-ins and hours -------------------------------------------------------------------------

    @cached_property
    def check_in_log(self) -> SqlCheckInLog:
        """The append-only log."""
        from attendance.data.check_in_repository import SqlCheckInLog

        return SqlCheckInLog(self.database)

    @cached_property
    def event_imports(self) -> SqlEventImports:
        """Check-ins that came in files."""
        from attendance.data.event_import_repository import SqlEventImports

        return SqlEventImports(self.database)

    @cached_property
    def corrections(self) -> SqlCorrections:
        """Corrections as they are stored; the service makes new ones."""
        from attendance.data.hours.correction_repository import SqlCorrections

        return SqlCorrections(self.database)

    @cached_property
    def work_plans(self) -> SqlWorkPlans:
        """Versions of the plan that says who works when."""
        from attendance.data.hours.plan_repository import SqlWorkPlans

        return SqlWorkPlans(self.database)

    @cached_property
    def hours_records(self) -> SqlHoursRecords:
        """What hours are worked out from, and the days that were."""
        from attendance.data.hours.timesheet_repository import SqlHoursRecords

        return SqlHoursRecords(self.database, self.audit_head.keys)

    # --- other systems -------------------------------------------------------------------------------

    @cached_property
    def outbox(self) -> SqlOutbox:
        """Messages that wait."""
        from attendance.data.outbox_repository import SqlOutbox

        return SqlOutbox(self.database)

    @cached_property
    def schedules(self) -> SqlReportSchedules:
        """Scheduled reports as they are stored."""
        from attendance.data.schedule_repository import SqlReportSchedules

        return SqlReportSchedules(self.database)
