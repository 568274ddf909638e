"""Puts another recognizer in use without new photographs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from attendance.core.ports.people import Roster
from attendance.core.ports.recognizers import Recognizers
from attendance.core.ports.vision import VisionPack
from attendance.core.types import Person
from attendance.errors import AttendanceError, Reason
from attendance.errors.models import SwitchRefused
from attendance.services.recognizers.embedding import EmbedOutcome, Progress, embed_missing

_TRIES = 3

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class SwitchOutcome:
    """What a switch did.

    Attributes:
        re_embedded: number of crops that were embedded in this call.
        must_enrol_again: people, active or not, whom the new recognizer does not know for lack of kept crops; they
            stay in the roster.
        overruled: what spoke against it (``promotion_check``) and was overruled.
    """

    re_embedded: int
    must_enrol_again: list[Person]
    overruled: tuple[Reason, ...] = ()


def prepare_candidate(
    recognizers: Recognizers,
    pack: VisionPack,
    *,
    progress: Progress | None = None,
    should_stop: Callable[[], bool] = lambda: False,
) -> EmbedOutcome:
    """Make a pack the candidate and embed every kept crop with it; what is in use does not change.

    Args:
        recognizers: crops, templates and which pack plays which part.
        pack: the loaded candidate; its recognizer runs in the calling thread.
        progress: see ``Progress``.
        should_stop: asked before each batch.

    Raises:
        SwitchRefused: the pack is in use.
        StorageError: crops cannot be read or templates cannot be written.
    """
    pack_id = pack.info.pack_id
    recognizers.set_candidate(pack_id)
    outcome = embed_missing(recognizers, pack, is_candidate=True, progress=progress, should_stop=should_stop)
    if not outcome.is_finished:
        return outcome
    return EmbedOutcome(outcome.embedded, recognizers.mark_prepared(pack_id, pack.embedder.model_id))


def promote_candidate(
    recognizers: Recognizers,
    roster: Roster,
    pack: VisionPack,
    *,
    force: bool = False,
    overruled: tuple[Reason, ...] = (),
    progress: Progress | None = None,
) -> SwitchOutcome:
    """Embed what was enrolled since the preparation, then switch in one transaction.

    Galleries notice the change by ``Roster.change_token``; kiosks load the new pack by themselves.

    Args:
        recognizers: crops, templates and which pack plays which part.
        roster: whom the new recognizer does not know.
        pack: the loaded candidate.
        force: also when somebody would not be known any more.
        overruled: what spoke against it; goes into the audit log.
        progress: see ``Progress``.

    Raises:
        SwitchRefused: it is not the candidate, somebody would not be known any more, or people kept being enrolled.
        StorageError: nothing was switched.
    """
    pack_id, model_id = pack.info.pack_id, pack.embedder.model_id
    embedded = 0
    for _ in range(_TRIES):
        embedded += embed_missing(recognizers, pack, is_candidate=True, progress=progress).embedded
        if recognizers.promote(pack_id, model_id, force=force, overruled=[str(one) for one in overruled]):
            recognizers.retire_older(pack_id, model_id)
            return SwitchOutcome(embedded, roster.people_without_templates(model_id), overruled)
    raise SwitchRefused(reason=Reason("people were enrolled meanwhile; close the other windows and try again"))


def refuse_problems(pack_id: str, problems: Sequence[Reason], *, force: bool) -> None:
    """Raise SwitchRefused with everything that speaks against a pack, unless it is forced."""
    if problems and not force:
        raise SwitchRefused(reason=Reason("{name} would harm the door: {problems}", name=pack_id, problems=[*problems]))


def switch_pack(
    *,
    recognizers: Recognizers,
    roster: Roster,
    new_pack: VisionPack,
    check: Callable[[VisionPack], tuple[Reason, ...]],
    force: bool = False,
    progress: Progress | None = None,
) -> SwitchOutcome:
    """Prepare and promote in one go, also when somebody must be enrolled again.

    Args:
        recognizers: crops, templates and which pack plays which part.
        roster: whom the new recognizer does not know.
        new_pack: the loaded pack; its recognizer runs in the calling thread.
        check: as in ``GoLive``.
        force: also when something speaks against it.
        progress: see ``Progress``.

    Raises:
        SwitchRefused: the pack is in use already, would harm the door (it is no candidate then, unless it was one
            before), was discarded meanwhile, or people kept being enrolled.
        StorageError: nothing was switched.
    """
    pack_id = new_pack.info.pack_id
    is_compared = recognizers.choice().candidate == pack_id
    prepared = prepare_candidate(recognizers, new_pack, progress=progress)
    try:
        problems = check(new_pack)
        refuse_problems(pack_id, problems, force=force)
    except AttendanceError:
        if not is_compared:  # nobody asked for a comparison at the door
            recognizers.discard()
        raise
    late = promote_candidate(recognizers, roster, new_pack, force=True, overruled=problems, progress=progress)
    return SwitchOutcome(prepared.embedded + late.re_embedded, late.must_enrol_again, problems)


def adopt_recognizer(*, recognizers: Recognizers, roster: Roster, pack: VisionPack) -> SwitchOutcome | None:
    """Embed kept crops that the pack in use has no templates of.

    That happens when an update of the program brings another recognizer in the pack of the same name, when somebody
    was enrolled in a window that still had the earlier pack, and after a rollback. Without this, they would be
    strangers at the door.

    Args:
        recognizers: crops and templates.
        roster: whom the recognizer does not know.
        pack: the loaded pack in use.

    Returns:
        What was done; None when nothing had to be.

    Raises:
        StorageError: crops cannot be read or templates cannot be written.
    """
    model_id = pack.embedder.model_id
    missing = recognizers.count_crops_without(model_id)
    if not missing:
        return None
    _log.warning("%d crops have no template of %s: embedding them", missing, model_id)
    outcome = embed_missing(recognizers, pack, is_candidate=False)
    recognizers.retire_older(pack.info.pack_id, model_id)
    return SwitchOutcome(outcome.embedded, roster.people_without_templates(model_id))
