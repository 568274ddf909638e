"""Keeps one gallery snapshot in memory and swaps it as a whole when the roster changes."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterable

from attendance.core.ports.people import Roster
from attendance.core.recognition.matching import Gallery
from attendance.core.recognition.unknown_people import first_people
from attendance.errors.storage import TemplatesDamaged

_log = logging.getLogger(__name__)


def damaged_trouble(roster: Roster, people: Iterable[int]) -> TemplatesDamaged | None:
    """Return what the administrator should know about people with templates that cannot be opened.

    Args:
        roster: their names.
        people: ids, repeated or not.
    """
    found = [person for person in map(roster.get, sorted(set(people))) if person is not None]
    return TemplatesDamaged(names=first_people(found)) if found else None


class GalleryKeeper:
    """The gallery of one recognizer. Safe from any thread; a snapshot is never edited.

    Args:
        roster: where the templates are.
        model_id: recognizer whose templates are loaded; a gallery never mixes two.

    Raises:
        StorageError: the templates cannot be read. The first snapshot is loaded here.
    """

    def __init__(self, roster: Roster, model_id: str) -> None:
        self._roster = roster
        self._model_id = model_id
        self._lock = threading.Lock()
        self._token = ""
        self._damaged: tuple[int, ...] = ()
        self._gallery = self._load()

    @property
    def current(self) -> Gallery:
        """The newest snapshot; keep it while one frame is worked on."""
        return self._gallery

    @property
    def damaged(self) -> tuple[int, ...]:
        """Ids of people with a template that cannot be opened: it was left out of the newest snapshot."""
        return self._damaged

    def reload(self) -> None:
        """Load a new snapshot.

        Raises:
            StorageError: the templates cannot be read; the old snapshot stays.
        """
        with self._lock:
            self._gallery = self._load()

    def reload_if_changed(self) -> bool:
        """Load a new snapshot when the roster says that something changed, in this process or another.

        Returns:
            True when a new snapshot was loaded.

        Raises:
            StorageError: the roster cannot be read; the old snapshot stays.
        """
        with self._lock:
            if self._roster.change_token() == self._token:
                return False
            self._gallery = self._load()
            return True

    def _load(self) -> Gallery:
        # The token is read first: a change that comes during the load is then seen at the next look.
        token = self._roster.change_token()
        damaged: list[int] = []
        # One damaged row must not shut the door for everybody else.
        embeddings, person_ids = self._roster.load_templates(self._model_id, on_damaged=damaged.append)
        gallery = Gallery(embeddings, person_ids, self._model_id)
        self._token = token
        self._damaged = tuple(sorted(set(damaged)))
        if damaged:
            _log.error("%d templates are damaged and left out, of the people %s", len(damaged), list(self._damaged))
        _log.info("gallery loaded: %d templates of %d people", gallery.size.templates, gallery.size.people)
        return gallery
