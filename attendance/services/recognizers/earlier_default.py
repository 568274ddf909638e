"""Keeps the recognizer of an earlier version while people are known to no other, and goes on to the new one after it.

An update may bring another recognizer in the pack of the same name. Kept crops are embedded with it (``switch``); who
has none would be a stranger at the door. Then the earlier pack is copied into the data folder and stays in use, every
enrolment is embedded with both, and once everybody is known to the new one, it takes over at the next start.

A few crops are embedded before the door opens. With more it opens with the earlier recognizer, where there is a copy of
it; they are embedded beside the door, and it follows within seconds of the last one.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Protocol

from attendance.core.packs.format import recognizer_digits
from attendance.core.ports.people import Roster
from attendance.core.ports.recognizers import Recognizers
from attendance.core.ports.settings import SettingsStore
from attendance.core.ports.vision import VisionPack
from attendance.core.recognition.unknown_people import first_people
from attendance.core.types import PackInfo, Person
from attendance.errors.models import EarlierRecognizerInUse, ModelError, SwitchRefused
from attendance.errors.storage import StorageError
from attendance.services.recognizers.background import BackgroundWork
from attendance.services.recognizers.switch import prepare_candidate, promote_candidate

EARLIER_DEFAULT_SETTING = "earlier_default"
"""Pack of an earlier version that stays in use for people without kept photographs; "" when there is none."""
AT_ONCE_CROPS = 100
"""So many crops are embedded before a door opens, in about a second and a half.

Measured on two busy cores: 1,500 crops, 5 of each of 300 people, take 30 s, 14 ms of processor time each; with a copy
of the earlier recognizer the door is open after 1.1 s instead (``python scripts/measure/update_speed.py``).
"""

_log = logging.getLogger(__name__)


class EarlierPacks(Protocol):
    """Copies of default packs of this and of earlier versions (``ModelStore``)."""

    def keep_default(self) -> None:
        """Copy the default pack into the data folder, for the day when an update brings another one; about 5 MB."""

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
        load: loads a pack by name, for work beside a door.
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
        self._background = BackgroundWork()
        self._going_on: Future[None] | None = None

    def settle(self, roster: Roster) -> None:
        """Choose before the pack in use is loaded; changes nothing where nothing has to change.

        Raises:
            ModelError: the earlier pack is damaged.
            StorageError: the database or the folder of packs cannot be used.
        """
        default = self._default()
        if self._recognizers.choice().active == default.pack_id and not self._went_back(default):
            if self._needs_copy(roster) and not self._lacking(default.model_id):
                self._keep_default()
            return
        choice = self._recognizers.choice()
        # A candidate that somebody prepares comes first: it would be forgotten.
        is_free = choice.candidate in {None, default.pack_id}
        if self.is_in_use(choice.active) and is_free and not self._waiting(default.model_id):
            self._go_on(default, roster)

    def going_back(self) -> str | None:
        """Return the recognizer that the next start goes back to, as its templates name it; changes nothing.

        Returns:
            None when the next start goes on with the pack in use.

        Raises:
            ModelError: the default pack is damaged.
            StorageError: the database cannot be read.
        """
        default = self._default()
        if self._recognizers.choice().active != default.pack_id:
            return None
        earlier = self._earlier(default)
        return None if earlier is None else earlier[0]

    def close(self, timeout_s: float) -> None:
        """End what goes on in the background; the next start goes on with it."""
        self._background.close(timeout_s)

    def _go_on(self, default: PackInfo, roster: Roster) -> None:
        if self._going_on is not None and not self._going_on.done():
            return
        if self._recognizers.count_crops_without(default.model_id) <= AT_ONCE_CROPS:
            self._switch(default, roster, lambda: False)
        else:
            _log.info("crops are embedded with %s beside the door", default.model_id)
            self._going_on = self._background.start(
                lambda should_stop: self._switch_beside(default, roster, should_stop), "earlier-default"
            )

    def _switch_beside(self, default: PackInfo, roster: Roster, should_stop: Callable[[], bool]) -> None:
        try:
            self._switch(default, roster, should_stop)
        except Exception:
            _log.exception("the recognizer of this version is not in use yet")
            raise

    def _switch(self, default: PackInfo, roster: Roster, should_stop: Callable[[], bool]) -> None:
        pack = self._load(default.pack_id)
        try:
            if not prepare_candidate(self._recognizers, pack, should_stop=should_stop).is_finished:
                return
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
        return EarlierRecognizerInUse(count=len(people), names=first_people(people)) if people else None

    def _waiting(self, model_id: str) -> list[Person]:
        """Return the active people who must be enrolled again before a recognizer knows them."""
        return [person for person in self._recognizers.unknown_to(model_id) if not person.crop_count]

    def _lacking(self, model_id: str) -> list[Person]:
        """Return the active people whom a door with this recognizer would not know as soon as it should open."""
        unknown = self._recognizers.unknown_to(model_id)
        if self._recognizers.count_crops_without(model_id) > AT_ONCE_CROPS:
            return unknown
        return [person for person in unknown if not person.crop_count]

    def _earlier(self, default: PackInfo) -> tuple[str, Path] | None:
        """Return an earlier recognizer, as its templates name it, that knows people whom the default does not yet.

        Returns:
            With a folder that has it; None when there is no need of one, or no copy.
        """
        lacking = self._lacking(default.model_id)
        if not lacking:
            return None
        for model_id in self._recognizers.models_of(default.pack_id):
            # Not back to one that knows no more people: they were enrolled with this version's.
            if model_id == default.model_id or len(self._lacking(model_id)) >= len(lacking):
                continue
            source = self._packs.earlier_default(recognizer_digits(model_id))
            if source is not None:
                return model_id, source
        return None

    def _went_back(self, default: PackInfo) -> bool:
        """Put the earlier recognizer in use where people are known to no other; False when nothing was changed."""
        found = self._earlier(default)
        if found is None:
            if waiting := self._waiting(default.model_id):
                _log.warning("%d people are not known to %s and have no kept crops", len(waiting), default.model_id)
            return False
        model_id, source = found
        earlier = self._packs.import_pack(source)
        # First: without this note the earlier pack would stay for good, and alone it means nothing.
        self._settings.set(EARLIER_DEFAULT_SETTING, earlier.pack_id)
        self._recognizers.stay_with(model_id, earlier.model_id, earlier.pack_id, expected=default.pack_id)
        _log.warning("people are known to %s only: it stays in use", earlier.model_id)
        return True

    def _needs_copy(self, roster: Roster) -> bool:
        """Tell whether the next default could not take over before the door opens."""
        if self._recognizers.has_templates_without_crops():
            return True
        return sum(person.crop_count for person in roster.list_people()) > AT_ONCE_CROPS

    def _keep_default(self) -> None:
        try:
            self._packs.keep_default()
        except (ModelError, StorageError) as err:  # only a precaution: a full disk must not keep the door shut
            _log.warning("the default pack could not be copied for later: %s", err.user_text)
