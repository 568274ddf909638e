"""One frame in, everything recognised in it out: detect, follow, gate, align, embed, match, judge."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np

from attendance.core.check_in_method import CheckInMethod
from attendance.core.hours.next_step import DoorNote
from attendance.core.ports.vision import AntiSpoof, VisionPack
from attendance.core.recognition.decision import DecisionRules, Observation, TrackState, Verdict, judge, progress
from attendance.core.recognition.front_face import prominence
from attendance.core.recognition.front_row import FrontRow
from attendance.core.recognition.quality import KioskGate, measure
from attendance.core.recognition.thresholds import GallerySize
from attendance.core.types import (
    Decision,
    DecisionKind,
    Detection,
    FaceView,
    Frame,
    FrameResult,
    ImageBgr,
    LivenessState,
    Match,
)
from attendance.errors.storage import StorageError
from attendance.services.door.face_follower import FaceFollower
from attendance.services.door.gallery import GalleryKeeper
from attendance.services.door.visits import Meaning

_log = logging.getLogger(__name__)

Classify = Callable[[int, datetime, float], Meaning]
"""(person id, capture instant, monotonic seconds) -> what a sighting of this person means now."""

_RELOAD_EVERY_S = 2.0
"""Frame time between two readings of the roster's change token: a new colleague is known within two seconds."""
_RECHECK_EVERY_S = 0.5
"""Frame time between two embeddings of an accepted face: enough to notice that somebody else took over the track."""


@dataclass(frozen=True, slots=True)
class Expected:
    """Somebody who said who they are, and whom the face has to confirm.

    Attributes:
        method: noted with the decision.
    """

    person_id: int
    method: CheckInMethod


@dataclass(slots=True)
class _Track:
    """What is kept of one followed face between frames."""

    state: TrackState = field(default_factory=TrackState)
    shown: DecisionKind | None = None
    recheck_at_s: float = -math.inf


@dataclass(slots=True, eq=False)
class _Face:
    """One face of the frame in work."""

    detection: Detection
    track_id: int
    state: TrackState
    is_in_front: bool = True
    crop_bgr: ImageBgr | None = None
    rejected: DecisionKind | None = None
    liveness: LivenessState = LivenessState.UNCHECKED
    match: Match | None = None
    verdict: Verdict | None = None


class RecognitionPipeline:
    """Recognises faces frame by frame. Belongs to one thread.

    A frame either counts completely or, when something raises, not at all: the memory of the tracks changes only at
    the end, so an acceptance whose check-in could not be looked up is simply reached again with the next frame.

    Only who stands at the door is judged (see ``FrontRow``): passers-by are neither outlined nor decided on. Somebody
    who was accepted stays outlined until they have gone.

    Of two faces in one picture only one is accepted as a person: the one that was accepted before, else the one with
    the higher similarity. The other one is UNSURE (a photograph held beside the face, or a look-alike).

    Args:
        pack: detector and recognizer.
        gallery_keeper: whom to look for; reloaded here when the roster has changed.
        rules: decision rules for the size of a gallery, because the threshold depends on it.
        gate: which faces are worth an attempt.
        classify: what an acceptance means; may raise StorageError.
        anti_spoof: liveness check, None for none.
        max_faces: the largest so many faces are looked at.
        follower: finds the faces; a new one of the pack's detector by default.
        only_expected: looks at faces only while somebody is expected (1:1).
        asks_look_alikes: whoever has a look-alike is asked for the PIN.

    Raises:
        ValueError: the gallery belongs to another recognizer than the pack's.
    """

    def __init__(
        self,
        pack: VisionPack,
        gallery_keeper: GalleryKeeper,
        *,
        rules: Callable[[GallerySize], DecisionRules],
        gate: KioskGate,
        classify: Classify,
        anti_spoof: AntiSpoof | None = None,
        max_faces: int = 4,
        follower: FaceFollower | None = None,
        only_expected: bool = False,
        asks_look_alikes: bool = True,
    ) -> None:
        self._gallery = gallery_keeper.current
        if self._gallery.model_id != pack.embedder.model_id:
            raise ValueError(f"gallery of {self._gallery.model_id}, recognizer {pack.embedder.model_id}")
        self._pack = pack
        self._keeper = gallery_keeper
        self._rules_for = rules
        self._rules = rules(self._gallery.size)
        self._gate = gate
        self._classify = classify
        self._anti_spoof = anti_spoof
        self._max_faces = max_faces
        self._follower = FaceFollower(pack.detector) if follower is None else follower
        self._front_row = FrontRow()
        self._tracks: dict[int, _Track] = {}
        self._reloaded_at_s = -math.inf
        self._only_expected = only_expected
        self._asks_look_alikes = asks_look_alikes
        # Set by any thread, taken over between two frames.
        self._asked: Expected | None = None
        self._expected: Expected | None = None

    def expect(self, expected: Expected | None) -> None:
        """Compare faces with one person only, from the next frame until that one is accepted; from any thread.

        Args:
            expected: None looks for everybody again.
        """
        self._asked = expected

    @property
    def people(self) -> int:
        """How many people can be recognised now. From any thread."""
        return self._gallery.size.people

    def process(self, frame: Frame) -> FrameResult:
        """Recognise the faces of one frame.

        Args:
            frame: frames must come in the order of their mono_s.

        Raises:
            StorageError: an accepted person's earlier events cannot be read; the frame does not count.
        """
        watch = _StopWatch()
        self._refresh_gallery(frame.mono_s)
        self._follow_expectation()
        if self._only_expected and self._expected is None:
            watch.lap("detect")
            size_wh = (frame.image_bgr.shape[1], frame.image_bgr.shape[0])
            return FrameResult(frame.index, frame.captured_utc, size_wh, timings_ms=watch.timings_ms())
        detections, track_ids = self._follower.find(frame.image_bgr, frame.mono_s)
        watch.lap("detect")
        size_wh = (frame.image_bgr.shape[1], frame.image_bgr.shape[0])
        faces = self._in_front(detections, track_ids, frame.mono_s)
        near = sum(_eye_distance_px(face.detection) >= self._gate.min_eye_distance_px for face in faces)
        faces = faces[: self._max_faces]
        self._align(faces, frame, size_wh)
        watch.lap("align")
        if self._anti_spoof is not None:
            self._check_liveness(faces, frame.image_bgr, self._anti_spoof)
            watch.lap("liveness")
        self._match(faces, watch)
        decided = self._decide(faces, frame)
        decisions = [decision for decision, _ in decided]
        views = self._remember(faces, decisions, frame.mono_s)
        watch.lap("decide")
        crops = {face.track_id: face.crop_bgr for face in faces if face.crop_bgr is not None}
        return FrameResult(
            frame_index=frame.index,
            captured_utc=frame.captured_utc,
            size_wh=size_wh,
            faces=views,
            guidance=self._guidance(near, faces, size_wh),
            decisions=tuple(decisions),
            crops_bgr={d.track_id: crops[d.track_id] for d in decisions if d.track_id in crops},
            notes={decision.track_id: note for decision, note in decided if note is not None},
            timings_ms=watch.timings_ms(),
        )

    def _refresh_gallery(self, mono_s: float) -> None:
        if mono_s - self._reloaded_at_s >= _RELOAD_EVERY_S:
            self._reloaded_at_s = mono_s
            try:
                self._keeper.reload_if_changed()
            except StorageError as err:
                _log.warning("the gallery could not be refreshed, the old one stays: %s", err)
        if self._keeper.current is not self._gallery:
            self._gallery = self._keeper.current
            self._rules = self._rules_for(self._gallery.size)

    def _follow_expectation(self) -> None:
        if self._asked is not self._expected:
            self._expected = self._asked
            self._tracks.clear()  # a face that was judged among all is judged anew

    def _in_front(self, detections: Sequence[Detection], track_ids: Sequence[int], mono_s: float) -> list[_Face]:
        """Return who stands at the door or was accepted before, the largest first."""
        for gone in self._follower.ended(mono_s):
            self._tracks.pop(gone, None)
            self._front_row.forget(gone)
        front = self._front_row.look(detections, track_ids, mono_s)
        faces = [
            _Face(detection, track_id, self._tracks.get(track_id, _Track()).state, track_id in front)
            for detection, track_id in zip(detections, track_ids, strict=True)
        ]
        shown = [face for face in faces if face.is_in_front or face.state.settled is DecisionKind.WELCOME]
        return sorted(shown, key=lambda face: _area(face.detection), reverse=True)

    def _align(self, faces: Sequence[_Face], frame: Frame, size_wh: tuple[int, int]) -> None:
        """Give each face that has to be compared its crop, each that the gate refuses the reason."""
        for face in faces:
            if not self._is_due(face, frame.mono_s):
                continue
            try:
                crop = self._pack.embedder.align(frame.image_bgr, face.detection.landmarks_px)
            except ValueError:
                # Landmarks in one point or line: a face seen from far aside.
                face.rejected = DecisionKind.TURNED_AWAY
                continue
            face.rejected = self._gate.reject(measure(face.detection, size_wh, crop))
            face.crop_bgr = crop if face.rejected is None else None

    def _is_due(self, face: _Face, mono_s: float) -> bool:
        """False for whoever does not stand at the door, and while an answer stands that judging again cannot change."""
        if not face.is_in_front:
            return False
        if face.state.settled is None:
            return True
        if face.state.settled is DecisionKind.WELCOME:
            return mono_s >= self._tracks[face.track_id].recheck_at_s
        return mono_s - face.state.settled_mono_s >= self._rules.retry_after_s

    @staticmethod
    def _check_liveness(faces: Sequence[_Face], image_bgr: ImageBgr, anti_spoof: AntiSpoof) -> None:
        for face in faces:
            if face.crop_bgr is not None:
                face.liveness = anti_spoof.check(image_bgr, face.detection)

    def _match(self, faces: Sequence[_Face], watch: _StopWatch) -> None:
        """Embed all faces that need it in one batch and look them up."""
        pairs = [(face, face.crop_bgr) for face in faces if face.liveness is not LivenessState.NOT_LIVE]
        known = [(face, crop) for face, crop in pairs if crop is not None]
        embeddings = self._pack.embedder.embed([crop for _, crop in known]) if known else None
        watch.lap("embed")
        if embeddings is not None:
            if self._expected is None:
                found = self._gallery.search(embeddings)
            else:
                found = self._gallery.compare(embeddings, self._expected.person_id)
            for (face, _), match in zip(known, found, strict=True):
                face.match = match
        watch.lap("match")

    def _decide(self, faces: Sequence[_Face], frame: Frame) -> list[tuple[Decision, DoorNote | None]]:
        for face in faces:
            observation = Observation(frame.mono_s, face.match, face.rejected, face.liveness)
            face.state, face.verdict = judge(face.state, observation, self._rules)
        self._settle_doubles(faces, frame.mono_s)
        return [self._decision(face.track_id, face.verdict, frame) for face in faces if face.verdict is not None]

    @staticmethod
    def _settle_doubles(faces: Sequence[_Face], mono_s: float) -> None:
        """Leave at most one face of the picture accepted as each person."""

        def worth(face: _Face) -> tuple[bool, float]:
            # No verdict in this frame: accepted earlier, and perhaps already on disk.
            return face.verdict is None, face.verdict.similarity or -1.0 if face.verdict else 0.0

        accepted = [face for face in faces if face.state.settled is DecisionKind.WELCOME]
        taken: set[int | None] = set()
        for face in sorted(accepted, key=worth, reverse=True):
            if face.state.person_id in taken and face.verdict is not None:
                _log.warning("track %d looks like a person who is already in the picture", face.track_id)
                face.verdict = replace(face.verdict, kind=DecisionKind.UNSURE, person_id=None)
                face.state = TrackState(settled=DecisionKind.UNSURE, settled_mono_s=mono_s)
            taken.add(face.state.person_id)

    def _decision(self, track_id: int, verdict: Verdict, frame: Frame) -> tuple[Decision, DoorNote | None]:
        meaning = None
        kind, expected = verdict.kind, self._expected
        if kind is DecisionKind.WELCOME and verdict.person_id is not None:
            if expected is None and self._has_look_alike(verdict.person_id):
                kind = DecisionKind.ASK_PIN
            else:
                meaning = self._classify(verdict.person_id, frame.captured_utc, frame.mono_s)
        decision = Decision(
            kind=meaning.kind if meaning else kind,
            track_id=track_id,
            at_utc=frame.captured_utc,
            mono_s=frame.mono_s,
            person_id=verdict.person_id,
            similarity=verdict.similarity,
            margin=verdict.margin,
            direction=meaning.direction if meaning else None,
            since_utc=meaning.since_utc if meaning else None,
            agreeing_frames=verdict.agreeing_frames,
            method=CheckInMethod.FACE if expected is None else expected.method,
        )
        return decision, meaning.note if meaning else None

    def _has_look_alike(self, person_id: int) -> bool:
        similarity = self._rules.look_alike_similarity
        return self._asks_look_alikes and bool(self._gallery.look_alikes(person_id, similarity))

    def _remember(self, faces: Sequence[_Face], decisions: Sequence[Decision], mono_s: float) -> tuple[FaceView, ...]:
        """Keep the new state of every track; nothing after this may fail."""
        decided = {decision.track_id: decision.kind for decision in decisions}
        if self._expected is not None and any(decision.person_id is not None for decision in decisions):
            if self._asked is self._expected:
                self._asked = None
            self._expected = None  # the tracks stay settled: whoever was confirmed is not judged again at once
        views = []
        for face in faces:
            track = self._tracks.setdefault(face.track_id, _Track())
            track.state = face.state
            track.shown = decided.get(face.track_id, track.shown) if face.state.settled is not None else None
            if face.match is not None and face.match.person_id == face.state.person_id:
                track.recheck_at_s = mono_s + _RECHECK_EVERY_S  # else: somebody else, look again at once
            share = progress(face.state, self._rules)
            views.append(FaceView(face.track_id, face.detection.box_xyxy_px, track.shown, share))
        return tuple(views)

    def _guidance(self, near: int, faces: Sequence[_Face], size_wh: tuple[int, int]) -> DecisionKind | None:
        """The one thing to say: about a crowd, else about the face in front.

        Nobody who has been accepted is asked for anything any more.

        Args:
            near: how many stand near enough to be recognised.
            faces: those who are looked at.
            size_wh: of the picture.
        """
        if near > self._max_faces:
            return DecisionKind.SEVERAL_FACES
        front = max(faces, key=lambda face: prominence(face.detection, size_wh), default=None)
        if front is None or front.state.settled is DecisionKind.WELCOME:
            return None
        return front.rejected


class _StopWatch:
    """Milliseconds by stage."""

    def __init__(self) -> None:
        self._start_s = self._last_s = time.perf_counter()
        self._timings_ms: dict[str, float] = {}

    def lap(self, stage: str) -> None:
        now_s = time.perf_counter()
        self._timings_ms[stage] = (now_s - self._last_s) * 1000.0
        self._last_s = now_s

    def timings_ms(self) -> Mapping[str, float]:
        return {**self._timings_ms, "total": (self._last_s - self._start_s) * 1000.0}


def _area(detection: Detection) -> float:
    width, height = detection.size_wh
    return width * height


def _eye_distance_px(detection: Detection) -> float:
    left_eye, right_eye = detection.landmarks_px[:2]
    return float(np.hypot(*(right_eye - left_eye)))
