"""Templates of several recognizers, and what a candidate sees."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from attendance.core.recognition.shadow import ShadowProbe, ShadowReport
from attendance.core.types import ImageBgr, Person, RecognizerChoice, Template


class Recognizers(Protocol):
    """Which recognizer is in use, which one may follow, and the templates of both. Safe from any thread.

    Every method raises StorageError when the database cannot be used; what it was to change is then unchanged.
    """

    def choice(self) -> RecognizerChoice:
        """Return which packs play which part."""

    def set_candidate(self, pack_id: str) -> None:
        """Name the candidate; another one before it is discarded in the same transaction.

        Raises:
            SwitchRefused: the pack is in use.
        """

    def mark_prepared(self, pack_id: str, model_id: str) -> bool:
        """Note that every kept crop has a template of the candidate; False when it is not the candidate any more."""

    def count_crops_without(self, model_id: str) -> int:
        """Return the number of kept crops that this recognizer has not embedded."""

    def iter_crops_without(self, model_id: str) -> Iterator[tuple[int, int, ImageBgr]]:
        """Yield (crop id, person id, (112, 112, 3) BGR crop) of these, in bounded memory."""

    def add_templates(self, templates: Sequence[Template], *, candidate: str | None = None) -> bool:
        """Add templates of kept crops in one transaction.

        Those are left out whose crop is gone or has a template of the same recognizer already.

        Args:
            templates: with their crop ids, all of one recognizer.
            candidate: pack that must still be the candidate; None for the recognizer in use, whose galleries are told
                of the change.

        Returns:
            False, and nothing is added, when it is not the candidate any more.
        """

    def unknown_to(self, model_id: str, *, known_to_pack: str | None = None) -> list[Person]:
        """Return the active people, by name, who have templates (of a pack, or any), but none of this recognizer."""

    def promote(self, pack_id: str, model_id: str, *, force: bool = False, overruled: Sequence[str] = ()) -> bool:
        """Put the candidate in use, in one transaction; the pack before it becomes the previous one.

        False, and nothing is changed, while it lacks a kept crop: one was enrolled after the preparation.

        Templates of kept crops that belong to neither of the two are removed, and so are the shadow probes. The audit
        log notes the switch, with what was overruled for it.

        Raises:
            SwitchRefused: it is not the candidate, or without ``force`` somebody would not be known any more.
        """

    def discard(self) -> None:
        """Forget the candidate, its shadow probes and its templates, in one transaction; harmless without one."""

    def rollback(self, expected: str) -> None:
        """Put the previous pack in use, in one transaction.

        Raises:
            SwitchRefused: the previous pack is not the expected one.
        """

    def has_templates_without_crops(self) -> bool:
        """Tell whether anybody's template could not be made again."""

    def models_of(self, pack_id: str) -> list[str]:
        """Return the recognizers (model ids) of this pack name that templates are of, the newest templates first."""

    def stay_with(self, model_id: str, kept_model_id: str, pack_id: str, *, expected: str) -> None:
        """Give the templates of one recognizer another model id and put its pack in use, in one transaction.

        Nothing is changed when another pack than the expected one is in use by now.
        """

    def retire_older(self, pack_id: str, model_id: str) -> None:
        """Remove templates of kept crops that an earlier recognizer of the same pack name made."""


class ShadowLog(Protocol):
    """What both recognizers said of recent faces. Safe from any thread; raises StorageError."""

    def append(self, probe: ShadowProbe) -> bool:
        """Keep one probe; False when its recognizer is not the candidate any more or a person was erased."""

    def report(self, old_model_id: str, new_model_id: str) -> ShadowReport:
        """Summarise the kept probes of one pair of recognizers."""
