"""Keeps the recognizer of an earlier version while people are known to no other, and goes on to the new one after it.

An update may bring another recognizer in the pack of the same name. Kept crops are embedded with it (``switch``); who
has none would be a stranger at the door. Then the earlier pack is copied into the data folder and stays in use, every
enrolment is embedded with both, and once everybody is known to the new one, it takes over at the next start.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from attendance.core.packs.format import recognizer_digits
from attendance.core.ports.people import Roster
from attendance.core.ports.recognizers import Recognizers
from attendance.core.ports.settings import SettingsStore
from attendance.core.ports.vision import VisionPack
from attendance.core.types import PackInfo, Person
from attendance.errors.models import EarlierRecognizerInUse, ModelError, SwitchRefused
from attendance.errors.storage import StorageError
from attendance.services.recognizers.switch import prepare_candidate, promote_candidate

EARLIER_DEFAULT_SETTING = "earlier_default"
"""Pack of an earlier version that stays in use for people without kept photographs; "" when there is none."""
_NAMED = 5

_log = logging.getLogger(__name__)


class EarlierPacks(Protocol):
    """Copies of default packs of this and of earlier versions (``ModelStore``)."""

    def keep_default(self) -> None:
        """Copy the default pack into the data folder, for the day when an update brings another one."""

    def earlier_default(self, digits: str) -> Path | None:
        """Return a folder with the recognizer whose SHA-256 begins so, None when there is none."""

    def import_pack(self, path: Path) -> PackInfo:
        """Install a pack from a folder."""


class EarlierDefault:
    """Decides between the default pack and the one before it.

    Args:
        recognizers: which pack is in use, and whom it knows.
        settings: remembers that an earlier pack is in use.
        packs: copies of default packs.
        default: describes the default pack.
        load: loads a pack by name.
    """

    def __init__(
        self,
        recognizers: Recognizers,
        settings: SettingsStore,
        packs: EarlierPacks,
        *,
        default: Callable[[], PackInfo],
        load: Callable[[str], VisionPack],
    ) -> None:
        self._recognizers = recognizers
        self._settings = settings
        self._packs = packs
        self._default = default
        self._load = load

    def settle(self, roster: Roster) -> None:
        """Choose before the pack in use is loaded; changes nothing where nothing has to change.

        Raises:
            ModelError: the earlier pack is damaged.
            StorageError: the database or the folder of packs cannot be used.
        """
        default, choice = self._default(), self._recognizers.choice()
        if choice.active == default.pack_id:
            self._stay_if_needed(default)
        # A candidate that somebody prepares comes first: it would be forgotten.
        elif self.is_in_use(choice.active) and choice.candidate is None and not self._waiting(default.model_id):
            self._go_on(default, roster)

    def _go_on(self, default: PackInfo, roster: Roster) -> None:
        pack = self._load(default.pack_id)
        try:
            prepare_candidate(self._recognizers, pack)
            promote_candidate(self._recognizers, roster, pack)
        except SwitchRefused as err:
            # Another program was faster, or somebody was enrolled meanwhile: the next start sees to it.
            _log.warning("the recognizer of this version is not in use yet: %s", err.user_text)
            return
        self._settings.set(EARLIER_DEFAULT_SETTING, "")
        _log.info("everybody is known to %s: it is in use from now on", default.model_id)

    def is_in_use(self, pack_id: str) -> bool:
        """Tell whether a pack in use is one of an earlier version that people depend on."""
        return bool(pack_id) and self._settings.get(EARLIER_DEFAULT_SETTING, "") == pack_id

    def trouble(self, pack_id: str) -> EarlierRecognizerInUse | None:
        """Return what to tell the administrator while an earlier pack is in use."""
        if not self.is_in_use(pack_id):
            return None
        people = self._waiting(self._default().model_id)
        return EarlierRecognizerInUse(count=len(people), names=_names(people)) if people else None

    def _waiting(self, model_id: str) -> list[Person]:
        """Return the active people who must be enrolled again before a recognizer knows them."""
        return [person for person in self._recognizers.unknown_to(model_id) if not person.crop_count]

    def _stay_if_needed(self, default: PackInfo) -> None:
        waiting = self._waiting(default.model_id)
        if not waiting:
            if self._recognizers.has_templates_without_crops():
                self._keep_default()
            return
        for model_id in self._recognizers.models_of(default.pack_id):
            # Not back to one that knows no more people: they were enrolled with this version's.
            if model_id == default.model_id or len(self._waiting(model_id)) >= len(waiting):
                continue
            source = self._packs.earlier_default(recognizer_digits(model_id))
            if source is None:
                continue
            earlier = self._packs.import_pack(source)
            # First: without this note the earlier pack would stay for good, and alone it means nothing.
            self._settings.set(EARLIER_DEFAULT_SETTING, earlier.pack_id)
            self._recognizers.stay_with(model_id, earlier.model_id, earlier.pack_id, expected=default.pack_id)
            _log.warning("people without kept crops are known to %s only: it stays in use", earlier.model_id)
            return
        _log.warning("%d people are not known to %s and have no kept crops", len(waiting), default.model_id)

    def _keep_default(self) -> None:
        try:
            self._packs.keep_default()
        except (ModelError, StorageError) as err:  # only a precaution: a full disk must not keep the door shut
            _log.warning("the default pack could not be copied for later: %s", err.user_text)


def _names(people: list[Person]) -> list[str]:
    return [person.name for person in people[:_NAMED]] + (["…"] if len(people) > _NAMED else [])
