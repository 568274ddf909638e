"""Switches to another model pack without new photographs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice

from attendance.core.ports import Roster, VisionPack
from attendance.core.types import ImageBgr, Person, Template
from attendance.errors import ModelError

_BATCH = 32
"""Crops a run: 1.2 MB of pixels; larger batches are no faster on a processor."""
_TRIES = 3

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SwitchOutcome:
    """What a switch did.

    Attributes:
        re_embedded: number of crops that were embedded anew.
        must_enrol_again: people, active or not, whom the new recognizer does not know for lack of kept crops; they
            stay in the roster.
    """

    re_embedded: int
    must_enrol_again: list[Person]


def switch_pack(
    *, roster: Roster, new_pack: VisionPack, progress: Callable[[int, int], None] | None = None
) -> SwitchOutcome:
    """Embed every kept crop with another pack, then swap all templates and the active pack in one transaction.

    Until that transaction nothing changes, whatever fails. Runs the pack's recognizer in the calling thread.
    Galleries notice the change by ``Roster.change_token``; kiosks must load the new pack.

    Args:
        roster: people, crops and templates.
        new_pack: the loaded new pack.
        progress: called after each batch with the numbers of crops done and in all.

    Raises:
        StorageError: crops cannot be read or the new templates cannot be written.
        ModelError: the roster kept changing meanwhile.
    """
    for _ in range(_TRIES):
        token = roster.change_token()
        people = roster.list_people()
        templates = list(_embed_all(roster, new_pack, people, progress))
        # Somebody enrolled during these minutes would lose the new templates without anybody noticing.
        if roster.change_token() == token:
            break
        _log.info("the roster changed while crops were embedded; starting again")
    else:
        reason = "people were changed while it was being prepared; close the other windows and try again"
        raise ModelError(pack=new_pack.info.pack_id, reason=reason)
    roster.replace_templates(new_pack.embedder.model_id, templates, active_pack=new_pack.info.pack_id)
    return SwitchOutcome(len(templates), roster.people_without_templates(new_pack.embedder.model_id))


def adopt_recognizer(*, roster: Roster, pack: VisionPack) -> SwitchOutcome | None:
    """Embed kept crops anew when people are enrolled that the pack in use does not know.

    That happens when an update of the program brings another recognizer in the pack of the same name. Without this,
    everybody would be a stranger at the door on the morning after.

    Args:
        roster: people, crops and templates.
        pack: the loaded pack in use.

    Returns:
        What was done; None when nothing had to be, or nothing could be for lack of kept crops.

    Raises:
        StorageError: crops cannot be read or templates cannot be written.
        ModelError: the roster kept changing meanwhile.
    """
    unknown = roster.people_without_templates(pack.embedder.model_id)
    if not any(person.crop_count for person in unknown):
        return None
    _log.warning("%d people are not known to %s: embedding their crops anew", len(unknown), pack.embedder.model_id)
    return switch_pack(roster=roster, new_pack=pack)


def _embed_all(
    roster: Roster, pack: VisionPack, people: list[Person], progress: Callable[[int, int], None] | None
) -> Iterator[Template]:
    total = sum(person.crop_count for person in people)
    done = 0
    crops = roster.iter_crops()
    while batch := list(islice(crops, _BATCH)):
        yield from _embed(pack, batch)
        done += len(batch)
        if progress is not None:
            progress(done, total)


def _embed(pack: VisionPack, batch: list[tuple[int, ImageBgr]]) -> Iterator[Template]:
    embeddings = pack.embedder.embed([crop for _, crop in batch])
    for (person_id, _), embedding in zip(batch, embeddings, strict=True):
        # Without the crop: ten thousand of them would fill hundreds of megabytes, and they are stored already.
        yield Template(person_id, pack.embedder.model_id, embedding)
