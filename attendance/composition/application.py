"""One opened data folder: holds the scopes and closes them in order."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from attendance.composition.credentials import Credentials
from attendance.composition.door import Door
from attendance.composition.hours_and_reports import HoursAndReports
from attendance.composition.links import Links
from attendance.composition.packs import Packs
from attendance.composition.paths import AppPaths, default_data_dir
from attendance.composition.recognizer import Recognizer
from attendance.composition.settings_note import note_settings
from attendance.composition.site import Site
from attendance.composition.storage import Storage
from attendance.config import Settings, load_settings
from attendance.core.ports.clock import Clock
from attendance.system_clock import SystemClock

if TYPE_CHECKING:
    from attendance.data.database import Database
    from attendance.vision.images import ImageReader


class Application:
    """One opened data folder and everything built on it; parts are made on first use.

    Args:
        data_dir: folder of this installation; made when absent.
        clock: for tests and replays; the computer's clock by default.

    Attributes:
        paths: of its files.
        settings: of its file config.toml.
        site: clock and zone.
        storage: key, database and what is kept in it.
        packs: installed model packs.
        records: hours, corrections and reports.
        links: webhook, mail, relay, schedules, imports.
        credentials: PINs and badges.
        door: builds kiosk engines.

    Raises:
        ConfigError: the settings file is wrong.
    """

    def __init__(self, data_dir: Path | None = None, *, clock: Clock | None = None) -> None:
        self.paths = AppPaths((data_dir or default_data_dir()).expanduser().absolute())
        self.settings: Settings = load_settings(self.paths.config)
        given = self.settings
        self.site = Site(clock or SystemClock(), given.attendance.zone, self.paths.config)
        self.storage = Storage(self.paths, given.storage, on_open=self._note_settings)
        self.packs = Packs(self.paths, given.recognition, self.storage)
        self.records = HoursAndReports(given.attendance, given.kiosk.company, self.storage, self.site)
        self.links = Links(
            self.paths,
            webhook=given.webhook,
            mail=given.mail,
            relay=given.relay,
            two_person_rule=given.attendance.two_person_rule,
            storage=self.storage,
            site=self.site,
            records=self.records,
        )
        self.credentials = Credentials(given.entry, given.kiosk.company, self.storage, self.site)
        self.door = Door(
            self.paths,
            camera=given.camera,
            recognition=given.recognition,
            name=given.kiosk.door,
            mode=given.attendance.door_mode,
            entry=given.entry,
            storage=self.storage,
            site=self.site,
            packs=self.packs,
            records=self.records,
            links=self.links,
        )
        self._recognizer: Recognizer | None = None
        self._only_looks = False

    def __enter__(self) -> Application:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the work beside the door, finish pending writes and close the database."""
        self.forget_recognizer()
        self.links.close()
        self.packs.close()
        self.storage.close()
        self.door.close()

    def only_look(self) -> None:
        """Leave it to another start to tell the audit log of changed settings: whoever looks changes nothing."""
        self._only_looks = True

    def _note_settings(self, database: Database) -> None:
        if self._only_looks:
            return
        note_settings(database, self.storage.audit_head.keys, self.settings)

    @cached_property
    def images(self) -> ImageReader:
        """Reads picture files."""
        from attendance.vision.images import ImageReader

        return ImageReader()

    @property
    def recognizer(self) -> Recognizer:
        """The pack in use and what is built on it; loaded on first use, seconds on a slow machine.

        Raises:
            ModelError: the pack is absent, damaged or unusable.
        """
        if self._recognizer is None:
            self.packs.settle()
            self._recognizer = Recognizer(
                self.packs.load(self.packs.active_id),
                self.packs,
                paths=self.paths,
                storage=self.storage,
                site=self.site,
                images=self.images,
            )
        return self._recognizer

    @property
    def is_outdated(self) -> bool:
        """Whether another pack is in use than the one that is loaded; False while none is loaded."""
        return self._recognizer is not None and self._recognizer.pack.info.pack_id != self.packs.active_id

    def forget_recognizer(self) -> None:
        """Close the loaded pack and what was built on it, so that the next use loads the active one."""
        if self._recognizer is not None:
            self._recognizer.close()
            self._recognizer = None
