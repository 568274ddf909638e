"""Going live with another recognizer without enrolling anybody again: prepare, compare, switch, and back."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, replace

from attendance.core.ports.people import Roster
from attendance.core.ports.recognizers import Recognizers, ShadowLog
from attendance.core.ports.vision import VisionPack
from attendance.core.recognition.shadow import ShadowPerson, ShadowReport
from attendance.core.recognition.unknown_people import would_not_know
from attendance.core.types import PackInfo, Person, RecognizerChoice
from attendance.errors import Reason
from attendance.errors.models import ModelError, SwitchRefused
from attendance.services.recognizers.background import BackgroundWork
from attendance.services.recognizers.embedding import EmbedOutcome, Progress, embed_missing
from attendance.services.recognizers.switch import (
    SwitchOutcome,
    prepare_candidate,
    promote_candidate,
    refuse_problems,
)

__all__ = ["GoLive", "GoLiveState", "ShadowPerson", "ShadowReport", "SwitchOutcome"]

_BATCH_WAIT_S = 5.0
"""How long an interrupted program waits for the batch in work, so that its end does not show an error of the thread."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class GoLiveState:
    """Which recognizers play which part, by pack name.

    Attributes:
        active: in use.
        candidate: being prepared or in shadow mode, None without one.
        previous: what a rollback returns to, None without one.
        prepared: every crop that was kept then is embedded with the candidate: kiosks compare, it can be promoted.
        shadow: what kiosks found so far, None until prepared.
        unknown: active people with templates whom the recognizer in use does not know (yet).
        would_be_unknown: active people whom the recognizer in use knows and the candidate does not, for lack of kept
            photographs; empty until prepared.
        candidate_is_calibrated: its thresholds were measured; True as well without a candidate, and for one that
            cannot be read any more.
    """

    active: str
    candidate: str | None
    previous: str | None
    prepared: bool
    shadow: ShadowReport | None
    unknown: tuple[Person, ...] = ()
    would_be_unknown: tuple[Person, ...] = ()
    candidate_is_calibrated: bool = True


class GoLive:
    """The life of a candidate. Safe from any thread.

    Args:
        recognizers: which pack plays which part, and the templates.
        roster: people.
        shadow_log: what kiosks found.
        load: loads a pack for work in the background, which should use one thread; raises ModelError.
        inspect: describes an installed pack within milliseconds; raises ModelError when files of it are missing.
        check: loaded candidate, its templates prepared -> what speaks against putting it in use.
    """

    def __init__(
        self,
        *,
        recognizers: Recognizers,
        roster: Roster,
        shadow_log: ShadowLog,
        load: Callable[[str], VisionPack],
        inspect: Callable[[str], PackInfo],
        check: Callable[[VisionPack], tuple[Reason, ...]],
    ) -> None:
        self._recognizers = recognizers
        self._roster = roster
        self._shadow_log = shadow_log
        self._load = load
        self._inspect = inspect
        self._check = check
        self._background = BackgroundWork()
        self._catching_up: Future[EmbedOutcome] | None = None

    def state(self) -> GoLiveState:
        """Return who plays which part and what the comparison says so far.

        Raises:
            ModelError: the pack in use is not installed.
            StorageError: the database cannot be read.
        """
        choice = self._recognizers.choice()
        active_model = self._inspect(choice.active).model_id
        state = GoLiveState(
            choice.active,
            choice.candidate,
            choice.previous,
            prepared=choice.candidate_model is not None,
            shadow=None,
            unknown=tuple(self._recognizers.unknown_to(active_model)),
            candidate_is_calibrated=self._is_calibrated(choice.candidate),
        )
        if choice.candidate_model is None:
            return state
        return replace(
            state,
            shadow=self._shadow_log.report(active_model, choice.candidate_model),
            would_be_unknown=tuple(self._recognizers.unknown_to(choice.candidate_model, known_to_pack=choice.active)),
        )

    def prepare(self, pack_id: str, progress: Progress | None = None) -> EmbedOutcome:
        """Embed every kept crop with a pack and make it the candidate; returns when that is done or cancelled.

        The work is done in a thread of low priority and saved in batches; what is in use does not change. Called again
        it goes on where it stopped, and embeds what was enrolled since. Kiosks begin to compare when it has finished.

        Args:
            pack_id: an installed pack.
            progress: called after each batch, from that thread.

        Returns:
            ``is_finished`` is False after ``cancel`` or ``discard``.

        Raises:
            SwitchRefused: the pack is in use.
            ModelError: the pack is not installed or damaged.
            StorageError: crops cannot be read or templates cannot be written; what was saved stays.
        """
        # Before the seconds that loading takes.
        if pack_id == self._recognizers.choice().active:
            raise SwitchRefused(reason=Reason("{name} is in use already", name=pack_id))

        def work(should_stop: Callable[[], bool]) -> EmbedOutcome:
            pack = self._loaded(pack_id)
            return prepare_candidate(self._recognizers, pack, progress=progress, should_stop=should_stop)

        try:
            return self._background.start(work, "go-live-prepare").result()
        except KeyboardInterrupt:
            self._background.close(_BATCH_WAIT_S)
            raise

    def cancel(self) -> None:
        """Let ``prepare``, and what goes on after a rollback, end with the batch in work."""
        self._background.cancel()

    def objections(self) -> tuple[Reason, ...]:
        """Return what ``promote`` would refuse the candidate for without ``force``, lost people aside; takes seconds.

        Raises:
            SwitchRefused: there is no candidate.
            ModelError: the candidate is not installed any more or damaged.
            StorageError: the templates cannot be read.
        """
        return self._check(self._loaded(_candidate_of(self._recognizers.choice())))

    def promote(self, *, force: bool = False, progress: Progress | None = None) -> SwitchOutcome:
        """Put the candidate in use, in one transaction; running kiosks follow within seconds.

        Args:
            force: also when it would harm the door or somebody would not be known any more.
            progress: called while crops are embedded that were kept after the preparation.

        Raises:
            SwitchRefused: there is no candidate, it would harm the door, or somebody would not be known any more: the
                sentence says so.
            ModelError: the candidate is not installed any more or damaged.
            StorageError: nothing was switched.
        """
        choice = self._recognizers.choice()
        candidate = _candidate_of(choice)
        pack = self._loaded(candidate)
        problems = self._check(pack)
        if problems and not force:  # all that speaks against it at once
            lost = self._recognizers.unknown_to(pack.embedder.model_id, known_to_pack=choice.active)
            problems += (would_not_know(candidate, lost),) if lost else ()
        refuse_problems(candidate, problems, force=force)
        outcome = promote_candidate(
            self._recognizers, self._roster, pack, force=force, overruled=problems, progress=progress
        )
        _log.info("%s is in use, %s before; %d problems were overruled", candidate, choice.active, len(problems))
        return outcome

    def discard(self) -> None:
        """Forget the candidate with its templates and comparisons; harmless without one.

        Raises:
            StorageError: nothing was changed.
        """
        self.cancel()
        self._recognizers.discard()

    def rollback(self) -> str:
        """Put the recognizer in use that was so before the last switch; its templates are still there.

        Photographs that were kept since then are embedded afterwards, in the background: see ``wait``. Until that is
        done ``state().unknown`` names the people concerned.

        Returns:
            The pack in use now.

        Raises:
            SwitchRefused: there is nothing to go back to, or it knows nobody.
            ModelMissing: the earlier pack was removed from the disk.
            ModelError: it is damaged.
            StorageError: nothing was switched.
        """
        previous = self._recognizers.choice().previous
        if previous is None:
            raise SwitchRefused(reason=Reason("there is no recognizer to go back to"))
        info = self._inspect(previous)
        unknown = self._recognizers.unknown_to(info.model_id)
        if unknown and len(unknown) == sum(p.is_active and p.template_count > 0 for p in self._roster.list_people()):
            raise SwitchRefused(reason=Reason("{name} knows nobody; prepare and promote it instead", name=previous))
        self._recognizers.rollback(previous)
        _log.info("back to %s; %d people are not known to it", previous, len(unknown))
        if self._recognizers.count_crops_without(info.model_id):
            self._catch_up(previous)
        return previous

    def wait(self, timeout_s: float | None = None) -> EmbedOutcome | None:
        """Wait until the photographs are embedded that were kept between a switch and its rollback.

        Returns:
            How far it came, None when there was nothing to do.

        Raises:
            AttendanceError: it failed; the next start of a kiosk or window tries again.
            TimeoutError: it is still going on.
        """
        catching_up = self._catching_up
        return None if catching_up is None else catching_up.result(timeout_s)

    def close(self, timeout_s: float) -> None:
        """End what goes on in the background with the batch in work."""
        self._background.close(timeout_s)

    def _catch_up(self, pack_id: str) -> None:
        def work(should_stop: Callable[[], bool]) -> EmbedOutcome:
            try:
                pack = self._loaded(pack_id)
                return embed_missing(self._recognizers, pack, is_candidate=False, should_stop=should_stop)
            except Exception:
                _log.exception("the photographs kept since the switch could not be embedded with %s", pack_id)
                raise

        self._catching_up = self._background.start(work, "go-live-catch-up")

    def _is_calibrated(self, candidate: str | None) -> bool:
        if candidate is None:
            return True
        try:
            return bool(self._inspect(candidate).calibration)
        except ModelError:  # told when somebody prepares or promotes it; the one in use goes on
            return True

    def _loaded(self, pack_id: str) -> VisionPack:
        pack = self._load(pack_id)
        if pack.info.pack_id != pack_id:  # a folder that was copied by hand
            raise ModelError(pack=pack_id, reason=Reason("its manifest names the pack {name}", name=pack.info.pack_id))
        return pack


def _candidate_of(choice: RecognizerChoice) -> str:
    if choice.candidate is None:
        raise SwitchRefused(reason=Reason("there is no candidate; prepare one first"))
    return choice.candidate
