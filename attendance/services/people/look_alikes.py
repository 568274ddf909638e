"""Who can hardly be told from whom by the face: the door asks them, and only them, for their PIN."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from attendance.core.ports.people import Roster
from attendance.core.recognition.decision import DecisionRules
from attendance.core.recognition.matching import Gallery
from attendance.core.recognition.thresholds import GallerySize
from attendance.core.types import Person


class CurrentGallery(Protocol):
    """A gallery that is kept up to date (``GalleryKeeper``)."""

    @property
    def current(self) -> Gallery:
        """The newest snapshot."""

    def reload_if_changed(self) -> bool:
        """Load a new snapshot when somebody was enrolled."""


class LookAlikes:
    """Finds look-alikes as the door does. Safe from any thread.

    Args:
        gallery: active people and their templates.
        roster: their names.
        rules: of the door, for the size of a gallery.
    """

    def __init__(self, gallery: CurrentGallery, roster: Roster, rules: Callable[[GallerySize], DecisionRules]) -> None:
        self._gallery = gallery
        self._roster = roster
        self._rules = rules

    def of(self, person: Person) -> list[Person]:
        """Return whom somebody may be taken for, the nearest first.

        Raises:
            StorageError: the roster cannot be read.
        """
        self._gallery.reload_if_changed()
        gallery = self._gallery.current
        near = gallery.look_alikes(person.id, self._rules(gallery.size).look_alike_similarity)
        return [other for other in map(self._roster.get, near) if other is not None]
