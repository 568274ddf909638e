"""PINs and badges put together."""

from __future__ import annotations

from collections.abc import Callable
from functools import cached_property
from typing import TYPE_CHECKING

from attendance.composition.site import Site
from attendance.composition.storage import Storage
from attendance.config import EntrySettings

if TYPE_CHECKING:
    from attendance.core.ports.credentials import Credentials as CredentialStore
    from attendance.core.ports.credentials import PinHasher
    from attendance.services.credentials.badges import BadgeService
    from attendance.services.credentials.door_entry import DoorEntry
    from attendance.services.credentials.pins import PinService


class Credentials:
    """The other way in; parts are made on first use.

    Args:
        settings: section [entry].
        company: printed on badges.
        storage: the opened data folder.
        site: its clock.
    """

    def __init__(self, settings: EntrySettings, company: str, storage: Storage, site: Site) -> None:
        self._settings = settings
        self._company = company
        self._storage = storage
        self._site = site

    @cached_property
    def store(self) -> CredentialStore:
        """PINs and badges as they are kept."""
        from attendance.data.credentials.repository import SqlCredentials

        cipher = self._storage.cipher
        return SqlCredentials(self._storage.database, cipher)

    @cached_property
    def _hasher(self) -> PinHasher:
        from attendance.data.credentials.pin_hash import Argon2PinHasher

        return Argon2PinHasher()

    @cached_property
    def pins(self) -> PinService:
        """Sets PINs."""
        from attendance.services.credentials.pins import PinService

        return PinService(self.store, self._storage.roster, self._hasher)

    @cached_property
    def badges(self) -> BadgeService:
        """Prints and revokes badges."""
        from attendance.reporting.badge_sheet import BadgeFace, write_badge_sheet
        from attendance.services.credentials.badges import BadgeService
        from attendance.vision.qr_codes import qr_modules

        return BadgeService(
            self.store,
            self._storage.roster,
            lambda badges, path: write_badge_sheet(
                [BadgeFace(one.person.name, one.person.code, qr_modules(one.text)) for one in badges],
                path,
                company=self._company,
            ),
        )

    def door_entry(self, knows_face: Callable[[int], bool]) -> DoorEntry:
        """Return what the door looks at codes, badges and PINs with.

        Args:
            knows_face: whether the recognizer in use knows a person (id).
        """
        from attendance.services.credentials.door_entry import DoorEntry, EntryMode, EntryRules

        given = self._settings
        rules = EntryRules(EntryMode(given.mode), given.badge_alone, given.badge_pin, given.badge_face)
        return DoorEntry(self.store, self._storage.roster, self._hasher, self._site.clock, rules, knows_face=knows_face)
