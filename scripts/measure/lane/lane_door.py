"""The product's door behind a lane: people are enrolled, frames recognised, and what was said of whom is counted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from pathlib import Path

import numpy as np
from lane_dump import FaceRows, write_dump
from lane_pictures import FRAMES_PER_S, Visit, Visitor, present

from attendance.composition.application import Application
from attendance.composition.recognizer import Recognizer
from attendance.core.packs.manifest_file import read_manifest
from attendance.core.ports.vision import Detector, Embedder, FaceLandmarks, VisionPack
from attendance.core.recognition.quality import KioskGate, measure
from attendance.core.types import (
    DecisionKind,
    Detection,
    Direction,
    FaceQuality,
    FloatArray,
    Frame,
    FrameResult,
    ImageBgr,
    PackInfo,
    ProviderReport,
)
from attendance.errors import AttendanceError
from attendance.services.door.face_follower import FaceFollower
from attendance.services.door.recognition import RecognitionPipeline
from attendance.services.door.visits import Meaning
from attendance.services.people.enrolment import EnrolmentService
from attendance.vision.packs.loading import load_pack

_START_UTC = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)


@dataclass(slots=True)
class Outcome:
    """What the door said of one visit.

    Attributes:
        named: keys of the people that the visitor was welcomed as, in order.
        kinds: all decisions, in order.
        decided_at: frame of the visit with the first decision, counted from 1; None without one.
        named_at: frame of the first welcome, likewise.
    """

    visit: Visit
    named: list[str] = field(default_factory=list)
    kinds: list[str] = field(default_factory=list)
    decided_at: int | None = None
    named_at: int | None = None

    @property
    def verdict(self) -> str:
        """Of the enrolled "right", "wrong" or "refused"; of strangers "named" or "refused"."""
        if not self.named:
            return "refused"
        if not self.visit.visitor.code:
            return "named"
        return "right" if set(self.named) == {self.visit.visitor.code} else "wrong"


@dataclass(frozen=True, slots=True)
class Seen:
    """One face of one frame, whatever the door made of it.

    Attributes:
        visit: number of the visit.
        step: frame of the visit, from 0.
        embedding: (D,) float32 of unit length; None when the gate refused the face.
    """

    visit: int
    step: int
    track: int
    quality: FaceQuality
    score: float
    embedding: FloatArray | None


class Detections:
    """What detectors found in pictures: a second pack with the same detector need not look again."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, bytes], list[Detection]] = {}

    def get(self, detector_id: str, detector: Detector, image_bgr: ImageBgr) -> list[Detection]:
        """Return the faces of a (H, W, 3) uint8 BGR picture."""
        key = (detector_id, blake2b(image_bgr.tobytes(), digest_size=16).digest())
        if key not in self._found:
            self._found[key] = detector.detect(image_bgr)
        return self._found[key]


class _KeptDetector:
    """A detector that does not search a whole picture twice."""

    def __init__(self, inner: Detector, detector_id: str, detections: Detections) -> None:
        self._inner = inner
        self._id = detector_id
        self._detections = detections

    def detect(self, image_bgr: ImageBgr) -> list[Detection]:
        """As ``Detector.detect``."""
        return self._detections.get(self._id, self._inner, image_bgr)

    def look_again(self, image_bgr: ImageBgr, boxes_px: FloatArray) -> list[Detection] | None:
        """As ``Detector.look_again``; what it finds depends on the frames before, so it is not kept."""
        return self._inner.look_again(image_bgr, boxes_px)


class _WatchedFollower(FaceFollower):
    """A follower whose last answer can be looked at.

    Attributes:
        last: each face by its number. Only the follower knows them: some come from the detector as they are, some from
            a second look, some out of a bordered picture.
    """

    def __init__(self, detector: Detector) -> None:
        super().__init__(detector)
        self.last: dict[int, Detection] = {}

    def find(self, image_bgr: ImageBgr, mono_s: float) -> tuple[list[Detection], list[int]]:
        """As ``FaceFollower.find``."""
        faces, numbers = super().find(image_bgr, mono_s)
        self.last = dict(zip(numbers, faces, strict=True))
        return faces, numbers


class _WatchedEmbedder:
    """An embedder that does not work twice on the crops of one frame."""

    def __init__(self, inner: Embedder) -> None:
        self._inner = inner
        self.last: dict[bytes, FloatArray] = {}

    @property
    def embedding_size(self) -> int:
        """As ``Embedder.embedding_size``."""
        return self._inner.embedding_size

    @property
    def model_id(self) -> str:
        """As ``Embedder.model_id``."""
        return self._inner.model_id

    def align(self, image_bgr: ImageBgr, landmarks_px: FloatArray) -> ImageBgr:
        """As ``Embedder.align``."""
        return self._inner.align(image_bgr, landmarks_px)

    def embed(self, crops_bgr: Sequence[ImageBgr]) -> FloatArray:
        """As ``Embedder.embed``."""
        rows = self._inner.embed(crops_bgr)
        self.last.update({crop.tobytes(): row for crop, row in zip(crops_bgr, rows, strict=True)})
        return rows

    def one(self, crop_bgr: ImageBgr) -> FloatArray:
        """Return the (D,) embedding of a crop."""
        if crop_bgr.tobytes() not in self.last:
            self.embed([crop_bgr])
        return self.last[crop_bgr.tobytes()]


class WatchedPack:
    """A pack that lets every face of a frame be looked at after the door has worked on it.

    Args:
        pack: the pack.
        detector_id: the same for packs with the same detector.
        detections: what was found before.
    """

    def __init__(self, pack: VisionPack, detector_id: str, detections: Detections) -> None:
        self._pack = pack
        self.detector = _KeptDetector(pack.detector, detector_id, detections)
        self.embedder = _WatchedEmbedder(pack.embedder)
        self._follower = _WatchedFollower(self.detector)

    @property
    def info(self) -> PackInfo:
        """As ``VisionPack.info``."""
        return self._pack.info

    @property
    def provider(self) -> ProviderReport:
        """As ``VisionPack.provider``."""
        return self._pack.provider

    @property
    def landmarks(self) -> FaceLandmarks | None:
        """As ``VisionPack.landmarks``."""
        return self._pack.landmarks

    def new_follower(self) -> FaceFollower:
        """Return a follower for one stream; ``faces`` looks at what it finds."""
        self._follower = _WatchedFollower(self.detector)
        return self._follower

    def faces(self, frame: Frame, result: FrameResult, visits: Sequence[Visit]) -> list[Seen]:
        """Return every followed face of the frame just worked on that stands where a visitor is."""
        found = []
        for view in result.faces:
            visit = _visit_at(view.box_xyxy_px, visits)
            if visit is None:
                continue
            detection = self._follower.last[view.track_id]
            try:
                crop = self.embedder.align(frame.image_bgr, detection.landmarks_px)
            except ValueError:
                continue
            quality = measure(detection, result.size_wh, crop)
            row = self.embedder.one(crop) if KioskGate().reject(quality) is None else None
            step = frame.index - visit.first
            found.append(Seen(visit.number, step, view.track_id, quality, detection.score, row))
        self.embedder.last.clear()
        return found


class LaneDoor:
    """A fresh installation in a folder, with a pack of any folder in use.

    Args:
        application: the installation.
        pack_folder: the pack; it has a manifest.
        detections: what was found before.
    """

    def __init__(self, application: Application, pack_folder: Path, detections: Detections) -> None:
        self._application = application
        manifest = read_manifest(pack_folder)
        detector_files = sorted(manifest.detector.files.values())
        detector_id = " ".join(manifest.files[name].sha256 for name in detector_files)
        loaded = load_pack(pack_folder, provider="cpu", threads=1)
        self.pack = WatchedPack(loaded, detector_id, detections)
        self._recognizer = Recognizer(
            loaded,
            application.packs,
            paths=application.paths,
            storage=application.storage,
            site=application.site,
            images=application.images,
        )
        self.rules = application.packs.site_rules.of_pack(self.pack.info)
        self.code_of: dict[int, str] = {}

    @property
    def enrolment(self) -> EnrolmentService:
        """The product's enrolment."""
        return self._recognizer.enrolment

    def enrol(self, code: str, name: str, photos: Sequence[Path]) -> bool:
        """Enrol somebody; True when at least one photograph could be used.

        A face that resembles a colleague's is enrolled all the same, as the operator may confirm: a roster without
        look-alikes would be an easier one.
        """
        try:
            saved = self.enrolment.enrol_files(code=code, name=name, paths=list(photos), allow_duplicate=True)
        except AttendanceError:
            return False
        self.code_of[saved.person.id] = code
        return True

    def templates(self) -> tuple[FloatArray, list[str]]:
        """Return (N, D) embeddings and the key of the person of each."""
        rows, ids = self._application.storage.roster.load_templates(self.pack.info.model_id)
        return rows, [self.code_of[person_id] for person_id in ids]

    def pipeline(self) -> RecognitionPipeline:
        """Return the product's recognition with the gate and rules of the settings; every welcome is a new visit."""

        def classify(_person_id: int, _at_utc: datetime, _mono_s: float) -> Meaning:
            return Meaning(DecisionKind.WELCOME, Direction.IN)

        given = self._application.settings.recognition
        return RecognitionPipeline(
            self.pack,
            self._recognizer.gallery,
            rules=self.rules,
            gate=KioskGate(min_eye_distance_px=given.min_eye_distance_px),
            classify=classify,
            follower=self.pack.new_follower(),
        )


def watch(
    pipeline: RecognitionPipeline,
    visits: Sequence[Visit],
    picture_of: Callable[[int, Sequence[Visit]], ImageBgr],
    *,
    code_of: Mapping[int, str],
    empty_every: int = 1,
    on_frame: Callable[[Frame, FrameResult, Sequence[Visit]], None] | None = None,
) -> tuple[list[Outcome], int]:
    """Show all frames to the door, in the time of the stream.

    Args:
        pipeline: fresh.
        visits: who comes when.
        picture_of: (number of a frame, who is in it) -> picture.
        code_of: key of each person id.
        empty_every: only every so many frames without anybody are shown; nothing but time passes in the others.
        on_frame: told of every frame with somebody.

    Returns:
        The outcome of each visit, and the decisions about faces that belong to nobody.
    """
    outcomes = {visit.number: Outcome(visit) for visit in visits}
    strays = 0
    for number, here in present(visits):
        if not here and number % empty_every:
            continue
        mono_s = number / FRAMES_PER_S
        frame = Frame(picture_of(number, here), _START_UTC + timedelta(seconds=mono_s), mono_s, number)
        result = pipeline.process(frame)
        boxes = {view.track_id: view.box_xyxy_px for view in result.faces}
        for decision in result.decisions:
            visit = _visit_at(boxes[decision.track_id], here)
            if visit is None:
                strays += 1
                continue
            code = None if decision.person_id is None else code_of[decision.person_id]
            _note(outcomes[visit.number], decision.kind, code, number - visit.first + 1)
        if here and on_frame is not None:
            on_frame(frame, result, here)
    return [outcomes[visit.number] for visit in visits], strays


def _note(outcome: Outcome, kind: DecisionKind, code: str | None, at: int) -> None:
    outcome.kinds.append(str(kind))
    outcome.decided_at = outcome.decided_at or at
    if code is not None:
        outcome.named.append(code)
        outcome.named_at = outcome.named_at or at


def _visit_at(box_xyxy_px: FloatArray, visits: Iterable[Visit]) -> Visit | None:
    middle = float(box_xyxy_px[0] + box_xyxy_px[2]) / 2
    return next((visit for visit in visits if visit.span_px[0] <= middle < visit.span_px[1]), None)


def save_dump(path: Path, seen: Sequence[Seen], visitors: Sequence[Visitor], door: LaneDoor) -> None:
    """Write every face of every frame for ``lane_rules.py``.

    Args:
        path: an .npz file.
        seen: of all frames.
        visitors: of each visit, by number.
        door: with its templates.
    """
    templates, codes = door.templates()
    none = np.zeros(door.pack.embedder.embedding_size, np.float32)
    qualities = [
        (q.eye_distance_px, q.brightness, q.sharpness, q.yaw_ratio, q.roll_deg, q.inside)
        for q in (one.quality for one in seen)
    ]
    write_dump(
        path,
        FaceRows(
            visit=np.array([one.visit for one in seen], np.int64),
            step=np.array([one.step for one in seen], np.int64),
            track=np.array([one.track for one in seen], np.int64),
            score=np.array([one.score for one in seen], np.float32),
            quality=np.array(qualities, np.float32),
            embedding=np.array([none if one.embedding is None else one.embedding for one in seen], np.float32),
        ),
        visitors=[(visitor.name, visitor.code) for visitor in visitors],
        templates=templates,
        template_code=codes,
        pack=door.pack.info,
    )
