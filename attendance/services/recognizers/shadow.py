"""Beside a running door: a candidate recognizer sees the same faces, and photographs kept elsewhere are embedded."""

from __future__ import annotations

import contextlib
import logging
import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from attendance.core.check_in_method import CheckInMethod
from attendance.core.ports.people import Roster
from attendance.core.ports.recognizers import Recognizers, ShadowLog
from attendance.core.ports.vision import VisionPack
from attendance.core.recognition.decision import DecisionRules
from attendance.core.recognition.shadow import ShadowProbe
from attendance.core.recognition.thresholds import GallerySize
from attendance.core.types import Decision, DecisionKind, ImageBgr, PackInfo
from attendance.services.door.gallery import GalleryKeeper
from attendance.services.door.listener import DecisionNotice
from attendance.services.recognizers.background import lower_own_priority
from attendance.services.recognizers.embedding import embed_missing

_log = logging.getLogger(__name__)

POLL_S = 3.0
"""How soon a door notices that the candidate changed, as soon as it follows a switch."""
_WAITING_PROBES = 8
"""Faces that may wait for the candidate, 37 kB each; more people than that do not pass a door in its half second."""
_RETRY_AFTER_S = 60.0
"""Pause after a candidate that could not be loaded: checking its files takes seconds of a processor."""


@dataclass(frozen=True, slots=True, eq=False)
class _Candidate:
    """A loaded candidate with everybody it knows."""

    pack: VisionPack
    gallery: GalleryKeeper
    rules: Callable[[GallerySize], DecisionRules]


class ShadowDoor:
    """Follows the candidate of a site and shows it the faces that the door has decided about.

    One daemon thread of low priority does everything; ``offer`` returns at once, and a face that comes while too many
    wait is left out. Whatever fails is logged once and never reaches the door. No picture and no embedding is stored.

    The same thread embeds photographs that were kept without a template of the recognizer in use: by a window that
    still has another one, or between a switch and its rollback.

    Args:
        recognizers: which pack is the candidate.
        roster: people and templates.
        shadow_log: where the probes go.
        active_pack: pack that the door runs.
        active_model: its recognizer.
        load: loads a pack, which should use one thread.
        rules: decision rules of a pack by size of the gallery, as the door has them.
        poll_s: seconds after which it asks again which pack is the candidate.
    """

    def __init__(
        self,
        *,
        recognizers: Recognizers,
        roster: Roster,
        shadow_log: ShadowLog,
        active_pack: str,
        active_model: str,
        load: Callable[[str], VisionPack],
        rules: Callable[[PackInfo], Callable[[GallerySize], DecisionRules]],
        poll_s: float = POLL_S,
    ) -> None:
        self._recognizers = recognizers
        self._roster = roster
        self._shadow_log = shadow_log
        self._active_pack = active_pack
        self._active_model = active_model
        self._load = load
        self._rules = rules
        self._poll_s = poll_s
        self._probes: queue.Queue[tuple[Decision, ImageBgr] | None] = queue.Queue(_WAITING_PROBES)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="shadow", daemon=True)
        self._candidate: _Candidate | None = None
        self._loaded: tuple[str, str] | None = None
        self._load_at_s = 0.0
        self._token: str | None = None
        self._reported: set[str] = set()

    def start(self) -> None:
        """Start the thread; returns at once."""
        self._thread.start()

    def observe(self, notice: DecisionNotice) -> None:
        """Show the candidate a check-in or a refused face of the door; returns at once."""
        is_probe = notice.decision.kind in {DecisionKind.WELCOME, DecisionKind.UNKNOWN}
        # A face that was compared with one person only says nothing about a search among all.
        is_search = notice.decision.method is CheckInMethod.FACE
        if is_probe and is_search and notice.crop_bgr is not None:
            self.offer(notice.decision, notice.crop_bgr)

    def offer(self, decision: Decision, crop_bgr: ImageBgr) -> bool:
        """Show the candidate a face; returns at once.

        Args:
            decision: about the face.
            crop_bgr: (112, 112, 3) uint8 BGR aligned crop of the deciding frame.

        Returns:
            False when too many faces wait already and this one is left out.
        """
        try:
            self._probes.put_nowait((decision, crop_bgr))
        except queue.Full:
            return False
        return True

    def close(self, timeout_s: float) -> bool:
        """Show the candidate the faces that wait, then end.

        Returns:
            False when the thread has not ended in time.
        """
        self._stop.set()
        with contextlib.suppress(queue.Full):  # then it is awake
            self._probes.put_nowait(None)
        if self._thread.is_alive():
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def _run(self) -> None:
        lower_own_priority()
        follow_at_s = -1.0
        while True:
            now_s = time.monotonic()
            if now_s >= follow_at_s:
                follow_at_s = now_s + self._poll_s
                self._guarded(self._follow)
            is_stopping = self._stop.is_set()
            try:
                probe = self._probes.get(timeout=0.0 if is_stopping else max(0.0, follow_at_s - now_s))
            except queue.Empty:
                if is_stopping:
                    return
                continue
            if probe is not None:
                self._guarded(lambda probe=probe: self._compare(*probe))  # type: ignore[misc]

    def _guarded(self, step: Callable[[], None]) -> None:
        try:
            step()
        except Exception as err:  # noqa: BLE001 - thread boundary
            text = f"{type(err).__name__}: {err}"
            if text not in self._reported:
                self._reported.add(text)
                _log.exception("shadow mode: the door goes on without it")

    def _follow(self) -> None:
        """Load or drop the candidate, read its gallery anew, embed what the recognizer in use lacks."""
        choice = self._recognizers.choice()
        wanted = None
        if choice.candidate and choice.candidate_model and choice.active == self._active_pack:
            wanted = (choice.candidate, choice.candidate_model)
        if wanted != self._loaded:
            self._candidate = self._loaded = None
            if wanted is not None and time.monotonic() >= self._load_at_s:
                self._load_at_s = time.monotonic() + _RETRY_AFTER_S
                self._candidate = self._load_candidate(*wanted)
                self._loaded, self._load_at_s = wanted, 0.0
        elif self._candidate is not None:
            self._candidate.gallery.reload_if_changed()
        token = self._roster.change_token()
        if token != self._token and choice.active == self._active_pack:
            self._token = token
            self._catch_up()

    def _load_candidate(self, pack_id: str, model_id: str) -> _Candidate | None:
        pack = self._load(pack_id)
        if pack.embedder.model_id != model_id:
            _log.warning("shadow mode: %s was replaced since it was prepared; prepare it again", pack_id)
            return None
        _log.info("shadow mode: %s looks on", pack.embedder.model_id)
        return _Candidate(pack, GalleryKeeper(self._roster, model_id), self._rules(pack.info))

    def _catch_up(self) -> None:
        if not self._recognizers.count_crops_without(self._active_model):
            return
        pack = self._load(self._active_pack)  # an own session: the door's is busy
        if pack.embedder.model_id == self._active_model:
            embed_missing(self._recognizers, pack, is_candidate=False, should_stop=self._stop.is_set)

    def _compare(self, decision: Decision, crop_bgr: ImageBgr) -> None:
        candidate = self._candidate
        if candidate is None:
            return
        gallery = candidate.gallery.current
        rules = candidate.rules(gallery.size)
        (match,) = gallery.search(candidate.pack.embedder.embed([crop_bgr]))
        is_accepted = match.similarity >= rules.threshold and match.margin >= rules.margin
        self._shadow_log.append(
            ShadowProbe(
                at_utc=decision.at_utc,
                old_model_id=self._active_model,
                new_model_id=candidate.pack.embedder.model_id,
                old_person_id=decision.person_id,
                new_person_id=match.person_id if is_accepted else None,
                old_similarity=-1.0 if decision.similarity is None else decision.similarity,
                new_similarity=match.similarity,
            )
        )
