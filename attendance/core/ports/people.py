"""The roster."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Protocol

from attendance.core.types import FloatArray, ImageBgr, Person


class Roster(Protocol):
    """People and their templates. Safe to call from any thread; writes return after the commit.

    Every method raises StorageError when the database cannot be used.
    """

    def list_people(self, *, include_inactive: bool = True) -> list[Person]:
        """Return all people by name."""

    def get_by_code(self, code: str) -> Person:
        """Return one person.

        Raises:
            UnknownPerson: nobody has this code.
        """

    def get(self, person_id: int) -> Person | None:
        """Return one person by id, None when erased."""

    def enrol(
        self,
        *,
        code: str,
        name: str,
        department: str = "",
        language: str = "",
        templates: Sequence[tuple[FloatArray, ImageBgr | None]],
        model_id: str,
        beside: Mapping[str, FloatArray] | None = None,
    ) -> Person:
        """Create the person, or add templates to the one with this code and name, in one transaction.

        ``beside`` holds (N, D) vectors of the same crops by the model id of other recognizers.

        Raises:
            DuplicateCode: the code belongs to somebody with another name.
        """

    def update(
        self,
        code: str,
        *,
        name: str | None = None,
        department: str | None = None,
        language: str | None = None,
        is_active: bool | None = None,
        may_train: bool | None = None,
    ) -> Person:
        """Change the given fields."""

    def erase(self, code: str) -> tuple[int, int, int]:
        """Remove name, templates and crops; attendance rows stay, anonymous.

        Returns:
            Numbers of removed templates, removed crops and kept attendance rows.
        """

    def load_templates(
        self, model_id: str, *, active_only: bool = True, on_damaged: Callable[[int], None] | None = None
    ) -> tuple[FloatArray, list[int]]:
        """Return (N, D) float32 unit rows and the person id of each row.

        Args:
            model_id: of the recognizer.
            active_only: leave out those of people who are not active.
            on_damaged: gets the person id of each row that cannot be used, which is left out then; None refuses all.

        Raises:
            KeyUnavailable: the stored templates cannot be decrypted.
            DatabaseCorrupt: a row is damaged, and there is no ``on_damaged``.
        """

    def people_without_templates(self, model_id: str) -> list[Person]:
        """Return everybody, active or not, by name, whom this recognizer does not know."""

    def change_token(self) -> str:
        """Return a text that changes whenever people or templates change, in any process. Cheap."""

    def iter_crops(self, person_id: int | None = None) -> Iterator[tuple[int, ImageBgr]]:
        """Yield (person id, (112, 112, 3) BGR crop) of every kept enrolment crop, active or not, or of one person."""

    def iter_training_crops(self) -> Iterator[tuple[Person, ImageBgr]]:
        """Yield the person and each kept (112, 112, 3) BGR crop of all active people who agreed to training."""
