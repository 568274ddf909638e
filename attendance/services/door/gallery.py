"""Keeps one gallery snapshot in memory and swaps it as a whole when the roster changes."""

from __future__ import annotations

import logging
import threading

from attendance.core.ports.people import Roster
from attendance.core.recognition.matching import Gallery

_log = logging.getLogger(__name__)


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
        self._gallery = self._load()

    @property
    def current(self) -> Gallery:
        """The newest snapshot; keep it while one frame is worked on."""
        return self._gallery

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
        embeddings, person_ids = self._roster.load_templates(self._model_id)
        gallery = Gallery(embeddings, person_ids, self._model_id)
        self._token = token
        _log.info("gallery loaded: %d templates of %d people", gallery.size.templates, gallery.size.people)
        return gallery
